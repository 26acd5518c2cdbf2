"""What staff do to a session's places: announce, open, close, set how many there are. Twice is once."""

from bookings.places import locked, write
from bookings.refusals import NotReady, TooFewPlaces, WrongStatus
from bookings.room import Clock, Room
from bookings.states import SESSION_TABLE, SessionStatus, Verb
from hubs.models import StaffUser


def announce(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Show a session to the public; booking is not open yet. Nothing of it needs to be known. Raises WrongStatus."""
    with locked(session_id, clock) as room:
        _move(room, Verb.ANNOUNCE, by)


def open_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Open booking, at once or at the session's set time. Raises NotReady (section 3.12) or WrongStatus."""
    with locked(session_id, clock) as room:
        if not room.session.can_open or not room.places.capacity:
            raise NotReady
        _move(room, Verb.OPEN, by)


def close_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Take no more bookings; those made stay. Raises WrongStatus."""
    with locked(session_id, clock) as room:
        _move(room, Verb.CLOSE, by)


def _move(room: Room, verb: Verb, by: StaffUser) -> None:
    """Change the session's status as the table says."""
    before, after = SESSION_TABLE[verb]
    if room.places.status == after:
        return
    if room.places.status not in before:
        raise WrongStatus(SessionStatus(room.places.status))
    write(room, verb, by=by, status=after)


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
