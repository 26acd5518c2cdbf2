"""Schools of the register, local authorities, and the lists of schools that hubs keep."""

from textwrap import shorten
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from hubs.admin.bases import ModelAdmin
from hubs.admin.by_name import FoundByName
from hubs.admin.meanwhile import ModelForm
from hubs.models import LocalAuthority, School, SchoolList
from hubs.models.school import SchoolQuerySet
from hubs.schools.pasted import Pasted, read_schools
from hubs.schools.search import Search, schools_found

MOST_LISTED = 500


class FromTheRegister(ModelAdmin):
    """Rows of DfE's register stay: bookings and years gone by point at them."""

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(School)
class SchoolAdmin(FromTheRegister):
    """25,000 schools: found as teachers find them, by name, town, postcode or URN."""

    list_display = ["name", "town", "postcode", "urn", "phase", "status", "local_authority"]
    list_filter = ["status", "phase"]
    list_select_related = ["local_authority"]
    search_fields = ["search"]
    search_help_text = _("Name, town, postcode or URN.")
    autocomplete_fields = ["successor", "local_authority"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[School], search_term: str
    ) -> tuple[QuerySet[School], bool]:
        """Choices are open schools, best match first; the list finds closed ones too."""
        if not search_term:
            return queryset, False
        if request.path.endswith("/autocomplete/"):
            return schools_found(search_term, among=cast("SchoolQuerySet", queryset)), False
        return queryset.filter(pk__in=Search(search_term, closed_too=True).best(MOST_LISTED)), False


@admin.register(LocalAuthority)
class LocalAuthorityAdmin(FromTheRegister, FoundByName):
    list_display = ["name", "code"]
    search_fields = ["name", "code"]


class SchoolListForm(ModelForm):
    """A list of schools, one by one or pasted as a whole. Where one line is no school, nothing is saved and the text
    stays."""

    pasted = forms.CharField(
        label=_("Add from a list"),
        required=False,
        max_length=None,
        widget=forms.Textarea({"rows": 6, "cols": 60}),
        help_text=_(
            "Paste URNs, one a line or with commas between them. A line can be a name with its town or postcode, too."
        ),
    )
    read: Pasted

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        self.read = read_schools(data.get("pasted", ""))
        for text in _not_understood(self.read):
            self.add_error("pasted", text)
        if "pasted" in self.errors and self.read.schools:
            text = _now("Understood: %(schools)s.") % {"schools": _names(self.read.schools)}
            self.add_error("pasted", text)
        elif "schools" in data:
            chosen = list(data["schools"])
            self.read.schools = [school for school in self.read.schools if school not in chosen]
            data["schools"] = [*chosen, *self.read.schools]
        return data


def _not_understood(read: Pasted) -> list[str]:
    said = []
    if read.too_many:
        said.append(_now("That is more than can be read at once. Paste at most 2,000 lines, 200 of them names."))
    if read.unknown:
        text = _now("Not in the register: %(lines)s. Put that right, or take it out: nothing has been saved yet.")
        said.append(text % {"lines": _lines(read.unknown)})
    if read.several:
        text = _now("More than one school may be meant: %(lines)s. Give the URN, or the postcode beside the name.")
        said.append(text % {"lines": _lines(read.several)})
    return said


def _lines(lines: list[str]) -> str:
    return "; ".join(shorten(line, 100, placeholder="…") for line in lines)


def _names(schools: list[School]) -> str:
    return "; ".join(f"{school} ({school.urn})" for school in schools)


@admin.register(SchoolList)
class SchoolListAdmin(FoundByName):
    form = SchoolListForm
    fields = ["hub", "name", "code", "pasted", "schools"]
    list_display = ["name", "hub", "how_many", "has_code"]
    list_filter = ["hub"]
    list_select_related = ["hub"]
    search_fields = ["name", "hub__slug"]
    autocomplete_fields = ["hub", "schools"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolList]:
        lists: QuerySet[SchoolList] = super().get_queryset(request)
        return lists.annotate(how_many=Count("schools")).order_by("name", "pk")

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        """Say what was read from the list that was pasted."""
        super().save_related(request, form, formsets, change)
        if not form.cleaned_data.get("pasted"):
            return
        added = form.read.schools
        text = ngettext("%(n)d school added: %(schools)s.", "%(n)d schools added: %(schools)s.", len(added))
        said = text % {"n": len(added), "schools": _names(added)} if added else _now("All of them stood here already.")
        became = [_now("%(old)s is now %(new)s.") % {"old": old, "new": new} for old, new in form.read.became]
        self.message_user(request, " ".join([said, *became]), messages.INFO)

    @admin.display(description=_("schools"), ordering="how_many")
    def how_many(self, schools: SchoolList) -> int:
        return schools.how_many  # type: ignore[attr-defined, no-any-return]  # counted above

    @admin.display(description=_("code"), boolean=True)
    def has_code(self, schools: SchoolList) -> bool:
        return bool(schools.code)
