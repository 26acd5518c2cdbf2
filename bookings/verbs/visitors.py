"""Changing who a booking's people are: one leaves, one is named at the door, one is added; by them, or by staff for
whoever rings."""

import uuid
from typing import NamedTuple

from bookings.mail_kinds import PressedBy
from bookings.models import Booking, By, Visitor
from bookings.places import ENDS, locked_booking, write
from bookings.rule import fair_share, people
from bookings.rule.judging import fits, judge, judge_asking, refuse_after_start
from bookings.rule.offers import companion, list_has_ended
from bookings.rule.party import MOST_OF_STAFF, MOST_VISITORS, NewVisitor
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import (
    Ended,
    InThisBooking,
    ListEnded,
    NeedsReason,
    NoAddress,
    NotBookable,
    PartyTooLarge,
    SessionFull,
)
from bookings.rule.room import Clock, Room
from bookings.states import FROZEN, Status, Verb
from bookings.verbs.contact import live_party
from bookings.verbs.written_to import refuse_mailing
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
        _leaves(room, booking, visitor)
        write(room, Verb.RELEASE, [booking], by=by, party=booking.party - 1, visitors=[visitor], pressed_by=pressed_by)
        return booking


def take_out(visitor_id: int, *, by: StaffUser, clock: Clock, why: str = "") -> Booking:
    """Staff give one visitor's place back for them: `release`, by whoever answers the phone. Twice is once.

    The last one's withdraws the booking, which takes a reason. Raises what `release` does, and NeedsReason.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.get(pk=visitor_id)
        if visitor.released_at or booking.status == Status.CANCELLED:
            return booking
        refuse_after_start(room)
        if not booking.is_live:
            raise Ended
        if booking.party == 1:
            if not why.strip():
                raise NeedsReason
            write(room, Verb.WITHDRAW, [booking], by=by, why=why, visitors=[visitor])
            return booking
        _leaves(room, booking, visitor)
        party = booking.party - 1
        if booking.smallest_party:
            booking.smallest_party = min(booking.smallest_party, party)
        write(room, Verb.TAKE_OUT, [booking], by=by, why=why, party=party, visitors=[visitor], pressed_by="hub")
        return booking


def _leaves(room: Room, booking: Booking, visitor: Visitor) -> None:
    visitor.released_at, visitor.released_late = room.now, booking.status == Status.CONFIRMED and room.is_late
    Visitor.objects.filter(pk=visitor.pk).update(released_at=room.now, released_late=visitor.released_late)
    if visitor.is_contact:
        Booking.objects.filter(pk=visitor.booking_id).update(contact_comes=False)


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
    SessionFull or SchoolShareUsed where they have no place and were not to wait; SentJustNow where too many people have
    been written to.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        made = uuid.uuid5(booking.public_id, str(key))  # whoever holds this link says the key: it names nothing else
        if booking.visitors.filter(public_id=made).exists():
            return Added(booking)
        if waits := Booking.objects.filter(request_key=made).first():
            return Added(waits, waits=True)
        _judge(room, booking, colleague, most=MOST_VISITORS)
        one = companion(booking, 1)
        judge_asking(room, one)
        beside = room.bookings_beside(one)
        if fits(room, one, beside):
            refuse_mailing(room, booking, more=int(bool(colleague.email)), by=By.VISITOR)
            return Added(_seat(room, booking, colleague, made))
        if not may_wait:
            judge(room, one, beside)
        return Added(_join(room, booking, one, colleague, made), waits=True)


@retry_on_reference_clash
def put_in(
    booking_id: int,
    colleague: NewVisitor,
    *,
    by: StaffUser,
    clock: Clock,
    key: uuid.UUID,
    why: str = "",
    may_wait: bool = False,
) -> Added:
    """Staff add a person to a booking for whoever rings: into a place while there is one, after the deadline too; over
    the school's share with a reason; never into a place that the room has not, or that somebody who waits can have.

    A guest's party that uses held-back places takes another of these first. With `may_wait` the person joins the
    waiting list instead, where the contact has an address for the offer. The same `key` adds once. Raises Ended,
    NotBookable for a session that has started or is off, InThisBooking, SessionFull, NeedsReason, NoAddress, ListEnded.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        made = uuid.uuid5(booking.public_id, str(key))
        if booking.visitors.filter(public_id=made).exists():
            return Added(booking)
        if waits := Booking.objects.filter(request_key=made).first():
            return Added(waits, waits=True)
        if room.places.status in FROZEN:
            raise NotBookable(room.places.standing(now=room.now))
        _judge(room, booking, colleague)
        one = companion(booking, 1)
        left = max(room.places.left(now=room.now), room.places.held_back if booking.uses_held_back else 0)
        over = fair_share.over(room.session, one, room.bookings_beside(one), now=room.now) and not why.strip()
        if may_wait and (over or left < 1):
            return Added(_wait_for_them(room, booking, one, colleague, made, by), waits=True)
        if left < 1:
            raise SessionFull(0)
        if over:
            raise NeedsReason
        return Added(_seat(room, booking, colleague, made, by=by, why=why))


def _wait_for_them(
    room: Room, booking: Booking, one: Booking, colleague: NewVisitor, made: uuid.UUID, by: StaffUser
) -> Booking:
    """Staff have spoken to whoever asks, so that their wait counts at once."""
    if not booking.contact_email:
        raise NoAddress
    return _join(room, booking, one, colleague, made, by=by)


def _judge(room: Room, booking: Booking, colleague: NewVisitor, *, most: int = MOST_OF_STAFF) -> None:
    refuse_after_start(room)
    if booking.status not in (Status.HELD, Status.CONFIRMED):
        raise Ended
    if booking.party >= most:
        raise PartyTooLarge
    key = email_key(colleague.email)
    party = Visitor.objects.coming().filter(booking__in=live_party(booking))
    if key and (key == booking.email_key or party.filter(email_key=key).exists()):
        raise InThisBooking


def _seat(
    room: Room,
    booking: Booking,
    colleague: NewVisitor,
    made: uuid.UUID,
    *,
    by: StaffUser | By = By.VISITOR,
    why: str = "",
) -> Booking:
    last = booking.visitors.order_by("-position").values_list("position", flat=True).first() or 0
    visitor = Visitor(booking=booking, position=last + 1, public_id=made)
    colleague.put_on(visitor)
    visitor.save()
    if booking.status == Status.CONFIRMED:
        people.recognise([visitor])
    verb = Verb.PUT_IN if isinstance(by, StaffUser) else Verb.ADD
    write(room, verb, [booking], by=by, why=why, party=booking.party + 1, visitors=[visitor])
    return booking


def _join(
    room: Room,
    booking: Booking,
    one: Booking,
    colleague: NewVisitor,
    made: uuid.UUID,
    *,
    by: StaffUser | By = By.VISITOR,
) -> Booking:
    if list_has_ended(room.session, now=room.now):
        raise ListEnded
    one.request_key, one.joined_at, one.created_at = made, room.now, room.now
    one.address_proved_at = room.now if booking.address_proved_at or isinstance(by, StaffUser) else None
    visitor = Visitor(position=1)
    colleague.put_on(visitor)
    write(room, Verb.JOIN, [one], by=by, visitors=[visitor])
    return one
