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
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard

from bookings.mail.calendar_entry import PRODUCT, our_address
from bookings.models import SessionChange
from bookings.public.session import Showing
from bookings.rule.words import who_may_book
from bookings.states import Standing
from hubs.vocabulary.access import FEATURES
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
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", one_line(name))
    calendar.add("x-published-ttl", "PT1H")
    for showing in showings:
        if showing.session.starts_at and showing.session.ends_at:
            times = (showing.session.starts_at, showing.session.ends_at)
            calendar.add_component(_entry(showing, *times, now))
    if not calendar.subcomponents:
        calendar.add_component(_london())
    return str(calendar.to_ical().decode())


def _london() -> Timezone:
    """London's time as it has been kept since 1996: an hour ahead from the last Sunday of March to October's."""
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    for part, name, month, hours in ((TimezoneStandard(), "GMT", 10, (1, 0)), (TimezoneDaylight(), "BST", 3, (0, 1))):
        was, then = (dt.timedelta(hours=n) for n in hours)
        part.add("dtstart", dt.datetime(1996, month, 27 if month == 10 else 31, 1 + hours[0]))  # noqa: DTZ001  (local)
        part.add("rrule", {"freq": "yearly", "bymonth": month, "byday": "-1su"})
        part.add("tzoffsetfrom", was)
        part.add("tzoffsetto", then)
        part.add("tzname", name)
        zone.add_component(part)
    return zone


def _entry(showing: Showing, starts_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime) -> Event:
    session = showing.session
    event = Event()
    event.add("uid", f"session-{session.ref}@{our_address().rpartition('@')[2]}")
    event.add("sequence", showing.places.calendar_sequence)
    # The day, not the moment: the same sessions make the same calendar, so that it need not be sent again.
    event.add("dtstamp", dt.datetime.combine(timezone.localdate(now), dt.time(), dt.timezone.utc))
    event.add("dtstart", starts_at.astimezone(dt.timezone.utc))
    event.add("dtend", ends_at.astimezone(dt.timezone.utc))
    off = showing.standing in IN_CALENDAR
    event.add("summary", one_line(f"{showing.standing.label}: {session.name}" if off else session.name))
    event.add("location", one_line(session.where))
    url = address_of(session.get_absolute_url())
    said = [_("This entry is not a booking."), showing.words, showing.elsewhere, url]
    event.add("description", several_lines("\n".join(filter(None, said))))
    event.add("url", url)
    event.add("status", IN_CALENDAR.get(showing.standing, "CONFIRMED"))
    event.add("transp", "TRANSPARENT")
    return event
