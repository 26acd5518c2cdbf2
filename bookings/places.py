"""The rule: nobody has a place except through a booking, and never more places than the room holds.

Every verb locks the session's `Places` row, *then* reads the clock, settles what is due, and judges. `write` alone
changes a booking's status, the Places row, the audit trail and the outbox, in that one transaction. Verbs of other
files (session_changes.py; later the waiting list) decide, and call it.

A verb judges before it writes: a refusal commits what was settled, and is raised after the commit.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from bookings import emails, fair_share, people
from bookings.models import AuditEntry, Booking, By, Mail, Places, Source, Visitor
from bookings.party import MOST_VISITORS, NewVisitor, Party
from bookings.refusals import (
    AlreadyBooked,
    Ended,
    NeedsReason,
    NotBookable,
    PartyTooLarge,
    Refused,
    SessionFull,
)
from bookings.states import FROZEN, LIVE, Standing, Status, Verb, row_for
from hubs.models import ShowcaseSession, StaffUser
from hubs.school_days import SchoolDays, london

Clock = Callable[[], dt.datetime]

SHORTEST_HOLD = dt.timedelta(hours=3)
STATE_FIELDS = [
    "status",
    "party",
    "uses_held_back",
    "deadline",
    "joined_at",
    "address_proved_at",
    "link_version",
]


@dataclass
class Room:
    """A session whose places are locked, and the moment that counts for everything done under this lock."""

    places: Places
    now: dt.datetime
    writes: int = 0

    @property
    def session(self) -> ShowcaseSession:
        return self.places.session

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What mails say about the session, frozen."""
        return emails.session_facts(self.session, sequence=self.places.calendar_sequence)

    def bookings_beside(self, booking: Booking) -> list[Booking]:
        """Live bookings of the same school or contact in this session, and the one made from the same draft."""
        live = Q(session=self.session, status__in=LIVE)
        same = Q(school_key=booking.school_key) | Q(email_key=booking.email_key, email_key__isnull=False)
        found = Booking.objects.filter((live & same) | Q(request_key=booking.request_key))
        return [other for other in found if booking.pk is None or other.pk != booking.pk]


def lock(session_id: int) -> Places:
    """Lock a session's places, and its own row so that no form moves its dates meanwhile.

    On SQLite the transaction itself is the lock (IMMEDIATE). Raises Places.DoesNotExist.
    """
    related = ("session__hub_year__hub", "session__venue", "session__host_school__school")
    locked_rows = Places.objects.select_for_update(of=("self", "session"), no_key=True)
    return locked_rows.select_related(*related).get(session_id=session_id)


@contextmanager
def locked(session_id: int, clock: Clock) -> Iterator[Room]:
    """One verb's transaction: lock, then clock, then settle; the body judges and writes.

    A Refused raised before anything was written commits what was settled and is raised again after the commit;
    after a write it rolls everything back.
    """
    refusal: Refused | None = None
    with transaction.atomic(durable=True):
        places = lock(session_id)
        room = Room(places, now=clock())
        settle(room)
        settled = room.writes
        try:
            yield room
        except Refused as error:
            if room.writes != settled:
                raise
            refusal = error
    if refusal is not None:
        raise refusal


@contextmanager
def locked_booking(booking_id: int, clock: Clock) -> Iterator[tuple[Room, Booking]]:
    """`locked`, with one of its bookings as it stands after settling. Raises Booking.DoesNotExist."""
    session_id = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
    with locked(session_id, clock) as room:
        yield room, Booking.objects.select_related("school").get(pk=booking_id)


def settle_if_due(session_id: int, clock: Clock) -> bool:
    """Settle a session where bookings are due to lapse, so that a page need not wait for the worker."""
    if not Booking.objects.filter(session_id=session_id).lapsing(now=clock()).exists():
        return False
    with locked(session_id, clock):
        return True


def settle(room: Room) -> None:
    """Do what is due at this moment, in bulk: lapses, and held-back places that come free."""
    if room.places.status in FROZEN:
        return
    lapsing = list(Booking.objects.filter(session=room.session).lapsing(now=room.now))
    if lapsing:
        write(room, Verb.LAPSE, lapsing, by=By.CLOCK)
    if room.places.held_back and not room.places.kept(now=room.now):
        write(room, Verb.FREE_HELD_BACK, by=By.CLOCK, held_back=0)


def write(
    room: Room,
    verb: Verb,
    bookings: Sequence[Booking] = (),
    *,
    by: StaffUser | By,
    why: str = "",
    party: int | None = None,
    visitors: Sequence[Visitor] = (),
    **of_places: Any,
) -> None:
    """The one function that changes who has a place: bookings, Places row, audit entries and mails together.

    Unsaved bookings are made, with `visitors`; `party` is the new size of a booking that grows or shrinks;
    `of_places` are new values of the Places row. Raises Ended where the table has no such row, and IntegrityError
    where the database refuses: both leave nothing behind.
    """
    rows = [row for booking in bookings if (row := row_for(verb, booking.status))]
    if len(rows) < len(bookings):
        raise Ended
    entries, taken, used = [], 0, 0
    for booking, row in zip(bookings, rows, strict=True):
        entry = _entry(room, verb, by, why, booking=booking, from_status=booking.status)
        before = booking.seats
        booking.status = row.to or booking.status
        booking.party = booking.party if party is None else party
        entry.to_status, entry.places = booking.status, booking.seats - before
        taken += entry.places
        if booking.uses_held_back and (entry.places > 0 or _still_keeps(room)):
            used += entry.places
        entries.append(entry)
    if taken or used or of_places:
        changed = {"places_taken": F("places_taken") + taken, "held_back": F("held_back") - used} | of_places
        Places.objects.filter(pk=room.places.pk).update(**changed)
        room.places.places_taken += taken
        room.places.held_back -= used
        for name, value in of_places.items():
            setattr(room.places, name, value)
    _save(bookings, visitors)
    entries = AuditEntry.objects.bulk_create(entries or [_entry(room, verb, by, why)])
    mails = [
        mail
        for booking, row, entry in zip(bookings, rows, entries, strict=False)
        for mail in emails.compose(room, booking, row.mails, key=f"{entry.pk}", visitors=visitors)
    ]
    if mails:
        Mail.objects.bulk_create(mails)
    room.writes += 1


def _still_keeps(room: Room) -> bool:
    """Whether a used held-back place goes back to those kept: until they come free (section 3.3)."""
    release_at = room.session.release_at
    return release_at is None or release_at > room.now


def _save(bookings: Sequence[Booking], visitors: Sequence[Visitor]) -> None:
    """Insert new bookings with their visitors, update the others."""
    known = [booking for booking in bookings if booking.pk]
    if known:
        Booking.objects.bulk_update(known, STATE_FIELDS)
    for booking in bookings:
        if not booking.pk:
            booking.save(force_insert=True)
            for visitor in visitors:
                visitor.booking = booking
            Visitor.objects.bulk_create(visitors)


def _entry(room: Room, verb: Verb, by: StaffUser | By, why: str, **of_booking: Any) -> AuditEntry:
    staff, kind = (by, By.STAFF) if isinstance(by, StaffUser) else (None, by)
    return AuditEntry(at=room.now, by=kind, staff=staff, verb=verb, session=room.session, why=why[:300], **of_booking)


# --- what every booking is judged by --------------------------------------------------------------------------------


def judge(room: Room, booking: Booking, beside: Sequence[Booking], *, instead_of: Booking | None = None) -> None:
    """Whether the public could make `booking` now; nothing here depends on an address (section 3.7).

    `instead_of` is the hold that it replaces: its places count as free, and the deadline for booking does not matter.
    Raises PartyTooLarge, NotBookable, NotForYourSchool, SessionFull or SchoolShareUsed.
    """
    if not 1 <= booking.party <= MOST_VISITORS:
        raise PartyTooLarge
    standing = room.places.standing(now=room.now)
    allowed = {Standing.OPEN, Standing.FULL} | ({Standing.CLOSED} if instead_of else set())
    if standing not in allowed:
        raise NotBookable(standing)
    fair_share.judge_school(room.session, booking.school, now=room.now)
    left = room.places.left(now=room.now) + (instead_of.seats if instead_of else 0)
    if booking.party > left:
        raise SessionFull(max(left, 0))
    fair_share.judge_share(room.session, booking, [b for b in beside if b != instead_of], now=room.now)


def already_there(booking: Booking, beside: Sequence[Booking]) -> Booking | None:
    """The live booking that leaves no room for this one: one each (section 3.6)."""
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
    never past the start (section 3.10)."""
    evening = london(calendar.after(timezone.localdate(now)), session.hub_year.hub.hold_until)
    deadline = max(evening, now + SHORTEST_HOLD)
    return min(deadline, session.starts_at) if session.starts_at else deadline


# --- the everyday verbs ---------------------------------------------------------------------------------------------


def create(session: ShowcaseSession, *, by: StaffUser, clock: Clock) -> Places:
    """Give a new session its places: a draft with room for nobody yet."""
    with transaction.atomic():
        places = Places.objects.create(session=session)
        write(Room(places, now=clock()), Verb.CREATE, by=by)
    return places


def hold(session_id: int, party: Party, *, clock: Clock, instead_of: Booking | None = None) -> Booking | None:
    """Hold places for a party until its deadline, and mail the link that confirms.

    The same request key gives the same booking again. Returns None where the address has a booking already, which
    its owner is told by mail: the caller must answer the same. Raises what `judge` raises.
    """
    calendar = SchoolDays.of_session(session_id)
    with locked(session_id, clock) as room:
        booking = _new_booking(room, party)
        beside = room.bookings_beside(booking)
        for made in beside:
            if made.request_key == party.request_key:
                return made
        dropped = next((b for b in beside if b == instead_of and b.status == Status.HELD), None)
        judge(room, booking, beside, instead_of=dropped)
        existing = already_there(booking, [b for b in beside if b != dropped])
        if dropped:
            dropped.link_version += 1
            write(room, Verb.DROP, [dropped], by=By.VISITOR)
        if existing:
            emails.tell_already_booked(room, existing)
            return None
        booking.deadline = hold_deadline(room.session, calendar, now=room.now)
        write(room, Verb.HOLD, [booking], by=By.VISITOR, visitors=_new_visitors(party))
        return booking


def hold_for_another_address(
    session_id: int, party: Party, *, clock: Clock, instead_of: Booking | None
) -> Booking | None:
    """ "Use another address": drop the draft's hold, whose link dies, and hold anew for the new address.

    Never refuses in words, for a refusal here would say whether the first address was booked: the new address is told
    by mail (section 3.10).
    """
    try:
        return hold(session_id, party, clock=clock, instead_of=instead_of)
    except Refused:
        with locked(session_id, clock) as room:
            emails.tell_not_booked(room, party)
        return None


def confirm(booking_id: int, *, clock: Clock, by: StaffUser | By = By.VISITOR) -> Booking:
    """Confirm a hold; on a lapsed one book again if the places are still there. Twice is once.

    Raises Ended for a cancelled booking, NotBookable for a cancelled or postponed session, and for a lapsed one what
    `judge` raises, or AlreadyBooked.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if booking.status == Status.CONFIRMED:
            return booking
        if isinstance(by, StaffUser):
            verb = Verb.BOOK if booking.status == Status.HELD else None
        else:
            verb = {Status.HELD: Verb.CONFIRM, Status.LAPSED: Verb.REVIVE}.get(Status(booking.status))
        if verb is None:
            raise Ended
        if room.places.status in FROZEN:
            raise NotBookable(room.places.standing(now=room.now))
        if verb is Verb.REVIVE:
            beside = room.bookings_beside(booking)
            judge(room, booking, beside)
            if already_there(booking, beside):
                raise AlreadyBooked
        if not isinstance(by, StaffUser):
            booking.address_proved_at = booking.address_proved_at or room.now
        coming = list(booking.visitors.coming())
        people.recognise(coming, before=room.now)
        write(room, verb, [booking], by=by, visitors=coming)
        return booking


def cancel(booking_id: int, *, clock: Clock, by: StaffUser | By = By.VISITOR, why: str = "") -> Booking:
    """Give all places of a live booking back, or leave the waiting list. Twice is once.

    Staff must say why. Raises NeedsReason; NotBookable once the session has started (staff may); Ended if it lapsed.
    """
    if isinstance(by, StaffUser) and not why.strip():
        raise NeedsReason
    with locked_booking(booking_id, clock) as (room, booking):
        if booking.status == Status.CANCELLED:
            return booking
        if not isinstance(by, StaffUser):
            _refuse_after_start(room)
        verbs = {Status.OFFERED: Verb.DECLINE, Status.WAITING: Verb.LEAVE}
        verb = Verb.WITHDRAW if isinstance(by, StaffUser) else verbs.get(Status(booking.status), Verb.CANCEL)
        write(room, verb, [booking], by=by, why=why)
        return booking


def release(visitor_id: int, *, clock: Clock, by: By = By.VISITOR) -> Booking:
    """Give one visitor's place back; the last one's cancels the booking. Twice is once.

    Raises NotBookable once the session has started, Ended where the booking is not confirmed.
    """
    booking_id = Visitor.objects.values_list("booking_id", flat=True).get(pk=visitor_id)
    with locked_booking(booking_id, clock) as (room, booking):
        visitor = booking.visitors.get(pk=visitor_id)
        if visitor.released_at or booking.status == Status.CANCELLED:
            return booking
        _refuse_after_start(room)
        if booking.party == 1:
            write(room, Verb.CANCEL, [booking], by=by)
            return booking
        if booking.status != Status.CONFIRMED:
            raise Ended
        Visitor.objects.filter(pk=visitor_id).update(released_at=room.now)
        if visitor.is_contact:
            Booking.objects.filter(pk=booking_id).update(contact_comes=False)
        write(room, Verb.RELEASE, [booking], by=by, party=booking.party - 1)
        return booking


def change_details(
    booking_id: int,
    *,
    clock: Clock,
    contact_name: str,
    contact_mobile: str,
    visitors: dict[int, NewVisitor],
    by: StaffUser | By = By.VISITOR,
) -> Booking:
    """Change what a live booking says about its people, by visitor id. Places do not change hands here.

    An address is taken only where there was none yet. Whoever is named with an address in a confirmed booking is told
    so. Raises Ended, or NotBookable once the session has started.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        _refuse_after_start(room)
        coming = [visitor for visitor in booking.visitors.coming() if visitor.pk in visitors]
        named = [visitor for visitor in coming if _apply(visitor, visitors[visitor.pk])]
        booking.contact_name, booking.contact_mobile = contact_name, contact_mobile
        Booking.objects.filter(pk=booking_id).update(contact_name=contact_name, contact_mobile=contact_mobile)
        Visitor.objects.bulk_update(
            coming, ["full_name", "email", "email_key", "role", "years", "needs", "seen_before"]
        )
        confirmed = booking.status == Status.CONFIRMED
        if confirmed:
            people.recognise(coming, before=room.now)
        verb = Verb.NAME if named and confirmed else Verb.CHANGE
        write(room, verb, [booking], by=by, visitors=named)
        return booking


def _apply(visitor: Visitor, details: NewVisitor) -> bool:
    """Put new details on a visitor; says whether they have only now become somebody with mail of their own."""
    had_own_mail = visitor.has_own_mail
    visitor.full_name = details.full_name or None
    visitor.role, visitor.years = details.role, details.years
    visitor.needs, visitor.seen_before = details.needs, details.seen_before
    visitor.set_email(visitor.email or details.email)
    return visitor.has_own_mail and not had_own_mail


def staff_booking(
    session_id: int, party: Party, *, by: StaffUser, clock: Clock, use_held_back: bool = False, why: str = ""
) -> Booking:
    """Book for somebody at once: no confirmation, no deadline for booking, a party of any size.

    Raises NotBookable for a cancelled or postponed session, SessionFull, AlreadyBooked, and NeedsReason where the
    school would have more than its share and nothing says why.
    """
    with locked(session_id, clock) as room:
        booking = _new_booking(room, party)
        booking.source, booking.uses_held_back = Source.STAFF, use_held_back
        beside = room.bookings_beside(booking)
        for made in beside:
            if made.request_key == party.request_key:
                return made
        if room.places.status in FROZEN:
            raise NotBookable(room.places.standing(now=room.now))
        left = room.places.held_back if use_held_back else room.places.left(now=room.now)
        if not 1 <= booking.party <= left:
            raise SessionFull(left)
        if fair_share.over(room.session, booking, beside, now=room.now) and not why.strip():
            raise NeedsReason
        if already_there(booking, beside):
            raise AlreadyBooked
        visitors = _new_visitors(party)
        people.recognise(visitors, before=room.now, save=False)
        write(room, Verb.BOOK, [booking], by=by, why=why, visitors=visitors)
        return booking


def _refuse_after_start(room: Room) -> None:
    if room.session.starts_at and room.session.starts_at <= room.now:
        raise NotBookable(Standing.OVER)


def _new_booking(room: Room, party: Party) -> Booking:
    return Booking(
        session=room.session,
        status="",
        party=party.size,
        language=party.language,
        request_key=party.request_key,
        contact_name=party.contact_name,
        contact_email=party.contact_email or None,
        email_key=party.email_key,
        contact_mobile=party.contact_mobile,
        contact_comes=party.contact_comes,
        school_kind=party.school.kind,
        school=party.school.school,
        school_name=party.school.name,
        school_place=party.school.place,
        school_key=party.school.key,
        created_at=room.now,
    )


def _new_visitors(party: Party) -> list[Visitor]:
    """The party's visitors as rows; the first is the contact where the contact comes."""
    visitors = list(party.visitors)
    if party.contact_comes:
        visitors[0] = replace(visitors[0], full_name=party.contact_name, email=party.contact_email)
    rows = []
    for position, visitor in enumerate(visitors, start=1):
        row = Visitor(position=position, is_contact=party.contact_comes and position == 1)
        _apply(row, visitor)
        rows.append(row)
    return rows
