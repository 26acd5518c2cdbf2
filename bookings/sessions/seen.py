"""Who has seen a change of their session, and who has not: staff ring them (rule.md#changes)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from bookings.models import Booking, Phoned, Places, Seen, SessionChange, Visitor
from bookings.rule.room import Clock
from bookings.states import FROZEN, LIVE, Status
from hubs.models import School, ShowcaseSession
from hubs.schools.whereabouts import metres_between
from hubs.vocabulary.clock import moment


class UnseenChanges(NamedTuple):
    """Changes that somebody's page tells of, the newest first; whether they have yet to say that they have seen it."""

    changes: list[SessionChange]
    to_see: bool

    @property
    def newest(self) -> SessionChange | None:
        return self.changes[0] if self.changes else None

    @property
    def asks(self) -> bool:
        """Whether the question is if they can still come."""
        return self.to_see and any(change.asks for change in self.changes)


NOTHING_TO_SEE = UnseenChanges([], to_see=False)


def unseen_changes(booking: Booking, visitor: Visitor | None, places: Places) -> UnseenChanges:
    """What happened to the session since it was booked and has not been seen yet; else the last thing that happened.

    Of a session that is off, only that it is: what happened before does not matter now.
    """
    changes = list(SessionChange.objects.since(booking))
    if not changes or not booking.is_live or (visitor and visitor.released_at):
        return NOTHING_TO_SEE
    seen = Seen.objects.filter(change__in=changes, **_whose(booking, visitor)).values_list("change_id", flat=True)
    unseen = [change for change in changes if change.pk not in set(seen)]
    if places.status in FROZEN or not unseen:
        return UnseenChanges(changes[:1], to_see=changes[0] in unseen)
    off = next((n for n, change in enumerate(unseen) if change.takes_off), len(unseen))
    return UnseenChanges(unseen[:off] or changes[:1], to_see=True)


def mark_seen(booking: Booking, visitor: Visitor | None, newest: int, *, clock: Clock) -> None:
    """Somebody has seen what their page told, up to the change `newest`. Twice is once.

    A contact has seen it for the whole party, of which some may have places and others wait.
    """
    changes = SessionChange.objects.since(booking).filter(pk__lte=newest)
    parts: list[Booking] = [booking]
    if visitor is None:
        parts = list(Booking.objects.of_party(booking))
    now = moment(clock)
    rows = [Seen(change=change, booking=part, visitor=visitor, at=now) for change in changes for part in parts]
    Seen.objects.bulk_create(rows, ignore_conflicts=True)


def _whose(booking: Booking, visitor: Visitor | None) -> dict[str, Booking | Visitor | None]:
    return {"visitor": visitor} if visitor else {"booking": booking, "visitor": None}


# --- for staff --------------------------------------------------------------------------------------------------------


class NotSeen(NamedTuple):
    """Somebody who has not said that they have seen a change."""

    booking: Booking
    visitor: Visitor | None
    metres: float | None = None  # from their school to the venue

    @property
    def name(self) -> str:
        return str(self.visitor) if self.visitor else self.booking.contact_name or ""

    @property
    def email(self) -> str:
        return (self.visitor.email if self.visitor else self.booking.contact_email) or ""

    @property
    def mobile(self) -> str:
        """A visitor's own number where they have given one; else the contact's, who can pass it on."""
        return (self.visitor.mobile if self.visitor else "") or self.booking.contact_mobile


def not_seen(change: SessionChange) -> list[NotSeen]:
    """Whom staff may have to ring about a change, the farthest away first: they set out first."""
    session = ShowcaseSession.objects.with_names().get(pk=change.session_id)
    return farthest_first(not_seen_of([change])[change], session.school)


def not_seen_of(changes: Sequence[SessionChange]) -> dict[SessionChange, list[NotSeen]]:
    """Contacts and visitors told of each change who have not said that they have seen it, and whom nobody has told by
    phone; by name.

    Four queries. Also those without an address: no mail has reached them.
    """
    if not changes:
        return {}
    found = Seen.objects.filter(change__in=changes).values_list("change_id", "booking_id", "visitor_id")
    phoned = Phoned.objects.filter(change__in=changes, booking__isnull=False)
    called = phoned.values_list("change_id", "booking_id", "visitor_id")
    seen: set[tuple[int, int | None, int | None]] = {*found, *called}
    live = Booking.objects.live().filter(session__in={change.session_id for change in changes})
    bookings = list(live.select_related("school").prefetch_related("visitors"))
    bookings.sort(key=lambda one: (one.contact_name or "", one.goes_with_id is not None, one.pk))
    return {change: list(_of_change(change, bookings, seen)) for change in changes}


def _of_change(
    change: SessionChange, bookings: Sequence[Booking], seen: set[tuple[int, int | None, int | None]]
) -> Iterator[NotSeen]:
    parties: set[int | None] = set()
    for booking in bookings:
        if booking.session_id != change.session_id or booking.came_at > change.at:
            continue
        party = booking.first_id
        if party not in parties and (change.pk, booking.pk, None) not in seen:
            yield NotSeen(booking, None)
        parties.add(party)
        for visitor in booking.visitors.all():
            reached = visitor.has_own_mail or (visitor.full_name and visitor.mobile and not visitor.is_contact)
            told_too = booking.status == Status.CONFIRMED and reached and not visitor.released_at
            if told_too and (change.pk, booking.pk, visitor.pk) not in seen:
                yield NotSeen(booking, visitor)


def farthest_first(people: Sequence[NotSeen], venue: School | None) -> list[NotSeen]:
    """People by how far their school is from the venue, the farthest first; those of whom it is not known, last."""
    placed = [one._replace(metres=metres_to(one.booking.school, venue)) for one in people]
    return sorted(placed, key=lambda one: -1 if one.metres is None else one.metres, reverse=True)


def metres_to(school: School | None, venue: School | None) -> float | None:
    """How far a school is from the venue; None where nobody knows."""
    if school is None or venue is None:
        return None
    return metres_between(school.easting, school.northing, venue.easting, venue.northing)


class Touched(NamedTuple):
    """How many a change of a session touches."""

    bookings: int
    visitors: int
    waiting: int
    without_email: int


def touched(session_ids: list[int]) -> Touched:
    """Whom a change of these sessions touches: two queries."""
    parties = list(
        Booking.objects.filter(session__in=session_ids, status__in=LIVE).values_list("status", "party", "contact_email")
    )
    seated = [party for party in parties if party[0] != Status.WAITING]
    return Touched(
        bookings=len(seated),
        visitors=sum(party for _status, party, _email in seated),
        waiting=len(parties) - len(seated),
        without_email=sum(1 for _status, _party, email in parties if not email),
    )
