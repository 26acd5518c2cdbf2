"""The calendar entry of one visitor, as Google, Outlook and Apple accept it (RFC 5545 and 5546).

One UID a visitor and session; a rising SEQUENCE; METHOD REQUEST now and CANCEL later. Never a private link: calendars
are shared.
"""

import datetime as dt
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vText

PRODUCT = "-//Showcase//Maths Hubs//EN"


def calendar_entry(facts: dict[str, Any], *, attendee: str, created_at: dt.datetime, method: str = "REQUEST") -> str:
    """The .ics text of the place that `facts` describe. Times are UTC."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    event = Event()
    event.add("uid", f"visitor-{facts['calendar_of']}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}")
    event.add("sequence", facts["sequence"])
    event.add("dtstamp", created_at.astimezone(dt.timezone.utc))
    event.add("dtstart", facts["starts_at"].astimezone(dt.timezone.utc))
    event.add("dtend", facts["ends_at"].astimezone(dt.timezone.utc))
    event.add("summary", facts["title"])
    where = [facts["where"], facts["address"], facts["postcode"]]
    event.add("location", ", ".join(part for part in where if part))
    event.add(
        "description",
        "\n".join(
            [
                str(_("Declining here does not release your place.")),
                str(_("See, change or cancel your place:")) + " " + settings.SITE_URL + reverse("my-bookings"),
            ]
        ),
    )
    event.add("url", settings.SITE_URL + reverse("session", args=[facts["ref"]]))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "OPAQUE")
    organizer = vCalAddress(f"mailto:{facts['reply_to'] or settings.DEFAULT_FROM_EMAIL}")
    organizer.params["cn"] = vText(facts["hub"])
    event.add("organizer", organizer)
    guest = vCalAddress(f"mailto:{attendee}")
    guest.params["partstat"] = vText("ACCEPTED")
    guest.params["role"] = vText("REQ-PARTICIPANT")
    guest.params["rsvp"] = vText("FALSE")
    event.add("attendee", guest)
    calendar.add_component(event)
    return str(calendar.to_ical().decode())
