"""Changing a booking's people: one leaves, one is named, a detail is put right."""

from bookings import people
from bookings.judging import refuse_after_start
from bookings.models import Booking, By, Visitor
from bookings.party import NewVisitor
from bookings.places import ENDS, locked_booking, write
from bookings.refusals import Ended
from bookings.room import Clock
from bookings.states import Status, Verb
from hubs.models import StaffUser


def release(visitor_id: int, *, clock: Clock, by: By = By.VISITOR) -> Booking:
    """Give one visitor's place back; the last one's cancels the booking. Twice is once.

    The contact is told, and so is the visitor, whoever did it: the mail takes the session out of their calendar.

    Raises NotBookable once the session has started, Ended where the booking has ended.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.get(pk=visitor_id)
        if visitor.released_at or booking.status == Status.CANCELLED:
            return booking
        refuse_after_start(room)
        if booking.party == 1:
            write(room, ENDS.get(Status(booking.status), Verb.CANCEL), [booking], by=by)
            return booking
        if not booking.is_live:
            raise Ended
        Visitor.objects.filter(pk=visitor_id).update(released_at=room.now)
        if visitor.is_contact:
            Booking.objects.filter(pk=booking_id).update(contact_comes=False)
        write(room, Verb.RELEASE, [booking], by=by, party=booking.party - 1, visitors=[visitor])
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


def change_details(
    booking_id: int,
    *,
    clock: Clock,
    contact_name: str,
    contact_mobile: str,
    visitors: dict[int, NewVisitor],
    by: StaffUser | By = By.VISITOR,
) -> Booking:
    """Change what a live booking says about its people, by visitor id. Places do not change hands here.

    An address is taken only where there was none yet. Whoever is named with an address in a confirmed booking is told
    so. Raises Ended, or NotBookable once the session has started.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        refuse_after_start(room)
        coming = [visitor for visitor in booking.visitors.coming() if visitor.pk in visitors]
        named = [visitor for visitor in coming if visitors[visitor.pk].put_on(visitor)]
        booking.contact_name, booking.contact_mobile = contact_name, contact_mobile
        Booking.objects.filter(pk=booking_id).update(contact_name=contact_name, contact_mobile=contact_mobile)
        Visitor.objects.bulk_update(
            coming, ["full_name", "email", "email_key", "role", "years", "needs", "seen_before"]
        )
        confirmed = booking.status == Status.CONFIRMED
        if confirmed:
            people.recognise(coming)
        verb = Verb.NAME if named and confirmed else Verb.CHANGE
        write(room, verb, [booking], by=by, visitors=named)
        return booking
