"""Mails as they are composed: facts frozen in the transaction that causes them. rendering.py sends them on.

Every kind has one template, `templates/emails/<kind>.html`, from which its subject, plain text and HTML are made.
"""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from bookings.mail_kinds import MAILS, Kind, Link, PressedBy, To
from bookings.models import AddressChange, AuditEntry, Booking, HandOver, Mail, SessionChange, TellMe, Visitor
from bookings.rule.calendar import entry_version
from bookings.rule.outbox import new_mail
from bookings.rule.party import Party
from bookings.rule.room import Room, iso, session_facts
from bookings.rule.too_often import (
    A_DAY,
    AGAIN,
    ASKED_FOR,
    OF_NEW_ADDRESS,
    ONCE_A_DAY,
    Limit,
    may_again_at,
)
from bookings.states import SESSION_MAILS, Row, Status, Verb
from hubs.models import VisitingTeacher
from hubs.models.to_come import to_come
from hubs.vocabulary import request_ids
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.keyed import keyed_hash
from hubs.vocabulary.references import mail_token

if TYPE_CHECKING:
    from django.db.models import QuerySet

AGAIN_OF = {Status.HELD: Kind.CONFIRM, Status.WAITING: Kind.WAITING, Status.LAPSED: Kind.CONFIRM_FIRST}
LAPSES = (Kind.LAPSED, Kind.LIST_ENDED)
MOST_UNPROVED = 10  # bookings of one address that nobody has proved
MOST_AGAIN = 2  # "send it again" gives two more mails, ten minutes apart (rule.md#mails)


def compose(
    room: Room,
    booking: Booking,
    row: Row,
    entry: AuditEntry,
    *,
    visitors: Sequence[Visitor] = (),
    handed: HandOver | None = None,
    pressed_by: PressedBy = "contact",
    address: AddressChange | None = None,
) -> Iterator[Mail]:
    """The mails of one event as unsaved rows, which say what its audit entry says. Each event sends each of them once.

    Kinds for visitors go to `visitors`, or to all of the booking that come; no address, no mail. `handed` is a place
    that changes hands, `address` one that is to be another's; `pressed_by` says whose link did this.
    """
    said: dict[str, Any] = {"pressed_by": pressed_by}
    if row.verb is Verb.WITHDRAW:
        said |= {"by_hub": True, "reason": entry.why if entry.why_told else ""}
    if row.verb is Verb.LET_GO:
        said |= {"by_hub": True}
    if row.verb is Verb.CHANGE_SCHOOL:
        said |= {"school": booking.school_in_words}
    for mail in _of_event(room, booking, row.mails, entry, visitors, handed, address, pressed_by=pressed_by):
        mail.facts |= said
        yield mail


def _of_event(
    room: Room,
    booking: Booking,
    kinds: Sequence[Kind],
    entry: AuditEntry,
    visitors: Sequence[Visitor],
    handed: HandOver | None,
    address: AddressChange | None,
    *,
    pressed_by: PressedBy,
) -> Iterator[Mail]:
    key, was = f"{entry.pk}", entry.from_status
    coming: list[Visitor] = []
    if any(MAILS[kind].to is To.VISITORS or MAILS[kind].gives for kind in kinds):
        coming = list(visitors) or list(booking.visitors.coming())
    for kind in kinds:
        to = MAILS[kind].to
        if to is To.VISITORS:
            for visitor in coming:
                if visitor.has_own_mail:
                    yield _to_visitor(room, booking, kind, f"{key}:{kind}:{visitor.pk}", visitor)
        elif to in (To.IN_NEED, To.PERSON):
            for visitor in visitors:
                yield from _of_person(room, booking, kind, f"{key}:{kind}:{visitor.pk}", visitor)
        elif to is To.OWNER:
            if address:
                yield _of_new_address(room, booking, kind, f"{key}:{kind}", address)
        elif to in (To.TAKER, To.GIVER):
            if handed:
                yield from _of_hand_over(room, booking, kind, f"{key}:{kind}", handed)
        elif booking.contact_email and not (kind is Kind.PLACE_HANDED and _contact_knows(handed, pressed_by)):
            whole = list(booking.visitors.coming()) if entry.verb == Verb.PUT_IN else coming
            mail = _to_contact(room, booking, kind, f"{key}:{kind}", whole, was=was)
            mail.facts |= {"tells": [entry.pk]} | (_names(handed) if handed else {})
            yield mail


def _contact_knows(handed: HandOver | None, pressed_by: PressedBy) -> bool:
    """Whether a hand-over is no news to the contact: they did it, or it was their own place."""
    return handed is None or handed.from_contact or pressed_by == "contact"


def _names(handed: HandOver) -> dict[str, Any]:
    return {"giver": handed.from_name, "taker": handed.to_name, "came_back": handed.taken_back_at is not None}


def one_a_party(room: Room, mails: Sequence[Mail]) -> tuple[list[Mail], list[Mail]]:
    """The mails that are to be made, and those of this press that have been made and now tell of more.

    A press that changes several bookings of one party writes to its contact once: each such mail says how all of the
    party stands when it is sent.
    """
    new, joined = [], []
    for mail in mails:
        if mail.booking is None or MAILS[Kind(mail.kind)].to is not To.CONTACT:
            new.append(mail)
            continue
        told = room.told.setdefault(mail.booking.first_id, mail)
        if told is mail:
            new.append(mail)
            continue
        _tell_of_both(told, mail)
        if told.pk and told not in joined:
            joined.append(told)
    return new, joined


def _tell_of_both(told: Mail, other: Mail) -> None:
    """One mail in place of two. The one that changes the contact's calendar gives its words; else the first."""
    tells = [*told.facts["tells"], *other.facts["tells"]]
    if other.facts.get("calendar_of"):
        told.kind, told.booking, told.facts, other.facts = other.kind, other.booking, other.facts, told.facts
    if told.kind == other.kind:
        for name in ("party", "visitors", "to_be_named"):
            told.facts[name] += other.facts[name]
    told.facts["tells"] = tells


def remind(room: Room, bookings: Sequence[Booking], *, to: Collection[Visitor], key: str) -> Iterator[Mail]:
    """The reminders of one party, of which some may have been booked apart from the others: one to its contact, and one
    to each of `to` that has an address of their own. The bookings have their visitors at hand."""
    first, coming = bookings[0], [visitor for booking in bookings for visitor in booking.visitors.all()]
    if first.contact_email:
        mail = _to_contact(room, first, Kind.REMINDER, f"{key}:{first.pk}", coming)
        mail.facts["party"] = sum(booking.party for booking in bookings)
        yield mail
    for booking in bookings:
        for visitor in booking.visitors.all():
            if visitor in to and visitor.has_own_mail:
                yield _to_visitor(room, booking, Kind.REMINDER, f"{key}:{booking.pk}:{visitor.pk}", visitor)


def _to_visitor(room: Room, booking: Booking, kind: Kind, key: str, visitor: Visitor) -> Mail:
    facts = {"contact": booking.contact_name} | _link_and_calendar(room, booking, kind, visitor)
    if kind == Kind.NAMED:
        facts["needs_added"] = bool(visitor.needs_added)
    return _mail(room, kind, key, visitor.email or "", booking.language, facts, booking=booking, visitor=visitor)


def _link_and_calendar(room: Room, booking: Booking, kind: Kind, visitor: Visitor) -> dict[str, Any]:
    """The version of the link that the mail carries, so that nobody is sent the link of who came after them; and the
    place's calendar entry, whose sequence rises as the place changes hands or goes to another session."""
    return {
        "link_version": visitor.link_version,
        "calendar_of": visitor.pk if MAILS[kind].calendar else None,
        "sequence": entry_version(room.places, booking, visitor),
    }


def _of_hand_over(room: Room, booking: Booking, kind: Kind, key: str, handed: HandOver) -> Iterator[Mail]:
    """A mail to the one who gives a place away, or to the one who is given it."""
    visitor, takes = handed.visitor, MAILS[kind].to is To.TAKER
    recipient = handed.to_email if takes else handed.from_email
    facts: dict[str, Any] = _names(handed) | {"reference": booking.reference_spaced, "contact": booking.contact_name}
    facts |= _link_and_calendar(room, booking, kind, visitor)
    if kind == Kind.HANDED_OVER:
        facts["link_version"] = handed.from_version
    facts["own"] = handed.from_contact  # it was the contact's own
    if MAILS[kind].link is Link.NONE:
        facts["link_version"] = None  # nothing is theirs any longer
    of_visitor = {} if handed.from_contact and not takes else {"visitor": visitor}
    if recipient:
        yield _mail(room, kind, key, recipient, booking.language, facts, booking=booking, **of_visitor)


def _of_person(room: Room, booking: Booking, kind: Kind, key: str, visitor: Visitor) -> Iterator[Mail]:
    """To whoever it is about; or about them to the contact. What was arranged does not stand in the mail's row: it is
    deleted with what they need, and read when the mail is sent."""
    facts: dict[str, Any] = {"whose": "" if visitor.is_contact else visitor.full_name}
    if kind is Kind.ARRANGED:
        facts["arranged_for"] = visitor.pk
    if visitor.has_own_mail:
        mail = _to_visitor(room, booking, kind, key, visitor)
        facts["whose"] = ""
    elif booking.contact_email:
        mail = _to_contact(room, booking, kind, key)
    else:
        return
    mail.facts |= facts
    yield mail


def _of_new_address(room: Room, booking: Booking, kind: Kind, key: str, address: AddressChange) -> Mail:
    """To the old address: which one is to stand in its place."""
    visitor = address.visitor
    mail = _to_visitor(room, booking, kind, key, visitor) if visitor else _to_contact(room, booking, kind, key)
    mail.facts["new_address"] = address.email
    return mail


def _to_contact(
    room: Room, booking: Booking, kind: Kind, key: str, coming: Sequence[Visitor] = (), *, was: str = ""
) -> Mail:
    me = next((visitor for visitor in coming if visitor.is_contact), None)
    placed = MAILS[kind].gives or was == Status.CONFIRMED
    facts = {
        "reference": booking.reference_spaced,
        "party": booking.party,
        "deadline": iso(booking.deadline),
        "was": was,
        "goes_with": bool(booking.goes_with_id),
        "visitors": [visitor.full_name for visitor in coming if visitor.full_name],
        "to_be_named": sum(1 for visitor in coming if not visitor.full_name),
        "for_others": bool(coming) and me is None,  # the contact arranges it for them, and does not come
        **(_link_and_calendar(room, booking, kind, me) if me and MAILS[kind].calendar and placed else {}),
    }
    return _mail(room, kind, key, booking.contact_email or "", booking.language, facts, booking=booking)


def _mail(
    room: Room,
    kind: Kind,
    key: str,
    recipient: str,
    language: str,
    facts: dict[str, Any],
    **of: Booking | Visitor | VisitingTeacher,
) -> Mail:
    said, session = room.facts | facts, room.session
    return new_mail(
        kind, recipient, said, key=key, now=room.now, until=session.ends_at, language=language, session=session, **of
    )


# --- mails about a change of the session ----------------------------------------------------------------------------


def compose_change(room: Room, change: SessionChange, bookings: Sequence[Booking]) -> Iterator[Mail]:
    """What everyone is told of a change. `bookings` are all live ones. Day-of-change mail goes first."""
    facts = change.facts | {"change": change.pk, "message": change.message}
    for mail in to_everyone(room, SESSION_MAILS[Verb(change.verb)], bookings):
        mail.dedupe_key = f"change:{change.pk}:{mail.booking_id}:{mail.visitor_id or ''}"
        mail.facts |= facts
        mail.urgent = True
        yield mail


def to_everyone(room: Room, kind: Kind, bookings: Sequence[Booking]) -> Iterator[Mail]:
    """A mail to the contact of each party and to each named visitor of confirmed bookings; its key is still to be set.

    `bookings` have their visitors at hand. A party of which some have places and others wait is written to once, about
    its first booking.
    """
    parties: set[int | None] = set()
    for booking in sorted(bookings, key=lambda one: (one.goes_with_id is not None, one.pk)):
        confirmed = booking.status == Status.CONFIRMED
        coming = [visitor for visitor in booking.visitors.all() if not visitor.released_at]
        for visitor in coming:
            if confirmed and visitor.has_own_mail:
                yield _to_visitor(room, booking, kind, "", visitor)
        party = booking.first_id
        if booking.contact_email and party not in parties:
            parties.add(party)
            yield _to_contact(room, booking, kind, "", coming, was=booking.status)


# --- mails that somebody asked for ----------------------------------------------------------------------------------


def answered_by_mail(room: Room, asked: Booking, existing: Booking | None) -> bool:
    """Whether nothing is made of what was asked, and the owner of the address is told by mail alone: it has a booking
    here, or ten anywhere that nobody has proved (rule.md#unproved). The caller must answer the same."""
    if asked.email_key and _tell_unproved(room, asked):
        return True
    if existing:
        tell_already_booked(room, existing)
    return existing is not None


def _tell_unproved(room: Room, asked: Booking) -> bool:
    """Tell an address that so many of its bookings wait to be confirmed, once a day, at the address as one of them has
    it; whether there are so many. Hardly ever may there be, and only then it is asked which of them are to come."""
    now, key = room.now, asked.email_key
    perhaps = [one for one in room.read() if one.email_key == key and one.is_unproved(now=now)]
    if len(perhaps) < MOST_UNPROVED:
        return False
    waiting = Booking.objects.filter(email_key=key).unproved(now=now)
    found = list(waiting.order_by("pk").values_list("contact_email", flat=True)[:MOST_UNPROVED])
    if len(found) < MOST_UNPROVED:
        return False
    facts = {"number": MOST_UNPROVED}
    mail = new_mail(Kind.UNPROVED, found[0], facts, key="", now=now, until=now + A_DAY, language=asked.language)
    _unless_asked_too_often(mail, ONCE_A_DAY)
    return True


def spare_the_unproved(mails: Sequence[Mail], *, now: dt.datetime) -> tuple[list[Mail], list[Mail]]:
    """Which mails are sent in any case, and those of lapses to addresses that have never proved anything: of these an
    address gets one a day, whatever lapses. Its key says so: a second one is not kept.

    No query where no mail is of a lapse.
    """
    of_lapses = [
        mail for mail in mails if mail.kind in LAPSES and mail.booking and mail.booking.address_proved_at is None
    ]
    if not of_lapses:
        return list(mails), []
    keys = {mail.recipient_key for mail in of_lapses}
    proved = set(
        Booking.objects.filter(email_key__in=keys, address_proved_at__isnull=False)
        .order_by()
        .values_list("email_key", flat=True)
    )
    spared = [mail for mail in of_lapses if mail.recipient_key not in proved]
    for mail in spared:
        mail.dedupe_key = f"lapses:{of_whom(mail.recipient_key)}:{timezone.localdate(now)}"
    return [mail for mail in mails if mail not in spared], spared


def tell_already_booked(room: Room, booking: Booking) -> None:
    """Tell a contact that this address has a booking here already."""
    _unless_asked_too_often(_to_contact(room, booking, Kind.ALREADY_BOOKED, ""))


def tell_taken(room: Room, booking: Booking, visitor: Visitor | None) -> None:
    """Tell whoever has a place here already that their address cannot be another booking's or place's too."""
    kind = Kind.ADDRESS_TAKEN
    _unless_asked_too_often(
        _to_visitor(room, booking, kind, "", visitor) if visitor else _to_contact(room, booking, kind, "")
    )


def to_new_address(room: Room, booking: Booking, address: AddressChange) -> list[Mail]:
    """The mail with the link that makes the address theirs; none where it has had too many, silently."""
    key, kind = email_key(address.email or ""), Kind.NEW_ADDRESS
    asked = Mail.objects.to(key, kinds=[kind], since=room.now - A_DAY)
    if may_again_at(asked.values_list("created_at", flat=True), OF_NEW_ADDRESS, now=room.now):
        return []
    facts = {"address_change": address.pk, "link_version": address.link_version, "party": booking.party}
    once = f"address:{address.pk}:{address.link_version}:{room.now.isoformat()}"
    of: dict[str, Any] = {"booking": booking} | ({"visitor": address.visitor} if address.visitor else {})
    return [_mail(room, kind, once, address.email or "", booking.language, facts, **of)]


def tell_not_booked(room: Room, party: Party) -> None:
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
    known = bookings_of(key, now=now).first()
    named = None if known else places_of(key, now=now).first()
    recipient = known.contact_email if known else named.email if named else None
    if recipient:
        mail = new_mail(Kind.MY_BOOKINGS, recipient, {}, key="", now=now, until=now + A_DAY, language=language)
        _unless_asked_too_often(mail)


def resend_link(booking: Booking, *, now: dt.datetime) -> None:
    """ "Send it again": the same link for what waits to be confirmed, twice at most and ten minutes apart
    from whatever its address has had again; otherwise silently nothing.

    Its key counts the mails before it, so that two presses at once send one.
    """
    kind = AGAIN_OF.get(Status(booking.status))
    sent = list(Mail.objects.filter(booking=booking, kind=kind).order_by("created_at", "pk")) if kind else []
    if not 1 <= len(sent) <= MOST_AGAIN or not sent[-1].recipient:
        return
    asked = Mail.objects.to(sent[-1].recipient_key or "", kinds=list(AGAIN_OF.values()), since=now - A_DAY)
    times = asked.filter(dedupe_key__startswith="again:").values_list("created_at", flat=True)
    if may_again_at(times, AGAIN, now=now):
        return
    again = sent[-1]  # to the address that the booking has now
    again.pk, again.dedupe_key, again.token = None, f"again:{booking.pk}:{len(sent)}", mail_token()
    again.state, again.tries, again.answered_at, again.last_error = Mail.State.WAITING, 0, None, ""
    again.created_at = again.due_at = now
    again.again_at, again.broken_at, again.unanswered, again.request_id = None, None, 0, request_ids.current()
    session = booking.session  # which may have been moved since
    again.facts |= session_facts(session, sequence=session.places.calendar_sequence)
    again.facts["deadline"] = iso(booking.deadline)
    Mail.objects.bulk_create([again], ignore_conflicts=True)


def of_wish(wish: TellMe, kind: Kind, facts: dict[str, Any], *, now: dt.datetime, key: str = "") -> Mail:
    """A mail to somebody who asked to be told when booking opens."""
    of: dict[str, Any] = {"session_id": wish.session_id, "wish": wish}
    return new_mail(kind, wish.email, facts, key=key, now=now, until=now + A_DAY, language=wish.language, **of)


def of_office(room: Room, kind: Kind, to: str, facts: dict[str, Any], *, key: str) -> Mail:
    """A mail to a school's office: in numbers, with whom of the hub to ring."""
    year = room.session.hub_year
    facts |= {"hub_contact": year.contact_name, "hub_phone": year.contact_phone}
    return _mail(room, kind, key, to, "en-gb", facts)


def of_teacher(room: Room, kind: Kind, to: str, facts: dict[str, Any], *, key: str, language: str, **of: Any) -> Mail:
    """A mail to who teaches: in numbers, with whom of the hub to ring. Its title stands in both languages."""
    year = room.session.hub_year
    facts |= {"hub_contact": year.contact_name, "hub_phone": year.contact_phone, "title_en": room.facts["title"]}
    return _mail(room, kind, key, to, language, facts, **of)


def ask_to_prove(wish: TellMe, facts: dict[str, Any], *, now: dt.datetime) -> None:
    """Send the link by which a wish is confirmed and ended."""
    _unless_asked_too_often(of_wish(wish, Kind.TELL_ME, facts, now=now))


def of_whom(address_key: str | None) -> str:
    """What stands for an address in a dedupe key, which stays when the address is erased."""
    return keyed_hash("bookings.emails", address_key or "")[:24]


def _unless_asked_too_often(mail: Mail, limits: Sequence[Limit] = ASKED_FOR) -> None:
    """Keep a mail, unless its address has had one of its kind just now or too many: silently.

    Two asked for at once fall into the same hour or day by the clock and get the same key: one is sent. The key holds
    no address, for it stays when the address is erased.
    """
    asked = Mail.objects.to(mail.recipient_key or "", kinds=[mail.kind], since=mail.created_at - A_DAY)
    times = list(asked.values_list("created_at", flat=True))
    if may_again_at(times, limits, now=mail.created_at):
        return
    period = mail.created_at.timestamp() // limits[0].within.total_seconds()
    mail.dedupe_key = f"{mail.kind}:{of_whom(mail.recipient_key)}:{period:.0f}"
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


def bookings_of(key: str | None, *, now: dt.datetime) -> "QuerySet[Booking]":
    """Live bookings of that address for sessions to come."""
    return Booking.objects.live().filter(to_come(timezone.localdate(now), of="session"), email_key=key)


def places_of(key: str | None, *, now: dt.datetime) -> "QuerySet[Visitor]":
    """Places to come that somebody else booked for that address, once they have been told of them."""
    named = Visitor.objects.coming().filter(email_key=key, is_contact=False, full_name__isnull=False)
    return named.filter(to_come(timezone.localdate(now), of="booking__session"), booking__status=Status.CONFIRMED)
