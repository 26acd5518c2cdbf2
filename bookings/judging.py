"""What every booking on the web is judged by. Nothing here writes, and nothing depends on an address."""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone

from bookings import fair_share
from bookings.models import Booking
from bookings.party import MOST_VISITORS
from bookings.refusals import NotBookable, PartyTooLarge, SessionFull
from bookings.room import Room
from bookings.states import Standing
from hubs.models import ShowcaseSession
from hubs.school_days import SchoolDays, london

SHORTEST_HOLD = dt.timedelta(hours=3)


def judge(room: Room, booking: Booking, beside: Sequence[Booking], *, instead_of: Booking | None = None) -> None:
    """Whether the public could make `booking` now; nothing here depends on an address (section 3.7).

    `instead_of` is the hold that it replaces: its places count as free, and the deadline for booking does not matter.
    Raises PartyTooLarge, NotBookable, NotForYourSchool, SessionFull or SchoolShareUsed.
    """
    if not 1 <= booking.party <= MOST_VISITORS:
        raise PartyTooLarge
    standing = room.places.standing(now=room.now)
    allowed = {Standing.OPEN, Standing.FULL} | ({Standing.CLOSED} if instead_of else set())
    if standing not in allowed:
        raise NotBookable(standing)
    fair_share.judge_school(room.session, booking.school, now=room.now)
    left = room.places.left(now=room.now) + (instead_of.seats if instead_of else 0)
    if booking.party > left:
        raise SessionFull(max(left, 0))
    fair_share.judge_share(room.session, booking, [b for b in beside if b != instead_of], now=room.now)


def already_there(booking: Booking, beside: Sequence[Booking]) -> Booking | None:
    """The live booking that leaves no room for this one: one each (section 3.6)."""
    if booking.goes_with_id or not booking.email_key:
        return None
    for other in beside:
        same_contact = other.email_key == booking.email_key and other.is_live and not other.goes_with_id
        comes_twice = other.contact_comes and booking.contact_comes
        if same_contact and (other.school_key == booking.school_key or comes_twice):
            return other
    return None


def hold_deadline(session: ShowcaseSession, calendar: SchoolDays, *, now: dt.datetime) -> dt.datetime:
    """Until when a hold made at `now` keeps its places: the hub's hour on the next school day, at least 3 hours,
    never past the start (section 3.10)."""
    evening = london(calendar.after(timezone.localdate(now)), session.hub_year.hub.hold_until)
    deadline = max(evening, now + SHORTEST_HOLD)
    return min(deadline, session.starts_at) if session.starts_at else deadline


def refuse_after_start(room: Room) -> None:
    if room.session.starts_at and room.session.starts_at <= room.now:
        raise NotBookable(Standing.OVER)
