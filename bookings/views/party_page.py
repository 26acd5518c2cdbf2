"""What the page behind a private link shows: a party as it stands, or one place in it. Nothing here writes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import BigIntegerField, Q
from django.utils import timezone
from django.utils.functional import cached_property

from bookings.forms import who_reads_needs
from bookings.mail import links
from bookings.mail.clashes import clashing, with_clashes
from bookings.mail.links import Purpose
from bookings.models import AddressChange, AuditEntry, Booking, HandOver, Visitor
from bookings.public import certificate, what_they_made
from bookings.public.directions import open_street_map
from bookings.public.session import Showing
from bookings.rule import offers, parts
from bookings.rule.party import MOST_VISITORS
from bookings.states import FROZEN, LIVE, SEATED, Standing, Status, Verb
from bookings.views.access import Opened
from bookings.views.afterwards import afterwards_of
from hubs.models import ShowcaseSession
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.teaching import in_words, roles_in_words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from hubs.models import Resource
    from hubs.models.marked import MarkedQuerySet


def _ended_by_hub(booking: Booking) -> AuditEntry | None:
    """What staff did where it was they who cancelled the booking; no query where it is not cancelled."""
    if booking.status != Status.CANCELLED:
        return None
    return AuditEntry.objects.filter(booking=booking, verb=Verb.WITHDRAW).first()


def is_expected(link: Opened) -> bool:
    """Whether somebody is to come: a confirmed booking, by a contact's link of any of the party, of a session that
    takes place."""
    booking = link.booking
    if booking.session.places.status in FROZEN:
        return False
    if booking.status == Status.CONFIRMED or link.visitor or booking.is_whole_party:
        return booking.status == Status.CONFIRMED
    return Booking.objects.of_party(booking).filter(status=Status.CONFIRMED).exists()


def files_for(link: Opened, *, now: dt.datetime) -> "MarkedQuerySet[Resource]":
    """What the owner of this link may read: with a place all that is for them by now, and else what anybody may.

    Whoever has released their place, or has given it away, has none."""
    resources = link.booking.session.resources
    has_place = is_expected(link) and not link.given and not (link.visitor and link.visitor.released_at)
    files: MarkedQuerySet[Resource] = resources.for_a_place(now=now) if has_place else resources.public(now=now)
    return files


def _clashes(link: Opened, visitors: list[Visitor], *, started: bool) -> list[ShowcaseSession]:
    """Other places at the same time of whoever this link was sent to, if they come; none once it has begun, since none
    can be given back then."""
    if started:
        return []
    mine = (one for one in visitors if (one == link.visitor if link.visitor else one.is_contact))
    me: Any = next(mine, None)
    if me is None or link.given or me.booking.status not in SEATED or not me.has_clash:
        return []
    session = link.booking.session
    return clashing(me.email_key, session.starts_at, session.ends_at, beside=me.pk)


def _open_hand_overs(visitors: list[Visitor]) -> list[HandOver]:
    """Hand-overs that are not taken yet; no query where no place has ever changed hands, which makes its link new."""
    changed = [visitor for visitor in visitors if visitor.link_version > 1]
    return list(HandOver.objects.open().filter(visitor__in=changed)) if changed else []


def _open_hand_over(link: Opened) -> HandOver | None:
    """The hand-over by which a visitor has their place, while it can still be taken back."""
    return next(iter(_open_hand_overs([link.visitor])), None) if link.visitor else None


def _bookings_of(link: Opened) -> list[Booking]:
    """The bookings of the party that a page tells of: what stands or can be asked for again, and the one whose link was
    opened."""
    booking = link.booking
    if link.visitor or booking.is_whole_party:
        return [booking]
    stands = Q(pk=booking.pk) | Q(status__in=LIVE | {Status.LAPSED})
    party = Booking.objects.of_party(booking).filter(stands).select_related("school")
    found = [booking if one == booking else one for one in party]
    for one in found:
        one.session = booking.session
    return found


def _coming(bookings: list[Booking]) -> dict[int, list[Visitor]]:
    """The visitors that come, of each booking, and whether they have another place at the same time: one query."""
    found: dict[int, list[Visitor]] = {one.pk: [] for one in bookings}
    alone = len(bookings) == 1
    visitors = _coming_to.rows(booking=bookings[0].pk) if alone else _with_clashes().filter(booking__in=found)
    by_id = {one.pk: one for one in bookings}
    for visitor in visitors:
        visitor.booking = by_id[visitor.booking_id]
        found[visitor.booking_id].append(visitor)
    return found


@AskedOften
def _coming_to() -> "QuerySet[Visitor]":
    return _with_clashes().filter(booking=Given("booking", BigIntegerField()))


def _with_clashes() -> "QuerySet[Visitor]":
    return with_clashes(Visitor.objects.coming())


def _new_address(link: Opened) -> AddressChange | None:
    """The address that this link's owner has asked for and not taken yet; no query where they have asked for none."""
    if link.given or not link.has_asked:
        return None
    return AddressChange.objects.of(link.booking, link.visitor).open().first()


def _about(link: Opened) -> dict[str, Any]:
    """What is said of a named visitor, in words, on the page of their own place."""
    if link.visitor is None or link.given:
        return {}
    return {
        "role": roles_in_words(link.visitor.role),
        "years": in_words(link.visitor.years),
        "who_reads_needs": who_reads_needs(link.booking.session),
    }


def _certificates(link: Opened, shown: "list[PartOnPage]") -> dict[str, Any]:
    """The certificates that this link leads to, and whether colleagues have theirs at links of their own."""
    session, now = link.booking.session, shown[0].showing.now
    if link.given:
        return {}
    if link.visitor:
        return {"certificates": certificate.entries([(link.visitor, link.token)], session, now=now)}
    party = [(visitor, one.token) for one in shown if one.expected for visitor in one.visitors]
    theirs = [(visitor, token) for visitor, token in party if certificate.is_shown_to_contact(visitor)]
    said = {"certificates": certificate.entries(theirs, session, now=now)}
    return said | {"others_have_certificates": len(theirs) < len(party)}


@dataclass(frozen=True)
class PartOnPage:
    """One booking of a party as its page shows it, with the link that its own buttons post to."""

    part: parts.Part
    token: str
    showing: Showing

    @property
    def booking(self) -> Booking:
        return self.part.booking

    @property
    def visitors(self) -> Sequence[Visitor]:
        return self.part.coming

    @property
    def expected(self) -> bool:
        return self.booking.status == Status.CONFIRMED and self.showing.places.status not in FROZEN

    @property
    def can_change(self) -> bool:
        starts_at, now = self.showing.session.starts_at, self.showing.now
        started = bool(starts_at and starts_at <= now)
        return self.booking.is_live and not started and self.showing.standing != Standing.CANCELLED

    @property
    def can_add(self) -> bool:
        few = len(self.visitors) < MOST_VISITORS
        takes = self.booking.status in (Status.HELD, Status.CONFIRMED) and self.showing.list_is_open
        return few and takes and self.can_change

    @property
    def can_book_again(self) -> bool:
        return self.booking.status == Status.LAPSED and self.showing.standing == Standing.OPEN

    @property
    def can_wait(self) -> bool:
        return self.booking.status == Status.LAPSED and self.showing.list_is_open

    @cached_property
    def position(self) -> int | None:
        """On the waiting list, once the wait is confirmed."""
        return self.booking.position if self.booking.address_proved_at else None


def _while_waiting(showing: Showing) -> dict[str, Any]:
    """What whoever waits is told: how long an offer stands."""
    session = showing.session
    return {"offer": offers.terms(session, calendar_of_session(session.pk), now=showing.now)}


def context_of(link: Opened) -> dict[str, Any]:
    now = timezone.now()
    showing = Showing(link.booking.session, now)
    started = bool(showing.session.starts_at and showing.session.starts_at <= now)
    bookings = _bookings_of(link)
    coming = _coming(bookings)
    party = parts.of_party(bookings, now=now, coming=lambda one: coming[one.pk])
    shown = [PartOnPage(one, _token_of(one.booking, link), showing) for one in party.parts]
    own = next(one for one in shown if one.booking == link.booking)
    visitors = [visitor for one in shown for visitor in one.visitors]
    expected = is_expected(link)
    me = next((one for one in shown if any(each.is_contact for each in one.visitors)), None)
    while_waiting = _while_waiting(showing) if any(one.position for one in shown) else {}
    return (
        _about(link)
        | while_waiting
        | _certificates(link, shown)
        | {
            "token": link.token,
            "booking": link.booking,
            "visitor": link.visitor,
            "given": link.given or _open_hand_over(link),
            "is_giver": bool(link.given),
            "new_address": _new_address(link),
            "party": party,
            "parts": shown,
            "own": own,
            "stands": any(one.can_change for one in shown),
            "confirmed": next((one.booking for one in shown if one.expected), None),
            "same_people": not link.visitor
            and bool(link.booking.contact_name)
            and any(one.booking.status == Status.CONFIRMED for one in shown),
            "answers_to": next((one.token for one in shown if one.part.asks), ""),
            "visitors": visitors,
            "clashes": _clashes(link, visitors, started=started),
            "handed": {one.visitor_id: one for one in _open_hand_overs(visitors)} if not link.visitor else {},
            "can_change": own.can_change,
            "adds_to": next((one.token for one in shown if one.can_add), ""),
            "showing": showing,
            "session": showing.session,
            "started": started,
            "resources": files_for(link, now=showing.now) if link.has_files else [],
            "feedback": [] if link.given else what_they_made.forms_for(link.booking, link.visitor, now=now),
            "expected": expected,
            "by_hub": _ended_by_hub(link.booking),
            "me": next((one for one in visitors if one.is_contact), None),
            "comes": bool(link.visitor or me),
            "calendar": _calendar_link(link, me) if expected else "",
            "open_street_map": open_street_map(showing.session),
        }
        | afterwards_of(showing, _had_places(shown), expected=expected)
    )


def _had_places(shown: Sequence[PartOnPage]) -> list[Visitor]:
    """Everybody of the party with a confirmed place."""
    return [visitor for one in shown if one.booking.status == Status.CONFIRMED for visitor in one.visitors]


def _token_of(booking: Booking, link: Opened) -> str:
    return link.token if booking == link.booking else links.token(Purpose.CONTACT, booking)


def _calendar_link(link: Opened, me: PartOnPage | None) -> str:
    """The link whose calendar entry is the reader's own place, where they have one."""
    if link.visitor:
        return link.token
    return me.token if me and me.expected else ""
