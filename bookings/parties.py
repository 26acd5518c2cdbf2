"""A party that grows: a colleague is added to a booking, and has a place or waits for one (section 3.5, 3.11)."""

import uuid
from typing import NamedTuple

from bookings import people
from bookings.drawing import with_its_own_reference
from bookings.judging import fits, judge_asking, refuse_after_start
from bookings.models import Booking, By, Visitor
from bookings.offers import companion, list_has_ended
from bookings.party import MOST_VISITORS, NewVisitor
from bookings.places import locked_booking, write
from bookings.refusals import Ended, InThisBooking, ListEnded, PartyTooLarge
from bookings.room import Clock, Room
from bookings.states import Status, Verb
from hubs.email_address import email_key


class Added(NamedTuple):
    """The booking that the colleague is in: the same one, or one of their own on the waiting list."""

    booking: Booking
    waits: bool = False


@with_its_own_reference
def add_visitor(booking_id: int, colleague: NewVisitor, *, clock: Clock, key: uuid.UUID) -> Added:
    """Add a colleague to a booking: they take a place, or join the list as a booking that goes with the first.

    The same `key` adds once. Raises Ended, PartyTooLarge, InThisBooking, ListEnded and what `judge_asking` raises.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        made = uuid.uuid5(booking.public_id, str(key))  # whoever holds this link says the key: it names nothing else
        if booking.visitors.filter(public_id=made).exists():
            return Added(booking)
        if waits := Booking.objects.filter(request_key=made).first():
            return Added(waits, waits=True)
        _judge(room, booking, colleague)
        one = companion(booking, 1)
        judge_asking(room, one)
        if fits(room, one, room.bookings_beside(one)):
            return Added(_seat(room, booking, colleague, made))
        return Added(_join(room, booking, one, colleague, made), waits=True)


def _judge(room: Room, booking: Booking, colleague: NewVisitor) -> None:
    refuse_after_start(room)
    if booking.status not in (Status.HELD, Status.CONFIRMED):
        raise Ended
    if booking.party >= MOST_VISITORS:
        raise PartyTooLarge
    key = email_key(colleague.email)
    party = Visitor.objects.coming().filter(booking=booking)
    if key and (key == booking.email_key or party.filter(email_key=key).exists()):
        raise InThisBooking


def _seat(room: Room, booking: Booking, colleague: NewVisitor, made: uuid.UUID) -> Booking:
    last = booking.visitors.order_by("-position").values_list("position", flat=True).first() or 0
    visitor = Visitor(booking=booking, position=last + 1, public_id=made)
    colleague.put_on(visitor)
    if booking.status == Status.CONFIRMED:
        people.recognise([visitor], save=False)
    visitor.save()
    write(room, Verb.ADD, [booking], by=By.VISITOR, party=booking.party + 1, visitors=[visitor])
    return booking


def _join(room: Room, booking: Booking, one: Booking, colleague: NewVisitor, made: uuid.UUID) -> Booking:
    if list_has_ended(room.session, now=room.now):
        raise ListEnded
    one.request_key, one.joined_at, one.created_at = made, room.now, room.now
    one.address_proved_at = room.now if booking.address_proved_at else None
    visitor = Visitor(position=1)
    colleague.put_on(visitor)
    write(room, Verb.JOIN, [one], by=By.VISITOR, visitors=[visitor])
    return one
