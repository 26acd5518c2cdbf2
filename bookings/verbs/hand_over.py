"""A place goes to a colleague of the same school, until the start, even in a full session (rule.md#handing-over)."""

from bookings.mail_kinds import PressedBy
from bookings.models import Booking, HandOver, Visitor
from bookings.models.audit import By
from bookings.places import locked_booking, write
from bookings.rule import people
from bookings.rule.judging import already_there, refuse_after_start
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import AlreadyBooked, Ended, InThisBooking, NotBookable
from bookings.rule.room import Clock, Room
from bookings.states import FROZEN, Status, Verb
from bookings.verbs.written_to import refuse_mailing
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key


def hand_over(
    visitor_id: int,
    to: NewVisitor,
    *,
    clock: Clock,
    pressed_by: PressedBy = "contact",
    by: StaffUser | By = By.VISITOR,
) -> Booking:
    """Give a visitor's place to a colleague by name and address. The old link can take it back until theirs is pressed.
    Both are told, and the contact where it was not they who did it. Staff may leave the address out, where somebody
    rings: then nobody presses, and the old link can take it back until the start.

    Raises Ended where the booking is not confirmed, the place was released or is on its way already; NotBookable once
    the session has started or is off; InThisBooking where that address is in this booking; SentJustNow.
    """
    with locked_booking(_booking_of(visitor_id), clock) as (room, booking):
        visitor = _standing(room, booking, visitor_id)
        if _open(visitor):
            raise Ended
        key = email_key(to.email)
        if key and (key == booking.email_key or booking.visitors.coming().filter(email_key=key).exists()):
            raise InThisBooking
        refuse_mailing(room, booking, more=1, by=by)
        handed = HandOver.objects.create(
            visitor=visitor,
            from_name=visitor.full_name,
            from_email=booking.contact_email if visitor.is_contact else visitor.email,
            from_contact=visitor.is_contact,
            from_version=visitor.link_version,
            to_name=to.full_name,
            to_email=to.email or None,
            at=room.now,
        )
        _becomes(visitor, to, is_contact=False)
        people.recognise([visitor])
        write(
            room,
            Verb.HAND_OVER,
            [booking],
            by=by,
            visitors=[visitor],
            handed=handed,
            pressed_by=pressed_by,
        )
        return booking


def take(visitor_id: int, *, clock: Clock) -> Booking:
    """The new person presses their link: the place is theirs for good. Twice is once. Raises as `hand_over` does."""
    with locked_booking(_booking_of(visitor_id), clock) as (room, booking):
        visitor = _standing(room, booking, visitor_id)
        handed = _open(visitor)
        if handed:
            HandOver.objects.filter(pk=handed.pk).update(taken_at=room.now)
            write(room, Verb.TAKE, [booking], by=By.VISITOR)
        return booking


def take_back(visitor_id: int, *, clock: Clock, pressed_by: PressedBy = "contact") -> Booking:
    """The place goes back to whoever gave it: they or the contact took it back, or the new person does not want it.

    Raises Ended once it is taken, AlreadyBooked where the giver comes by another booking meanwhile, else as above.
    """
    with locked_booking(_booking_of(visitor_id), clock) as (room, booking):
        visitor = _standing(room, booking, visitor_id)
        handed = _open(visitor)
        if handed is None:
            raise Ended
        if handed.from_contact:
            booking.contact_comes = True
            if already_there(booking, room.bookings_beside(booking)):
                raise AlreadyBooked
        handed.taken_back_at = room.now
        handed.save(update_fields=["taken_back_at"])
        giver = NewVisitor(full_name=handed.from_name or "", email=handed.from_email or "")
        _becomes(visitor, giver, is_contact=handed.from_contact)
        people.recognise([visitor])
        write(
            room,
            Verb.TAKE_BACK,
            [booking],
            by=By.VISITOR,
            visitors=[visitor],
            handed=handed,
            pressed_by=pressed_by,
        )
        return booking


def _booking_of(visitor_id: int) -> int:
    return Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)


def _standing(room: Room, booking: Booking, visitor_id: int) -> Visitor:
    """The visitor, whose place stands and can still change hands."""
    refuse_after_start(room)
    if room.places.status in FROZEN:
        raise NotBookable(room.places.standing(now=room.now))
    visitor = booking.visitors.coming().filter(pk=visitor_id).first()
    if visitor is None or booking.status != Status.CONFIRMED:
        raise Ended
    return visitor


def _open(visitor: Visitor) -> HandOver | None:
    return HandOver.objects.open().filter(visitor=visitor).first()


def _becomes(visitor: Visitor, person: NewVisitor, *, is_contact: bool) -> None:
    """Another person has the place: nothing said of the one before stays, and their link dies."""
    if visitor.is_contact != is_contact:
        Booking.objects.filter(pk=visitor.booking_id).update(contact_comes=is_contact)
    visitor.is_contact = is_contact
    visitor.needs = visitor.needs_added = visitor.mobile = visitor.arranged = ""
    visitor.person_id = visitor.first_time = None
    person.put_on(visitor)
    visitor.ask_anew()
    visitor.link_version += 1
    visitor.save()
