"""Reports of the country and of hubs, counted in the night and kept: no page waits for them (decision 0043)."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation

from bookings.models.report import KeptReport
from bookings.report.made_of import made_of
from bookings.report.report import Report
from bookings.report.selection import NAMED_WITH, Of, Selection
from hubs.models import Exchange, HubYear

NIGHT = range(1, 5)  # hours in London
STANDS = dt.timedelta(hours=20)
BODY = "admin/report/body.html"


class Nightly:
    """Reports of one kind, made anew each night, one a round. `column`: which of a kept report says of what it is."""

    def __init__(self, of: Of, model: Any, column: str, sessions: str) -> None:
        self.of, self.model, self.column, self.sessions = of, model, column, sessions

    def due(self, now: dt.datetime) -> list[int]:
        """At night, one with sessions that are over and whose report was not made this night."""
        if timezone.localtime(now).hour not in NIGHT:
            return []
        fresh = KeptReport.objects.filter(self._mine, as_at__gt=now - STANDS, leaves=True).values(self.column)
        over = {f"{self.sessions}__last_day__lt": timezone.localdate(now)}
        held = self.model.objects.filter(**over).exclude(pk__in=fresh).order_by("-pk")
        return list(held.values_list("pk", flat=True).distinct()[:1])

    def make(self, pk: int, now: dt.datetime) -> None:
        """Count both copies and keep them in place of those of before. The one that leaves is written last."""
        row = self.model.objects.select_related(*NAMED_WITH.get(self.of, ())).get(pk=pk)
        for leaves in (False, True):
            made = _made(Selection(self.of, row, timezone.localdate(now)), leaves=leaves, now=now)
            KeptReport.objects.update_or_create(**_place(self.of, row), leaves=leaves, defaults=made)

    @property
    def _mine(self) -> Q:
        return Q(hub_year__isnull=self.of == Of.COUNTRY)


COUNTRY = Nightly(Of.COUNTRY, Exchange, "exchange", "hub_years__sessions")
HUBS = Nightly(Of.EXCHANGE, HubYear, "hub_year", "sessions")


def kept(report: Report) -> KeptReport | None:
    """What there is to show of it: the country's as at the night, a hub's while nothing has been written since."""
    of = report.selection
    if of.of not in (Of.COUNTRY, Of.EXCHANGE):
        return None
    found = KeptReport.objects.filter(**_place(of.of, of.row), leaves=report.leaves).first()
    if found and of.of == Of.EXCHANGE and found.made_of != made_of(of.row, now=report.now):
        return None
    return found


def differing(reports: Iterable[KeptReport]) -> list[int]:
    """The check: those that say something else than the rows do now, counted as at the same moment."""
    found = []
    for one in reports:
        of, row = (Of.EXCHANGE, one.hub_year) if one.hub_year else (Of.COUNTRY, one.exchange)
        made = _made(Selection(of, row, timezone.localdate(one.as_at)), leaves=one.leaves, now=one.as_at)
        if (made["page"], made["tables"]) != (one.page, one.tables):
            found.append(one.pk)
    return found


def _place(of: str, row: Any) -> dict[str, Any]:
    """Where a report of that is kept."""
    if of == Of.COUNTRY:
        return {"exchange_id": row.pk, "hub_year": None}
    return {"exchange_id": row.exchange_id, "hub_year_id": row.pk}


def _made(of: Selection, *, leaves: bool, now: dt.datetime) -> dict[str, Any]:
    before = made_of(of.row, now=now) if of.of == Of.EXCHANGE else ""  # what is written meanwhile is not in it
    report = Report(of, leaves=leaves, now=now)
    with translation.override("en-gb"):
        page = render_to_string(BODY, body(report))
        tables = {one.name: [[str(one.caption)], *one.lines(report.copy)] for one in report.tables()}
        return {"as_at": now, "made_of": before, "page": page, "tables": tables, "heads": report.heads()}


def body(report: Report) -> dict[str, Any]:
    """What the template of a report's figures is given: on its page, and in the night."""
    return {"report": report, "sections": report.shown(), "figures": report.figures()}
