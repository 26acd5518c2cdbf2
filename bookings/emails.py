"""Mails: composed as frozen facts in the transaction that causes them, rendered and linked when they are sent.

Every kind has three templates in templates/emails/: `<kind>.subject.txt`, `<kind>.txt` and `<kind>.html`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from email.utils import formataddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime

from bookings import links
from bookings.calendar_entry import calendar_entry
from bookings.models import Booking, Mail, Visitor
from bookings.party import Party
from bookings.states import TO_VISITORS, Kind, Status
from hubs.email_address import email_key
from hubs.models import ShowcaseSession

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.places import Room

# Mails that only hold a link somebody asked for: one per address an hour and five a day (product.md section 7).
LINK_KINDS = [Kind.MY_BOOKINGS, Kind.ALREADY_BOOKED, Kind.NOT_BOOKED]
AN_HOUR, A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1)
MOMENTS = ("starts_at", "ends_at", "arrival_at", "deadline")


def session_facts(session: ShowcaseSession, *, sequence: int) -> dict[str, Any]:
    """What mails say about a session, as it is now. Moments are ISO strings in UTC."""
    host = session.host_school
    return {
        "ref": session.ref,
        "title": session.name,
        "hub": session.hub_year.name,
        "reply_to": session.hub_year.contact_email,
        "starts_at": _iso(session.starts_at),
        "ends_at": _iso(session.ends_at),
        "arrival_at": _iso(session.arrival_at),
        "where": ", ".join(part for part in (session.where_name, session.where_town) if part),
        "postcode": session.where_postcode,
        "address": session.place_address,
        "bring": session.bring,
        "parking": session.parking,
        "entrance": session.entrance,
        "office_phone": session.office_phone,
        "day_contact": session.day_contact,
        "joining": "\n\n".join(
            part for part in (session.joining_instructions, host.joining_instructions if host else "") if part
        ),
        "sequence": sequence,
    }


def _iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def compose(
    room: "Room", booking: Booking, kinds: Sequence[Kind], *, key: str, visitors: Sequence[Visitor] = ()
) -> Iterator[Mail]:
    """The mails of one event as unsaved rows. `key` makes them unique: an event sends each of its mails once.

    Kinds for visitors go to `visitors`, or to all of the booking that come; no address, no mail.
    """
    coming: list[Visitor] = []
    if set(kinds) & (TO_VISITORS | {Kind.CONFIRMED}):
        coming = list(visitors) or list(booking.visitors.coming())
    for kind in kinds:
        if kind in TO_VISITORS:
            for visitor in coming:
                if visitor.has_own_mail:
                    yield _mail(room, booking, kind, f"{key}:{kind}:{visitor.pk}", visitor=visitor)
        elif booking.contact_email:
            yield _mail(room, booking, kind, f"{key}:{kind}", coming=coming)


def _mail(
    room: "Room",
    booking: Booking,
    kind: Kind,
    key: str,
    *,
    visitor: Visitor | None = None,
    coming: Iterable[Visitor] = (),
) -> Mail:
    recipient = visitor.email if visitor else booking.contact_email
    me = visitor or next((one for one in coming if one.is_contact), None)
    facts = room.facts | {
        "reference": booking.reference,
        "party": booking.party,
        "deadline": _iso(booking.deadline),
        "name": visitor.full_name if visitor else booking.contact_name,
        "contact": booking.contact_name,
        "visitors": [visitor.full_name for visitor in coming],
        "to_be_named": sum(1 for one in coming if not one.full_name),
        "calendar_of": me.pk if me and kind in (Kind.CONFIRMED, Kind.NAMED) else None,
    }
    return Mail(
        kind=kind,
        recipient=recipient,
        recipient_key=email_key(recipient or ""),
        language=booking.language,
        session=room.session,
        booking=booking,
        visitor=visitor,
        facts=facts,
        created_at=room.now,
        due_at=room.now,
        expires_at=room.session.ends_at,
        dedupe_key=key,
    )


def tell_already_booked(room: "Room", booking: Booking) -> None:
    """Tell a contact that this address has a booking here already; silently at most one an hour and five a day."""
    if not _asked_too_often(booking.email_key or "", now=room.now):
        _mail(room, booking, Kind.ALREADY_BOOKED, f"already:{booking.pk}:{room.now.isoformat()}").save()


def tell_not_booked(room: "Room", party: Party) -> None:
    """Tell a new address that the places could not be held for it after all; silently limited too."""
    if not _asked_too_often(party.email_key or "", now=room.now):
        nobody = Booking(
            contact_email=party.contact_email, contact_name=party.contact_name, party=party.size, language=party.language
        )
        mail = _mail(room, nobody, Kind.NOT_BOOKED, f"not:{party.request_key}:{room.now.isoformat()}")
        mail.booking = None
        mail.save()


def tell_my_bookings(address: str, *, language: str, now: dt.datetime) -> None:
    """Send an address the links to all its bookings, or nothing where it has none or has just asked."""
    key = email_key(address)
    known = Booking.objects.live().filter(email_key=key).first()
    named = known or _places_of(key).first()
    if named and not _asked_too_often(key, now=now):
        Mail.objects.create(
            kind=Kind.MY_BOOKINGS, recipient=address.strip(), recipient_key=key, language=language,
            created_at=now, due_at=now, expires_at=now + A_DAY, dedupe_key=f"my:{key}:{now.isoformat()}"[:100],
        )


def _places_of(key: str | None) -> "QuerySet[Visitor]":
    """Places that somebody else booked for that address, once they have been told of them."""
    named = Visitor.objects.coming().filter(email_key=key, is_contact=False, full_name__isnull=False)
    return named.filter(booking__status=Status.CONFIRMED)


def _asked_too_often(key: str, *, now: dt.datetime) -> bool:
    times = Mail.objects.to(key, kinds=[str(kind) for kind in LINK_KINDS], since=now - A_DAY).values_list("created_at")
    made = [created_at for (created_at,) in times]
    return len(made) >= 5 or any(created_at > now - AN_HOUR for created_at in made)


# --- when it is sent ------------------------------------------------------------------------------------------------


def render(mail: Mail, *, now: dt.datetime) -> EmailMultiAlternatives:
    """The message of an outbox row, with its private link. Raises nothing that depends on who the recipient is."""
    facts = mail.facts | {name: parse_datetime(mail.facts[name]) for name in MOMENTS if mail.facts.get(name)}
    context = facts | {
        "link": private_link(mail),
        "bookings": _their_bookings(mail, now=now) if mail.kind == Kind.MY_BOOKINGS else [],
        "site": settings.SITE_URL,
        "session_url": settings.SITE_URL + reverse("session", args=[facts["ref"]]) if "ref" in facts else "",
        "my_bookings_url": settings.SITE_URL + reverse("my-bookings"),
    }
    with translation.override(mail.language), timezone.override(settings.TIME_ZONE):
        template = f"emails/{mail.kind}"
        subject = " ".join(render_to_string(f"{template}.subject.txt", context).split())
        text = render_to_string(f"{template}.txt", context).strip() + "\n"
        html = render_to_string(f"{template}.html", context)
    hub = facts.get("hub") or "Showcase"
    message = EmailMultiAlternatives(
        subject,
        text,
        formataddr((" ".join(hub.split()), settings.DEFAULT_FROM_EMAIL)),
        [mail.recipient or ""],
        reply_to=[facts["reply_to"]] if facts.get("reply_to") else None,
        headers={
            "Message-ID": f"<mail-{mail.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html, "text/html")
    if facts.get("calendar_of") and facts.get("starts_at"):
        entry = calendar_entry(facts, attendee=mail.recipient or "", created_at=mail.created_at)
        message.attach_alternative(entry, "text/calendar; method=REQUEST")
        message.attach("showcase.ics", entry, "text/calendar; method=REQUEST")
    return message


def private_link(mail: Mail) -> str:
    """The link that the mail carries, or an empty string where it has none."""
    if mail.visitor:
        return links.url(links.Purpose.VISITOR, mail.visitor)
    return links.url(links.Purpose.CONTACT, mail.booking) if mail.booking else ""


def _their_bookings(mail: Mail, *, now: dt.datetime) -> list[dict[str, Any]]:
    """The live bookings and places of an address, each with its link, soonest first."""
    key, since = mail.recipient_key, timezone.localdate(now)
    related = ("session__hub_year__hub", "session__venue", "session__host_school__school")
    bookings = Booking.objects.live().filter(email_key=key).select_related(*related)
    visitors = _places_of(key).select_related(*(f"booking__{name}" for name in related))
    found = [(booking.session, links.url(links.Purpose.CONTACT, booking)) for booking in bookings]
    found += [(visitor.booking.session, links.url(links.Purpose.VISITOR, visitor)) for visitor in visitors]
    to_come = [(session, link) for session, link in found if not session.last_day or session.last_day >= since]
    to_come.sort(key=lambda pair: (pair[0].first_day or dt.date.max, pair[0].pk))
    return [{"session": session, "link": link} for session, link in to_come]
