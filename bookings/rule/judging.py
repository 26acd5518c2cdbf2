"""What every booking on the web is judged by. Nothing here writes, and nothing depends on an address."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from bookings.models import Booking, Places
from bookings.rule import fair_share, shown
from bookings.rule.party import MOST_VISITORS, Party, VisitingSchool
from bookings.rule.refusals import ChangedMeanwhile, NotBookable, PartyTooLarge, Refused, SessionFull
from bookings.rule.room import Room
from bookings.states import LIVE, Standing, Status
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
    beside = room.bookings_beside(booking)
    made = next((other for other in beside if other.request_key == party.request_key), None)
    if made is None and party.shown and party.shown != shown.of(room.session):
        raise ChangedMeanwhile
    dropped = []
    if instead_of:
        with_it = Booking.objects.filter(session=room.session, goes_with=instead_of)
        own = Booking.objects.filter(session=room.session, pk=instead_of.pk)
        dropped = list((own | with_it).filter(status__in=(Status.HELD, Status.WAITING)))
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


def refused_now(
    places: Places, school: VisitingSchool, size: int, *, now: dt.datetime, code: str = ""
) -> Refused | None:
    """Whether a party of that school would be refused now: a look without a lock, so that nobody types in vain."""
    asked = Booking(
        session=places.session,
        status="",
        party=size,
        school_kind=school.kind,
        school=school.school,
        school_key=school.key,
        code=code,
    )
    beside: list[Booking] = []
    if places.session.share:
        live = Booking.objects.filter(session=places.session, status__in=LIVE, school_key=school.key)
        beside = list(live.order_by())
    try:
        judge(Room(places, now), asked, beside)
    except Refused as refused:
        return refused
    return None


def fits(room: Room, booking: Booking, beside: Sequence[Booking], *, dropped: Sequence[Booking] = ()) -> int:
    """How many of a party could have places now: by the room, and by its school's share."""
    size = min(booking.party, left_for_public(room, dropped))
    share = fair_share.left_for(room.session, booking, beside, now=room.now)
    return max(size if share is None else min(size, share), 0)


def left_for_public(room: Room, dropped: Sequence[Booking] = ()) -> int:
    return max(room.places.left(now=room.now) + sum(booking.seats for booking in dropped), 0)


def already_there(booking: Booking, beside: Sequence[Booking]) -> Booking | None:
    """The live booking that leaves no room for this one: one each (rule.md#one-each)."""
    if booking.goes_with_id or not booking.email_key:
        return None
    for other in beside:
        same_contact = other.email_key == booking.email_key and other.is_live and not other.goes_with_id
        comes_twice = other.contact_comes and booking.contact_comes
        if same_contact and (other.school_key == booking.school_key or comes_twice):
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
