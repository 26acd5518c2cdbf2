"""This year's visits in one form: their schools, their visiting teachers, and the hub's specialists, a line each."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.forms.own_name import LONGEST_CHARACTERS, LONGEST_PINYIN
from hubs.admin.typed import DateField
from hubs.models import HostSchool, HubYear, MasterySpecialist, School, VisitingTeacher
from hubs.schools.pasted import read_schools
from hubs.staff import scope
from hubs.vocabulary.ids import AN_ID
from hubs.vocabulary.longest import longest, not_kept
from hubs.vocabulary.school_days import academic_year

MOST_LINES = 20
TOO_LONG = _("“%(line)s…” is too long for a name.")
WIDE = {"rows": 3, "class": "vLargeTextField"}
_CHARACTERS = re.compile(r"[\u3400-\u9fff·]+")


class Lines(forms.CharField):
    """Names, one a line, each once; `max_length` is of one."""

    def __init__(self, *, max_length: int, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=not_kept(5000), widget=forms.Textarea(attrs=WIDE), **kwargs)
        self.longest = max_length

    def clean(self, value: Any) -> Any:
        lines = list(dict.fromkeys(" ".join(line.split()) for line in super().clean(value).splitlines()))
        found = [line for line in lines if line]
        if len(found) > MOST_LINES:
            raise ValidationError(_now("Write at most %(most)d lines.") % {"most": MOST_LINES})
        if long := [line for line in found if len(line) > self.longest]:
            raise ValidationError(TOO_LONG % {"line": long[0][:30]})
        return found


class HubYears(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript when it runs
    """A hub in a year, said by both."""

    def label_from_instance(self, hub_year: Any) -> str:
        return f"{hub_year.name}, {hub_year.exchange.academic_year}"


class SetUpForm(forms.Form):
    """Which schools host, when, and who teaches and helps there."""

    use_required_attribute = False
    hub_year = HubYears(HubYear.objects.none(), label=_("Hub"), empty_label=None)
    schools = forms.CharField(
        label=_("Host schools, one a line"),
        max_length=not_kept(5000),
        widget=forms.Textarea(attrs=WIDE),
        help_text=_("A name with its town or postcode, or a URN."),
        error_messages={"required": _("Write at least one school.")},
    )
    first_day = DateField(label=_("First day"), required=False)
    last_day = DateField(label=_("Last day"), required=False)
    teachers = Lines(
        label=_("Visiting teachers, one a line"),
        max_length=not_kept(150),
        help_text=_("Wang Fang 王芳. Empty: not known yet."),
    )
    agreed = forms.BooleanField(
        label=_("They have agreed to be named"),
        required=False,
        help_text=_("Without the tick pages say “a visiting teacher from Shanghai”. They can take it back themselves."),
    )
    specialists = Lines(label=_("Mastery specialists, one a line"), max_length=longest(MasterySpecialist, "full_name"))

    def __init__(self, *args: Any, years: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hub_year"].queryset = years  # type: ignore[attr-defined]  # of a field of rows

    def clean_schools(self) -> Any:
        """Each line is one school beyond doubt."""
        pasted = read_schools(self.cleaned_data["schools"])
        if pasted.too_many or len(pasted.schools) > MOST_LINES:
            raise ValidationError(_now("Write at most %(most)d lines.") % {"most": MOST_LINES})
        several = _now("Several schools are called “%(line)s”. Add the town or the postcode, or write the URN.")
        unknown = _now("We know no school “%(line)s”. Look at its name again, or write its URN.")
        wrong = [several % {"line": line} for line in pasted.several]
        wrong += [unknown % {"line": line} for line in pasted.unknown]
        if wrong:
            raise ValidationError(wrong)
        return pasted.schools

    def clean_teachers(self) -> list[tuple[str, str]]:
        """Names in pinyin, each with those in characters."""
        found = []
        for line in self.cleaned_data["teachers"]:
            characters = "".join(_CHARACTERS.findall(line))
            pinyin = " ".join(_CHARACTERS.sub(" ", line).split()).strip(" ,;()（）")
            if not pinyin:
                raise ValidationError(_now("Write the name in pinyin too, as “%(line)s” is read.") % {"line": line})
            if len(pinyin) > LONGEST_PINYIN or len(characters) > LONGEST_CHARACTERS:
                raise ValidationError(TOO_LONG % {"line": line[:30]})
            found.append((pinyin, characters))
        return found

    def clean(self) -> dict[str, Any]:
        super().clean()
        first, last = (self.cleaned_data.get(name) for name in ("first_day", "last_day"))
        if {"first_day", "last_day"} & set(self.errors):
            return self.cleaned_data
        if bool(first) != bool(last):
            self.add_error("last_day" if first else "first_day", _now("Enter both days, or neither."))
        elif first and last and first > last:
            self.add_error("last_day", _now("The last day must not come before the first."))
        return self.cleaned_data


class SetUpPages(RowPages):
    """The page that makes the visits of a year. It is about no row yet."""

    def urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.set_up_view)
        return [path("set-up/", view, name=self.model_admin.url_name("set_up"))]

    def set_up_view(self, request: HttpRequest) -> HttpResponse:
        """Asks once, makes all of it, and leads to the first session."""
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        years = self._years(request)
        wanted = request.GET.get("hub_year", "")
        first = (years.filter(pk=wanted).first() if AN_ID.fullmatch(wanted) else None) or years.first()
        form = SetUpForm(request.POST or None, years=years, initial={"hub_year": first and first.pk})
        if request.method == "POST" and form.is_valid():
            visits = set_up(form.cleaned_data)
            for visit in visits:
                self.model_admin.log_addition(request, visit, [{"added": {}}])
            schools = ", ".join(str(visit.school) for visit in visits)
            text = ngettext("The visit is set up: %(schools)s.", "The visits are set up: %(schools)s.", len(visits))
            self.message(request, text % {"schools": schools})
            return HttpResponseRedirect(reverse("admin:hubs_showcasesession_new") + f"?host_school={visits[0].pk}")
        fieldsets: list[tuple[Any, dict[str, Any]]] = [
            (None, {"fields": ["hub_year", "schools", ("first_day", "last_day")]}),
            (_("Who teaches, and who helps"), {"fields": ["teachers", "agreed", "specialists"]}),
        ]
        button, title = _now("Set up the visits"), _now("Set up this year’s visits")
        rows = [_now("Each school gets a visit, with all the teachers below. What differs is changed there later.")]
        return self.form_page(request, form, title=title, button=button, fieldsets=fieldsets, rows=rows)

    def _years(self, request: HttpRequest) -> Any:
        """The hubs of somebody in academic years that are not over, this year's first."""
        this = academic_year(timezone.localdate())
        years = HubYear.objects.filter(exchange__year__gte=this).select_related("exchange", "hub")
        return scope.choices(request.user, years.order_by("exchange__year", "name"), of=HostSchool)


@transaction.atomic
def set_up(said: dict[str, Any]) -> list[HostSchool]:
    """Make what is missing of a year's visits, teachers and specialists: pressing twice makes nothing twice.

    Two of one name may be there already, as no key forbids: a school can host twice in a year.
    """
    hub_year, now = said["hub_year"], timezone.now()
    specialists = [_specialist(hub_year, name) for name in said["specialists"]]
    teachers = [_teacher(hub_year, *names, agreed_at=now if said["agreed"] else None) for names in said["teachers"]]
    visits = []
    for school in said["schools"]:
        days = {name: said[name] for name in ("first_day", "last_day")}
        visit = HostSchool.objects.filter(hub_year=hub_year, school=school).order_by("-pk").first()
        if visit is None:
            made = {"phase": _phase(school), "is_draft": True} | days
            visit = HostSchool.objects.create(hub_year=hub_year, school=school, **made)
        visit.visiting_teachers.add(*teachers)
        visit.specialists.add(*specialists)
        visits.append(visit)
    return visits


def _specialist(hub_year: HubYear, name: str) -> MasterySpecialist:
    of_name = {"hub_year": hub_year, "full_name": name}
    known = MasterySpecialist.objects.filter(**of_name).order_by("pk").first()
    return known or MasterySpecialist.objects.create(**of_name)


def _teacher(hub_year: HubYear, pinyin: str, characters: str, *, agreed_at: dt.datetime | None) -> VisitingTeacher:
    """A teacher of that name. One who is known already has said yes or no to being named, which stays."""
    of_name = {"hub_year": hub_year, "name_pinyin": pinyin}
    known = VisitingTeacher.objects.filter(**of_name).order_by("pk").first()
    made = {"name_characters": characters, "name_agreed_at": agreed_at}
    return known or VisitingTeacher.objects.create(**of_name, **made)


def _phase(school: School) -> int:
    """The school's own phase, where a visit can have it."""
    return school.phase_by_age or School.Phase.PRIMARY
