"""Mails: composed as frozen facts in the transaction that causes them, rendered and linked when they are sent.

Every kind has three templates in templates/emails/: `<kind>.subject.txt`, `<kind>.txt` and `<kind>.html`. Strangers can
have us write to anybody, so a mail to an address that nobody has proved repeats no name that they typed.
"""

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from email.utils import formataddr
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.db.models import Q
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from bookings import links
from bookings.calendar_entry import calendar_entry, our_address
from bookings.models import Booking, Mail, Visitor
from bookings.models.booking import READING_TIME
from bookings.party import Party
from bookings.states import TO_VISITORS, Kind, Status
from bookings.templatetags.showcase_tags import clock as clock_words
from hubs.email_address import email_key
from hubs.models import ShowcaseSession
from hubs.teaching import listed

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.places import Room

# Mails that only hold a link somebody asked for: each kind once an hour and five times a day for an address.
AN_HOUR, A_DAY, MOST_A_DAY = dt.timedelta(hours=1), dt.timedelta(days=1), 5
# "Send it again" gives two more mails, ten minutes apart (product.md section 7).
MOST_AGAIN, BETWEEN = 2, dt.timedelta(minutes=10)
# What a mail does to the calendar of the visitor that it goes to.
CALENDAR: dict[str, str] = {
    Kind.CONFIRMED: "REQUEST",
    Kind.NAMED: "REQUEST",
    Kind.CANCELLED: "CANCEL",
    Kind.VISITOR_CANCELLED: "CANCEL",
}
MOMENTS = ("starts_at", "ends_at", "arrival_at", "deadline")
# Mail programs make links of these: whoever puts one in a name wants us to send it.
LINK_IN_NAME = re.compile(r"://|www\.|@|\w\.[a-z]{2}")
LINE = 72


def session_facts(session: ShowcaseSession, *, sequence: int) -> dict[str, Any]:
    """What mails say about a session, as it is now. Moments are ISO strings in UTC."""
    host = session.host_school
    where = ", ".join(part for part in (session.where_name, session.place_address, session.where_town) if part)
    return {
        "ref": session.ref,
        "title": session.name,
        "hub": session.hub_year.name,
        "reply_to": session.hub_year.contact_email,
        "starts_at": _iso(session.starts_at),
        "ends_at": _iso(session.ends_at),
        "arrival_at": _iso(session.arrival_at),
        "place": f"{where} {session.where_postcode}".strip(),
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
                    yield _to_visitor(room, booking, kind, f"{key}:{kind}:{visitor.pk}", visitor)
        elif booking.contact_email:
            yield _to_contact(room, booking, kind, f"{key}:{kind}", coming)


def _to_visitor(room: "Room", booking: Booking, kind: Kind, key: str, visitor: Visitor) -> Mail:
    facts = {"contact": booking.contact_name, "calendar_of": visitor.pk if kind in CALENDAR else None}
    return _mail(room, kind, key, visitor.email or "", booking.language, facts, booking=booking, visitor=visitor)


def _to_contact(room: "Room", booking: Booking, kind: Kind, key: str, coming: Iterable[Visitor] = ()) -> Mail:
    me = next((visitor for visitor in coming if visitor.is_contact), None)
    facts = {
        "reference": booking.reference_spaced,
        "party": booking.party,
        "deadline": _iso(booking.deadline),
        "visitors": [visitor.full_name for visitor in coming if visitor.full_name],
        "to_be_named": sum(1 for visitor in coming if not visitor.full_name),
        "calendar_of": me.pk if me and kind in CALENDAR else None,
    }
    return _mail(room, kind, key, booking.contact_email or "", booking.language, facts, booking=booking)


def _mail(
    room: "Room",
    kind: Kind,
    key: str,
    recipient: str,
    language: str,
    facts: dict[str, Any],
    **of: Booking | Visitor,
) -> Mail:
    return Mail(
        kind=kind,
        recipient=recipient,
        recipient_key=email_key(recipient),
        language=language,
        session=room.session,
        facts=room.facts | facts,
        created_at=room.now,
        due_at=room.now,
        expires_at=room.session.ends_at,
        dedupe_key=key,
        **of,
    )


# --- mails that somebody asked for ----------------------------------------------------------------------------------


def tell_already_booked(room: "Room", booking: Booking) -> None:
    """Tell a contact that this address has a booking here already."""
    _unless_asked_too_often(_to_contact(room, booking, Kind.ALREADY_BOOKED, ""))


def tell_not_booked(room: "Room", party: Party) -> None:
    """Tell a new address that the places could not be held for it after all, and why."""
    facts = {
        "party": party.size,
        "standing": room.places.standing(now=room.now),
        "left": max(room.places.left(now=room.now), 0),
    }
    _unless_asked_too_often(_mail(room, Kind.NOT_BOOKED, "", party.contact_email, party.language, facts))


def tell_my_bookings(address: str, *, language: str, now: dt.datetime) -> None:
    """Send an address the links to all its bookings to come, or nothing where it has none or has just asked.

    It goes to the address as it was written in the booking: one typed to look alike gets nothing.
    """
    key = email_key(address)
    known = _bookings_of(key, now=now).first()
    named = None if known else _places_of(key, now=now).first()
    recipient = known.contact_email if known else named.email if named else None
    if recipient:
        asked = Mail(kind=Kind.MY_BOOKINGS, recipient=recipient, recipient_key=key, language=language)
        asked.created_at = asked.due_at = now
        asked.expires_at = now + A_DAY
        _unless_asked_too_often(asked)


def resend_link(booking: Booking, *, now: dt.datetime) -> None:
    """ "Send it again": the same link for a hold, twice at most and ten minutes apart; otherwise silently nothing.

    Its key counts the mails before it, so that two presses at once send one.
    """
    sent = list(Mail.objects.filter(booking=booking, kind=Kind.CONFIRM).order_by("created_at", "pk"))
    if booking.status != Status.HELD or not 1 <= len(sent) <= MOST_AGAIN or not sent[0].recipient:
        return
    if len(sent) > 1 and sent[-1].created_at > now - BETWEEN:
        return
    again = sent[0]
    again.pk, again.dedupe_key = None, f"again:{booking.pk}:{len(sent)}"
    again.state, again.tries, again.answered_at, again.last_error = Mail.State.WAITING, 0, None, ""
    again.created_at = again.due_at = now
    Mail.objects.bulk_create([again], ignore_conflicts=True)


def _unless_asked_too_often(mail: Mail) -> None:
    """Keep a mail, unless its address has had one of its kind within the hour or five within the day: silently.

    Two asked for at once fall into the same hour by the clock and get the same key: one is sent. The key holds no
    address, for it stays when the address is erased.
    """
    asked = Mail.objects.to(mail.recipient_key or "", kinds=[mail.kind], since=mail.created_at - A_DAY)
    times = list(asked.values_list("created_at", flat=True))
    if len(times) >= MOST_A_DAY or any(at > mail.created_at - AN_HOUR for at in times):
        return
    whose = salted_hmac("bookings.emails", mail.recipient_key or "").hexdigest()[:24]
    mail.dedupe_key = f"{mail.kind}:{whose}:{mail.created_at.timestamp() // 3600:.0f}"
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


def _bookings_of(key: str | None, *, now: dt.datetime) -> "QuerySet[Booking]":
    """Live bookings of that address for sessions to come."""
    return Booking.objects.live().filter(_to_come("session", now), email_key=key)


def _places_of(key: str | None, *, now: dt.datetime) -> "QuerySet[Visitor]":
    """Places to come that somebody else booked for that address, once they have been told of them."""
    named = Visitor.objects.coming().filter(email_key=key, is_contact=False, full_name__isnull=False)
    return named.filter(_to_come("booking__session", now), booking__status=Status.CONFIRMED)


def _to_come(session: str, now: dt.datetime) -> Q:
    return Q(**{f"{session}__last_day__gte": timezone.localdate(now)}) | Q(**{f"{session}__last_day": None})


# --- when it is sent ------------------------------------------------------------------------------------------------


def render(mail: Mail, *, now: dt.datetime) -> EmailMultiAlternatives:
    """The message of an outbox row, with its private link."""
    with translation.override(mail.language), timezone.override(settings.TIME_ZONE):
        context = _context(mail, now=now)
        context["subject"] = _one_line(_rendered(f"emails/{mail.kind}.subject.txt", context))
        text = _wrapped(_rendered(f"emails/{mail.kind}.txt", context))
        html = _rendered(f"emails/{mail.kind}.html", context)
    message = EmailMultiAlternatives(
        context["subject"],
        text,
        formataddr((context["hub"], our_address())),
        [mail.recipient or ""],
        reply_to=[context["reply_to"]] if can_be_written_to(context.get("reply_to")) else None,
        headers={
            "Message-ID": f"<mail-{mail.pk}@{our_address().rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html, "text/html")
    if context["entry"]:
        mimetype = f"text/calendar; method={CALENDAR[mail.kind]}; name=showcase.ics"
        message.attach("showcase.ics", context["entry"], mimetype)
    return message


def can_be_written_to(address: str | None) -> bool:
    """Whether the e-mail library and any mail server can take that address: one, and ASCII before the @."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return (address or "").isprintable()


def private_link(mail: Mail) -> str:
    """The link that the mail carries, or an empty string where it has none."""
    if mail.visitor:
        return links.url(links.Purpose.VISITOR, mail.visitor)
    return links.url(links.Purpose.CONTACT, mail.booking) if mail.booking else ""


def _context(mail: Mail, *, now: dt.datetime) -> dict[str, Any]:
    """What the templates say, each fact on one line."""
    facts = _said(mail.facts)
    session_url = settings.SITE_URL + reverse("session", args=[facts["ref"]]) if "ref" in facts else ""
    return facts | {
        "hub": facts.get("hub") or "Showcase",
        "contact": _as_name(facts.get("contact")),
        "visitors": listed([_one_line(name) for name in facts.get("visitors", [])]),
        "deadline": _deadline(mail, facts, now=now),
        "started": bool(facts.get("starts_at") and facts["starts_at"] <= now),
        "status": mail.booking.status if mail.booking else "",
        "practical": _practical(facts),
        "entry": _entry(mail, facts),
        "bookings": _their_bookings(mail, now=now) if mail.kind == Kind.MY_BOOKINGS else [],
        "link": private_link(mail) or session_url,
        "session_url": session_url,
        "my_bookings_url": settings.SITE_URL + reverse("my-bookings"),
        "site": settings.SITE_URL + "/",
    }


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """Frozen facts as templates take them: moments parsed, and no line but those of the joining instructions."""
    lines = {name: _one_line(fact) for name, fact in facts.items() if isinstance(fact, str) and name != "joining"}
    return facts | lines | {name: parse_datetime(facts[name]) for name in MOMENTS if facts.get(name)}


def _one_line(text: str) -> str:
    """`text` without line breaks and control characters: nothing in it can start a header or a line of its own."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _as_name(name: str | None) -> str:
    """A name that may stand in a mail to somebody else, or an empty string."""
    return "" if not name or LINK_IN_NAME.search(name) else name


def _wrapped(text: str) -> str:
    """Lines of 72 characters, addresses whole on lines of their own, at most one empty line between them."""
    lines = []
    for line in text.strip().splitlines():
        lines += (
            [line]
            if "://" in line
            else textwrap.wrap(line, LINE, break_long_words=False, break_on_hyphens=False) or [""]
        )
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _rendered(template: str, context: dict[str, Any]) -> str:
    """Only HTML is escaped: in a subject and in plain text, quotes and ampersands stand for themselves."""
    as_html = template.endswith(".html")
    return Engine.get_default().get_template(template).render(Context(context, autoescape=as_html))


def _deadline(mail: Mail, facts: dict[str, Any], *, now: dt.datetime) -> dt.datetime | None:
    """Until when places are kept. A mail that comes late leaves time to be read, as the rule does (section 3.10)."""
    deadline, starts_at = facts.get("deadline"), facts.get("starts_at")
    if not deadline or deadline >= now + READING_TIME or mail.kind not in (Kind.CONFIRM, Kind.OFFERED):
        return deadline
    answered = Mail.objects.filter(booking=mail.booking_id, kind=mail.kind, answered_at__isnull=False)
    first = answered.order_by("answered_at").values_list("answered_at", flat=True).first()
    read_by: dt.datetime = max(deadline, (first or now) + READING_TIME)
    return min(read_by, starts_at) if starts_at else read_by


def _practical(facts: dict[str, Any]) -> list[tuple[str, str]]:
    """What somebody with a place needs to know on the day: labels and values, where there is a value."""
    said = [
        (_("Come from"), clock_words(facts.get("arrival_at"))),
        (_("Entrance"), facts.get("entrance")),
        (_("Bring"), facts.get("bring")),
        (_("Parking"), facts.get("parking")),
        (_("School office"), facts.get("office_phone")),
        (_("On the day"), facts.get("day_contact")),
    ]
    return [(label, value) for label, value in said if value]


def _entry(mail: Mail, facts: dict[str, Any]) -> str:
    """The calendar entry that goes with the mail, or an empty string."""
    method = CALENDAR.get(mail.kind)
    if not (method and facts.get("calendar_of") and facts.get("starts_at") and facts.get("ends_at")):
        return ""
    return calendar_entry(facts, attendee=mail.recipient or "", created_at=mail.created_at, method=method)


def _their_bookings(mail: Mail, *, now: dt.datetime) -> list[dict[str, Any]]:
    """The bookings and places to come of an address, each with its link, soonest first."""
    related = ("session__hub_year__hub", "session__venue", "session__host_school__school")
    bookings = _bookings_of(mail.recipient_key, now=now).select_related(*related)
    visitors = _places_of(mail.recipient_key, now=now).select_related(*(f"booking__{name}" for name in related))
    found = [
        (one.session, links.url(links.Purpose.CONTACT, one)) for one in bookings.prefetch_related("session__lessons")
    ]
    found += [
        (one.booking.session, links.url(links.Purpose.VISITOR, one))
        for one in visitors.prefetch_related("booking__session__lessons")
    ]
    found.sort(key=lambda pair: (pair[0].first_day or dt.date.max, pair[0].pk))
    return [_said(session_facts(session, sequence=0)) | {"link": link} for session, link in found]
