"""Putting right what a booking says of its people: by its contact, by each of them, and by staff.

The contact corrects names, roles and addresses. What a colleague needs they may add to, and never read or overwrite:
their words stand apart from the person's own, who is told and can take either away (rule.md#visitors).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from bookings.afterwards import certificates
from bookings.attendance.register import is_over
from bookings.models import Booking, By, HandOver, Visitor
from bookings.places import locked_booking, write
from bookings.rule import people
from bookings.rule.judging import refuse_after_start
from bookings.rule.party import Correction
from bookings.rule.refusals import Ended, InThisBooking, NameStands, NeedsTooLong, TooEarly
from bookings.rule.room import Clock, Room
from bookings.states import Status, Verb
from bookings.verbs.contact import live_party
from bookings.verbs.written_to import refuse_mailing
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.longest import longest

SAID = ["full_name", "email", "email_key", "role", "years", "needs", "needs_added", "mobile"]
SAVED = [*SAID, "link_version", "person_id", "first_time", "arranged", "arranged_at", "arranged_by"]
LONGEST_ADDED = longest(Visitor, "needs_added")

Corrections = Sequence[tuple[Visitor, Correction]]


class _Told(NamedTuple):
    """Whom a correction has changed, and who is written to: that they are named, or that something was added."""

    changed: list[Visitor]
    named: list[Visitor]
    added: list[Visitor]


def change_details(
    booking_id: int,
    *,
    clock: Clock,
    visitors: Mapping[int, Correction],
    contact_name: str | None = None,
    contact_mobile: str | None = None,
    by: StaffUser | By = By.VISITOR,
) -> Booking:
    """Put right what a live booking says of its people, by visitor id; None leaves it as it is. No place changes hands.

    Whoever is named in a confirmed booking is told, and anew at a new address, where the old link dies; so is whoever
    has had something added to their needs. Raises Ended, NotBookable once the session has started, InThisBooking for
    an address that is in this party already, NeedsTooLong, SentJustNow.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        refuse_after_start(room)
        coming = booking.visitors.coming()
        said = [(visitor, visitors[visitor.pk]) for visitor in coming if visitor.pk in visitors]
        _refuse_doubled(room, booking, said)
        more = sum(1 for visitor, new in said if _is_written_to(visitor, new))
        refuse_mailing(room, booking, more=more if booking.status == Status.CONFIRMED else 0, by=by)
        told = _put_right(said, confirmed=booking.status == Status.CONFIRMED)
        party = _put_contact_right(room, booking, contact_name, contact_mobile)
        if told.named:
            write(room, Verb.NAME, [booking], by=by, visitors=told.named)
        if told.added:
            write(room, Verb.ADD_NEEDS, [booking], by=by, visitors=told.added)
        if party or (told.changed and not told.named and not told.added):
            write(room, Verb.CHANGE, party or [booking], by=by)
        return booking


def _is_written_to(visitor: Visitor, new: Correction) -> bool:
    """Whether they get a mail of it: at a new address, or of what is added to their needs."""
    return bool(new.email and email_key(new.email) != visitor.email_key) or bool(new.adds)


def _refuse_doubled(room: Room, booking: Booking, said: Corrections) -> None:
    """One party names an address once (rule.md#one-each): also where two people correct it at once."""
    typed = [(visitor, email_key(new.email)) for visitor, new in said if new.email]
    keys = {visitor.pk: key for visitor, key in typed if key != visitor.email_key}
    if not keys:
        return
    others = Visitor.objects.coming().filter(booking__in=live_party(booking)).exclude(pk__in=keys)
    taken = {booking.email_key, *others.values_list("email_key", flat=True)}
    if len(set(keys.values())) < len(keys) or taken & set(keys.values()):
        raise InThisBooking


def _put_right(said: Corrections, *, confirmed: bool) -> _Told:
    told = _Told([], [], [])
    for visitor, correction in said:
        before, needs = _said(visitor), visitor.needs_added
        reached = visitor.email_key if visitor.has_own_mail else None
        correction.put_on(visitor)
        if len(visitor.needs_added) > LONGEST_ADDED:
            raise NeedsTooLong
        if _said(visitor) == before:
            continue
        told.changed.append(visitor)
        if confirmed and visitor.has_own_mail:
            if visitor.email_key != reached:
                told.named.append(visitor)
            elif visitor.needs_added != needs:
                told.added.append(visitor)
    _save(told.changed, confirmed=confirmed)
    return told


def _said(visitor: Visitor) -> list[object]:
    return [getattr(visitor, name) for name in SAID]


def _save(changed: Sequence[Visitor], *, confirmed: bool) -> None:
    Visitor.objects.bulk_update(changed, SAVED)
    for visitor in changed:
        if visitor.link_version > 1:  # perhaps a place on its way to them
            on_its_way = HandOver.objects.open().filter(visitor=visitor)
            on_its_way.update(to_name=visitor.full_name, to_email=visitor.email)
    if confirmed:
        people.recognise(changed)


def _put_contact_right(room: Room, booking: Booking, name: str | None, mobile: str | None) -> list[Booking]:
    """The contact stands in each booking of the party; returns these, or nothing where nothing was changed."""
    name = name or booking.contact_name
    mobile = booking.contact_mobile if mobile is None else mobile
    if (name, mobile) == (booking.contact_name, booking.contact_mobile):
        return []
    party = [booking if one.pk == booking.pk else one for one in live_party(booking)]
    Booking.objects.filter(pk__in=[one.pk for one in party]).update(contact_name=name, contact_mobile=mobile)
    for one in party:
        one.contact_name, one.contact_mobile = name, mobile
    Visitor.objects.coming().filter(booking__in=party, is_contact=True).update(full_name=name)
    HandOver.objects.open().filter(visitor__booking__in=party, from_contact=True).update(from_name=name)
    return party


# --- by staff ---------------------------------------------------------------------------------------------------------


def correct(visitor_id: int, said: Correction, *, by: StaffUser, clock: Clock) -> Visitor:
    """Staff put right what is said of one person, for whoever rings; also after the start, for the register.

    They read both voices of what somebody needs, so they may put right either. The person is told that it was done, and
    not what: it stands on their own page. The contact's name is the booking's too; their address is put right by
    `contact.put_right`. Raises Ended, InThisBooking, NeedsTooLong.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.coming().filter(pk=visitor_id).first()
        if visitor is None or not booking.is_live:
            raise Ended
        name = said.full_name if visitor.is_contact else None
        if visitor.is_contact:
            said = replace(said, full_name=None, email=None)
        _refuse_doubled(room, booking, [(visitor, said)])
        told = _put_right([(visitor, said)], confirmed=booking.status == Status.CONFIRMED)
        party = _put_contact_right(room, booking, name, None)
        if name:
            visitor.full_name = name
        if told.named:
            write(room, Verb.NAME, [booking], by=by, visitors=told.named)
        elif told.changed or party:
            write(room, Verb.CORRECT, [booking], by=by, visitors=[visitor])
        if others := [one for one in party if one.pk != booking.pk]:
            write(room, Verb.CHANGE, others, by=by)
        if is_over(room.session, now=room.now):
            certificates.certificate_of(visitor, now=room.now)
        return visitor


# --- by each of them --------------------------------------------------------------------------------------------------


def change_own(visitor_id: int, said: Correction, *, clock: Clock) -> Visitor:
    """A named visitor puts right what is said of them; an address moves by a link of its own, and nothing else here.

    Raises Ended where the place is theirs no longer, or is not yet; NotBookable once the session has started.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = _of_place(room, booking, visitor_id)
        if _put_right([(visitor, said)], confirmed=booking.status == Status.CONFIRMED).changed:
            write(room, Verb.CHANGE, [booking], by=By.VISITOR)
        return visitor


def put_name_right(visitor_id: int, full_name: str, *, clock: Clock) -> Visitor:
    """Once the session is over: the name as it is to stand on the certificate, by whoever the certificate is shown to.

    The contact's name is the booking's too. Raises Ended where nobody has that place, TooEarly before the session is
    over, and NameStands from the exchange's reporting date on. Twice is once.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.coming().filter(pk=visitor_id).first()
        if visitor is None or not visitor.full_name or booking.status != Status.CONFIRMED:
            raise Ended
        if not is_over(room.session, now=room.now):
            raise TooEarly
        if not certificates.name_may_change(room.session, now=room.now):
            raise NameStands
        if visitor.full_name == full_name:
            return visitor
        party = _put_contact_right(room, booking, full_name, None) if visitor.is_contact else []
        visitor.full_name = full_name
        Visitor.objects.filter(pk=visitor.pk).update(full_name=full_name)
        write(room, Verb.CHANGE, party or [booking], by=By.VISITOR)
        certificates.certificate_of(visitor, now=room.now)
        return visitor


def take_needs_away(visitor_id: int, which: str, *, clock: Clock) -> Visitor:
    """A person takes away their own words ("needs") or what their contact has added ("needs_added"). Twice is once.

    Raises what `change_own` does.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = _of_place(room, booking, visitor_id)
        if getattr(visitor, which):
            setattr(visitor, which, "")
            visitor.ask_anew()
            _save([visitor], confirmed=False)
            write(room, Verb.CHANGE, [booking], by=By.VISITOR)
        return visitor


def _of_place(room: Room, booking: Booking, visitor_id: int) -> Visitor:
    """The visitor, whose place stands and is nobody else's to take back."""
    refuse_after_start(room)
    visitor = booking.visitors.coming().filter(pk=visitor_id).first()
    if visitor is None or not booking.is_live:
        raise Ended
    if visitor.link_version > 1 and HandOver.objects.open().filter(visitor=visitor).exists():
        raise Ended
    return visitor
