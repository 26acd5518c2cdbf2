"""What staff do for a contact who rings: send the link again, put the name or the address right.

An address that changes raises the version of the link, so that whoever has the old address has nothing.
"""

from collections.abc import Sequence
from copy import copy

from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, HandOver, Mail, Visitor
from bookings.places import locked_booking, write
from bookings.rule import people
from bookings.rule.judging import already_there
from bookings.rule.refusals import (
    AlreadyBooked,
    Ended,
    InThisBooking,
    NeedsReason,
    NoAddress,
    NotBookable,
    SentJustNow,
)
from bookings.rule.room import Clock, Room
from bookings.rule.too_often import A_DAY, BY_STAFF, may_again_at
from bookings.states import FROZEN, Standing, Status, Verb
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key

OFF = {Standing.CANCELLED, Standing.POSTPONED, Standing.OVER}  # no mail with a link is sent then


def send_again(booking_id: int, *, by: StaffUser, clock: Clock) -> Booking:
    """Send the contact's link to the present address: ten minutes apart, five times a day.

    Raises NoAddress, Ended, SentJustNow, or NotBookable for a session that is off or over.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        if not booking.contact_email:
            raise NoAddress
        standing = room.places.standing(now=room.now)
        if standing in OFF:
            raise NotBookable(standing)
        _refuse_too_often(room, booking)
        write(room, Verb.SEND_AGAIN, [booking], by=by)
        return booking


def send_place_again(visitor_id: int, *, by: StaffUser, clock: Clock) -> Booking:
    """Send a colleague the link of their own place, as often as a contact's is sent again. Raises the same."""
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.coming().filter(pk=visitor_id).first()
        if visitor is None or booking.status != Status.CONFIRMED:
            raise Ended
        if not visitor.has_own_mail:
            raise NoAddress
        standing = room.places.standing(now=room.now)
        if standing in OFF:
            raise NotBookable(standing)
        sent = Mail.objects.filter(visitor=visitor, kind=Kind.NAMED, created_at__gt=room.now - A_DAY)
        if at := may_again_at(sent.values_list("created_at", flat=True), BY_STAFF, now=room.now):
            raise SentJustNow(at)
        write(room, Verb.SEND_PLACE, [booking], by=by, visitors=[visitor])
        return booking


def _refuse_too_often(room: Room, booking: Booking) -> None:
    sent = AuditEntry.objects.filter(booking=booking, verb=Verb.SEND_AGAIN, at__gt=room.now - A_DAY)
    if at := may_again_at(sent.values_list("at", flat=True), BY_STAFF, now=room.now):
        raise SentJustNow(at)


def put_right(
    booking_id: int, *, name: str, email: str, mobile: str, by: StaffUser, clock: Clock, why: str = ""
) -> Booking:
    """Change a contact's name, address and mobile number, for all of their party; a new address is sent a new link.

    At once: whoever reads the old address has nothing any longer, and is told nothing, for it may be a stranger's. So
    staff say `why` they did not ask the new address first (`addresses.ask_for_address`). Raises Ended, NeedsReason,
    AlreadyBooked where the new address has a booking here, InThisBooking where it is a colleague's.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        party = live_party(booking)
        moves = (email_key(email) or None) != booking.email_key
        if moves and booking.email_key and not why.strip():
            raise NeedsReason
        for one in party:
            one.contact_name, one.contact_email, one.email_key = name, email or None, email_key(email) or None
            one.contact_mobile = mobile
            one.link_version += moves
        if moves and taken_by(room, party, email):
            raise AlreadyBooked
        if moves and colleague_with(party, email):
            raise InThisBooking
        save_contact(party, moves=moves)
        told = moves and email and room.places.status not in FROZEN
        write(room, Verb.READDRESS if told else Verb.CHANGE, party, by=by, why=why)
        return next(one for one in party if one.pk == booking.pk)


def live_party(booking: Booking) -> list[Booking]:
    """All live bookings of the party, some of which may wait: they have one contact."""
    return list(Booking.objects.of_party(booking).live().select_related("school"))


def taken_by(room: Room, party: Sequence[Booking], email: str) -> Booking | None:
    """The booking of another party that leaves no room for this one at that address (rule.md#one-each)."""
    for one in party:
        moved = copy(one)
        moved.email_key = email_key(email) or None
        beside = [other for other in room.bookings_beside(moved) if other not in party]
        if found := already_there(moved, beside):
            return found
    return None


def colleague_with(party: Sequence[Booking], email: str) -> Visitor | None:
    """Whoever of the party, the contact apart, has that address."""
    colleagues = Visitor.objects.coming().filter(booking__in=party, is_contact=False, email_key=email_key(email) or "-")
    return colleagues.select_related("booking").first()


def save_contact(party: Sequence[Booking], *, moves: bool) -> None:
    """The contact stands in each booking of the party, among its visitors, and in a place on its way to a colleague."""
    one = party[0]
    Booking.objects.filter(pk__in=[each.pk for each in party]).update(
        contact_name=one.contact_name,
        contact_email=one.contact_email,
        email_key=one.email_key,
        contact_mobile=one.contact_mobile,
    )
    given = HandOver.objects.open().filter(visitor__booking__in=party, from_contact=True)
    given.update(from_name=one.contact_name, from_email=one.contact_email)
    for me in Visitor.objects.coming().filter(booking__in=party, is_contact=True).select_related("booking"):
        me.full_name = one.contact_name
        me.set_email(one.contact_email or "")
        if moves:
            me.person_id = me.first_time = None
        me.save()
        if me.booking.status == Status.CONFIRMED:
            people.recognise([me])
