"""What staff do to a session: announce, open, close, set how many places; cancel, postpone, reinstate. Twice is once.

A session that is cancelled or postponed keeps its bookings as they were (rule.md#changes). Moving it and
substituting a teacher or topic stand in moving.py.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from django.db.models import ProtectedError

from bookings.attendance import office
from bookings.models import AuditEntry, Booking, Mail, SessionChange
from bookings.models.change import LONGEST_MESSAGE, MOST_INSTEAD
from bookings.places import locked, settle, write
from bookings.rule import mails, offers
from bookings.rule.judging import hold_deadline
from bookings.rule.refusals import (
    BadNews,
    DayHasPassed,
    HasHistory,
    NoReplies,
    NotBookable,
    NotReady,
    TooFewPlaces,
    WrongStatus,
)
from bookings.rule.room import Clock, Room
from bookings.sessions import teachers
from bookings.states import SESSION_TABLE, UNCONFIRMED, SessionStatus, Standing, Status, Verb
from hubs.models import ShowcaseSession, StaffUser
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary.school_days import SchoolDays


@dataclass(frozen=True)
class News:
    """What the hub says of a change. The same `key` again is the same change; `wide` is the change of several sessions
    that it is a part of, so that whoever is told of several is told once."""

    message: str = ""
    instead: Sequence[ShowcaseSession] = ()
    key: uuid.UUID | None = None
    wide: int | None = None


NO_NEWS = News()
FOR_THE_OTHERS = dt.timedelta(seconds=15)


def announce(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Show a session to the public; booking is not open yet. Nothing of it needs to be known, but its hub needs a
    contact address (rule.md#opening). Raises NoReplies or WrongStatus."""
    with locked(session_id, clock) as room:
        check_replies(room)
        _show(room, Verb.ANNOUNCE, by)


def open_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Open booking, at once or at the session's set time. Raises NotReady or NoReplies (rule.md#opening), or
    WrongStatus."""
    with locked(session_id, clock) as room:
        check_replies(room)
        if not room.session.can_open or not room.places.capacity:
            raise NotReady
        _show(room, Verb.OPEN, by)


def close_booking(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Take no more bookings; those made stay. Raises WrongStatus."""
    with locked(session_id, clock) as room:
        _move(room, Verb.CLOSE, by)


def check_replies(room: Room) -> None:
    """Raises NoReplies where an answer to the session's mails would reach nobody."""
    if not room.session.hub_year.contact_email:
        raise NoReplies


def _show(room: Room, verb: Verb, by: StaffUser) -> None:
    """Change a session's status to one that the public sees, and with it let them know of its visit; not where only
    staff see the session."""
    _move(room, verb, by)
    if room.session.host_school and room.session.visibility != ShowcaseSession.Visibility.STAFF:
        room.session.host_school.announce()


def _move(room: Room, verb: Verb, by: StaffUser) -> None:
    """Change the session's status as the table says."""
    after = SESSION_TABLE[verb][1]
    if room.places.status == after:
        return
    check_status(room, verb)
    write(room, verb, by=by, status=after)


def set_places(session_id: int, *, capacity: int, held_back: int, by: StaffUser, clock: Clock) -> None:
    """Say how many places there are and how many are held back.

    Raises TooFewPlaces where more are taken and kept than that; an open session keeps at least one place.
    """
    with locked(session_id, clock) as room:
        check_room(room, capacity=capacity, held_back=held_back)
        planned: dict[str, Any] = {"planned_capacity": capacity, "planned_held_back": held_back}
        write(room, Verb.SET_PLACES, by=by, capacity=capacity, held_back=held_back, **planned)


def discard(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """Delete a draft made by mistake, with its audit entry: nobody outside the hub has been told of it.

    Raises WrongStatus once it is no draft, or HasHistory where more happened to it than its making. That it was there,
    and that `by` deleted it, is for the caller to keep.
    """
    with locked(session_id, clock) as room:
        if room.places.status != SessionStatus.DRAFT:
            raise WrongStatus(SessionStatus(room.places.status))
        entries = AuditEntry.objects.filter(session=room.session)
        if entries.exclude(verb__in=(Verb.CREATE, Verb.SET_PLACES)).exists():
            raise HasHistory
        room.writes += 1  # from here on a refusal takes everything back
        entries.delete()
        try:
            room.session.delete()
        except ProtectedError:
            raise HasHistory from None


# --- a session is taken off, and takes place after all --------------------------------------------------------------


def cancel_session(session_id: int, *, by: StaffUser, clock: Clock, news: News = NO_NEWS) -> SessionChange | None:
    """Say that a session does not take place, and tell everyone. Its bookings stay as they were.

    Returns None where it was cancelled already. Raises WrongStatus, BadNews, or NotBookable once it is over.
    """
    return _take_off(session_id, Verb.CANCEL_SESSION, by=by, clock=clock, news=news)


def postpone(session_id: int, *, by: StaffUser, clock: Clock, news: News = NO_NEWS) -> SessionChange | None:
    """Say that a session is put off to a day that is not known yet, and tell everyone. Else as `cancel_session`."""
    return _take_off(session_id, Verb.POSTPONE, by=by, clock=clock, news=news)


def _take_off(session_id: int, verb: Verb, *, by: StaffUser, clock: Clock, news: News) -> SessionChange | None:
    with locked(session_id, clock) as room:
        if done := done_already(news):
            return done
        if room.places.status == SESSION_TABLE[verb][1]:
            return None
        check_status(room, verb)
        if room.places.standing(now=room.now) == Standing.OVER:
            raise NotBookable(Standing.OVER)
        # A postponed session that is cancelled in the end remembers the status that it had before both.
        before = room.places.status_before or room.places.status
        return tell(room, verb, by=by, news=news, status=SESSION_TABLE[verb][1], status_before=before)


def reinstate(session_id: int, *, by: StaffUser, clock: Clock, news: News = NO_NEWS) -> SessionChange | None:
    """Let a cancelled or postponed session take place after all, at its old date, and tell everyone.

    Holds and offers get new deadlines, so that nothing lapses because of the time when it was off. Raises WrongStatus,
    BadNews, or DayHasPassed.
    """
    calendar = calendar_of_session(session_id)
    with locked(session_id, clock) as room:
        if done := done_already(news):
            return done
        check_status(room, Verb.REINSTATE)
        if room.session.starts_at and room.session.starts_at <= room.now:
            raise DayHasPassed
        check_news(room, news)
        keep_list_open(room, calendar)
        room.session.save(update_fields=["waiting_closes_at"])
        return bring_back(room, Verb.REINSTATE, calendar, by=by, news=news)


def bring_back(
    room: Room,
    verb: Verb,
    calendar: SchoolDays,
    *,
    by: StaffUser,
    news: News,
    facts: dict[str, Any] | None = None,
    **of_places: Any,
) -> SessionChange:
    """Give a session that was off its status back, with new deadlines for holds and offers, and see to its list."""
    bookings = live(room)
    unconfirmed = [booking for booking in bookings if booking.status in UNCONFIRMED]
    for booking in unconfirmed:
        kept = hold_deadline if booking.status == Status.HELD else offers.deadline
        booking.deadline = kept(room.session, calendar, now=room.now)
    back = room.places.status_before or SessionStatus.CLOSED
    status = {"status": back, "status_before": ""}
    change = tell(
        room, verb, by=by, news=news, facts=facts, bookings=bookings, also=unconfirmed, **(of_places | status)
    )
    settle(room)
    return change


def keep_list_open(room: Room, calendar: SchoolDays) -> None:
    """Where the waiting list would have ended meanwhile, let it run on as long as the shortest offer stands."""
    session = room.session
    if session.waiting_closes_at and session.waiting_closes_at <= room.now:
        ends = calendar.hours_after(room.now, offers.LATE_HOURS)
        session.waiting_closes_at = min(ends, session.starts_at) if session.starts_at else ends


# --- what every change of a session needs ---------------------------------------------------------------------------


def tell(
    room: Room,
    verb: Verb,
    *,
    by: StaffUser,
    news: News,
    facts: dict[str, Any] | None = None,
    bookings: Sequence[Booking] | None = None,
    also: Sequence[Booking] = (),
    **of_places: Any,
) -> SessionChange:
    """Write a change of the session with what the hub says of it, and tell everyone. `facts`: what it was before.

    A handful of statements, however many bookings there are. Raises BadNews.
    """
    check_news(room, news)
    change = SessionChange(session=room.session, verb=verb, at=room.now, staff=by, message=plain(news.message))
    change.key, change.facts = news.key or uuid.uuid4(), facts or {}
    if news.wide:
        change.facts["wide"] = news.wide
    change.save(force_insert=True)
    change.instead.set(news.instead)
    everyone = mails.compose_change(room, change, live(room) if bookings is None else bookings)
    told = chain(everyone, office.compose_change(room, change), teachers.compose_change(room, change))
    if news.wide:
        told = chain(_with_the_others(told))
    write(room, verb, by=by, also=also, news=told, **of_places)
    return change


def _with_the_others(mails: Iterable[Mail]) -> Iterator[Mail]:
    """They wait a moment for those of the other sessions, to go as one (bookings/mail/together.py)."""
    for mail in mails:
        mail.due_at += FOR_THE_OTHERS
        yield mail


def live(room: Room) -> list[Booking]:
    """Everyone who has a place or waits, with their visitors: two queries."""
    return list(Booking.objects.live().filter(session=room.session).order_by("pk").prefetch_related("visitors"))


def done_already(news: News) -> SessionChange | None:
    """What the same form has done before."""
    return SessionChange.objects.filter(key=news.key).first() if news.key else None


def check_status(room: Room, verb: Verb) -> None:
    if room.places.status not in SESSION_TABLE[verb][0]:
        raise WrongStatus(SessionStatus(room.places.status))


def check_room(room: Room, *, capacity: int, held_back: int) -> None:
    """Whether so many places are enough for who has one. Raises TooFewPlaces."""
    needed = room.places.places_taken + held_back
    if SessionStatus.OPEN in (room.places.status, room.places.status_before):
        needed = max(needed, 1)
    if capacity < needed:
        raise TooFewPlaces(needed)


def check_news(room: Room, news: News) -> None:
    """Raises BadNews for a message or sessions that cannot be told."""
    too_long = len(plain(news.message)) > LONGEST_MESSAGE
    if too_long or len(news.instead) > MOST_INSTEAD or room.session in news.instead:
        raise BadNews


def plain(message: str) -> str:
    """A message as it is kept, whatever its form sent for the ends of lines."""
    return message.replace("\r\n", "\n").strip()
