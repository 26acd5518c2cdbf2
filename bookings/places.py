"""The rule: nobody has a place except through a booking, and never more places than the room holds.

Every verb locks the session's `Places` row, *then* reads the clock, settles what is due, and judges. `write` alone
changes a booking's status, the Places row, the audit trail and the outbox, in that one transaction. Verbs of other
files (waiting_list.py, details.py, staff_booking.py, session_changes.py) decide, and call it.

A verb judges before it writes: a refusal commits what was settled, and is raised after the commit.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import BigIntegerField, F, IntegerField, QuerySet

from bookings.mail_kinds import PressedBy
from bookings.models import AddressChange, AuditEntry, Booking, By, HandOver, Mail, Places, Visitor
from bookings.models.booking import STATE_FIELDS
from bookings.rule import allowance, offers, people
from bookings.rule import mails as emails
from bookings.rule.calendar import ahead_after, sequence_after
from bookings.rule.committed import after_commit
from bookings.rule.judging import already_there, build_request, hold_deadline, judge, refuse_after_start
from bookings.rule.locking import OfBooking, Sessions, lock, locks
from bookings.rule.party import Party
from bookings.rule.reading import Reads, anything_lapses, coming, what_goes_with, what_is_beside, what_is_due
from bookings.rule.references import retry_on_reference_clash
from bookings.rule.refusals import AlreadyBooked, Ended, MovedMeanwhile, NeedsReason, NotBookable, Refused, SessionFull
from bookings.rule.room import Clock, Room
from bookings.states import ENDED, FROZEN, UNCONFIRMED, Row, Status, Verb, row_for
from hubs.models import ShowcaseSession, StaffUser
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary.asked_often import DoneOften, Given
from hubs.vocabulary.clock import moment
from hubs.vocabulary.database_faults import is_waiting
from hubs.vocabulary.patience import transaction_that_waits


@contextmanager
def locked(session: int | OfBooking, clock: Clock, *, reads: Reads = what_is_due) -> Iterator[Room]:
    """One verb's transaction in one session: see `locked_together`."""
    with locked_together([session], clock, reads=reads) as (room,):
        yield room


@contextmanager
def locked_together(sessions: Sessions, clock: Clock, *, reads: Reads = what_is_due) -> Iterator[Sequence[Room]]:
    """One verb's transaction: lock, then clock, then settle; the body judges and writes. What it gave back goes to the
    waiting list at once. By the statement that settling reads by the verb `reads` its own (rule/reading.py).

    A verb of several sessions must name them in the order of their ids, so that two of them never wait for each other
    for ever. A Refused raised before anything was written commits what was settled and is raised again after the
    commit; after a write it rolls everything back. Raises Places.DoesNotExist.
    """
    refusal: Refused | None = None
    with locks(sessions) as places:
        now = moment(clock)
        rooms = [Room(one, now=now, reads=reads) for one in places]
        for room in rooms:
            settle(room)
            room.told.clear()  # what was due anyway is news of its own
        settled = [room.writes for room in rooms]
        try:
            yield rooms
        except Refused as error:
            if [room.writes for room in rooms] != settled:
                raise
            refusal = error
        else:
            for room, writes in zip(rooms, settled, strict=True):
                if room.waiting and room.writes > writes:
                    settle(room)
    if refusal is not None:
        raise refusal


@contextmanager
def locked_booking(booking_id: int, clock: Clock) -> Iterator[tuple[Room, Booking]]:
    """`locked`, with one of its bookings as it stands after settling. Raises Places.DoesNotExist: no such booking; and
    MovedMeanwhile: while this waited for the lock, staff moved the booking to another session, which is not locked."""
    with locked(OfBooking(booking_id), clock, reads=what_goes_with(booking_id)) as room:
        booking = next((one for one in room.read() if one.pk == booking_id), None)
        if booking is None:
            raise Booking.DoesNotExist
        if booking.session_id != room.session.pk:
            raise MovedMeanwhile
        yield room, booking


def settle_if_due(session_id: int, clock: Clock) -> bool:
    """Settle a session where bookings are due to lapse, so that a page need not wait for the worker.

    It waits for no lock either: who has it settles, or the worker does.
    """
    if not anything_lapses(session_id, now=clock()):
        return False
    try:
        with transaction_that_waits(0):
            settle(Room(lock(session_id), now=moment(clock)))
    except OperationalError as error:
        if not is_waiting(error):
            raise
        return False
    return True


def settle(room: Room) -> None:
    """Do what is due at this moment, in bulk: lapses, held-back places that come free, the waiting list."""
    if room.places.status in FROZEN:
        return
    found = room.read()
    room.waiting = [one for one in found if one.status == Status.WAITING and one.session_id == room.session.pk]
    lapsing = [one for one in found if one.may_be_up(room.session, now=room.now)]
    if lapsing:
        up = set(Booking.objects.filter(pk__in=[booking.pk for booking in lapsing]).lapsing(now=room.now))
        lapsing = [booking for booking in lapsing if booking in up]
    if lapsing and room.trusts_the_clock:
        write(room, Verb.LAPSE, lapsing, by=By.CLOCK)
    if room.places.held_back and not room.places.kept(now=room.now) and room.trusts_the_clock:
        write(room, Verb.FREE_HELD_BACK, by=By.CLOCK, held_back=0)
    if room.waiting and not offers.list_has_ended(room.session, now=room.now):
        _offer(room)
    elif room.waiting and room.trusts_the_clock:
        write(room, Verb.END_LIST, room.waiting, by=By.CLOCK)


def _offer(room: Room) -> None:
    """Offer what is free to those who wait, in order."""
    offered = list(offers.walk(room, room.waiting))
    if not offered:
        return
    deadline = offers.deadline(room.session, calendar_of_session(room.session.pk), now=room.now)
    for booking, size in offered:
        booking.deadline, booking.offered_at = deadline, room.now
        if size < booking.party:
            _split(room, booking, size)
    write(room, Verb.OFFER, [booking for booking, _size in offered], by=By.CLOCK)


def _split(room: Room, booking: Booking, size: int) -> None:
    """Leave `size` visitors in a waiting booking; the others keep their position in one that goes with it."""
    rest = offers.rest_of(booking, size)
    write(room, Verb.SPLIT, [rest], by=By.CLOCK)
    moved = list(booking.visitors.coming().values_list("pk", flat=True)[size:])
    Visitor.objects.filter(pk__in=moved).update(booking=rest)
    booking.party, booking.smallest_party = size, None


def write(
    room: Room,
    verb: Verb,
    bookings: Sequence[Booking] = (),
    *,
    by: StaffUser | By,
    why: str = "",
    tell_why: bool = False,
    party: int | None = None,
    visitors: Sequence[Visitor] = (),
    handed: HandOver | None = None,
    pressed_by: PressedBy = "contact",
    address: AddressChange | None = None,
    also: Sequence[Booking] = (),
    news: Iterable[Mail] = (),
    **of_places: Any,
) -> None:
    """The one function that changes who has a place: bookings, Places row, audit entries and mails together.

    Unsaved bookings are made, with `visitors`; `party` is the new size of a booking that grows or shrinks; `tell_why`
    lets mails and pages say why, and `pressed_by` whose link did it; `of_places` are
    new values of the Places row. A change of the session itself saves the bookings in `also`, which keep their status,
    and sends `news`, asked for once the Places row is as it will be. What calendars are told is a higher version than
    before, as rule/calendar.py counts them. A party's contact gets one mail of all that one press does.
    Raises Ended where the table has no such row, IntegrityError where the database refuses: both leave nothing behind.
    """
    rows = [row for booking in bookings if (row := row_for(verb, booking.status))]
    if len(rows) < len(bookings):
        raise Ended
    entries, taken, used = [], 0, 0
    had_room = room.places.left(now=room.now) > 0
    for booking, row in zip(bookings, rows, strict=True):
        entry = _entry(room, verb, by, why, why_told=tell_why, booking=booking, from_status=booking.status)
        before = 0 if verb is Verb.MOVE_IN else booking.seats  # of this session: two see a booking move
        booking.calendar_ahead = ahead_after(row, room.places, booking)
        _end_or_revive(room, booking, row)
        booking.status, booking.forgotten_at = row.to or booking.status, None
        if booking.status != Status.HELD or booking.address_proved_at:
            booking.held_from = None
        booking.party = booking.party if party is None else party
        entry.to_status, entry.places = booking.status, (0 if verb is Verb.MOVE_OUT else booking.seats) - before
        taken += entry.places
        had, booking.from_held_back = booking.from_held_back, _from_held_back(room, booking, entry)
        if booking.from_held_back > had or _still_keeps(room):
            used += booking.from_held_back - had
        entries.append(entry)
    sequence = sequence_after(verb, room.places)
    if sequence > room.places.calendar_sequence:
        of_places["calendar_sequence"] = sequence
    if taken or used or of_places:
        if taken or used:
            _count(session=room.places.pk, taken=taken, used=used)
        if of_places:
            Places.objects.filter(pk=room.places.pk).update(**of_places)
        room.places.places_taken += taken
        room.places.held_back -= used
        for name, value in of_places.items():
            setattr(room.places, name, value)
        room.forget_facts()
    _save([*bookings, *also], visitors)
    entries = AuditEntry.objects.bulk_create(entries or [_entry(room, verb, by, why)])
    what_about: dict[str, Any] = {"visitors": visitors, "handed": handed, "address": address, "pressed_by": pressed_by}
    mails = [
        mail
        for booking, row, entry in zip(bookings, rows, entries, strict=False)
        for mail in emails.compose(room, booking, row, entry, **what_about)
    ]
    new, joined = emails.one_a_party(room, [*mails, *news])
    new, of_lapses = emails.spare_the_unproved(new, now=room.now)
    if new:
        Mail.objects.bulk_create(new)
    if of_lapses:
        Mail.objects.bulk_create(of_lapses, ignore_conflicts=True)
    if joined:
        Mail.objects.bulk_update(joined, ["kind", "booking", "facts"])
    room.writes += 1
    has_room = room.places.left(now=room.now) > 0
    after_commit(room.session.pk, on_lists=bool(of_places) or has_room != had_room)


@DoneOften
def _count() -> tuple[QuerySet[Places], dict[str, Any]]:
    taken, used = (Given(name, IntegerField()) for name in ("taken", "used"))
    places = Places.objects.filter(session=Given("session", BigIntegerField()))
    return places, {"places_taken": F("places_taken") + taken, "held_back": F("held_back") - used}


def _end_or_revive(room: Room, booking: Booking, row: Row) -> None:
    """Freeze when a booking ceases to be live, and whether confirmed places came back late; nothing of a live one."""
    if row.to in ENDED:
        booking.ended_at, booking.ended_late = room.now, row.from_ == Status.CONFIRMED and room.is_late
    elif row.to:
        booking.ended_at = booking.ended_late = None


def note(room: Room, verb: Verb, visitors: Iterable[Visitor], *, by: StaffUser | By) -> None:
    """An audit entry for each of these visitors, of what changes nobody's place. The caller has the session's lock."""
    entries = [_entry(room, verb, by, "", booking_id=one.booking_id, visitor_id=one.pk) for one in visitors]
    AuditEntry.objects.bulk_create(entries)
    room.writes += 1


def _from_held_back(room: Room, booking: Booking, entry: AuditEntry) -> int:
    """How many of a guest's places are held-back ones after this: those that it took from the public go first.

    Whom its contact adds was judged as one of the public, and takes a place of theirs; so does whom staff put in where
    nothing is held back any longer.
    """
    public = entry.verb == Verb.ADD or (entry.verb == Verb.PUT_IN and not room.places.held_back)
    if booking.uses_held_back and entry.places > 0 and not public:
        return booking.from_held_back + entry.places
    return min(booking.from_held_back, 0 if entry.verb == Verb.MOVE_OUT else booking.seats)


def _still_keeps(room: Room) -> bool:
    """Whether a used held-back place goes back to those kept: until they come free (rule.md#counting)."""
    release_at = room.session.release_at
    return release_at is None or release_at > room.now


def _save(bookings: Sequence[Booking], visitors: Sequence[Visitor]) -> None:
    """Insert new bookings with their visitors, update the others."""
    known = [booking for booking in bookings if booking.pk]
    if len(known) == 1:  # as most are; for one row, bulk_update's CASE costs five times as much
        known[0].save(update_fields=STATE_FIELDS)
    elif known:
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


def create(
    session: ShowcaseSession, *, by: StaffUser | By, clock: Clock, capacity: int = 0, held_back: int = 0
) -> Places:
    """Give a new session its places: a draft, with room for nobody unless that is known already."""
    with transaction.atomic():
        planned = {"planned_capacity": capacity, "planned_held_back": held_back}
        places = Places.objects.create(session=session, capacity=capacity, held_back=held_back, **planned)
        write(Room(places, now=moment(clock)), Verb.CREATE, by=by)
    return places


def nothing() -> None:
    """What nobody counts."""


@retry_on_reference_clash
def hold(
    session_id: int,
    party: Party,
    *,
    clock: Clock,
    instead_of: Booking | None = None,
    count: Callable[[], object] = nothing,
    first: bool = False,
) -> Booking | None:
    """Hold places for a party until its deadline, and mail the link that confirms.

    The same request key gives the same booking again; `instead_of` is what the same draft asked for at another
    address; `count` counts what is asked for anew, and is taken back with it where the database fails. Returns None
    where the address has a booking already, or ten that nobody has proved, which its owner is told by mail: the caller
    must answer the same. With `first` nothing is held: the booking takes its places once it is confirmed, judged as one
    made then. Raises what `judge` and `count` raise, and ConfirmFirst where only that is left.
    """
    calendar = calendar_of_session(session_id)
    with locked(session_id, clock, reads=what_is_beside(party)) as room:
        request = build_request(room, party, instead_of=instead_of)
        if request.made:
            return request.made
        count()
        booking = request.booking
        judge(room, booking, request.beside, dropped=request.dropped)
        if not first:
            allowance.judge_network(room, booking, size=booking.party, dropped=request.dropped)
        drop(room, request.dropped)
        if emails.answered_by_mail(room, booking, request.existing):
            return None
        booking.deadline = None if first else hold_deadline(room.session, calendar, now=room.now)
        write(room, Verb.ASK if first else Verb.HOLD, [booking], by=By.VISITOR, visitors=party.rows())
        return booking


def drop(room: Room, dropped: Sequence[Booking]) -> None:
    """Let go of what a draft asked for at another address; its links die."""
    for booking in dropped:
        booking.link_version += 1
    if dropped:
        write(room, Verb.DROP, dropped, by=By.VISITOR)


CONFIRMS = {Status.HELD: Verb.CONFIRM, Status.OFFERED: Verb.ACCEPT, Status.LAPSED: Verb.REVIVE}
ENDS = {Status.OFFERED: Verb.DECLINE, Status.WAITING: Verb.LEAVE}  # what "cancel" is called there


def confirm(
    booking_id: int, *, clock: Clock, by: StaffUser | By = By.VISITOR, only: Collection[str] | None = None
) -> Booking:
    """Confirm what is held and accept what is offered, for the whole party, or `only` those of these references; on a
    lapsed booking, book again if the places are still there. Whoever of the party waits has confirmed the wait by the
    same press. Twice is once.

    Staff confirm what is held, or what waits if there are places, of this booking alone. Raises Ended where there is
    nothing to confirm, NotBookable for a cancelled or postponed session, SessionFull, and for a lapsed booking what
    `judge` raises, or AlreadyBooked.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        answers = [(booking, Verb.BOOK)] if isinstance(by, StaffUser) else _answers(room, booking, only)
        if booking.status == Status.CONFIRMED and (isinstance(by, StaffUser) or not answers):
            return booking
        if booking.status == Status.OFFERED and not answers:  # since the page was read that has been pressed twice
            return booking
        _judge_answers(room, booking, answers)
        for one, verb in answers:
            if not isinstance(by, StaffUser):
                one.address_proved_at = one.address_proved_at or room.now
            visitors = coming(one)
            people.recognise(visitors)
            write(room, verb, [one], by=by, visitors=visitors)
        if any(one.address_proved_at for one, _verb in answers):
            prove(room, waiting_of(room, booking))
        return booking


def _answers(room: Room, booking: Booking, only: Collection[str] | None) -> list[tuple[Booking, Verb]]:
    """What the press of Confirm says yes to: what its page showed. A lapsed booking is booked again by itself."""
    if booking.status == Status.LAPSED:
        return [(booking, Verb.REVIVE)]
    party = [one for one in room.party_of(booking) if one.status in UNCONFIRMED]
    return [(one, CONFIRMS[Status(one.status)]) for one in party if only is None or one.reference in only]


def _judge_answers(room: Room, booking: Booking, answers: Sequence[tuple[Booking, Verb]]) -> None:
    if not answers or not all(row_for(verb, one.status) for one, verb in answers):
        raise Ended
    if room.places.status in FROZEN:
        raise NotBookable(room.places.standing(now=room.now))
    left = room.places.left(now=room.now)
    if (booking, Verb.BOOK) in answers and booking.status == Status.WAITING and booking.party > left:
        raise SessionFull(max(left, 0))
    if (booking, Verb.REVIVE) in answers:
        beside = room.bookings_beside(booking)
        judge(room, booking, beside)
        if already_there(booking, beside):
            raise AlreadyBooked


def waiting_of(room: Room, booking: Booking) -> list[Booking]:
    """Which of the booking's party wait, as settling found them."""
    party = [other for other in room.waiting if other.first_id == booking.first_id]
    return [booking if other == booking else other for other in party]


def prove(room: Room, waiting: Sequence[Booking]) -> None:
    """The link has been pressed: whoever of these had not been proved can be offered places from now on."""
    new = [booking for booking in waiting if not booking.address_proved_at]
    for booking in new:
        booking.address_proved_at = room.now
    if new:
        write(room, Verb.PROVE, new, by=By.VISITOR)


def cancel(
    booking_id: int,
    *,
    clock: Clock,
    by: StaffUser | By = By.VISITOR,
    why: str = "",
    tell_why: bool = False,
    whole_party: bool = False,
) -> Booking:
    """Give all places of a live booking back, or leave the waiting list; of the `whole_party`, all that is live. Twice
    is once.

    Staff must say why, and with `tell_why` the booking's people read it. Raises NeedsReason; NotBookable once the
    session has started (staff may); Ended if it lapsed.
    """
    if isinstance(by, StaffUser) and not why.strip():
        raise NeedsReason
    with locked_booking(booking_id, clock) as (room, booking):
        parts = [booking]
        if whole_party:
            live = [one for one in room.party_of(booking) if one.is_live]
            parts = sorted(live, key=lambda one: (one.status != Status.CONFIRMED, one.pk))
        elif booking.status == Status.CANCELLED:
            return booking
        if not isinstance(by, StaffUser):
            refuse_after_start(room)
        for one in parts:
            verb = Verb.WITHDRAW if isinstance(by, StaffUser) else ENDS.get(Status(one.status), Verb.CANCEL)
            write(room, verb, [one], by=by, why=why, tell_why=tell_why)
        return next((one for one in parts if one == booking), booking)
