"""Counts that must agree, compared: places taken with seated visitors, and reports that were kept with their rows."""

import datetime as dt
import logging
from collections.abc import Iterable

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from bookings.models import Booking, KeptReport, Places, Running, Visitor
from bookings.report import kept, made_of
from bookings.states import SEATED

MOST_NAMED = 20  # sessions that are named: where there are more, nobody needs the list to know what to do
REPORTS = 5  # of the newest that are compared in a day

log = logging.getLogger("showcase.rule")


def miscounts(session_ids: Iterable[int] | None = None) -> list[int]:
    """Sessions whose count of places taken differs from their seated visitors, by booking or by name.

    There are none: this is the check that rule.md#counting asks for. None checks every session.
    """
    rows = miscounted()
    if session_ids is not None:
        rows = rows.filter(pk__in=list(session_ids))
    return list(rows)


def miscounted() -> QuerySet[Places, int]:
    """The question itself."""
    seated = Booking.objects.filter(session=OuterRef("session"), status__in=SEATED).order_by()
    parties = seated.values("session").annotate(n=Sum("party")).values("n")
    visitors = (
        Visitor.objects.coming()
        .filter(booking__session=OuterRef("session"), booking__status__in=SEATED)
        .order_by()
        .values("booking__session")
        .annotate(n=Sum(1))
        .values("n")
    )
    rows = Places.objects.annotate(by_party=Coalesce(Subquery(parties), 0), by_visitor=Coalesce(Subquery(visitors), 0))
    wrong = rows.filter(~Q(places_taken=F("by_party")) | ~Q(places_taken=F("by_visitor")))
    return wrong.values_list("pk", flat=True)


def report_miscounts(session_ids: Iterable[int] | None = None, *, now: dt.datetime) -> list[int]:
    """`miscounts`, said in the log and kept for `status`: a fault of ours that a person must look at.

    Of some sessions nothing is kept where they agree: only who has counted them all may say that all is well.
    """
    wrong = miscounts(session_ids)
    if wrong:
        log.error("Places taken differ from seated visitors in sessions %s", wrong[:MOST_NAMED])
    if wrong or session_ids is None:
        Running.objects.keep(counted_at=now, miscounted=wrong[:MOST_NAMED])
    return wrong


def compare_reports(*, now: dt.datetime) -> list[int]:
    """Reports of hubs that say something else than the rows that they were made of, which have not changed since."""
    newest = KeptReport.objects.filter(hub_year__isnull=False).select_related("hub_year__exchange", "hub_year__hub")
    same = [
        one
        for one in newest.order_by("-as_at")[:REPORTS]
        if one.hub_year and one.made_of == made_of.made_of(one.hub_year, now=now)
    ]
    differing = kept.differing(same)
    if differing:
        log.error("Kept reports differ from their rows: %s", differing)
    Running.objects.keep(reports_differing=differing)
    return differing
