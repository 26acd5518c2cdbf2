"""Schools of the register, local authorities, and the lists of schools that hubs keep."""

from typing import cast

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubs.admin.bases import ModelAdmin
from hubs.admin.by_name import FoundByName
from hubs.models import LocalAuthority, School, SchoolList
from hubs.models.school import SchoolQuerySet
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


@admin.register(SchoolList)
class SchoolListAdmin(FoundByName):
    list_display = ["name", "hub", "how_many", "has_code"]
    list_filter = ["hub"]
    list_select_related = ["hub"]
    search_fields = ["name", "hub__slug"]
    autocomplete_fields = ["hub", "schools"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[SchoolList]:
        lists: QuerySet[SchoolList] = super().get_queryset(request)
        return lists.annotate(how_many=Count("schools")).order_by("name", "pk")

    @admin.display(description=_("schools"), ordering="how_many")
    def how_many(self, schools: SchoolList) -> int:
        return schools.how_many  # type: ignore[attr-defined, no-any-return]  # counted above

    @admin.display(description=_("code"), boolean=True)
    def has_code(self, schools: SchoolList) -> bool:
        return bool(schools.code)
