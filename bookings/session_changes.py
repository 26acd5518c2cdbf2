"""What staff do to a session's places: announce, open, close, set how many there are."""

from bookings.places import Clock, locked, write
from bookings.refusals import NotReady, TooFewPlaces
from bookings.states import SessionStatus, Verb
from hubs.models import StaffUser


def announce(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Show a session to the public; booking is not open yet. Nothing of it needs to be known."""
    with locked(session_id, clock) as room:
        write(room, Verb.ANNOUNCE, by=by, status=SessionStatus.ANNOUNCED)


def open_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Open booking, at once or at the session's set time. Raises NotReady (section 3.12)."""
    with locked(session_id, clock) as room:
        if not room.session.can_open or not room.places.capacity:
            raise NotReady
        write(room, Verb.OPEN, by=by, status=SessionStatus.OPEN)


def close_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Take no more bookings; those made stay."""
    with locked(session_id, clock) as room:
        write(room, Verb.CLOSE, by=by, status=SessionStatus.CLOSED)


def set_places(session_id: int, *, capacity: int, held_back: int, by: StaffUser, clock: Clock) -> None:
    """Say how many places there are and how many are held back.

    Raises TooFewPlaces where more are taken and kept than that; an open session keeps at least one place.
    """
    with locked(session_id, clock) as room:
        needed = room.places.places_taken + held_back
        if room.places.status == SessionStatus.OPEN:
            needed = max(needed, 1)
        if capacity < needed:
            raise TooFewPlaces(needed)
        write(room, Verb.SET_PLACES, by=by, capacity=capacity, held_back=held_back)
