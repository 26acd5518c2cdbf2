"""A contact, or a visitor for their own place, moves to another address: asked for by the old one's link, and taken by
pressing the link that goes to the new one.

No answer depends on the address that was typed: where it has a place here already, only the mail differs, and goes to
its owner (rule.md#same-answer).
"""

from collections.abc import Sequence
from typing import NamedTuple

from bookings.models import AddressChange, AuditEntry, Booking, By, Visitor
from bookings.places import locked_booking, write
from bookings.rule import mails, people
from bookings.rule.judging import refuse_after_start
from bookings.rule.refusals import AlreadyBooked, Ended, InThisBooking, NotBookable, SentJustNow
from bookings.rule.room import Clock, Room
from bookings.rule.too_often import A_DAY, APART, Limit, may_again_at
from bookings.states import FROZEN, Status, Verb
from bookings.verbs.contact import colleague_with, live_party, save_contact, taken_by
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key

OF_A_BOOKING = (Limit(10, A_DAY),)


class _Taken(NamedTuple):
    """Who has a place here at an address already: a contact, or a visitor of the same party."""

    booking: Booking
    visitor: Visitor | None


def ask_for_address(
    booking_id: int, email: str, *, clock: Clock, visitor_id: int | None = None, by: StaffUser | By = By.VISITOR
) -> None:
    """Keep a new address beside the old one, and write to both: for the contact, or the visitor of one place.

    The same one again within ten minutes is the same press. Raises Ended, NotBookable once the session has started or
    while it is off, InThisBooking where the contact asks for a colleague's, SentJustNow for one that asks too often;
    and AlreadyBooked, to staff alone.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = _judge(room, booking, visitor_id)
        owner = visitor or booking
        if email_key(email) == owner.email_key:
            return
        asked = AddressChange.objects.of(booking, visitor).first() or AddressChange(booking=booking, visitor=visitor)
        same = _is_open(asked, owner) and email_key(asked.email or "") == email_key(email)
        if same and asked.asked_at > room.now - APART.within:
            return
        _refuse_too_often(room, booking)
        party = live_party(booking)
        if visitor is None and colleague_with(party, email):
            raise InThisBooking
        taken = _taken(room, party, booking, visitor, email)
        if taken and isinstance(by, StaffUser):
            raise AlreadyBooked
        asked.link_version += 0 if same or asked.pk is None else 1
        asked.email, asked.from_version, asked.asked_at, asked.pressed_at = email, owner.link_version, room.now, None
        asked.save()
        if taken:
            mails.tell_taken(room, *taken)
        news = [] if taken else mails.to_new_address(room, booking, asked)
        write(room, Verb.ASK_ADDRESS, [booking], by=by, address=asked, news=news)


def take_address(change_id: int, version: int, *, clock: Clock) -> None:
    """The owner of a new address has pressed the link, of that version: it takes effect, and older links end. Twice is
    once.

    Where it has a place here by now, nothing changes and its owner is told by mail. Raises as `ask_for_address` does.
    """
    booking_id = AddressChange.objects.values_list("booking_id", flat=True).get(pk=change_id)
    with locked_booking(booking_id, clock) as (room, booking):
        asked = AddressChange.objects.get(pk=change_id)
        if asked.link_version != version:
            raise Ended
        if asked.pressed_at:
            return
        visitor = _judge(room, booking, asked.visitor_id)
        if not _is_open(asked, visitor or booking):
            raise Ended
        party, email = live_party(booking), asked.email or ""
        AddressChange.objects.filter(pk=change_id).update(pressed_at=room.now)
        if taken := _taken(room, party, booking, visitor, email):
            mails.tell_taken(room, *taken)
            write(room, Verb.DROP_ADDRESS, [booking], by=By.VISITOR)
        elif visitor:
            _visitor_moves(room, booking, visitor, email)
        else:
            _contact_moves(room, party, email)


def keep_address(booking_id: int, *, clock: Clock, visitor_id: int | None = None) -> None:
    """The old address stays after all; the link that went to the new one ends. Twice is once."""
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = _judge(room, booking, visitor_id)
        asked = AddressChange.objects.of(booking, visitor).open().first()
        if asked:
            asked.delete()
            write(room, Verb.DROP_ADDRESS, [booking], by=By.VISITOR)


def _judge(room: Room, booking: Booking, visitor_id: int | None) -> Visitor | None:
    """The visitor whose address it is, or None for the contact's; their place stands."""
    refuse_after_start(room)
    if room.places.status in FROZEN:
        raise NotBookable(room.places.standing(now=room.now))
    if not booking.is_live:
        raise Ended
    if visitor_id is None:
        return None
    visitor = booking.visitors.coming().filter(pk=visitor_id).first()
    if visitor is None or booking.status != Status.CONFIRMED:
        raise Ended
    return visitor


def _is_open(asked: AddressChange, owner: Booking | Visitor) -> bool:
    return asked.pk is not None and asked.pressed_at is None and asked.from_version == owner.link_version


def _refuse_too_often(room: Room, booking: Booking) -> None:
    """Whatever the address: whoever holds the link must not have us write to all the world."""
    times = AuditEntry.objects.filter(booking=booking, verb=Verb.ASK_ADDRESS, at__gt=room.now - A_DAY)
    if at := may_again_at(times.values_list("at", flat=True), OF_A_BOOKING, now=room.now):
        raise SentJustNow(at)


def _taken(
    room: Room, party: Sequence[Booking], booking: Booking, visitor: Visitor | None, email: str
) -> _Taken | None:
    """Who leaves no room for that address: a visitor's is compared within the party, a contact's in the session too."""
    if visitor and email_key(email) == booking.email_key:
        return _Taken(booking, None)
    if colleague := colleague_with(party, email):
        return _Taken(colleague.booking, colleague)
    other = None if visitor else taken_by(room, party, email)
    return _Taken(other, None) if other else None


def _visitor_moves(room: Room, booking: Booking, visitor: Visitor, email: str) -> None:
    visitor.set_email(email)
    visitor.link_version += 1
    visitor.person_id = visitor.first_time = None
    visitor.save()
    people.recognise([visitor])
    write(room, Verb.TAKE_OWN_ADDRESS, [booking], by=By.VISITOR, visitors=[visitor])


def _contact_moves(room: Room, party: Sequence[Booking], email: str) -> None:
    for one in party:
        one.contact_email, one.email_key = email, email_key(email)
        one.link_version += 1
    save_contact(party, moves=True)
    write(room, Verb.TAKE_ADDRESS, party, by=By.VISITOR)
