"""How places were taken over the weeks before, from the audit and the bookings: by day, never by booking."""

import datetime as dt
from collections import Counter
from typing import Any, NamedTuple

from django.db.models import CharField, Exists, OuterRef, Sum
from django.db.models.functions import Cast, Substr
from django.utils.functional import cached_property

from bookings.models import AuditEntry, Booking
from bookings.report import rows
from bookings.report.facts import Facts
from bookings.states import Status

BEFORE = (56, 49, 42, 35, 28, 21, 14, 10, 7, 5, 4, 3, 2, 1, 0)  # days of which a table says how many were taken
DAY = 10  # characters of a moment that say its day, on both databases


class Waited(NamedTuple):
    """Places that were waited for: how many days until they were had, or None for those that never were."""

    status: str
    days: int | None
    places: int


class Filling:
    """In two statements."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @property
    def _sessions(self) -> Any:
        return rows.sessions(self.facts.selection, now=self.facts.now)

    @cached_property
    def _by_day(self) -> list[tuple[int | None, dt.date, str, int]]:
        """Places taken and given back, by session where they are few enough, by the session's day, by day."""
        selection = self.facts.selection
        found = AuditEntry.objects.filter(session__in=self._sessions)
        named = [] if selection.is_wide else ["session"]
        found = found.exclude(places=0).annotate(day=_day("at")).order_by()
        counted = found.values_list(*named, "session__first_day", "day").annotate(n=Sum("places"))
        return [(one[0] if named else None, *one[-3:]) for one in counted]

    @cached_property
    def taken(self) -> dict[int, int]:
        """How many places were taken so many days before, each day of eight weeks."""
        moved: Counter[int] = Counter()
        for _session, first, day, n in self._by_day:
            moved[max((first - dt.date.fromisoformat(day)).days, 0)] += n
        days = range(BEFORE[0], -1, -1)
        return {day: sum(n for before, n in moved.items() if before >= day) for day in days}

    @cached_property
    def full(self) -> list[int]:
        """Of each session that was full, how many days before it first was."""
        of_session: dict[int, list[tuple[int, int]]] = {}
        for session, first, day, n in self._by_day:
            if session is not None:
                of_session.setdefault(session, []).append(((first - dt.date.fromisoformat(day)).days, n))
        rooms = {one.pk: one.capacity for one in self.facts.held}
        found = (_first_full(moves, rooms.get(pk, 0)) for pk, moves in of_session.items())
        return sorted((days for days in found if days is not None), reverse=True)

    @cached_property
    def waited(self) -> list[Waited]:
        """Places that were waited for, by what became of them; days count from joining to the confirmation."""
        got = AuditEntry.objects.filter(booking=OuterRef("pk"), to_status=Status.CONFIRMED)
        found = Booking.objects.filter(session__in=self._sessions, joined_at__isnull=False)
        unlucky = found.filter(~Exists(got)).order_by().values_list("status").annotate(n=Sum("party"))
        lucky = AuditEntry.objects.filter(
            session__in=self._sessions, to_status=Status.CONFIRMED, booking__joined_at__isnull=False
        )
        by_day = lucky.annotate(day=_day("at"), joined=_day("booking__joined_at")).order_by()
        counted = by_day.values_list("joined", "day").annotate(n=Sum("booking__party"))
        return [
            *(Waited(status, None, n) for status, n in unlucky),
            *(Waited(Status.CONFIRMED, _between(joined, day), n) for joined, day, n in counted),
        ]


def _day(field: str) -> Substr:
    """The day of a moment as text: as both databases can say it of many rows without asking Python of each."""
    return Substr(Cast(field, CharField()), 1, DAY)


def _between(joined: str, day: str) -> int:
    return max((dt.date.fromisoformat(day) - dt.date.fromisoformat(joined)).days, 0)


def _first_full(moves: list[tuple[int, int]], room: int) -> int | None:
    """How many days before there were first as many places taken as there are."""
    taken = 0
    for days, n in sorted(moves, reverse=True):
        taken += n
        if room and taken >= room:
            return max(days, 0)
    return None
