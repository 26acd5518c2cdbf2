"""The page where staff say what a hub's exchange cost, or a visit, a session or a group of it, and what they write
beside the figures of its report."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils.translation import gettext as _now

from bookings.admin.base.columns import sessions_of
from bookings.admin.base.pages import RowPages
from bookings.admin.costs import lines
from hubs.admin.meanwhile import carried
from hubs.models import Cost, HostSchool, HubYear, ShowcaseSession, WorkGroup
from hubs.staff import scope
from hubs.vocabulary.money import pounds

# By which column a line says of what it is, where that is not the whole exchange.
OF: dict[type[Any], str] = {HostSchool: "host_school", ShowcaseSession: "session", WorkGroup: "group"}
WHOLE = Q(host_school=None, session=None, group=None)


def costs_of(row: Any) -> QuerySet[Cost]:
    """The lines of that very row: of a hub's year those of the whole exchange."""
    if isinstance(row, HubYear):
        return row.costs.filter(WHOLE).order_by("pk")
    return Cost.objects.filter(**{OF[type(row)]: row}).order_by("pk")


def with_what(costs: QuerySet[Cost]) -> QuerySet[Cost]:
    """Lines with what they are of, as it is called. Three queries."""
    related = costs.select_related(
        "hub_year__exchange", "host_school__school", "host_school__hub_year__exchange", "group"
    )
    return related.prefetch_related(sessions_of())


class CostPages(RowPages):
    """One form and one Save: lines of pounds and of days; for a whole year also a day's cover and the remarks."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Leads and administrators of its hub."""
        return scope.may(request.user, "change", Cost, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "costs"), _now("Costs")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("costs", self.costs_view)]

    def costs_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        row = self.get_object_or_deny(request, object_id)
        if request.method != "POST":
            return self._page(request, row, self._forms(None, row))
        with transaction.atomic():
            list(HubYear.objects.filter(pk=self._year(row).pk).select_for_update(no_key=True).values_list("pk"))
            asked = self._forms(request.POST, row)
            right = [form.is_valid() for form in asked.values()]  # each of them, so that each says what is wrong
            if not all(right):
                return self._page(request, row, asked, status=422)
            self._save(row, asked)
        self.message(request, _now("Saved."))
        return self.redirect(row, "costs")

    def _year(self, row: Any) -> HubYear:
        year: HubYear = row if isinstance(row, HubYear) else row.hub_year
        return year

    def _forms(self, data: Any, row: Any) -> dict[str, Any]:
        year = self._year(row)
        found = {"costs": lines.costs(data, year, costs_of(row))}
        if row == year:
            found |= {"cover": lines.CoverForm(data, instance=row), "remarks": lines.remarks(data, year)}
        return found

    def _save(self, row: Any, asked: dict[str, Any]) -> None:
        """Only what has been changed gets a version."""
        of = {} if isinstance(row, HubYear) else {OF[type(row)]: row}
        lines.save(asked["costs"], **of)
        if "remarks" in asked:
            lines.save(asked["remarks"])
            if asked["cover"].has_changed():
                row.save(update_fields=["cover_day_pence"])

    def _page(self, request: HttpRequest, row: Any, asked: dict[str, Any], *, status: int = 200) -> TemplateResponse:
        shown = [form for one in asked.values() for form in getattr(one, "forms", [one])]
        context = self.admin_site.each_context(request) | asked
        context |= {
            "title": _now("Costs"),
            "opts": self.model_admin.opts,
            "original": row,
            "own_page": self.url_of(row.pk),
            "as_shown": carried(shown),
            "mistakes": status == 422,
            "others": others_of(row) if isinstance(row, HubYear) else [],
            "year_page": "" if isinstance(row, HubYear) else _costs_page(row.hub_year),
            "totals": totals(self._year(row)),
        }
        return TemplateResponse(request, "admin/costs/costs.html", context, status=status)


def others_of(year: HubYear) -> list[dict[str, Any]]:
    """The lines of its visits, sessions and groups, each with the page where it is entered."""
    rows = with_what(year.costs.exclude(WHOLE))
    return [{"cost": one, "of": one.of, "address": _costs_page(one.of)} for one in rows.order_by("kind", "pk")]


def _costs_page(row: Any) -> str:
    """Where its lines are entered; empty where it has no pages of staff yet."""
    try:
        return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_costs", args=[row.pk])
    except NoReverseMatch:
        return ""


def totals(year: HubYear) -> list[tuple[str, str]]:
    """Each kind of the whole exchange and all of it, in words; what nobody entered is not nothing. One query."""
    found: dict[str, Any] = {}
    for kind, pence, days in year.costs.values_list("kind", "pence", "days"):
        found[kind] = found.get(kind, 0) + (days if kind in Cost.IN_DAYS else pence)
    return [(str(Cost.Kind(kind).label), _in_words(kind, found.get(kind))) for kind in Cost.Kind.values]


def _in_words(kind: str, much: Any) -> str:
    if much is None:
        return _now("not entered")
    return f"{much.normalize():f}" if kind in Cost.IN_DAYS else pounds(much)
