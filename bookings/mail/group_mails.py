"""Mails to schools of a group as they are sent: links, dates, and the calendar entries of all meetings in one mail.

They tell of meetings as these are by then, so that nobody is sent a date that has moved meanwhile.
"""

import datetime as dt
from typing import Any

from bookings.groups.dates import about
from bookings.mail import links
from bookings.mail.arriving import colleagues
from bookings.mail.calendar_entry import calendar_entry
from bookings.mail.links import Purpose
from bookings.mail_kinds import Kind
from bookings.models import Booking, Enrolment, Invitation, Mail, Visitor
from bookings.rule.calendar import entry_version
from bookings.rule.room import session_facts
from bookings.states import FROZEN, Status
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.email_address import email_key

GROUP_KINDS = (Kind.GROUP_INVITED, Kind.GROUP_HEAD, Kind.GROUP_JOINED)
S = Invitation.State


def to_invitation(mail: Mail) -> str:
    """The teacher's link, of the version that the mail was written with; none for whom they have named."""
    version = mail.facts["link_version"]
    return links.url(Purpose.INVITATION, mail.invitation, version=version) if mail.invitation and version else ""


def to_head(mail: Mail) -> str:
    """The head's, of the version that the mail was written with."""
    version = mail.facts["link_version"]
    return links.url(Purpose.HEAD, mail.invitation, version=version) if mail.invitation else ""


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the school still stands as the mail has it, and its reader is still the one of it."""
    invitation = Invitation.objects.filter(mails=mail).first()
    if invitation is None:
        return False
    if mail.kind == Kind.GROUP_HEAD:
        same = invitation.head_version == mail.facts["link_version"]
        return same and invitation.state == S.NAMED and mail.recipient_key == email_key(invitation.head_email or "")
    if mail.kind == Kind.GROUP_INVITED:
        same = invitation.link_version == mail.facts["link_version"]
        return same and invitation.state in (S.INVITED, S.NAMED)
    return invitation.state == S.JOINED


def context_of(mail: Mail, *, now: dt.datetime) -> dict[str, Any]:
    """What their templates say beside the facts; empty for every other mail."""
    if mail.kind not in GROUP_KINDS:
        return {}
    invitation = Invitation.objects.select_related("school", "group__specialist", "group__school").get(mails=mail)
    said: dict[str, Any] = {"about_group": about(invitation.group, now=now), "school": str(invitation.school)}
    if mail.kind == Kind.GROUP_JOINED:
        said["meetings"] = [_meeting(mail, one) for one in _enrolments(mail)]
    return said


def entries_of(mail: Mail) -> list[str]:
    """A calendar entry for each meeting at which the mail's reader has a place."""
    if mail.kind != Kind.GROUP_JOINED:
        return []
    found = [_entry(mail, one) for one in _enrolments(mail)]
    return [entry for entry in found if entry]


def _enrolments(mail: Mail) -> list[Enrolment]:
    rows = Enrolment.objects.filter(pk__in=mail.facts["enrolments"]).select_related(
        "booking", *OF_ITS_SESSION, "session__places"
    )
    return list(rows.order_by("session__starts_at", "pk"))


def _place(mail: Mail, booking: Booking | None) -> Visitor | None:
    """The reader's own place there."""
    if booking is None or booking.status != Status.CONFIRMED:
        return None
    return booking.visitors.coming().filter(email_key=mail.recipient_key).first()


def _meeting(mail: Mail, enrolment: Enrolment) -> dict[str, Any]:
    """One line: when, where, and the link of whoever reads it."""
    session, booking = enrolment.session, enrolment.booking
    is_on = session.places.status not in FROZEN
    place = _place(mail, booking)
    link = ""
    if booking and booking.status == Status.CONFIRMED and is_on:
        if not mail.facts.get("named"):
            link = links.url(Purpose.CONTACT, booking)
        elif place:
            link = links.url(Purpose.VISITOR, place)
    return {
        "title": session.name,
        "starts_at": session.starts_at,
        "ends_at": session.ends_at,
        "place": session.where,
        "link": link,
        "booked": bool(link),
    }


def _entry(mail: Mail, enrolment: Enrolment) -> str:
    session, booking = enrolment.session, enrolment.booking
    place = _place(mail, booking)
    if not (booking and place and session.starts_at) or session.places.status in FROZEN:
        return ""
    facts: dict[str, Any] = session_facts(session, sequence=entry_version(session.places, booking, place))
    facts |= {"title": session.name, "calendar_of": place.pk, "colleagues": colleagues(booking, place)}
    facts |= {name: getattr(session, name) for name in ("starts_at", "ends_at", "arrival_at")}
    return calendar_entry(facts, attendee=place.email or "", created_at=mail.created_at)
