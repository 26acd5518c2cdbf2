"""Who gave a confirmed place back after booking had closed, as the verbs froze it; apart from who did not come.

A deadline is edited later, so nothing here reads one. What a session that is off lost counts as nobody's.
"""

from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from bookings.attendance.standing import TAKES_PLACE, recorded
from bookings.models import Visitor
from bookings.states import Status
from hubs.models import ShowcaseSession

CAME, ABSENT = Visitor.Attendance.ATTENDED, Visitor.Attendance.ABSENT


def cancelled_late() -> Q:
    """Of visitors: those whose place was given back late, by themselves or with their whole booking."""
    with_booking = Q(released_at=None, booking__status=Status.CANCELLED, booking__ended_late=True)
    return (Q(released_late=True) | with_booking) & Q(booking__session__places__status__in=TAKES_PLACE)


def missed() -> Q:
    """Of visitors: those who had a place and did not come, by a recorded register."""
    return _placed(ABSENT) & recorded("booking__session")


def came() -> Q:
    """Of visitors: those who came, by a recorded register."""
    return _placed(CAME) & recorded("booking__session")


def _placed(attendance: str) -> Q:
    return Q(released_at=None, booking__status=Status.CONFIRMED, attendance=attendance)


def with_register(sessions: "QuerySet[ShowcaseSession]") -> "QuerySet[ShowcaseSession]":
    """Sessions with how many came and did not (None where the register is not recorded), and how many cancelled
    late."""
    of_session = Visitor.objects.filter(booking__session=OuterRef("pk")).order_by().values("booking__session")
    late = of_session.filter(cancelled_late()).annotate(n=Count("pk")).values("n")
    is_recorded = ShowcaseSession.objects.filter(recorded(), pk=OuterRef("pk")).order_by()
    marked = {
        name: Subquery(is_recorded.annotate(n=Coalesce(Subquery(_count(attendance)), 0)).values("n"))
        for name, attendance in (("came", CAME), ("missed", ABSENT))
    }
    return sessions.annotate(**marked, late_cancels=Coalesce(Subquery(late), 0))


def _count(attendance: str) -> "QuerySet[Any, Any]":
    placed = Visitor.objects.filter(_placed(attendance), booking__session=OuterRef("pk")).order_by()
    return placed.values("booking__session").annotate(n=Count("pk")).values("n")
