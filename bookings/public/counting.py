"""How many come to a session, from which schools: counts, and no names."""

from typing import TypeVar

from django.db.models import Count, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from bookings.attendance.lateness import came
from bookings.models import Booking, SchoolKind, Visitor
from bookings.states import SEATED, Status
from hubs.models import ShowcaseSession

Sessions = TypeVar("Sessions", bound="QuerySet[ShowcaseSession]")


def with_counts(sessions: "QuerySet[ShowcaseSession]") -> "QuerySet[ShowcaseSession]":
    """Sessions with their bookings, schools and visitors counted, each by the index of a session's bookings."""
    of_session = Booking.objects.filter(session=OuterRef("pk")).order_by().values("session")
    of_school = of_session.exclude(school_kind=SchoolKind.NONE)
    counts = {
        "bookings_seated": of_session.filter(status__in=SEATED).annotate(n=Count("pk")),
        "schools_seated": of_school.filter(status__in=SEATED).annotate(n=Count("school_key", distinct=True)),
        "visitors_confirmed": of_session.filter(status=Status.CONFIRMED).annotate(n=Sum("party")),
        "visitors_waiting": of_session.filter(status=Status.WAITING).annotate(n=Sum("party")),
    }
    return sessions.annotate(**{name: Coalesce(Subquery(rows.values("n")), 0) for name, rows in counts.items()})


def with_attended(sessions: "Sessions") -> "Sessions":
    """Sessions with `attended`, how many came by a recorded register; None where none is recorded, or nobody came."""
    of_session = Visitor.objects.filter(came(), booking__session=OuterRef("pk"))
    counted = of_session.order_by().values("booking__session").annotate(n=Count("pk"))
    return sessions.annotate(attended=Subquery(counted.values("n")))
