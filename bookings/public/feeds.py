"""A session as other sites and programs read it: schema.org, JSON, a calendar. Public facts, and no link of a place.

Words: schema.org/Event and its EventStatusType; RFC 5545 for calendars.
"""

import datetime as dt
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.mail.calendar_entry import head_of, our_domain
from bookings.models import SessionChange
from bookings.public.session import Showing
from bookings.rule.words import who_may_book
from bookings.states import Standing
from hubs.vocabulary.access import FEATURES
from hubs.vocabulary.calendar_lines import component, line, moment, text, written
from hubs.vocabulary.dates import day
from hubs.vocabulary.one_line import one_line, several_lines
from hubs.vocabulary.own_words import own_words

OF_SCHEMA = "https://schema.org/"
STATUS = {Standing.CANCELLED: "EventCancelled", Standing.POSTPONED: "EventPostponed"}
AVAILABLE = {
    Standing.OPEN: "InStock",
    Standing.SOON: "PreOrder",
    Standing.FULL: "SoldOut",
    Standing.CLOSED: "OutOfStock",
}
IN_CALENDAR = {Standing.CANCELLED: "CANCELLED", Standing.POSTPONED: "TENTATIVE"}


def address_of(path: str) -> str:
    """A whole address of ours, the same whatever name we were asked by."""
    return f"{settings.SITE_URL}{path}"


def schema_event(showing: Showing, moved: SessionChange | None) -> dict[str, Any] | None:
    """The session as schema.org/Event; None until its day and its place are known. `moved` is its last change of date.

    A first and a last day are the event's own length to whoever reads it, and not days between which it will fall; and
    an event that stands nowhere is refused.
    """
    session = showing.session
    if not session.first_day or session.first_day != session.last_day or not session.where_name:
        return None
    status = STATUS.get(showing.standing, "EventRescheduled" if moved else "EventScheduled")
    url = address_of(session.get_absolute_url())
    said: dict[str, Any] = {
        "@context": OF_SCHEMA.rstrip("/"),
        "@type": "EducationEvent",
        "name": session.name,
        "url": url,
        "startDate": _when(session.starts_at, session.first_day),
        "endDate": _when(session.ends_at, session.last_day),
        "eventStatus": OF_SCHEMA + status,
        "eventAttendanceMode": OF_SCHEMA + "OfflineEventAttendanceMode",
        "inLanguage": "en-GB",  # the lesson's, whatever the page's is
        "description": own_words(session, "about") or summary(showing),
        "isAccessibleForFree": session.cost_pence == 0,
        "location": _place(session),
        "organizer": {
            "@type": "Organization",
            "name": session.hub_year.name,
            "url": address_of(session.hub_year.hub.get_absolute_url()),
        },
    }
    if session.arrival_at:
        said["doorTime"] = _when(session.arrival_at, None)
    if moved and moved.was:
        said["previousStartDate"] = _when(moved.was["starts_at"], None)
    return said | _offer(showing, url)


def _offer(showing: Showing, url: str) -> dict[str, Any]:
    if not showing.shows_places:
        return {}
    session = showing.session
    offer: dict[str, Any] = {
        "@type": "Offer",
        "url": url,
        "price": f"{session.cost_pence / 100:.2f}",
        "priceCurrency": "GBP",
        "availability": OF_SCHEMA + AVAILABLE[showing.standing],
    }
    if session.opens_at:
        offer["validFrom"] = _when(session.opens_at, None)
    left = showing.left if showing.is_open else 0
    return {
        "maximumAttendeeCapacity": showing.places.capacity,
        "remainingAttendeeCapacity": left,
        "offers": offer,
    }


def _place(session: Any) -> dict[str, Any]:
    address = {
        "@type": "PostalAddress",
        "streetAddress": session.place_address,
        "addressLocality": session.where_town,
        "postalCode": session.where_postcode,
        "addressCountry": "GB",
    }
    return {
        "@type": "Place",
        "name": session.where_name,
        "address": {name: value for name, value in address.items() if value},
    }


def _when(moment: dt.datetime | None, day: dt.date | None) -> str:
    """London time with its offset, or a day alone."""
    if moment:
        return timezone.localtime(moment).isoformat()
    return day.isoformat() if day else ""


def as_script(said: dict[str, Any] | None) -> str:
    """JSON that may stand inside a script element: nothing in it can end the element."""
    if said is None:
        return ""
    text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    return text.translate({ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"})


def summary(showing: Showing) -> str:
    """One sentence for search engines and shared links: what, when, where, how many places are left."""
    row = showing.row
    session = showing.session
    parts = [row["name"], f"{day(session.day)} {row['hours']}".strip(), row["where"], row["suits"]]
    return ". ".join(part for part in (*parts, row["words"], row["elsewhere"]) if part) + "."


def as_json(showing: Showing) -> dict[str, Any]:
    """A session in /sessions.json: a name is never dropped or given another meaning, only added."""
    session, hub_year = showing.session, showing.session.hub_year
    return {
        "ref": session.ref,
        "url": address_of(session.get_absolute_url()),
        "name": session.name,
        "kind": session.kind,
        "status": showing.standing.value,
        "status_in_words": showing.words,
        "first_day": session.first_day and session.first_day.isoformat(),
        "last_day": session.last_day and session.last_day.isoformat(),
        "starts_at": _when(session.starts_at, None) or None,
        "ends_at": _when(session.ends_at, None) or None,
        "place": session.where_name or None,
        "town": session.where_town or None,
        "postcode": session.where_postcode or None,
        "access": {name: getattr(session, name) or None for name in FEATURES},
        "suits": session.suits or None,
        "who_may_book": who_may_book(session, now=showing.now) or None,
        "closes_at": _when(session.closes_at, None) or None,
        "booked_elsewhere": session.booked_elsewhere or None,
        "hub": hub_year.name,
        "hub_url": address_of(hub_year.hub.get_absolute_url()),
        "places": showing.places.capacity if showing.shows_places else None,
        "places_left": showing.left if showing.is_open else 0 if showing.shows_places else None,
    }


def calendar_of(showings: Iterable[Showing], *, name: str, now: dt.datetime) -> str:
    """A calendar to subscribe to: sessions with a start. Each says that being in it is no booking.

    A calendar has a component (RFC 5545 section 3.4), and programs call one that has none broken: while there is no
    session, it says in which time zone it is.
    """
    calendar = [text("X-PUBLISHED-TTL", "PT1H"), text("X-WR-CALNAME", one_line(name))]
    entries = [
        component("VEVENT", _entry(one, one.session.starts_at, one.session.ends_at, now))
        for one in showings
        if one.session.starts_at and one.session.ends_at
    ]
    return written(component("VCALENDAR", head_of("PUBLISH"), calendar, *(entries or [_london()])))


def _london() -> list[str]:
    """London's time as it has been kept since 1996: an hour ahead from the last Sunday of March to October's."""
    zone = [line("TZID", "Europe/London")]
    for part, name, since, month, was, then in (
        ("STANDARD", "GMT", "19961027T020000", 10, "+0100", "+0000"),
        ("DAYLIGHT", "BST", "19960331T010000", 3, "+0000", "+0100"),
    ):
        on = line("RRULE", f"FREQ=YEARLY;BYDAY=-1SU;BYMONTH={month}")
        zone += component(
            part,
            [line("DTSTART", since), on, line("TZNAME", name), line("TZOFFSETFROM", was), line("TZOFFSETTO", then)],
        )
    return component("VTIMEZONE", zone)


def _entry(showing: Showing, starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> list[str]:
    session = showing.session
    off = showing.standing in IN_CALENDAR
    url = address_of(session.get_absolute_url())
    said = [_("This entry is not a booking."), showing.words, showing.elsewhere, url]
    return [
        text("SUMMARY", one_line(f"{showing.standing.label}: {session.name}" if off else session.name)),
        line("DTSTART", moment(starts_at)),
        line("DTEND", moment(ends_at)),
        # The day, not the moment: the same sessions make the same calendar, so that it need not be sent again.
        line("DTSTAMP", moment(dt.datetime.combine(timezone.localdate(now), dt.time(), dt.timezone.utc))),
        text("UID", f"session-{session.ref}@{our_domain()}"),
        line("SEQUENCE", showing.places.calendar_sequence),
        text("DESCRIPTION", several_lines("\n".join(filter(None, said)))),
        text("LOCATION", one_line(session.where)),
        line("STATUS", IN_CALENDAR.get(showing.standing, "CONFIRMED")),
        line("TRANSP", "TRANSPARENT"),
        line("URL", url),
    ]
