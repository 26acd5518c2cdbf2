"""A school's yes to its group books its teachers' places at one meeting: see bookings/groups/ for all of them."""

from bookings.models import Booking, By
from bookings.places import locked, write
from bookings.rule import people
from bookings.rule.judging import build_request, judge
from bookings.rule.party import Party
from bookings.rule.reading import what_is_beside
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import AlreadyBooked
from bookings.rule.room import Clock
from bookings.states import Status, Verb


@retry_on_reference_clash
def enrol(session_id: int, party: Party, *, clock: Clock) -> Booking:
    """Book a party at once: the link of its invitation has proved the contact's address. Nobody is written to here:
    one mail tells of all meetings.

    The same request key gives the same booking again, and a booking that staff have made meanwhile for the same address
    and as many people stands for it. Raises what `judge` raises, or AlreadyBooked.
    """
    with locked(session_id, clock, reads=what_is_beside(party)) as room:
        request = build_request(room, party)
        if request.made:
            return request.made
        there, booking = request.existing, request.booking
        if there and there.status == Status.CONFIRMED and there.party >= booking.party:
            return there
        judge(room, booking, request.beside)
        if there:
            raise AlreadyBooked
        booking.address_proved_at = room.now
        visitors = party.rows()
        write(room, Verb.ENROL, [booking], by=By.VISITOR, visitors=visitors)
        people.recognise(visitors)
        return booking
