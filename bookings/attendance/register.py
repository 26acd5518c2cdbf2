"""The register: who has come, marked at the door, by several people at once and over a poor connection.

A mark changes nobody's place, so it takes no lock of the session: the visitor's own row alone is locked and judged, and
the database decides who was first (docs/decisions/0015). What is marked, when and by whom stands on the visitor.

Once the register is recorded (recording.py) nobody is expected any longer: a tap is a correction then, and stands in
the audit (docs/decisions/0038).
"""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.db import transaction
from django.db.models import Q, QuerySet

from bookings import places
from bookings.attendance.standing import recorded_row
from bookings.models import Booking, By, Visitor
from bookings.rule.refusals import NotBookable, NotItsDay, RegisterRecorded
from bookings.states import FROZEN, Standing, Status, Verb
from hubs.models import ShowcaseSession, StaffUser
from hubs.vocabulary.ids import AN_ID
from hubs.vocabulary.school_days import london
from hubs.vocabulary.school_words import searchable

EXPECTED, ATTENDED, ABSENT = Visitor.Attendance.EXPECTED, Visitor.Attendance.ATTENDED, Visitor.Attendance.ABSENT
OFFICE_FROM = dt.timedelta(hours=2)  # before the start, rule.md#people
OLDEST_TAP = 24 * 60 * 60  # seconds: a telephone without a connection has not waited longer than the day
# Who stands at the door although no place is theirs: to be let in, or told what has become of their booking.
NOT_CONFIRMED = (Status.HELD, Status.OFFERED, Status.WAITING, Status.LAPSED)


# What a tap can do: to what, from what was shown.
TAPS = {(ATTENDED, EXPECTED), (ATTENDED, ABSENT), (EXPECTED, ATTENDED)}


class Mark(NamedTuple):
    """One tap: whom, what they are to be, what they were when it was tapped, and how many seconds ago that was."""

    visitor: int
    to: str
    was: str
    ago: int = 0


def read_mark(text: str) -> Mark | None:
    """A tap as pages send it, "12:attended:expected" or "12:attended:expected:90"; None for anything else."""
    visitor, *states = text.split(":")
    ago = states.pop() if len(states) == 3 else "0"
    numbers = all(AN_ID.fullmatch(part) for part in (visitor, ago))
    if not numbers or tuple(states) not in TAPS:
        return None
    return Mark(int(visitor), states[0], states[1], min(int(ago), OLDEST_TAP))


def coming(session: ShowcaseSession) -> "QuerySet[Visitor]":
    """Everybody with a confirmed place."""
    return Visitor.objects.coming().filter(booking__session=session, booking__status=Status.CONFIRMED)


def marks(session: ShowcaseSession) -> dict[int, str]:
    """How everybody stands, by the visitor's id: one query."""
    return dict(coming(session).order_by("pk").values_list("pk", "attendance"))


def mark(session: ShowcaseSession, tap: Mark, *, by: StaffUser | None, now: dt.datetime) -> bool:
    """Carry out one tap of a member of staff, or (None) of the school's office; returns whether it changed anything.

    Somebody seen at the door has come, also where the register was recorded meanwhile; but the tap of a telephone that
    was out of reach does not undo what somebody put right after it. Undoing undoes only what the tapper saw.
    Raises NotBookable for a session that is off, and NotItsDay before its day.
    """
    refuse_unless_its_day(session, now=now)
    at = now - dt.timedelta(seconds=tap.ago)
    if not coming(session).filter(pk=tap.visitor).exists():
        return False
    earlier = Q(marked_at=None) | Q(marked_at__lte=at)
    came = Q(attendance=ABSENT) | Q(earlier, attendance=EXPECTED)
    undone = Q(earlier, attendance=tap.was)
    try:
        return bool(_write(session, [tap.visitor], came if tap.to == ATTENDED else undone, tap.to, by=by, at=at))
    except RegisterRecorded:
        return _correct(session, tap, at=at, by=by, now=now)


def _correct(session: ShowcaseSession, tap: Mark, *, at: dt.datetime, by: StaffUser | None, now: dt.datetime) -> bool:
    """A tap once the register is recorded: they came after all; or, where it is undone, they did not.

    It wins over the recording itself, however late it arrives, and not over a correction made after it.
    """
    with places.locked(session.pk, lambda: now) as room:
        refuse_if_off(room.session)
        visitor = Visitor.objects.select_for_update(no_key=True).get(pk=tap.visitor)
        row = recorded_row(session)
        stood_since = visitor.marked_at or at
        if tap.to == ATTENDED:
            by_recording = row is not None and visitor.marked_at == row.recorded_at
            wins = visitor.attendance != ATTENDED and (by_recording or stood_since <= at)
        else:
            wins = visitor.attendance == tap.was and stood_since <= at
        if not wins:
            return False
        came = tap.to == ATTENDED
        set_to([visitor.pk], ATTENDED if came else ABSENT, by=by, at=at)
        places.note(room, Verb.CAME if came else Verb.MISSED, [visitor], by=by or By.OFFICE)
        return True


def mark_all(session: ShowcaseSession, *, by: StaffUser | None, now: dt.datetime) -> int:
    """Everybody who is still expected at this moment has come; returns how many. Raises NotBookable, NotItsDay,
    RegisterRecorded."""
    refuse_unless_its_day(session, now=now)
    return _write(session, marks(session), Q(attendance=EXPECTED), ATTENDED, by=by, at=now)


def undo_all(session: ShowcaseSession, at: dt.datetime, *, by: StaffUser | None, now: dt.datetime) -> int:
    """Those whom `mark_all` marked at that moment are expected again, unless somebody has marked them since."""
    refuse_unless_its_day(session, now=now)
    return _write(session, marks(session), Q(attendance=ATTENDED, marked_at=at), EXPECTED, by=by, at=now)


@transaction.atomic
def _write(
    session: ShowcaseSession, visitors: Iterable[int], allowed: Q, to: str, *, by: StaffUser | None, at: dt.datetime
) -> int:
    """Mark while the register is open. `allowed` asks of the visitor's own row alone: PostgreSQL asks it again of a row
    that somebody else was writing, and would not of a join, which it keeps as it was before.

    Rows are locked in one order, so that two who mark everybody do not wait for each other for ever. Whether it is open
    is asked once they are locked: who records it locks them too. Raises RegisterRecorded.
    """
    rows = Visitor.objects.filter(allowed, pk__in=list(visitors)).order_by("pk").select_for_update(no_key=True)
    mine = list(rows.values_list("pk", flat=True))
    if mine and recorded_row(session):
        raise RegisterRecorded
    return set_to(mine, to, by=by, at=at)


def set_to(visitors: Iterable[int], to: str, *, by: StaffUser | None, at: dt.datetime) -> int:
    """The one place that marks: whose rows are locked."""
    return Visitor.objects.filter(pk__in=list(visitors)).update(attendance=to, marked_at=at, marked_by=by, left_at=None)


# --- who is in the building -------------------------------------------------------------------------------------------


class Leaving(NamedTuple):
    """A press that says that somebody has left, or that they have not after all."""

    visitor: int
    left: bool


def read_leaving(text: str) -> Leaving | None:
    """A press as the page sends it, "12:left" or "12:here"; None for anything else."""
    visitor, _colon, what = text.partition(":")
    if what not in ("left", "here") or not AN_ID.fullmatch(visitor):
        return None
    return Leaving(int(visitor), what == "left")


@transaction.atomic
def mark_left(session: ShowcaseSession, leaving: Leaving, *, now: dt.datetime) -> bool:
    """Say that somebody who has come has left, or take that back; returns whether it changed anything: twice is once,
    and the first time stands. Whoever is marked again at the door is in the building. Raises NotBookable, NotItsDay."""
    refuse_unless_its_day(session, now=now)
    if not coming(session).filter(pk=leaving.visitor).exists():
        return False
    here = Visitor.objects.filter(pk=leaving.visitor, attendance=ATTENDED, left_at__isnull=leaving.left)
    if not here.select_for_update(no_key=True).exists():
        return False
    return bool(here.update(left_at=now if leaving.left else None))


def inside(visitors: Iterable[Visitor]) -> list[Visitor]:
    """Who has arrived and not left: whom a fire roll calls."""
    return [one for one in visitors if one.attendance == ATTENDED and one.left_at is None]


def catering(visitors: Iterable[Visitor]) -> list[tuple[str, int]]:
    """What is needed, and by how many: the same words, however they are written, count as one."""
    found: dict[str, tuple[str, int]] = {}
    for visitor in visitors:
        for said in filter(None, (visitor.needs.strip(), visitor.needs_added.strip())):
            words, number = found.get(said.casefold(), (said, 0))
            found[said.casefold()] = words, number + 1
    return sorted(found.values(), key=lambda pair: (-pair[1], pair[0].casefold()))


def refuse_if_off(session: ShowcaseSession) -> None:
    """Raises NotBookable for a session that is cancelled or postponed: nobody comes."""
    if session.places.status in FROZEN:
        raise NotBookable(Standing(session.places.status))


def refuse_unless_its_day(session: ShowcaseSession, *, now: dt.datetime) -> None:
    """Raises NotBookable for a session that is off, and NotItsDay before its day: nobody can have come. What nobody
    marked on the day can be marked after it."""
    refuse_if_off(session)
    refuse_before_its_day(session, now=now)


def refuse_before_its_day(session: ShowcaseSession, *, now: dt.datetime) -> None:
    """Raises NotItsDay before the session's day."""
    opens = opens_at(session)
    if opens is None or now < opens:
        raise NotItsDay(opens)


def opens_at(session: ShowcaseSession) -> dt.datetime | None:
    """When the session's day begins, in London: from then on people may come. None while it has no day."""
    return london(session.day, dt.time()) if session.day else None


def is_open(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether somebody may be marked: what buttons ask."""
    opens = opens_at(session)
    return session.places.status not in FROZEN and opens is not None and opens <= now


def is_over(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    return bool(session.ends_at and session.ends_at <= now)


def office_may_mark(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether it is time for the office to mark: from two hours before the start, on the session's day, until
    the end of that day in London."""
    if session.starts_at is None or session.day is None or session.places.status in FROZEN:
        return False
    midnight = london(session.day + dt.timedelta(days=1), dt.time())
    return office_marks_from(session) <= now < midnight


def office_marks_from(session: ShowcaseSession) -> dt.datetime:
    """When the office begins to mark. The session has a start."""
    if session.starts_at is None or session.day is None:
        raise ValueError("A session without a start has nobody to mark.")
    return max(session.starts_at - OFFICE_FROM, london(session.day, dt.time()))


# --- as it is read --------------------------------------------------------------------------------------------------


class Group(NamedTuple):
    """Visitors under one heading: a letter, or a school."""

    heading: str
    visitors: list[Visitor]


def people(session: ShowcaseSession) -> list[Visitor]:
    """Everybody with a place, A to Z by the last word of their name; who is to be named comes last. One query."""
    found = coming(session).select_related("booking__school", "marked_by")
    return sorted(found, key=_by_last_word)


def _by_last_word(visitor: Visitor) -> tuple[bool, str, str, int]:
    name = visitor.full_name or ""
    return not name, searchable(last_word(name)), searchable(name), visitor.pk


def last_word(name: str) -> str:
    """The word that a name is filed under. What stands in brackets is no name: "Ann Lee (maths lead)" is under L."""
    words = name.split("(")[0].split() or name.split()
    return words[-1] if words else ""


def by_letter(visitors: Iterable[Visitor], *, unnamed: str) -> list[Group]:
    """Sorted visitors by first letter of the last word; under `unnamed` those who are to be named."""
    groups: list[Group] = []
    for visitor in visitors:
        letter = searchable(last_word(visitor.full_name or ""))[:1].upper() or ("#" if visitor.full_name else unnamed)
        if not groups or groups[-1].heading != letter:
            groups.append(Group(letter, []))
        groups[-1].visitors.append(visitor)
    return groups


def by_school(visitors: Iterable[Visitor]) -> list[Group]:
    """Sorted visitors by their school."""
    groups: dict[str, Group] = {}
    for visitor in visitors:
        school = visitor.booking.school_in_words
        groups.setdefault(visitor.booking.school_key, Group(school, [])).visitors.append(visitor)
    return sorted(groups.values(), key=lambda group: searchable(group.heading))


def not_confirmed(session: ShowcaseSession) -> list[Booking]:
    """Parties that asked for places and have none to come to: held, offered, waiting, lapsed. Two queries."""
    found = Booking.objects.filter(session=session, status__in=NOT_CONFIRMED).select_related("school")
    bookings = list(found.order_by("pk").prefetch_related("visitors"))
    return sorted(bookings, key=lambda one: (one.status == Status.LAPSED, searchable(one.contact_name or ""), one.pk))
