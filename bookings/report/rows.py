"""Which rows a report counts: said once, so that two sections never count two things by one name.

A *visit* is a visitor's confirmed place at a session that took place; somebody *came* where the register was recorded
and has them as attended. Who came twice is one *person* (docs/decisions/0037).
"""

import datetime as dt
from typing import Any

from django.db.models import Case, CharField, F, Min, Q, QuerySet, Value, When
from django.utils import timezone

from bookings.attendance import standing
from bookings.models import Visitor
from bookings.report.selection import Selection
from bookings.states import FROZEN, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.teaching import Roles

VISITOR, HOST, TRAINEE, GUEST = "visitor", "host", "trainee", "guest"
CAME = Visitor.Attendance.ATTENDED


def over(now: dt.datetime, path: str = "") -> Q:
    """Of sessions: those that took place and are over at `now`."""
    at = f"{path}__" if path else ""
    ended = Q(**{f"{at}ends_at__lte": now}) | Q(**{f"{at}ends_at": None, f"{at}last_day__lt": timezone.localdate(now)})
    return ended & ~Q(**{f"{at}places__status__in": sorted(FROZEN)})


def kind_of_visitor() -> Case:
    """Whether somebody is of the host's own staff, a trainee or a guest on a held-back place: apart from visitors."""
    session = "booking__session"
    at_host = Q(booking__school=F(f"{session}__host_school__school")) | Q(booking__school=F(f"{session}__venue"))
    return Case(
        When(at_host, then=Value(HOST)),
        When(role=Roles.TRAINEE, then=Value(TRAINEE)),
        When(booking__uses_held_back=True, then=Value(GUEST)),
        default=Value(VISITOR),
        output_field=CharField(),
    )


def sessions(selection: Selection, *, now: dt.datetime, recorded: bool = False) -> QuerySet[Any]:
    """The sessions of a selection that are over, to look others up by: a database that has these first finds bookings
    by their session, and does not read those of all hubs."""
    found = ShowcaseSession.objects.filter(selection.sessions(), over(now)).order_by()
    if recorded:
        found = found.filter(standing.recorded())
    return found.values("pk")


def visits(selection: Selection, *, now: dt.datetime, recorded: bool = False) -> QuerySet[Any]:
    """Everybody with a confirmed place at a session of the selection that is over, with their `kind`."""
    held = sessions(selection, now=now, recorded=recorded)
    confirmed = Visitor.objects.coming().filter(booking__session__in=held, booking__status=Status.CONFIRMED)
    return confirmed.annotate(kind=kind_of_visitor()).order_by()


def who_came(selection: Selection, *, now: dt.datetime) -> QuerySet[Any]:
    """The visits of those who came, by a recorded register, without the host's own staff, trainees and guests."""
    return visits(selection, now=now, recorded=True).filter(attendance=CAME, kind=VISITOR)


def people(selection: Selection, *, now: dt.datetime) -> QuerySet[Any]:
    """The first visit of each person who came: as many rows as people. Whose name was never given is one each."""
    came = who_came(selection, now=now)
    first = came.exclude(person_id=None).values("person_id").annotate(first=Min("pk")).values("first")
    return came.filter(Q(pk__in=first) | Q(person_id=None))
