"""Where staff find the report of a session, a visit or their hub's exchange: from the page of each."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.report.selection import Of


class ReportPages(RowPages):
    """The report of a session that is over."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Whoever sees the row: the report itself says in which copy."""
        return self.model_admin.has_view_permission(request, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.ends_at and row.ends_at <= timezone.now():
            yield reverse("report", args=[Of.SESSION.value, row.pk]), _("Report")


class VisitReportPages(ReportPages):
    """The report of a visit."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield reverse("report", args=[Of.VISIT.value, row.pk]), _("Report")


class YearReportPages(ReportPages):
    """The report of a hub in an exchange."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield reverse("report", args=[Of.EXCHANGE.value, row.pk]), _("Report")
