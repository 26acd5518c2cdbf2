"""All that is kept of one person at their private link, as their page shows it and as they can take it away."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.forgetting import when
from bookings.forgetting.erasing import Whom, in_groups
from bookings.forgetting.when import When
from bookings.forms import DayForm, LaterForm
from bookings.models import (
    AddressChange,
    Asked,
    AuditEntry,
    Certificate,
    DayAnswer,
    HandOver,
    Interest,
    LaterAnswer,
    Mail,
    NewsConsent,
    Quote,
    Visitor,
)
from hubs.models import Hub
from hubs.vocabulary.dates import moment
from hubs.vocabulary.references import in_two_halves
from hubs.vocabulary.teaching import in_words, roles_in_words


class Line(NamedTuple):
    """One thing that is kept: what it is called, as it reads, and as it is taken away."""

    label: str
    value: str
    plain: Any


class Heading(NamedTuple):
    """Some of it, and until when it is kept."""

    key: str
    says: str
    until: When
    lines: list[Line]


def of(whom: Whom) -> list[Heading]:
    """Everything, in the order of a booking's life; headings without anything are left out."""
    found = [
        Heading("you", _("You"), when.NAMES, list(_you(whom))),
        Heading("mobile", _("Mobile number"), when.MOBILE, list(_mobile(whom))),
        Heading("needs", _("What you need"), when.NEEDS, list(_needs(whom))),
        Heading("booking", _("Your booking"), when.STAYS, list(_booking(whom))),
        Heading("colleagues", _("Colleagues whom you named"), when.NAMES, list(_colleagues(whom))),
        Heading("handed", _("Places handed over"), when.NAMES, list(_handed(whom))),
        Heading("mails", _("Emails that we sent you"), when.NAMES, list(_mails(whom))),
        Heading("done", _("What was done with it"), when.STAYS, list(_done(whom))),
        Heading("answers", _("What you answered"), when.UNTIED, list(_answers(whom))),
        Heading("group", _("A group of nearby schools"), when.EXCHANGE, list(_group(whom))),
        Heading("certificate", _("Your certificate"), when.NAMES, list(_certificates(whom))),
        Heading("news", _("News of the hub"), when.NEWS, list(_news(whom))),
    ]
    return [heading for heading in found if heading.lines]


def as_data(headings: list[Heading]) -> dict[str, Any]:
    """The same for a file: by plain keys, with the sentence until when."""
    return {one.key: {"until": str(one.until.says), "kept": [_plain(line) for line in one.lines]} for one in headings}


def _plain(line: Line) -> dict[str, Any]:
    return {"name": line.label, "value": line.plain}


def _line(label: Any, value: Any, plain: Any = None) -> Iterator[Line]:
    """Nothing where there is nothing."""
    if isinstance(value, dt.datetime):
        yield Line(str(label), moment(value), value.isoformat())
    elif value not in (None, ""):
        yield Line(str(label), str(value), str(value) if plain is None else plain)


def _yes_or_no(value: bool | None) -> str:  # noqa: FBT001  (it is what is said)
    return "" if value is None else _("Yes") if value else _("No")


def _you(whom: Whom) -> Iterator[Line]:
    yield from _line(_("Name"), whom.name)
    yield from _line(_("Email address"), whom.email)
    if whom.visitor is None:
        waiting = AddressChange.objects.filter(booking=whom.booking, visitor=None)
    else:
        waiting = AddressChange.objects.filter(visitor=whom.visitor)
    if place := whom.place:
        yield from _line(_("Role"), roles_in_words(place.role))
        yield from _line(_("Years taught"), in_words(place.years))
        yield from _line(_("Seen a Shanghai lesson before"), _yes_or_no(place.seen_before), place.seen_before)
    for asked in waiting:
        yield from _line(_("New address, not yet taken"), asked.email)
    yield from _line(_("School"), whom.booking.school_in_words)
    yield from _line(_("Code given"), whom.booking.code)


def _mobile(whom: Whom) -> Iterator[Line]:
    if whom.visitor is None:
        yield from _line(_("For the day"), whom.booking.contact_mobile)
    if place := whom.place:
        yield from _line(_("For the day"), place.mobile)


def _needs(whom: Whom) -> Iterator[Line]:
    if place := whom.place:
        yield from _line(_("In your words"), place.needs)
        yield from _line(_("Added by your contact"), place.needs_added)
        yield from _line(_("Arranged by the hub"), place.arranged)


def _booking(whom: Whom) -> Iterator[Line]:
    booking = whom.booking
    yield from _line(_("Session"), booking.session.name)
    yield from _line(_("Reference"), booking.reference_spaced)
    yield from _line(_("How it stands"), booking.get_status_display(), booking.status)
    yield from _line(_("Made at"), booking.created_at)
    yield from _line(_("Address proved at"), booking.address_proved_at)
    yield from _line(_("Ended at"), booking.ended_at)
    if place := whom.place:
        yield from _line(_("Place released at"), place.released_at)
        came = _("not marked") if place.attendance == Visitor.Attendance.EXPECTED else place.get_attendance_display()
        yield from _line(_("Whether you came"), came, place.attendance)
        yield from _line(_("Marked at"), place.marked_at)
        yield from _line(_("First time"), _yes_or_no(place.first_time), place.first_time)
        number = str(place.person_id) if place.person_id else ""
        yield from _line(_("A random number that ties your visits together"), number)


def _colleagues(whom: Whom) -> Iterator[Line]:
    if whom.visitor is None:
        for one in whom.booking.visitors.filter(is_contact=False).exclude(full_name=None):
            yield from _line(one.full_name, one.email or _("no address"))


def _handed(whom: Whom) -> Iterator[Line]:
    place = whom.place
    mine = Q(from_name=whom.name, from_email=whom.email) | Q(to_name=whom.name, to_email=whom.email)
    for one in HandOver.objects.filter(mine, visitor=place) if place else ():
        names = _("from %(giver)s to %(taker)s") % {"giver": one.from_name or "–", "taker": one.to_name or "–"}
        yield Line(moment(one.at), names, {"at": one.at.isoformat(), "from": one.from_name, "to": one.to_name})


def _mails(whom: Whom) -> Iterator[Line]:
    """When and where to; what they said stands in the file."""
    of_whom = {"visitor": whom.visitor} if whom.visitor else {"booking": whom.booking}
    for mail in Mail.objects.filter(**of_whom, recipient_key=whom.email_key).order_by("pk"):
        plain = {"at": mail.created_at.isoformat(), "to": mail.recipient, "kind": mail.kind, "facts": mail.facts}
        yield Line(moment(mail.created_at), mail.recipient or "", plain)


def _done(whom: Whom) -> Iterator[Line]:
    """By number and not by name, in staff's words: each in the file."""
    entries = AuditEntry.objects.filter(booking=whom.booking).order_by("pk") if whom.visitor is None else []
    plain = [{"at": one.at.isoformat(), "what": one.verb, "by": one.by, "why": one.why} for one in entries]
    if plain:
        said = ngettext("%(n)d entry, in the file", "%(n)d entries, in the file", len(plain)) % {"n": len(plain)}
        yield Line(_("Entries"), said, plain)


def _answers(whom: Whom) -> Iterator[Line]:
    """While they are tied to somebody, under what the form asked."""
    asked = Asked.objects.filter(visitor=whom.place) if whom.place else Asked.objects.none()
    voices = list(asked.values_list("voice", flat=True))
    said: list[Any] = [*DayAnswer.objects.filter(voice__in=voices), *LaterAnswer.objects.filter(voice__in=voices)]
    for answer in said:
        questions = (DayForm if isinstance(answer, DayAnswer) else LaterForm).base_fields
        for field in answer._meta.concrete_fields:
            if field.choices or field.get_internal_type() == "TextField":
                display, value = getattr(answer, f"get_{field.name}_display", str), getattr(answer, field.name)
                yield from _line(questions[field.name].label, display() if field.choices else value, value)
        yield from _line(_("The hub may use these sentences"), _yes_or_no(answer.may_quote), answer.may_quote)
    for quote in Quote.objects.filter(voice__in=voices):
        yield from _line(_("May be quoted"), quote.text)


def _group(whom: Whom) -> Iterator[Line]:
    for one in Interest.objects.filter(visitor=whom.place) if whom.place else ():
        yield from _line(_("Would join a group"), one.get_wants_display(), one.wants)
        yield from _line(_("As"), one.get_role_display(), one.role)
    session = whom.booking.session
    if session.group_id and whom.email_key:
        of_hub = Hub.objects.filter(pk=session.hub_year.hub_id)
        for goes in in_groups(whom.email_key, of_hub):
            for name, email in goes.rows.values_list(*goes.columns):
                yield from _line(_("In a group"), f"{name or ''} {email}".strip())


def _certificates(whom: Whom) -> Iterator[Line]:
    for one in Certificate.objects.filter(visitor=whom.place) if whom.place else ():
        yield from _line(_("Name on it"), one.full_name)
        yield from _line(_("Code"), in_two_halves(one.code), one.code)
        yield from _line(_("Issued at"), one.issued_at)


def _news(whom: Whom) -> Iterator[Line]:
    hub = whom.booking.session.hub_year.hub_id
    for one in NewsConsent.objects.filter(hub=hub, email_key=whom.email_key):
        yield from _line(_("Name"), one.full_name)
        yield from _line(_("Agreed at"), one.agreed_at)
