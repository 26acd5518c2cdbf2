"""Where one network holds most of the places that nobody has confirmed: staff are told, and may let them go.

It may be a script, or a school whose mail is slow, so a person looks. What they let go lapses at once; its links stay,
and book again while there is room (rule.md#unproved). Nobody is told which network it is.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Left

from bookings.models import Booking
from bookings.places import locked, write
from bookings.rule.reading import HALF
from bookings.rule.refusals import NeedsReason
from bookings.rule.room import Clock
from bookings.states import Status, Verb
from hubs.models import ShowcaseSession, StaffUser

LASTS = dt.timedelta(minutes=30)  # in which people who mean it read their mail
MANY = 10  # places: of fewer than that, a party or two are most


def narrow(sessions: "QuerySet[Any]", *, now: dt.datetime) -> "QuerySet[Any]":
    """Those where it is so; each with how many places that network holds, of how many that nobody has confirmed."""
    held = Booking.objects.filter(session=OuterRef("pk"), status=Status.HELD).order_by()
    each = _since(held, now).annotate(network=Left("held_from", HALF)).values("network").annotate(n=Sum("party"))
    all_of_them = held.values("session").annotate(n=Sum("party")).values("n")
    of_networks = Booking.objects.filter(held_from__isnull=False).order_by().values("session")
    counted = sessions.filter(pk__in=of_networks).annotate(
        of_one_network=Subquery(each.order_by("-n").values("n")[:1]), of_all_networks=Subquery(all_of_them)
    )
    found: QuerySet[Any] = counted.filter(of_one_network__gte=MANY, of_all_networks__lt=F("of_one_network") * 2)
    return found


def _since(held: "QuerySet[Booking]", now: dt.datetime) -> "QuerySet[Booking]":
    return held.filter(held_from__isnull=False, created_at__lte=now - LASTS)


class Held(NamedTuple):
    """What one network holds of a session, and how much nobody has confirmed in all."""

    bookings: Sequence[Booking]
    places: int
    of: int
    since: dt.datetime


def is_so(session_id: int, *, now: dt.datetime) -> bool:
    """Whether `narrow` finds the session. One query, of numbers alone: the page of each session asks it."""
    return narrow(ShowcaseSession.objects.filter(pk=session_id), now=now).exists()


def held_by_one(session_id: int, *, now: dt.datetime) -> Held | None:
    """The bookings of the network that holds most of what nobody has confirmed, where it is so."""
    if not is_so(session_id, now=now):
        return None
    held = Booking.objects.filter(session=session_id, status=Status.HELD).order_by("created_at", "pk")
    found = list(held.select_related("school"))
    networks: dict[str, list[Booking]] = {}
    for booking in found:
        if booking.held_from and booking.created_at <= now - LASTS:
            networks.setdefault(booking.held_from[:HALF], []).append(booking)
    most = max(networks.values(), key=_places, default=[])
    if not most:  # they have confirmed since it was asked
        return None
    return Held(most, _places(most), _places(found), most[0].created_at)


def _places(bookings: Sequence[Booking]) -> int:
    return sum(booking.party for booking in bookings)


def let_go(session_id: int, references: Sequence[str], *, by: StaffUser, clock: Clock, why: str) -> list[Booking]:
    """Let go of these bookings, as far as nobody has confirmed them meanwhile: their places are free, and those who
    wait are offered them. Returns which. Raises NeedsReason."""
    if not why.strip():
        raise NeedsReason
    with locked(session_id, clock) as room:
        unproved = Q(held_from__isnull=False, status=Status.HELD, session=session_id)
        held = Booking.objects.filter(unproved).select_related("school")
        bookings = [one for one in held if one.reference in references]  # whatever was sent: no text for a database
        if bookings:
            write(room, Verb.LET_GO, bookings, by=by, why=why)
    return bookings
