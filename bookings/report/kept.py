"""The country's report, counted in the night and kept: no page waits for 200,000 visitors (decision 0043)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from bookings.models.report import KeptReport
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import Exchange

NIGHT = range(1, 5)  # hours in London
STANDS = dt.timedelta(hours=20)
BODY = "admin/report/body.html"


def due(now: dt.datetime) -> list[int]:
    """At night, exchanges with sessions that are over and whose report was not made this night: one a round."""
    if timezone.localtime(now).hour not in NIGHT:
        return []
    fresh = KeptReport.objects.filter(as_at__gt=now - STANDS, leaves=True).values("exchange")
    held = Exchange.objects.filter(hub_years__sessions__last_day__lt=timezone.localdate(now)).distinct()
    return list(held.exclude(pk__in=fresh).order_by("-year").values_list("pk", flat=True)[:1])


def make(exchange: int, now: dt.datetime) -> None:
    """Count both copies and keep them in place of those of the night before. The one that leaves is written last."""
    for leaves in (False, True):
        made = _made(exchange, leaves=leaves, now=now)
        KeptReport.objects.update_or_create(exchange_id=exchange, leaves=leaves, defaults=made)


def kept(exchange: int, *, leaves: bool) -> KeptReport | None:
    """What there is to show; None before the first night."""
    return KeptReport.objects.filter(exchange=exchange, leaves=leaves).first()


def differing(reports: Iterable[KeptReport]) -> list[int]:
    """The check: those that say something else than the rows do now, counted as at the same moment."""
    found = []
    for one in reports:
        made = _made(one.exchange_id, leaves=one.leaves, now=one.as_at)
        if (made["page"], made["tables"]) != (one.page, one.tables):
            found.append(one.pk)
    return found


def _made(exchange: int, *, leaves: bool, now: dt.datetime) -> dict[str, Any]:
    row = Exchange.objects.get(pk=exchange)
    report = Report(Selection(Of.COUNTRY, row, timezone.localdate(now)), leaves=leaves, now=now)
    with translation.override("en-gb"):
        page = render_to_string(BODY, body(report))
        tables = {one.name: [[str(one.caption)], *one.lines(report.copy)] for one in report.tables()}
        return {"as_at": now, "page": page, "tables": tables, "heads": report.heads()}


def body(report: Report) -> dict[str, Any]:
    """What the template of a report's figures is given: on its page, and in the night."""
    return {"report": report, "sections": report.shown(), "figures": report.figures()}
