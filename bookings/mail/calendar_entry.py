"""The calendar entry of one visitor, as Google, Outlook and Apple accept it (RFC 5545, 5546 and 6047).

One UID a visitor and session; a rising SEQUENCE; METHOD REQUEST and CANCEL, in the entry and in its Content-Type.
Never a private link: calendars are shared.

It goes with a mail as an attachment only, not as another form of its text beside the HTML. Given that form, Outlook
makes the whole mail a meeting request: its text, with the private link, becomes the text of the meeting in a shared
calendar, and the mail leaves the inbox once it is answered. Sent in both forms, the entry shows twice. Gmail and Apple
Mail offer an attached REQUEST just as well; Outlook opens it on a click.
"""

import datetime as dt
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.mail.arriving import in_lines
from hubs.vocabulary.calendar_lines import component, line, moment, text, written
from hubs.vocabulary.one_line import one_line, several_lines

PRODUCT = "-//Showcase//Maths Hubs//EN"


def our_address() -> str:
    """The bare address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def our_domain() -> str:
    """The name that makes ours what we number."""
    return our_address().rpartition("@")[2]


def calendar_entry(facts: dict[str, Any], *, attendee: str, created_at: dt.datetime, method: str = "REQUEST") -> str:
    """The .ics text of the place that `facts` describe. Times are UTC. CANCEL is the last word on its UID."""
    facts = {name: several_lines(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    cancelled = method == "CANCEL"
    event = [
        text("SUMMARY", facts["title"]),
        line("DTSTART", moment(facts["starts_at"])),
        line("DTEND", moment(facts["ends_at"])),
        line("DTSTAMP", moment(created_at)),
        text("UID", f"visitor-{facts['calendar_of']}@{our_domain()}"),
        line("SEQUENCE", facts["sequence"] + cancelled),
        *([_attendee(attendee)] if attendee else ()),
        text("DESCRIPTION", _description(facts, cancelled=cancelled)),
        text("LOCATION", facts["place"]),
        line("ORGANIZER", f"mailto:{one_line(facts['reply_to']) or our_address()}", cn=facts["hub"]),
        line("STATUS", "CANCELLED" if cancelled else "CONFIRMED"),
        line("TRANSP", "OPAQUE"),
        line("URL", settings.SITE_URL + reverse("session", args=[facts["ref"]])),
    ]
    return written(component("VCALENDAR", head_of(method), component("VEVENT", event)))


def head_of(method: str) -> list[str]:
    """How each calendar of ours begins."""
    return [line("VERSION", "2.0"), text("PRODID", PRODUCT), line("CALSCALE", "GREGORIAN"), line("METHOD", method)]


def _attendee(address: str) -> str:
    return line("ATTENDEE", f"mailto:{address}", partstat="ACCEPTED", role="REQ-PARTICIPANT", rsvp="FALSE")


def _description(facts: dict[str, Any], *, cancelled: bool) -> str:
    lines = [
        _("Declining here does not release your place"),
        _("See, change or cancel your place:") + " " + settings.SITE_URL + reverse("my-bookings"),
    ]
    return "\n".join(lines if cancelled else [*lines, "", *in_lines(facts)])
