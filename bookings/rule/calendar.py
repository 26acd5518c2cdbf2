"""The versions of calendar entries (SEQUENCE): each mail that changes an entry has a higher one than all before it.

An entry's version is the sum of three: how often its session has changed (`Places.calendar_sequence`), by how much its
booking is ahead of that (`Booking.calendar_ahead`), and how often the place has changed hands (`link_version`). `write`
in places.py raises the first two from the row of the lifecycle, so no verb has to think of it.
"""

from bookings.mail_kinds import MAILS
from bookings.models import Booking, Places, Visitor
from bookings.states import ENDED, LIVE, SESSION_MAILS, Row, Verb

# A change is two versions on in everybody's calendar: a CANCEL goes out as one more than the version that it takes out
# (calendar_entry.py), and whatever comes next must be higher than both.
VERSIONS = 2


def entry_version(places: Places, booking: Booking, visitor: Visitor) -> int:
    """The SEQUENCE of a place's calendar entry."""
    return places.calendar_sequence + booking.calendar_ahead + VERSIONS * (visitor.link_version - 1)


def sequence_after(verb: Verb, places: Places) -> int:
    """The session's version once `verb` has been done: higher where its mail goes into calendars."""
    kind = SESSION_MAILS.get(verb)
    return places.calendar_sequence + (VERSIONS if kind and MAILS[kind].calendar else 0)


def ahead_after(row: Row, places: Places, booking: Booking) -> int:
    """By how much a booking is ahead of its session once `row` has been done.

    Whatever comes back from an end is told as something new, also by way of the waiting list. One that moves to another
    session, whose own version may be lower, takes its whole version out of the one and is ahead by the rest in the
    other: 4 + 0, moved, is 6 = 0 + 6.
    """
    if row.verb is Verb.MOVE_OUT:
        return booking.calendar_ahead + places.calendar_sequence + VERSIONS
    if row.verb is Verb.MOVE_IN:
        return max(booking.calendar_ahead - places.calendar_sequence, 0)
    back = row.from_ in ENDED and row.to in LIVE
    return booking.calendar_ahead + (VERSIONS if back else 0)
