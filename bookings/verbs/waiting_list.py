"""The waiting list: ask to wait, confirm it by the mailed link, ask again (rule.md#waiting-list).

Whom the list offers places is decided in offers.py and written by settling; leaving it is `places.cancel`.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple

from bookings.models import Booking, By
from bookings.places import drop, hold, locked, locked_booking, nothing, prove, waiting_of, write
from bookings.rule import allowance, mails
from bookings.rule.judging import already_there, build_request, fits, hold_deadline, judge_asking
from bookings.rule.offers import list_has_ended
from bookings.rule.party import Party
from bookings.rule.reading import what_is_beside
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import (
    AlreadyBooked,
    ConfirmFirst,
    Ended,
    ListEnded,
    NotBookable,
    Refused,
    SessionFull,
    TooManyFromHere,
)
from bookings.rule.room import Clock, Room
from bookings.states import FROZEN, Status, Verb
from hubs.models.calendar import calendar_of_session


class Joined(NamedTuple):
    """What became of asking to wait. `held` places are held at once; `booking` is None where the address has one."""

    booking: Booking | None
    held: int = 0


@retry_on_reference_clash
def join(
    session_id: int,
    party: Party,
    *,
    clock: Clock,
    fewer: bool = False,
    at_least: int = 0,
    instead_of: Booking | None = None,
    count: Callable[[], object] = nothing,
    first: bool = False,
) -> Joined:
    """Put a party on the waiting list, and mail the link by which they confirm that they wait.

    A party that would come with `fewer` is held what there is at once, and waits for the rest. `held` says how many:
    it depends on the session, the school and the party's size, never on an address. With `first` those are held for
    nobody, and booked when they are confirmed. Raises what `judge_asking` raises, ListEnded, ConfirmFirst as `hold`
    does, and SessionFull where less than the `at_least` places can be had that they have read of. `count`: as in
    `hold`.
    """
    calendar = calendar_of_session(session_id)
    with locked(session_id, clock, reads=what_is_beside(party)) as room:
        request = build_request(room, party, instead_of=instead_of)
        if request.made:
            return Joined(request.made, request.made.party if request.made.asks_first else request.made.seats)
        count()
        judge_asking(room, request.booking, dropped=request.dropped)
        if list_has_ended(room.session, now=room.now):
            raise ListEnded
        held = fits(room, request.booking, request.beside, dropped=request.dropped) if fewer else 0
        if held < at_least:
            raise SessionFull(held)
        if held and not first:
            allowance.judge_network(room, request.booking, size=held, dropped=request.dropped)
        drop(room, request.dropped)
        if mails.answered_by_mail(room, request.booking, request.existing):
            return Joined(None, held)
        deadline = None if first else hold_deadline(room.session, calendar, now=room.now)
        return Joined(_join(room, party, held, fewer=fewer, deadline=deadline), held)


def at_another_address(
    session_id: int,
    party: Party,
    *,
    clock: Clock,
    instead_of: Booking | None,
    fewer: bool | None = None,
    count: Callable[[], object] = nothing,
    first: bool = False,
) -> Booking | None:
    """ "Use another address": drop what the draft asked for, whose link dies, and ask anew for the new address; for the
    waiting list where `fewer` is said.

    Never refuses in words, for a refusal here would say whether the first address was booked: the new address is told
    by mail (rule.md#hold). What `count` raises says nothing of an address, and is said; nor does ConfirmFirst.
    """
    how: Any = {"clock": clock, "instead_of": instead_of, "count": count, "first": first}
    try:
        if fewer is None:
            return hold(session_id, party, **how)
        return join(session_id, party, fewer=fewer, **how).booking
    except (TooManyFromHere, ConfirmFirst):
        raise
    except Refused:
        with locked(session_id, clock) as room:
            mails.tell_not_booked(room, party)
        return None


def _join(room: Room, party: Party, held: int, *, fewer: bool, deadline: dt.datetime | None) -> Booking:
    """Hold places for `held` visitors of the party until the deadline, or have them asked for where there is none; the
    others wait, in a booking that goes with theirs."""
    first = None
    if held:
        seated, rest = party.parts(held)
        first = seated.booking(room.session, now=room.now)
        first.deadline = deadline
        write(room, Verb.HOLD if deadline else Verb.ASK, [first], by=By.VISITOR, visitors=seated.rows())
        if held == party.size:
            return first
        party = rest
    booking = party.booking(room.session, now=room.now)
    if first:
        booking.goes_with, booking.request_key = first, None
    booking.joined_at = room.now
    booking.smallest_party = 1 if fewer else None
    write(room, Verb.JOIN, [booking], by=By.VISITOR, visitors=party.rows())
    return first or booking


def wait(booking_id: int, *, clock: Clock) -> Booking:
    """Confirm that a party waits: from now on it can be offered places. On a lapsed one, wait again at the end.

    Twice is once. Raises Ended for any other booking, NotBookable, NotForYourSchool, ListEnded, AlreadyBooked.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if room.places.status in FROZEN:
            raise NotBookable(room.places.standing(now=room.now))
        if booking.status == Status.WAITING:
            prove(room, waiting_of(room, booking))
        elif booking.status == Status.LAPSED:
            _rejoin(room, booking)
        elif not booking.is_live:
            raise Ended
        return booking


def _rejoin(room: Room, booking: Booking) -> None:
    """Ask again, judged as if asked now (rule.md#waiting-list)."""
    judge_asking(room, booking)
    if list_has_ended(room.session, now=room.now):
        raise ListEnded
    if already_there(booking, room.bookings_beside(booking)):
        raise AlreadyBooked
    booking.joined_at = booking.address_proved_at = room.now
    booking.deadline = None
    write(room, Verb.REJOIN, [booking], by=By.VISITOR)
    room.waiting.append(booking)
