"""Staff book for somebody: at once, a party of any size, also a held-back place."""

from bookings import fair_share, people
from bookings.judging import already_there
from bookings.models import Booking, Source
from bookings.party import Party
from bookings.places import locked, write
from bookings.refusals import AlreadyBooked, NeedsReason, NotBookable, SessionFull
from bookings.room import Clock
from bookings.states import FROZEN, Verb
from hubs.models import StaffUser


def staff_booking(
    session_id: int, party: Party, *, by: StaffUser, clock: Clock, use_held_back: bool = False, why: str = ""
) -> Booking:
    """Book for somebody at once: no confirmation, no deadline for booking, a party of any size.

    Raises NotBookable for a cancelled or postponed session, SessionFull, AlreadyBooked, and NeedsReason where the
    school would have more than its share and nothing says why.
    """
    with locked(session_id, clock) as room:
        booking = party.booking(room.session, now=room.now)
        booking.source, booking.uses_held_back = Source.STAFF, use_held_back
        beside = room.bookings_beside(booking)
        for made in beside:
            if made.request_key == party.request_key:
                return made
        if room.places.status in FROZEN:
            raise NotBookable(room.places.standing(now=room.now))
        left = room.places.held_back if use_held_back else room.places.left(now=room.now)
        if not 1 <= booking.party <= left:
            raise SessionFull(left)
        if fair_share.over(room.session, booking, beside, now=room.now) and not why.strip():
            raise NeedsReason
        if already_there(booking, beside):
            raise AlreadyBooked
        visitors = party.rows()
        people.recognise(visitors, save=False)
        write(room, Verb.BOOK, [booking], by=by, why=why, visitors=visitors)
        return booking
