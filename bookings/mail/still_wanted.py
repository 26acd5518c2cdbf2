"""Whether a mail still makes sense when it is about to be sent: hours later perhaps, when much has happened since."""

import datetime as dt
from collections.abc import Callable

from bookings.attendance import office
from bookings.mail import asking_mails, cards, group_mails, itinerary_link, openings, reminders, staff_mails
from bookings.mail_kinds import Session, Stale, To, mail_row
from bookings.models import AddressChange, Mail, Visitor
from bookings.sessions import teachers
from bookings.states import FROZEN


def arranged_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether what was arranged still answers what they need."""
    return Visitor.objects.coming().filter(pk=mail.facts["arranged_for"], arranged_at__isnull=False).exists()


def new_address_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether pressing the link of this mail would still make the address theirs."""
    asked = AddressChange.objects.open().filter(pk=mail.facts["address_change"])
    return asked.filter(link_version=mail.facts["link_version"]).exists()


def unproved_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether anything of theirs waits to be confirmed."""
    return cards.unproved_of(mail).exists()


# What the table of mails calls stale, asked when a mail is sent.
STILL_TRUE: dict[Stale, Callable[..., bool]] = {
    Stale.REMINDER: reminders.still_true,
    Stale.OPENING: openings.still_true,
    Stale.INVITATION: staff_mails.still_true,
    Stale.ARRANGED: arranged_still_true,
    Stale.NEW_ADDRESS: new_address_still_true,
    Stale.REGISTER: office.still_true,
    Stale.OFFICE_CHANGE: office.change_still_true,
    Stale.ITINERARY: itinerary_link.still_true,
    Stale.ASKS: asking_mails.still_true,
    Stale.TEACHER_CHANGE: teachers.change_still_true,
    Stale.GROUP: group_mails.still_true,
    Stale.UNPROVED: unproved_still_true,
}


def still_wanted(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the mail still makes sense: not too late, somebody to read it, and its booking as it says."""
    if not mail.recipient or (mail.expires_at and mail.expires_at <= now):
        return False
    if mail.staff and not mail.staff.is_active:
        return False
    if mail.visitor and not _still_theirs(mail, mail.visitor):
        return False
    row = mail_row(mail.kind)
    to_owner = mail.booking and not mail.visitor and row.to is not To.NEW_ADDRESS
    if to_owner and mail.booking and mail.recipient_key != mail.booking.email_key:
        return False  # it has another address by now: the link is not for whoever has the old one
    if row.stale and not STILL_TRUE[row.stale](mail, now=now):
        return False
    stands = row.stands
    if mail.visitor and mail.visitor.released_at:  # and so it says: the place has gone, whatever became of the booking
        stands = None
    if mail.booking is None or stands is None:
        return True
    return mail.booking.status in stands and _session_is_as_it_says(mail)


def _session_is_as_it_says(mail: Mail) -> bool:
    """Whether the session has not changed since: a newer mail has told so everyone who has a place or waits.

    What tells of an end (cancelled, released, handed over) stands in any case: nobody tells them of what came later.
    """
    needs = mail_row(mail.kind).session
    if mail.session is None or needs is Session.ANY:
        return True
    if mail.booking and mail.booking.session_id != mail.session_id:  # staff have moved it, and another mail says so
        return False
    places = mail.session.places
    if places.status in FROZEN and needs is Session.ON:
        return False
    return bool(mail.facts.get("version", places.calendar_sequence) >= places.calendar_sequence)


def _still_theirs(mail: Mail, visitor: Visitor) -> bool:
    """Whether a mail to a visitor about their place finds it theirs; one that says it has gone always may."""
    if not mail_row(mail.kind).of_place:
        return True
    return visitor.released_at is None and mail.recipient_key == visitor.email_key
