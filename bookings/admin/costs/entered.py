"""The lists of all lines and remarks, to look through, to save and to see what was changed; entered is in pages.py."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.export_page import WithExport
from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.admin.base.spreadsheets import Column
from bookings.admin.costs.pages import with_what
from hubs.admin.history import WithHistory
from hubs.models import Cost, Remark
from hubs.vocabulary.money import pounds

OF_A_YEAR: list[Any] = ["hub_year__exchange", "hub_year__hub"]


class _Entered(WithExport, WithHistory, ReadOnlyAdmin):
    """Rows that are written on the page of costs of their year."""

    @admin.display(description=_("to change it"))
    def page(self, row: Any) -> SafeString:
        address = reverse("admin:hubs_hubyear_costs", args=[row.hub_year_id])
        return format_html('<a href="{}">{}</a>', address, _("Costs"))


@admin.register(Cost)
class CostAdmin(_Entered):
    list_display = ["kind", "pounds", "days", "who_pays", "of_what", "hub_year"]
    list_filter = ["kind", *OF_A_YEAR]
    search_fields = ["who_pays", "note", "hub_year__name"]
    fields = ["hub_year", "of_what", "kind", "pounds", "days", "who_pays", "note", "page"]
    readonly_fields = ["of_what", "pounds", "page"]
    export_columns = [
        Column(_("Hub"), lambda cost: str(cost.hub_year)),
        Column(_("Of"), lambda cost: str(cost.of or "")),
        Column(_("Kind"), lambda cost: str(cost.get_kind_display())),
        Column(_("Pounds"), lambda cost: None if cost.pence is None else cost.pence / 100),
        Column(_("Days"), lambda cost: None if cost.days is None else float(cost.days)),
        Column(_("Who pays"), lambda cost: cost.who_pays),
        Column(_("Note"), lambda cost: cost.note),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Cost]:
        costs: QuerySet[Cost] = super().get_queryset(request)
        return with_what(costs)

    @admin.display(description=_("pounds"), ordering="pence")
    def pounds(self, cost: Cost) -> str:
        return "" if cost.pence is None else pounds(cost.pence)

    @admin.display(description=_("of"))
    def of_what(self, cost: Cost) -> str:
        return str(cost.of or _("the whole exchange"))


@admin.register(Remark)
class RemarkAdmin(_Entered):
    list_filter = OF_A_YEAR
    list_select_related = ["hub_year__exchange"]
    list_display = ["section", "text", "hub_year"]
    search_fields = ["text", "hub_year__name"]
    fields = ["hub_year", "section", "text", "page"]
    readonly_fields = ["page"]
    export_columns = [
        Column(_("Hub"), lambda remark: str(remark.hub_year)),
        Column(_("Heading"), lambda remark: str(remark.get_section_display())),
        Column(_("What the hub writes"), lambda remark: remark.text),
    ]
