"""Whom the waiting list offers what, and until when (rule.md#waiting-list). Nothing here writes."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from django.db.models import Sum

from bookings.models import Booking, SchoolKind
from bookings.rule import fair_share
from bookings.rule.room import Room
from bookings.states import OFFERING
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays

LATE_HOURS = 2  # an offer made after the booking deadline stands for so many hours


def list_ends_at(session: ShowcaseSession) -> dt.datetime | None:
    """From when nobody waits any longer: its set time, and the start in any case; None while neither is known."""
    return min((at for at in (session.waiting_closes_at, session.starts_at) if at), default=None)


def list_has_ended(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether nobody waits any longer."""
    ends_at = list_ends_at(session)
    return ends_at is not None and ends_at <= now


def walk(room: Room, waiting: Iterable[Booking]) -> Iterator[tuple[Booking, int]]:
    """Each party that is offered places, in the order of the list, with how many.

    Whoever has pressed the link and can use places gets what they want, or fewer if they would come with fewer; a
    party that does not fit is skipped and keeps its position.
    """
    left = room.places.left(now=room.now)
    proved = [booking for booking in waiting if booking.address_proved_at]
    if left <= 0 or not proved or room.places.status not in OFFERING:
        return
    of_school = _seats_by_school(room, proved)
    share = fair_share.share_of(room.session, now=room.now)
    for booking in proved:
        size = min(booking.party, left)
        if share is not None and booking.school_kind != SchoolKind.NONE:
            size = min(size, share - of_school.get(booking.school_key, 0))
        if size >= booking.least:
            left -= size
            of_school[booking.school_key] = of_school.get(booking.school_key, 0) + size
            yield booking, size


def _seats_by_school(room: Room, waiting: Iterable[Booking]) -> dict[str, int]:
    """Places that the schools which wait have already: one query, and none where schools have no share."""
    if fair_share.share_of(room.session, now=room.now) is None:
        return {}
    keys = {booking.school_key for booking in waiting}
    seated = Booking.objects.seated().filter(session=room.session, school_key__in=keys).order_by()
    return dict(seated.values_list("school_key").annotate(n=Sum("party")))


def deadline(session: ShowcaseSession, calendar: SchoolDays, *, now: dt.datetime) -> dt.datetime:
    """Until when an offer made at `now` stands: the hub's hours on the school clock, two after the booking deadline,
    never past the end of the list or the start."""
    until, ends_at = calendar.hours_after(now, _hours(session, now=now)), list_ends_at(session)
    return min(until, ends_at) if ends_at else until


class Terms(NamedTuple):
    """How long an offer stands: by its hours now, and by those of one made after the booking deadline (`late`)."""

    hours: int
    late_hours: int
    late: bool
    until: dt.datetime


def terms(session: ShowcaseSession, calendar: SchoolDays, *, now: dt.datetime) -> Terms:
    """What whoever waits is told before there is an offer: the rule, and until when one made `now` would stand."""
    return Terms(_hours(session, now=now), LATE_HOURS, _is_late(session, now=now), deadline(session, calendar, now=now))


def _is_late(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    return session.closes_at is not None and session.closes_at <= now


def _hours(session: ShowcaseSession, *, now: dt.datetime) -> int:
    return LATE_HOURS if _is_late(session, now=now) else session.hub_year.hub.offer_hours


def rest_of(booking: Booking, size: int) -> Booking:
    """What of a party goes on waiting once `size` of it are offered places: a booking that goes with the first and
    keeps its position (not saved)."""
    rest = companion(booking, booking.party - size)
    rest.created_at, rest.joined_at = booking.created_at, booking.joined_at
    rest.address_proved_at = booking.address_proved_at
    rest.smallest_party = 1 if booking.smallest_party else None
    return rest


def companion(booking: Booking, size: int) -> Booking:
    """A booking of the same contact and school for `size` more, that goes with the first (not saved)."""
    one = Booking(status="", party=size, goes_with_id=booking.first_id, contact_comes=False)
    for name in COPIED:
        setattr(one, name, getattr(booking, name))
    return one


COPIED = (
    "session",
    "source",
    "language",
    "contact_name",
    "contact_email",
    "contact_mobile",
    "school_kind",
    "school",
    "school_name",
    "school_place",
    "school_key",
    "code",
)
