"""What has happened to a booking or a session, and the mails about it, as one list in time order: who, what, when."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import AuditEntry, Booking, Mail
from bookings.states import Status

MOST = 500  # of one session's: its list says the rest


class Happening(NamedTuple):
    """One line."""

    at: dt.datetime
    what: str
    details: list[str]
    address: str = ""


def story_of(booking: Booking) -> list[Happening]:
    """Every audit entry and mail of a booking, the oldest first: two queries."""
    entries = AuditEntry.objects.filter(booking=booking).select_related("staff", "session")
    mails = Mail.objects.for_staff().filter(booking=booking).defer("facts").order_by("pk")
    return _in_order(_entries(entries), map(mail_line, mails))


def happened_to(booking: Booking) -> list[Happening]:
    """Every audit entry of a booking, the oldest first: one query."""
    return list(_entries(AuditEntry.objects.filter(booking=booking).select_related("staff", "session")))


def _in_order(*several: Iterable[Happening]) -> list[Happening]:
    """An event before the mails that it caused, which have its moment: so the order of the arguments counts."""
    return sorted((one for some in several for one in some), key=lambda one: one.at)


def _entries(entries: "QuerySet[AuditEntry]") -> Iterable[Happening]:
    at_session = None
    for entry in entries.order_by("pk"):
        details = [who_did(entry), change_in_words(entry)]
        if at_session not in (None, entry.session_id):
            details.append(_("now at %(session)s") % {"session": entry.session.ref})
        at_session = entry.session_id
        page = reverse("admin:bookings_auditentry_change", args=[entry.pk])
        yield Happening(entry.at, _capital(entry.get_verb_display()), [*filter(None, details), entry.why], page)


def who_did(entry: AuditEntry) -> str:
    """The member of staff by name, or the visitor or the clock."""
    return _("by %(who)s") % {"who": entry.staff or entry.get_by_display()}


def change_in_words(entry: AuditEntry) -> str:
    """From which status to which, and how many places: "to be confirmed → confirmed, 2 places taken"."""
    before, after = (Status(one).label if one else "" for one in (entry.from_status, entry.to_status))
    parts = [f"{before} → {after}" if before and before != after else str(after), places_in_words(entry)]
    return ", ".join(filter(None, parts))


def places_in_words(entry: AuditEntry) -> str:
    """How many places it took or gave back; nothing where it was none."""
    if entry.places > 0:
        return ngettext("%(n)d place taken", "%(n)d places taken", entry.places) % {"n": entry.places}
    if entry.places < 0:
        return ngettext("%(n)d place given back", "%(n)d places given back", -entry.places) % {"n": -entry.places}
    return ""


def mail_line(mail: Mail) -> Happening:
    """A mail: to whom, what became of it and when, how often it was tried, what went wrong last."""
    page = reverse("admin:bookings_mail_change", args=[mail.pk])
    details = [
        _("email to %(address)s") % {"address": mail.recipient or _("an address that was erased")},
        *fate_of(mail),
    ]
    return Happening(mail.created_at, _capital(mail.get_kind_display()), details, page)


def fate_of(mail: Mail) -> list[str]:
    """What became of a mail, in words."""
    parts = [str(mail.get_state_display())]
    if mail.tries > 1:
        parts.append(ngettext("%(n)d try", "%(n)d tries", mail.tries) % {"n": mail.tries})
    return [*parts, mail.last_error] if mail.last_error else parts


def _capital(words: object) -> str:
    text = str(words)
    return text[:1].upper() + text[1:]
