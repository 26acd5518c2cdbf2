"""Staff book for somebody: at once, a party of any size, also a held-back place; and whoever stands at the door."""

from bookings.attendance import register
from bookings.models import Booking, Source, Visitor
from bookings.places import locked, write
from bookings.rule import fair_share, people
from bookings.rule.judging import already_there
from bookings.rule.party import Party
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import AlreadyBooked, NeedsReason, NotBookable, SessionFull
from bookings.rule.room import Clock, Room
from bookings.states import FROZEN, Verb
from hubs.models import StaffUser


@retry_on_reference_clash
def staff_booking(
    session_id: int, party: Party, *, by: StaffUser, clock: Clock, use_held_back: bool = False, why: str = ""
) -> Booking:
    """Book for somebody at once: no confirmation, no deadline for booking, a party of any size.

    Raises NotBookable for a cancelled or postponed session, SessionFull, AlreadyBooked, and NeedsReason where the
    school would have more than its share and nothing says why.
    """
    with locked(session_id, clock) as room:
        booking, beside = _asked(room, party)
        booking.uses_held_back = use_held_back
        if made := _made(booking, beside):
            return made
        left = room.places.held_back if use_held_back else room.places.left(now=room.now)
        _judge(room, booking, beside, left=left, why=why)
        visitors = party.rows()
        write(room, Verb.BOOK, [booking], by=by, why=why, visitors=visitors)
        people.recognise(visitors)
        return booking


def walk_in(session_id: int, party: Party, *, by: StaffUser, clock: Clock, raise_to: int = 0, why: str = "") -> Booking:
    """Book for whoever stands at the door, and mark them as arrived. A held-back place is used where no other is left.

    With `raise_to` the room is made to hold so many, if it must, in the same transaction; `why` is kept with both.
    Raises what `staff_booking` raises, NotItsDay before the session's day, and NeedsReason where nothing says why the
    room holds more.
    """
    with locked(session_id, clock) as room:
        register.refuse_before_its_day(room.session, now=room.now)
        booking, beside = _asked(room, party)
        if made := _made(booking, beside):
            return made
        left, raised = _left_at_the_door(room, booking, raise_to)
        _judge(room, booking, beside, left=left, why=why)
        if raised and not why.strip():
            raise NeedsReason
        visitors = party.rows()
        for visitor in visitors:
            visitor.attendance, visitor.marked_at, visitor.marked_by = Visitor.Attendance.ATTENDED, room.now, by
        if raised:
            write(room, Verb.SET_PLACES, by=by, why=why, capacity=raise_to)
        write(room, Verb.BOOK, [booking], by=by, why=why, visitors=visitors)
        people.recognise(visitors)
        return booking


def _left_at_the_door(room: Room, booking: Booking, raise_to: int) -> tuple[int, bool]:
    """How many places there are for this booking, and whether the room must hold more for that."""
    left = room.places.left(now=room.now)
    if booking.party <= left:
        return left, False
    if booking.party <= room.places.held_back:
        booking.uses_held_back = True
        return room.places.held_back, False
    more = max(raise_to - room.places.capacity, 0)
    return left + more, more > 0


def _asked(room: Room, party: Party) -> tuple[Booking, list[Booking]]:
    """The booking asked for, and what stands beside it."""
    booking = party.booking(room.session, now=room.now)
    booking.source = Source.STAFF
    return booking, room.bookings_beside(booking)


def _made(booking: Booking, beside: list[Booking]) -> Booking | None:
    """What the same form has booked already."""
    return next((made for made in beside if made.request_key == booking.request_key), None)


def _judge(room: Room, booking: Booking, beside: list[Booking], *, left: int, why: str) -> None:
    if room.places.status in FROZEN:
        raise NotBookable(room.places.standing(now=room.now))
    if not 1 <= booking.party <= left:
        raise SessionFull(left)
    if fair_share.over(room.session, booking, beside, now=room.now) and not why.strip():
        raise NeedsReason
    if already_there(booking, beside):
        raise AlreadyBooked
