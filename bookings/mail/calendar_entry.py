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
from icalendar import Calendar, Event, vCalAddress, vText

from bookings.mail.arriving import in_lines
from hubs.vocabulary.one_line import one_line, several_lines

PRODUCT = "-//Showcase//Maths Hubs//EN"


def our_address() -> str:
    """The bare address that mails come from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def calendar_entry(facts: dict[str, Any], *, attendee: str, created_at: dt.datetime, method: str = "REQUEST") -> str:
    """The .ics text of the place that `facts` describe. Times are UTC. CANCEL is the last word on its UID."""
    facts = {name: several_lines(fact) if isinstance(fact, str) else fact for name, fact in facts.items()}
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    cancelled = method == "CANCEL"
    event = Event()
    event.add("uid", f"visitor-{facts['calendar_of']}@{our_address().rpartition('@')[2]}")
    event.add("sequence", facts["sequence"] + cancelled)
    event.add("dtstamp", created_at.astimezone(dt.timezone.utc))
    event.add("dtstart", facts["starts_at"].astimezone(dt.timezone.utc))
    event.add("dtend", facts["ends_at"].astimezone(dt.timezone.utc))
    event.add("summary", facts["title"])
    event.add("location", facts["place"])
    event.add("description", _description(facts, cancelled=cancelled))
    event.add("url", settings.SITE_URL + reverse("session", args=[facts["ref"]]))
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    event.add("organizer", _person(one_line(facts["reply_to"]) or our_address(), cn=facts["hub"]))
    if attendee:
        event.add("attendee", _person(attendee, partstat="ACCEPTED", role="REQ-PARTICIPANT", rsvp="FALSE"))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _description(facts: dict[str, Any], *, cancelled: bool) -> str:
    lines = [
        _("Declining here does not release your place"),
        _("See, change or cancel your place:") + " " + settings.SITE_URL + reverse("my-bookings"),
    ]
    return "\n".join(lines if cancelled else [*lines, "", *in_lines(facts)])


def _person(address: str, **said: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    for name, value in said.items():
        person.params[name] = vText(value)
    return person
