"""What every booking on the web is judged by. Nothing here writes, and nothing depends on an address."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone
from django.utils.functional import cached_property

from bookings.models import Booking, Places
from bookings.rule import allowance, fair_share, shown
from bookings.rule.party import MOST_VISITORS, Party, VisitingSchool
from bookings.rule.refusals import ChangedMeanwhile, NotBookable, PartyTooLarge, Refused, SessionFull
from bookings.rule.room import Room
from bookings.states import LIVE, Standing
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays, london

SHORTEST_HOLD = dt.timedelta(hours=3)


@dataclass
class BookingRequest:
    """A request under the lock: the booking asked for, what stands beside it, and what it is to replace.

    `made` is the booking that the same request has made already; `dropped` what the same draft asked for at another
    address.
    """

    booking: Booking
    beside: list[Booking]
    dropped: list[Booking]
    made: Booking | None

    @property
    def existing(self) -> Booking | None:
        """The live booking of the same address that leaves no room for this one."""
        return already_there(self.booking, self.beside)


def build_request(room: Room, party: Party, *, instead_of: Booking | None = None) -> BookingRequest:
    """What `party` asks of a session. A booking confirmed meanwhile is replaced by nothing (rule.md#hold).

    Raises ChangedMeanwhile where the session is not as they have read.
    """
    booking = party.booking(room.session, now=room.now)
    beside = room.read_beside(booking)
    made = next((other for other in beside if other.request_key == party.request_key), None)
    if made is None and party.shown and party.shown != shown.of(room.session):
        raise ChangedMeanwhile
    dropped = []
    if instead_of:
        with_it = Booking.objects.filter(session=room.session, goes_with=instead_of)
        own = Booking.objects.filter(session=room.session, pk=instead_of.pk)
        dropped = [one for one in own | with_it if one.can_be_dropped]
        if instead_of not in dropped:
            dropped = []
    return BookingRequest(booking, [other for other in beside if other not in dropped], dropped, made)


def judge(room: Room, booking: Booking, beside: Sequence[Booking], *, dropped: Sequence[Booking] = ()) -> None:
    """Whether the public could make `booking` now; nothing here depends on an address (rule.md#same-answer).

    `dropped` is what it replaces: its places count as free, and the deadline for booking does not matter.
    Raises PartyTooLarge, NotBookable, NotForYourSchool, SessionFull or SchoolShareUsed.
    """
    judge_asking(room, booking, dropped=dropped)
    left = left_for_public(room, dropped)
    if booking.party > left:
        raise SessionFull(left)
    fair_share.judge_share(room.session, booking, beside, now=room.now)


def judge_asking(room: Room, booking: Booking, *, dropped: Sequence[Booking] = ()) -> None:
    """Whether the public could ask for `booking` now, be there places or only the waiting list.

    Raises PartyTooLarge, NotBookable or NotForYourSchool.
    """
    if not 1 <= booking.party <= MOST_VISITORS:
        raise PartyTooLarge
    standing = room.places.standing(now=room.now)
    allowed = {Standing.OPEN, Standing.FULL} | ({Standing.CLOSED} if dropped else set())
    if standing not in allowed:
        raise NotBookable(standing)
    fair_share.judge_school(room.session, booking.school, now=room.now, code=booking.code)


@dataclass(frozen=True)
class Outlook:
    """How things stand for a school at `now`: a look without a lock, so that nobody types in vain."""

    places: Places
    school: VisitingSchool
    now: dt.datetime
    code: str = ""
    network: str = ""

    def refused(self, size: int) -> Refused | None:
        """Why a party of that size could not book now."""
        try:
            judge(self._room, self._asked(size), self._beside)
        except Refused as refused:
            return refused
        return None

    def comes_first(self, size: int) -> bool:
        """Whether a party of that size would be confirmed first: its network has as many places as it may."""
        return allowance.is_beyond(self.places, self._asked(size), size=size, now=self.now)

    def fits(self, size: int) -> int:
        """How many of a party of that size could have places now."""
        return fits(self._room, self._asked(size), self._beside)

    @property
    def share(self) -> fair_share.OwnShare | None:
        """What the school may have, and has."""
        return fair_share.own_share(self.places.session, self._asked(1), self._beside, now=self.now)

    @property
    def _room(self) -> Room:
        return Room(self.places, self.now)

    @cached_property
    def _beside(self) -> list[Booking]:
        if not self.places.session.share:
            return []
        live = Booking.objects.filter(session=self.places.session, status__in=LIVE, school_key=self.school.key)
        return list(live.order_by())

    def _asked(self, size: int) -> Booking:
        return Booking(
            session=self.places.session,
            status="",
            party=size,
            school_kind=self.school.kind,
            school=self.school.school,
            school_key=self.school.key,
            code=self.code,
            held_from=self.network or None,
        )


def fits(room: Room, booking: Booking, beside: Sequence[Booking], *, dropped: Sequence[Booking] = ()) -> int:
    """How many of a party could have places now: by the room, and by its school's share."""
    size = min(booking.party, left_for_public(room, dropped))
    share = fair_share.left_for(room.session, booking, beside, now=room.now)
    return max(size if share is None else min(size, share), 0)


def left_for_public(room: Room, dropped: Sequence[Booking] = ()) -> int:
    return max(room.places.left(now=room.now) + sum(booking.seats for booking in dropped), 0)


def already_there(booking: Booking, beside: Sequence[Booking]) -> Booking | None:
    """The live booking that leaves no room for this one: one each (rule.md#one-each).

    What goes with another is no second booking of that school; but nobody comes twice, also where they wait.
    """
    if not booking.email_key:
        return None
    for other in beside:
        if other.email_key != booking.email_key or not other.is_live:
            continue
        second = other.school_key == booking.school_key and not (booking.goes_with_id or other.goes_with_id)
        if second or (other.contact_comes and booking.contact_comes):
            return other
    return None


def hold_deadline(session: ShowcaseSession, calendar: SchoolDays, *, now: dt.datetime) -> dt.datetime:
    """Until when a hold made at `now` keeps its places: the hub's hour on the next school day, at least 3 hours,
    never past the start (rule.md#hold)."""
    evening = london(calendar.after(timezone.localdate(now)), session.hub_year.hub.hold_until)
    deadline = max(evening, now + SHORTEST_HOLD)
    return min(deadline, session.starts_at) if session.starts_at else deadline


def refuse_after_start(room: Room) -> None:
    if room.session.starts_at and room.session.starts_at <= room.now:
        raise NotBookable(Standing.OVER)
