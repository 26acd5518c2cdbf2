"""What a mail says of bookings: how the whole of a party stands when it is sent, and "Your bookings" as cards."""

import datetime as dt
from collections import defaultdict
from typing import Any, NamedTuple

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.mail import links
from bookings.mail.names import as_name
from bookings.mail_kinds import READING_TIME, SAYS_ANEW, SHORTEST_OFFER, TELLS, Kind
from bookings.models import Booking, HandOver, Mail, Visitor
from bookings.models.booking import BookingQuerySet
from bookings.rule import parts
from bookings.rule.mails import bookings_of, places_of
from bookings.rule.parts import PartyAsItStands
from bookings.states import FROZEN, LIVE, Status
from hubs.models import ShowcaseSession
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.dates import moment

ASK_THEMSELVES = (Kind.CONFIRM, Kind.OFFERED, *SAYS_ANEW)  # of what has to be answered
SHOWN = LIVE | {Status.LAPSED}  # what still stands, or can be asked for again
READING = {Status.HELD: READING_TIME, Status.OFFERED: SHORTEST_OFFER}


def says_anew_since(mail: Mail) -> dt.datetime | None:
    """From when on a deadline counts as told, where the mail is the newer word of a session that was off or moved."""
    return mail.created_at if mail.kind in SAYS_ANEW else None


def kept_until(booking: Booking, *, now: dt.datetime, since: dt.datetime | None = None) -> dt.datetime | None:
    """Until when the places of an unanswered booking are kept, for a mail that is sent now: one that comes late leaves
    time to be read, as the rule does (rule.md#hold)."""
    reading = READING.get(Status(booking.status))
    if not booking.deadline or not reading or booking.deadline >= now + reading:
        return booking.deadline
    session = booking.session
    ends = [session.starts_at, session.waiting_closes_at if booking.status == Status.OFFERED else None]
    read_by = max(booking.deadline, (booking.told_at(since=since) or now) + reading)
    return min([read_by, *(at for at in ends if at)])


def party_of(mail: Mail, *, now: dt.datetime) -> PartyAsItStands | None:
    """The party that a mail to its contact tells of: its bookings that still stand, or can be asked for again."""
    one = mail.booking
    if one is None or not one.email_key or mail.visitor_id or mail.kind not in TELLS:
        return None
    bookings = [one] if one.is_whole_party else list(Booking.objects.of_party(one).select_related(*OF_ITS_SESSION))
    bookings = [one for one in bookings if one.status in SHOWN]
    if len(bookings) > 1:
        prefetch_related_objects(bookings, parts.with_coming())
        return _party(bookings, now=now, since=says_anew_since(mail))
    # Of one that stands alone nothing is said but until when.
    alone = [parts.Part(one, (), now, kept_until(one, now=now, since=says_anew_since(mail))) for one in bookings]
    return PartyAsItStands(alone) if alone else None


def rides(mail: Mail, party: PartyAsItStands | None) -> PartyAsItStands | None:
    """What of the party has to be answered, where the mail is about something else and must say so first."""
    if party is None or mail.kind in ASK_THEMSELVES or not party.unanswered:
        return None
    return PartyAsItStands(party.unanswered)


def _party(bookings: list[Booking], *, now: dt.datetime, since: dt.datetime | None = None) -> PartyAsItStands:
    def until(booking: Booking) -> dt.datetime | None:
        return kept_until(booking, now=now, since=since)

    return parts.of_party(bookings, now=now, until=until, sayable=lambda name: bool(as_name(name)))


def unproved_of(mail: Mail) -> BookingQuerySet:
    """What the address of a mail has not confirmed, the oldest first."""
    return Booking.objects.filter(email_key=mail.recipient_key).unproved(now=mail.created_at).order_by("pk")


class Card(NamedTuple):
    """One party, or one place that somebody else booked: all that "Your bookings" says of it."""

    session: ShowcaseSession
    state: str  # which colour it has: offered, confirmed, waiting or off
    badge: str
    rows: list[tuple[str, str]]
    link: str
    action: str
    asks: bool
    reference: str = ""
    party: PartyAsItStands | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        """What has to be answered first, the soonest deadline before; then by date."""
        until = self.party.deadline if self.party else None
        later = dt.datetime.max.replace(tzinfo=dt.timezone.utc)
        day = self.session.first_day or dt.date.max
        return (not self.asks, until or later, day, self.session.starts_at or later, self.session.pk)


def cards_of(address_key: str | None, *, now: dt.datetime) -> list[Card]:
    """The bookings and places to come of an address, a party a card."""
    related = (*OF_ITS_SESSION, "session__places")
    bookings = bookings_of(address_key, now=now).select_related(*related).prefetch_related(parts.with_coming())
    parties: dict[int | None, list[Booking]] = defaultdict(list)
    for booking in bookings.order_by("pk"):
        parties[booking.first_id].append(booking)
    visitors = list(
        places_of(address_key, now=now).select_related("booking", *(f"booking__{name}" for name in related))
    )
    given = {one.visitor_id: one for one in HandOver.objects.open().filter(visitor__in=visitors)} if visitors else {}
    cards = [_of_party(_party(several, now=now)) for several in parties.values()]
    cards += [_of_place(visitor, given.get(visitor.pk)) for visitor in visitors]
    return sorted(cards, key=lambda card: card.order)


def _of_party(party: PartyAsItStands) -> Card:
    session, off = party.session, _off(party.session)
    asks = bool(party.asks) and not off
    return Card(
        session=session,
        state="off" if off else party.status if party.status != Status.HELD else Status.OFFERED,
        badge=off or _badge(party),
        rows=[(part.who, part.said if len(party.parts) > 1 else _alone(part)) for part in party.parts],
        link=links.url(links.Purpose.CONTACT, party.first),
        action=_action(party) if asks else _("Open this booking"),
        asks=asks,
        reference=party.first.reference_spaced,
        party=party,
    )


def _of_place(visitor: Visitor, given: HandOver | None) -> Card:
    session, off = visitor.booking.session, _off(visitor.booking.session)
    by = as_name(given.from_name if given else visitor.booking.contact_name)
    if given:
        said = _("handed over by %(name)s") % {"name": by} if by else _("handed over by a colleague")
    else:
        said = _("booked by %(name)s") % {"name": by} if by else _("booked by a colleague")
    return Card(
        session=session,
        state="off" if off else Status.OFFERED if given else Status.CONFIRMED,
        badge=off or (_("A place is handed over to you") if given else _("You have a place")),
        rows=[(_("You"), said)],
        link=links.url(links.Purpose.VISITOR, visitor),
        action=_("Take or give back the place") if given and not off else _("Open your place"),
        asks=bool(given) and not off,
    )


def _off(session: ShowcaseSession) -> str:
    if session.places.status not in FROZEN:
        return ""
    if session.places.status == "cancelled":
        return _("This session is cancelled")
    return _("This session is postponed")


def _badge(party: PartyAsItStands) -> str:
    """What is said largest: an offer, or what is to be confirmed; else how many stand how."""
    if party.status == Status.OFFERED:
        n = sum(part.size for part in party.parts if part.status == Status.OFFERED)
        return ngettext("A place is offered to you", "%(n)d places are offered to you", n) % {"n": n}
    if len(party.parts) > 1:
        return party.counts
    if party.status == Status.HELD:
        return _("To be confirmed")
    if party.asks:
        return _("Not on the waiting list yet")
    return _("Confirmed") if party.status == Status.CONFIRMED else _("Waiting")


def _alone(part: parts.Part) -> str:
    """Of a party that stands as one: how many places."""
    number = {"n": part.size}
    if part.status == Status.WAITING:
        wanted = ngettext("%(n)d place wanted", "%(n)d places wanted", part.size) % number
        if part.booking.least < part.size:
            fewer = {"fewer": part.booking.least}
            wanted += ngettext(", %(fewer)d would do", ", %(fewer)d would do", part.booking.least) % fewer
        if part.share_lifts_at:
            wanted += _("; your school may take more from %(at)s") % {"at": moment(part.share_lifts_at)}
        return wanted
    said = {
        Status.OFFERED: ngettext("%(n)d place, offered", "%(n)d places, offered", part.size),
        Status.HELD: ngettext("%(n)d place, kept", "%(n)d places, kept", part.size),
    }
    return said.get(part.status, ngettext("%(n)d place", "%(n)d places", part.size)) % number


def _action(party: PartyAsItStands) -> str:
    """What its button says: the most pressing thing that the page has a button for."""
    if party.status == Status.OFFERED:
        return _("Accept or decline")
    if party.status == Status.HELD:
        return _("Confirm your places") if party.size > 1 else _("Confirm your place")
    return _("Confirm that you want to wait")
