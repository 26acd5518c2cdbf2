"""Changing who a booking's people are: one leaves, one is named at the door, one is added."""

import uuid
from typing import NamedTuple

from bookings.mail_kinds import PressedBy
from bookings.models import Booking, By, Visitor
from bookings.places import ENDS, locked_booking, write
from bookings.rule import people
from bookings.rule.judging import fits, judge, judge_asking, refuse_after_start
from bookings.rule.offers import companion, list_has_ended
from bookings.rule.party import MOST_VISITORS, NewVisitor
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import Ended, InThisBooking, ListEnded, PartyTooLarge
from bookings.rule.room import Clock, Room
from bookings.states import Status, Verb
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key


def release(visitor_id: int, *, clock: Clock, by: By = By.VISITOR, pressed_by: PressedBy = "contact") -> Booking:
    """Give one visitor's place back; the last one's cancels the booking. Twice is once.

    The contact is told, and so is the visitor, whoever did it: the mail takes the session out of their calendar. Both
    read whose place it was, and who gave it up.

    Raises NotBookable once the session has started, Ended where the booking has ended.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.get(pk=visitor_id)
        if visitor.released_at or booking.status == Status.CANCELLED:
            return booking
        refuse_after_start(room)
        if booking.party == 1:
            write(
                room,
                ENDS.get(Status(booking.status), Verb.CANCEL),
                [booking],
                by=by,
                visitors=[visitor],
                pressed_by=pressed_by,
            )
            return booking
        if not booking.is_live:
            raise Ended
        Visitor.objects.filter(pk=visitor_id).update(released_at=room.now)
        if visitor.is_contact:
            Booking.objects.filter(pk=booking_id).update(contact_comes=False)
        write(room, Verb.RELEASE, [booking], by=by, party=booking.party - 1, visitors=[visitor], pressed_by=pressed_by)
        return booking


def name_at_the_door(visitor_id: int, full_name: str, *, by: StaffUser, clock: Clock) -> Visitor:
    """Give the name of somebody who was to be named, also after the start: they stand before whoever writes it.

    A name that is there already stays: two members of staff may ask the same person. Nobody is written to. Raises
    Ended where the place is nobody's any longer.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.get(pk=visitor_id)
        if booking.status != Status.CONFIRMED or visitor.released_at:
            raise Ended
        if visitor.full_name:
            return visitor
        visitor.full_name = full_name
        visitor.save(update_fields=["full_name"])
        people.recognise([visitor])
        write(room, Verb.CHANGE, [booking], by=by)
        return visitor


# A party that grows: a colleague is added to a booking, and has a place or waits for one (rule.md#waiting-list).


class Added(NamedTuple):
    """The booking that the colleague is in: the same one, or one of their own on the waiting list."""

    booking: Booking
    waits: bool = False


@retry_on_reference_clash
def add_visitor(
    booking_id: int, colleague: NewVisitor, *, clock: Clock, key: uuid.UUID, may_wait: bool = False
) -> Added:
    """Add a colleague to a booking: they take a place; or, where that was asked for, they `may_wait` for one in a
    booking that goes with the first.

    The same `key` adds once. Raises Ended, PartyTooLarge, InThisBooking, ListEnded and what `judge_asking` raises; and
    SessionFull or SchoolShareUsed where they have no place and were not to wait.
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
        beside = room.bookings_beside(one)
        if fits(room, one, beside):
            return Added(_seat(room, booking, colleague, made))
        if not may_wait:
            judge(room, one, beside)
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
