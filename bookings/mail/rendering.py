"""Mails as they are sent: rendered from their frozen facts, with the private link put in.

Strangers can have us write to anybody, so a mail to an address that nobody has proved repeats no name that they typed.
"""

import datetime as dt
import re
import textwrap
from collections.abc import Callable
from email.utils import formataddr
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives
from django.core.validators import validate_email
from django.template import Context, Engine
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from bookings.afterwards import asking
from bookings.afterwards.certificates import certificates_of
from bookings.mail import arriving, asking_mails, cards, group_mails, links, staff_mails
from bookings.mail.calendar_entry import calendar_entry, our_address
from bookings.mail.clashes import clashing
from bookings.mail.names import as_name
from bookings.mail.return_path import return_path
from bookings.mail_kinds import Calendar, Kind, Link, Stale, mail_row
from bookings.models import AddressChange, Asked, Certificate, Mail, OfficeLink, SessionChange, Visitor
from bookings.models.change import taught_by
from bookings.rule.parts import PartyAsItStands
from bookings.rule.room import session_facts
from bookings.states import FROZEN, Status
from hubs.vocabulary.languages import CHINESE
from hubs.vocabulary.one_line import one_line
from hubs.vocabulary.teaching import listed

MOMENTS = ("starts_at", "ends_at", "arrival_at", "deadline", "list_ends_at", "was_starts_at", "was_ends_at")
OF_SEVERAL_LINES = {"joining", "message"}
LINE = 72
WRAPPER = textwrap.TextWrapper(LINE, break_long_words=False, break_on_hyphens=False)
# What a mail's template extends; see docs/decisions/0021.
SUBJECT, TEXT, HTML = (f"emails/layout/{name}" for name in ("subject.txt", "mail.txt", "mail.html"))


def render(mail: Mail, *, now: dt.datetime) -> EmailMultiAlternatives:
    """The message of an outbox row, with its private link."""
    with translation.override(mail.language), timezone.override(settings.TIME_ZONE):
        context = context_of(mail, now=now)
        subject, text, html = written(mail.kind, context)
    message = addressed(mail, context, subject, text, html)
    if context["entry"]:
        attach_entry(message, mail, context["entry"], "showcase.ics")
    for number, entry in enumerate(context["entries"], start=1):
        attach_entry(message, mail, entry, f"showcase-{number}.ics")
    return message


def addressed(mail: Mail, context: dict[str, Any], subject: str, text: str, html: str) -> EmailMultiAlternatives:
    """A message from the hub to the mail's reader. What comes back of it goes to an address of its own."""
    sender = formataddr((context["hub"], our_address()))
    message = EmailMultiAlternatives(
        subject,
        text,
        return_path(mail) or sender,
        [mail.recipient or ""],
        reply_to=[context["reply_to"]] if can_be_written_to(context.get("reply_to")) else None,
        headers={
            "From": sender,
            "Message-ID": f"<{mail.message_id}@{our_address().rpartition('@')[2]}>",
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(html, "text/html")
    return message


def attach_entry(message: EmailMultiAlternatives, mail: Mail, entry: str, name: str) -> None:
    """The calendar entry of a mail, under a name of its own."""
    message.attach(name, entry, f"text/calendar; method={_method(mail)}; name={name}")


def written(kind: str, context: dict[str, Any]) -> tuple[str, str, str]:
    """Subject, plain text and HTML of a mail: its one template (`emails/<kind>.html`), laid out three times."""
    subject = one_line(_laid_out(kind, SUBJECT, context))
    text = _wrapped(_laid_out(kind, TEXT, context))
    return subject, text, _laid_out(kind, HTML, context | {"subject": subject})


def can_be_written_to(address: str | None) -> bool:
    """Whether the e-mail library and any mail server can take that address: one, and ASCII before the @."""
    try:
        validate_email(address)
    except ValidationError:
        return False
    return (address or "").isprintable()


def private_link(mail: Mail) -> str:
    """The link that the mail carries, or an empty string where it has none."""
    link = LINKS.get(mail_row(mail.kind).link)
    return link(mail) if link else ""


def _to_booking(mail: Mail) -> str:
    return links.url(links.Purpose.CONTACT, mail.booking) if mail.booking else ""


def _to_unproved(mail: Mail) -> str:
    """To all that the address has not confirmed by the time it is sent."""
    found = cards.unproved_of(mail).first()
    return links.url(links.Purpose.UNPROVED, found) if found else ""


def _to_place(mail: Mail) -> str:
    """Of the version that the mail was written with: nobody is sent the link of who came after them."""
    if mail.visitor is None:
        return ""
    version = mail.facts.get("link_version", mail.visitor.link_version)
    return links.url(links.Purpose.VISITOR, mail.visitor, version=version)


def _to_either(mail: Mail) -> str:
    return _to_place(mail) if mail.visitor else _to_booking(mail)


def _to_new_address(mail: Mail) -> str:
    """Of the version that was asked for: one asked for since has a link of its own."""
    change = AddressChange.objects.filter(pk=mail.facts["address_change"]).first()
    return links.url(links.Purpose.NEW_ADDRESS, change, version=mail.facts["link_version"]) if change else ""


def _to_form(mail: Mail) -> str:
    """To the form of the last place that the mail is about; to their own page whoever is not to be asked."""
    found = asking_mails.forms_of(mail, now=mail.created_at)
    if not found:
        return ""
    return _to_own_page(mail) if found[-1].stopped else links.url(links.Purpose.FEEDBACK, found[-1])


def _to_own_page(mail: Mail) -> str:
    """Where somebody's certificate is: the contact's page where the place is the contact's own."""
    return _to_booking(mail) if mail.visitor and mail.visitor.is_contact else _to_place(mail)


def _to_wish(mail: Mail) -> str:
    return links.url(links.Purpose.UNSUBSCRIBE, mail.wish) if mail.wish else ""


def _to_register(mail: Mail) -> str:
    if mail.facts["link_version"] is None:
        return ""
    link = OfficeLink.objects.get(session=mail.session_id)
    return links.url(links.Purpose.OFFICE, link, version=mail.facts["link_version"])


def _to_itinerary(mail: Mail) -> str:
    """Of the version that the mail was written with, while it is the teacher's: a dead one is shown to nobody."""
    teacher, version = mail.visiting_teacher, mail.facts["link_version"]
    if teacher is None or teacher.link_version != version:
        return ""
    return links.url(links.Purpose.ITINERARY, teacher, version=version)


LINKS: dict[Link, Callable[[Mail], str]] = {
    Link.BOOKING: _to_booking,
    Link.UNPROVED: _to_unproved,
    Link.PLACE: _to_place,
    Link.EITHER: _to_either,
    Link.NEW_ADDRESS: _to_new_address,
    Link.WISH: _to_wish,
    Link.PASSWORD: staff_mails.link_of,
    Link.FORM: _to_form,
    Link.OFFICE: _to_register,
    Link.ITINERARY: _to_itinerary,
    Link.INVITATION: group_mails.to_invitation,
    Link.HEAD: group_mails.to_head,
}


def _first_link(mail: Mail, private: str, of_session: str) -> str:
    """Where the mail's button leads: nowhere where the reader has nothing to do with the session any longer."""
    if mail.facts.get("link_gone"):
        return ""
    return of_session if mail_row(mail.kind).to_session else private or of_session


def context_of(mail: Mail, *, now: dt.datetime) -> dict[str, Any]:
    """What the templates say, each fact on one line."""
    facts = _said(mail.facts | _as_it_is(mail) | _who_teaches(mail))
    facts["colleagues"] = _colleagues(mail)
    session_url = settings.SITE_URL + reverse("session", args=[facts["ref"]]) if "ref" in facts else ""
    link = private_link(mail)
    party = cards.party_of(mail, now=now)
    found = cards.cards_of(mail.recipient_key, now=now) if mail.kind == Kind.MY_BOOKINGS else []
    return facts | {
        "hub": facts.get("hub") or "Showcase",
        "contact": as_name(facts.get("contact")),
        "giver": as_name(facts.get("giver")),
        "taker": as_name(facts.get("taker")),
        "gone": as_name(next(iter(facts.get("visitors", [])), None)),
        "whose": as_name(facts.get("whose")),
        "arranged": _arranged(mail),
        "visitors": listed([one_line(name) for name in facts.get("visitors", [])]),
        "deadline": _deadline(mail, facts, now=now),
        "started": bool(facts.get("starts_at") and facts["starts_at"] <= now),
        "status": mail.booking.status if mail.booking else "",
        "proved": bool(mail.booking and mail.booking.address_proved_at),
        "party_rows": [(part.who, part.said) for part in party.parts] if party and len(party.parts) > 1 else [],
        "others_come": _come(party, mail),
        "waits": _wait(party, mail),
        "rides": cards.rides(mail, party),
        "clashes": _clashes(mail, facts),
        "practical": arriving.practical(facts),
        "report_to": arriving.report_to(facts),
        "directions_url": arriving.directions_url(facts),
        "colleagues": listed(facts["colleagues"]),
        "days_ahead": _days_ahead(facts, now=now),
        "entry": _entry(mail, facts),
        **_asks(mail, now=now),
        "entries": group_mails.entries_of(mail),
        "instead": _instead(mail, now=now),
        "changed": _changed(facts),
        "cards": [_said_of(card) for card in found],
        "first": found[0] if found and found[0].asks else None,
        "link": _first_link(mail, link, session_url),
        "own_link": link,
        "give_back_url": f"{link}cancel/" if mail.booking else "",
        "has_password": bool(mail.staff and mail.staff.has_usable_password()),
        "released": bool(mail.visitor and mail.visitor.released_at),
        "session_url": session_url,
        "my_bookings_url": settings.SITE_URL + reverse("my-bookings"),
        "site": settings.SITE_URL + "/",
        **group_mails.context_of(mail, now=now),
    }


def _asks(mail: Mail, *, now: dt.datetime) -> dict[str, Any]:
    """What a mail asks about: each lesson with its form, and whether nobody knows that they came."""
    if mail_row(mail.kind).link is not Link.FORM:
        return {}
    found = asking_mails.forms_of(mail, now=now)
    if mail.kind == Kind.LATER:
        forms = [_said(session_facts(session, sequence=0)) for one in found for session in asking.seen_by(one)]
    else:
        forms = [_lesson(one, one.visitor, now=now) for one in found if one.visitor]
    if mail.kind == Kind.AFTERWARDS:
        theirs = certificates_of(Visitor.objects.filter(pk__in=mail.facts["places"]), now=now)
        for one in forms:
            one["certificate_url"] = _certificate_url(theirs.get(one["place_id"]))
    return {
        "forms": forms,
        "certificate_url": forms[0].get("certificate_url", "") if len(forms) == 1 else "",
        "if_you_came": all(one.if_you_came for one in found),
        "asks_nothing": all(one.stopped for one in found),
        "own_page_url": _to_own_page(mail),
        "until": asking.last_day_of(found[-1]) if found else None,
    }


def _lesson(asked: Asked, visitor: Visitor, *, now: dt.datetime) -> dict[str, Any]:
    """A lesson that somebody is asked about, with the link to its form, and to what the hub hands on of it."""
    session, of = visitor.booking.session, links.Purpose
    own = links.url(of.CONTACT, visitor.booking) if visitor.is_contact else links.url(of.VISITOR, visitor)
    return _said(session_facts(session, sequence=0)) | {
        "place_id": visitor.pk,
        "form_url": links.url(of.FEEDBACK, asked),
        "materials_url": own if session.resources.for_a_place(now=now).exists() else "",
    }


def _certificate_url(certificate: Certificate | None) -> str:
    return links.url(links.Purpose.CERTIFICATE, certificate) if certificate else ""


def _as_it_is(mail: Mail) -> dict[str, Any]:
    """What tells of no change names the session as it is by now, and says where it is off."""
    if not mail_row(mail.kind).as_it_is or mail.session is None:
        return {}
    places = mail.session.places
    off = {"off": str(places.get_status_display())} if places.status in FROZEN else {}
    return session_facts(mail.session, sequence=places.calendar_sequence) | off


def _who_teaches(mail: Mail) -> dict[str, str]:
    """Who teaches, and who was to, by name only while that may be published: a mail waits, and a yes is taken back."""
    if "visiting_was" not in mail.facts:
        return {}
    now, was = ([mail.facts[f"{who}{when}"] for who in ("visiting", "others")] for when in ("", "_was"))
    return {"teachers": taught_by(*now), "teachers_was": taught_by(*was)}


def _arranged(mail: Mail) -> str:
    """What staff have arranged for whoever the mail is about, as it stands when it is sent."""
    if "arranged_for" not in mail.facts:
        return ""
    return Visitor.objects.filter(pk=mail.facts["arranged_for"]).values_list("arranged", flat=True).first() or ""


def _clashes(mail: Mail, facts: dict[str, Any]) -> list[dict[str, Any]]:
    """Other places at the same time of whoever has just got one: this mail goes to the owner of the address."""
    if not mail_row(mail.kind).gives or not facts.get("calendar_of"):
        return []
    found = clashing(mail.recipient_key, facts.get("starts_at"), facts.get("ends_at"), beside=facts["calendar_of"])
    return [_said(session_facts(session, sequence=0)) for session in found]


def _changed(facts: dict[str, Any]) -> str:
    """What has changed of the register, in numbers: "2 new, 1 not coming"."""
    said = {"new": _("%(n)d new"), "gone": _("%(n)d not coming"), "other": _("%(n)d with changed details")}
    return listed([words % {"n": facts[name]} for name, words in said.items() if facts.get(name)])


def _come(party: PartyAsItStands | None, mail: Mail) -> int:
    """How many of the party are expected by another booking than the one that the mail is about."""
    others = [part for part in party.parts if part.booking != mail.booking] if party else []
    return sum(part.size for part in others if part.status == Status.CONFIRMED)


def _wait(party: PartyAsItStands | None, mail: Mail) -> int:
    """How many others of the party wait, or are to."""
    others = [part for part in party.parts if part.booking != mail.booking] if party else []
    return sum(part.size for part in others if part.status == Status.WAITING)


def _said_of(card: cards.Card) -> dict[str, Any]:
    """A card as its template takes it."""
    return _said(session_facts(card.session, sequence=0)) | card._asdict()


def _said(facts: dict[str, Any]) -> dict[str, Any]:
    """Frozen facts as templates take them: moments parsed, and no line but those of the joining instructions."""
    lines = {
        name: one_line(fact) for name, fact in facts.items() if isinstance(fact, str) and name not in OF_SEVERAL_LINES
    }
    if get_language() == CHINESE:
        lines |= {name.removesuffix("_zh"): line for name, line in lines.items() if name.endswith("title_zh") and line}
    return facts | lines | {name: parse_datetime(facts[name]) for name in MOMENTS if facts.get(name)}


def _wrapped(text: str) -> str:
    """Lines of 72 characters, addresses whole on lines of their own, at most one empty line between them.

    A line of the templates' own white space is an empty one. Chinese has no spaces to break at, and mail programs break
    it themselves.
    """
    as_they_are = get_language() == CHINESE
    lines: list[str] = []
    for line in text.strip().splitlines():
        if as_they_are or "://" in line:
            lines.append(line if line.strip() else "")
        elif len(line) <= LINE and line.isprintable():
            lines.append(line.rstrip())
        else:
            lines += WRAPPER.wrap(line) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def _laid_out(kind: str, layout: str, context: dict[str, Any]) -> str:
    """Only HTML is escaped: in a subject and in plain text, quotes and ampersands stand for themselves."""
    said = Context(context | {"layout": layout}, autoescape=layout == HTML)
    return Engine.get_default().get_template(f"emails/{kind}.html").render(said)


def _deadline(mail: Mail, facts: dict[str, Any], *, now: dt.datetime) -> dt.datetime | None:
    """Until when places are kept. A mail that comes late leaves time to be read, as the rule does (rule.md#hold)."""
    deadline, starts_at = facts.get("deadline"), facts.get("starts_at")
    reading_time = mail_row(mail.kind).read_within
    if not deadline or not reading_time or deadline >= now + reading_time:
        return deadline
    first = mail.booking.told_at(since=cards.says_anew_since(mail)) if mail.booking else None
    read_by: dt.datetime = max(deadline, (first or now) + reading_time)
    of_list = mail.kind == Kind.OFFERED or facts.get("was") == Status.OFFERED
    ends: list[dt.datetime] = [at for at in (starts_at, facts.get("list_ends_at") if of_list else None) if at]
    return min([read_by, *ends])


def _colleagues(mail: Mail) -> list[str]:
    """Who else of the party comes, as it is when the mail is sent, for a mail to somebody who is expected."""
    row = mail_row(mail.kind)
    if mail.booking is None or not (row.calendar is Calendar.REQUEST or row.stale is Stale.REMINDER):
        return []
    names = arriving.colleagues(mail.booking, mail.visitor)
    return [one_line(name) for name in names if as_name(name)]


def _days_ahead(facts: dict[str, Any], *, now: dt.datetime) -> int | None:
    """How many days the session is away in London: 1 is tomorrow."""
    starts_at = facts.get("starts_at")
    return (timezone.localdate(starts_at) - timezone.localdate(now)).days if starts_at else None


def _entry(mail: Mail, facts: dict[str, Any]) -> str:
    """The calendar entry that goes with the mail, or an empty string."""
    method = _method(mail)
    if not (method and facts.get("calendar_of") and facts.get("starts_at") and facts.get("ends_at")):
        return ""
    return calendar_entry(facts, attendee=mail.recipient or "", created_at=mail.created_at, method=method)


def _method(mail: Mail) -> str:
    """What the mail does to a calendar, as iCalendar names it, or an empty string."""
    does = mail_row(mail.kind).calendar
    return does.value if does else ""


def _instead(mail: Mail, *, now: dt.datetime) -> list[dict[str, Any]]:
    """The sessions that the hub offers instead of its own, while they can be booked, each with its address."""
    if mail.kind not in (Kind.SESSION_CANCELLED, Kind.SESSION_POSTPONED):
        return []
    found = SessionChange.objects.get(pk=mail.facts["change"]).instead_now(now=now)
    return [
        _said(session_facts(session, sequence=0)) | {"url": settings.SITE_URL + session.get_absolute_url()}
        for session in found
    ]
