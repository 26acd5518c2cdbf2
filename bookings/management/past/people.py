"""Who booked and who came, made up: in bulk, and as verbs would have left them."""

import datetime as dt
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from bookings.models import AuditEntry, Booking, By, Person, Places, Register, Source, Visitor
from bookings.models.booking import SchoolKind, school_key
from bookings.states import FROZEN, Status, Verb
from hubs.models import School, ShowcaseSession, StaffUser
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.school_days import london
from hubs.vocabulary.school_words import searchable
from hubs.vocabulary.teaching import Roles, Years

REACHED = 76  # of the schools around: nobody came from the others
ROLES = [Roles.TEACHER] * 9 + [Roles.MATHS_LEAD] * 5 + [Roles.SENIOR_LEADER] * 2 + [Roles.HEADTEACHER]
ROLES += [Roles.TEACHING_ASSISTANT, Roles.TRAINEE, Roles(0)]
HAVE_ADDRESS, ABSENT, COMES_AGAIN = 0.87, 0.08, 0.3
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
EXPECTED, ATTENDED, MISSED = Visitor.Attendance.EXPECTED, Visitor.Attendance.ATTENDED, Visitor.Attendance.ABSENT


@dataclass
class Day:
    """A session of that exchange: how many places are booked in the end, and whether its register is recorded."""

    session: ShowcaseSession
    starts_at: dt.datetime
    ends_at: dt.datetime
    booked: int
    recorded: bool

    @property
    def took_place(self) -> bool:
        return self.session.places.status not in FROZEN


@dataclass
class Teacher:
    """Somebody who may come, once or more often."""

    number: int
    school: School
    role: Roles
    years: Years
    has_address: bool
    person: uuid.UUID
    seen_before: bool | None
    sessions: set[int] = field(default_factory=set)
    days: set[dt.date | None] = field(default_factory=set)

    @property
    def name(self) -> str:
        return f"Demo visitor {self.number}"

    @property
    def email(self) -> str | None:
        return f"demo.visitor{self.number}@showcase.example" if self.has_address else None


@dataclass
class Written:
    """All that is to be written, in the order in which it depends on one another."""

    bookings: list[Booking] = field(default_factory=list)
    visitors: list[Visitor] = field(default_factory=list)
    audit: list[AuditEntry] = field(default_factory=list)


def enter(days: list[Day], around: list[School], rng: Random, *, by: StaffUser) -> list[Visitor]:
    """Make everybody; returns the visitors of every confirmed place, with their bookings."""
    teachers = _teachers(rng.sample(around, REACHED), rng)
    found = Written()
    for day in days:
        day.session.refresh_from_db()
        _book(day, teachers, found, rng, by=by)
    write(days, teachers, found, by=by)
    return [one for one in found.visitors if one.booking.status == Status.CONFIRMED and one.released_at is None]


def write(days: list[Day], teachers: list[Teacher], found: Written, *, by: StaffUser) -> None:
    """All of it, and what is counted of it."""
    keys = {email_key(one.email) for one in found.visitors if one.email}
    known = {email_key(one.email or ""): one.person for one in teachers}
    Person.objects.bulk_create([Person(id=known[key], email_key=key) for key in sorted(keys)])
    Booking.objects.bulk_create(found.bookings)
    Visitor.objects.bulk_create(found.visitors)
    AuditEntry.objects.bulk_create(sorted(found.audit, key=lambda entry: entry.at))
    for day in days:
        seated = [one.party for one in found.bookings if one.session == day.session and one.status == Status.CONFIRMED]
        Places.objects.filter(session=day.session).update(places_taken=sum(seated))
    _record(days, by=by)


def _teachers(schools: list[School], rng: Random) -> list[Teacher]:
    """Two to four of each school."""
    found: list[Teacher] = []
    for school in schools:
        for _of_school in range(rng.choice((2, 2, 3, 3, 4))):
            primary = school.phase == School.Phase.PRIMARY
            years = rng.choice((Years.KS1, Years.KS2, Years.Y6) if primary else (Years.KS3, Years.Y7))
            seen = rng.choices((False, True, None), (70, 15, 15))[0]
            number = len(found) + 1
            has_address = rng.random() < HAVE_ADDRESS
            found.append(Teacher(number, school, rng.choice(ROLES), years, has_address, uuid_of(rng), seen))
    return found


def uuid_of(rng: Random) -> uuid.UUID:
    return uuid.UUID(int=rng.getrandbits(128), version=4)


def _book(day: Day, teachers: list[Teacher], found: Written, rng: Random, *, by: StaffUser) -> None:
    """Parties of one or two of a school until the places are booked; then some who cancelled or waited in vain."""
    taken, schools = 0, set()
    for party in _parties(day, teachers, rng):
        if taken >= day.booked:
            break
        party = party[: day.booked - taken]
        schools.add(party[0].school.pk)
        _confirmed(day, party, found, rng, by=by, first_of_all=not taken)
        taken += len(party)
    others = [party for party in _parties(day, teachers, rng) if party[0].school.pk not in schools]
    for party, late in zip(others, (False, False, True, True), strict=False):
        _ended(day, party[:1], found, rng, late=late)
    if day.booked == day.session.places.capacity:
        for party in others[4:7]:
            _in_vain(day, party[:1], found, rng)


def _parties(day: Day, teachers: list[Teacher], rng: Random) -> Iterator[list[Teacher]]:
    """Who could come on that day, school by school: few come again, and none twice on a day."""
    free = [one for one in teachers if day.session.first_day not in one.days]
    free = [one for one in free if not one.days or rng.random() < COMES_AGAIN]
    by_school: dict[int, list[Teacher]] = {}
    for one in free:
        by_school.setdefault(one.school.pk, []).append(one)
    schools = sorted(by_school)
    rng.shuffle(schools)
    for school in schools:
        yield by_school[school][: rng.choice((1, 2, 2))]


def _made(day: Day, party: list[Teacher], rng: Random, **fields: object) -> tuple[Booking, list[Visitor]]:
    """A booking and its people, as the steps on the web make them."""
    session, contact = day.session, party[0]
    before = dt.timedelta(days=rng.choice((44, 40, 37, 33, 30, 28, 26, 24, 21, 20, 19, 16, 14, 12, 9, 7, 5)))
    at = london(day.starts_at.date() - before, dt.time(rng.randrange(8, 21), rng.randrange(60)))
    booking = Booking(
        session=session,
        party=len(party),
        source=Source.WEB if contact.has_address else Source.STAFF,
        contact_name=contact.name,
        contact_email=contact.email,
        email_key=email_key(contact.email) if contact.email else None,
        school=contact.school,
        school_kind=SchoolKind.REGISTER,
        school_key=school_key(SchoolKind.REGISTER, contact.school),
        created_at=at,
        address_proved_at=at + 40 * MINUTE if contact.has_address else None,
        **fields,
    )
    visitors = [_visitor(booking, one, position, rng) for position, one in enumerate(party)]
    return booking, visitors


def _visitor(booking: Booking, one: Teacher, position: int, rng: Random) -> Visitor:
    return Visitor(
        booking=booking,
        position=position,
        is_contact=position == 0,
        full_name=one.name,
        name_words=searchable(one.name),
        email=one.email,
        email_key=email_key(one.email) if one.email else None,
        role=one.role,
        years=one.years,
        seen_before=one.seen_before,
        person_id=one.person if one.has_address else uuid_of(rng),
        first_time=not one.sessions or not one.has_address,  # without one, each visit is somebody's first
    )


def _confirmed(
    day: Day, party: list[Teacher], found: Written, rng: Random, *, by: StaffUser, first_of_all: bool
) -> None:
    booking, visitors = _made(day, party, rng, status=Status.CONFIRMED)
    at, size = booking.created_at, len(party)
    if booking.source == Source.STAFF:
        found.audit.append(_entry(booking, Verb.BOOK, at, to=Status.CONFIRMED, places=size, staff=by))
    else:
        found.audit.append(_entry(booking, Verb.HOLD, at, to=Status.HELD, places=size))
        found.audit.append(_entry(booking, Verb.CONFIRM, at + 40 * MINUTE, of=Status.HELD, to=Status.CONFIRMED))
    starts_at = day.starts_at
    if first_of_all and size > 1:  # one of the party gives their place back the evening before
        visitors[-1].released_at, visitors[-1].released_late = starts_at - 15 * 60 * MINUTE, True
        left = starts_at - 15 * 60 * MINUTE
        found.audit.append(_entry(booking, Verb.RELEASE, left, of=Status.CONFIRMED, to=Status.CONFIRMED, places=-1))
        booking.party -= 1
    _come(day, party, visitors, rng, by=by)
    found.bookings.append(booking)
    found.visitors += visitors


def enrolled(day: Day, party: list[Teacher], found: Written, rng: Random, *, at: dt.datetime, by: StaffUser) -> Booking:
    """A school's places at a meeting of its group, which its head's yes has booked."""
    booking, visitors = _made(day, party, rng, status=Status.CONFIRMED)
    booking.created_at = booking.address_proved_at = at
    booking.request_key = uuid_of(rng)
    found.audit.append(_entry(booking, Verb.ENROL, at, to=Status.CONFIRMED, places=len(party)))
    _come(day, party, visitors, rng, by=by)
    found.bookings.append(booking)
    found.visitors += visitors
    return booking


def _come(day: Day, party: list[Teacher], visitors: list[Visitor], rng: Random, *, by: StaffUser) -> None:
    for teacher, visitor in zip(party, visitors, strict=True):
        teacher.days.add(day.session.first_day)
        teacher.sessions.add(day.session.pk)
        if visitor.released_at is None and day.took_place:
            _mark(visitor, day, rng, by=by)


def _mark(visitor: Visitor, day: Day, rng: Random, *, by: StaffUser) -> None:
    """As the register has them: seen at the door, or absent once it was recorded."""
    starts_at = day.starts_at
    if not day.recorded and rng.random() < 0.6:
        return
    if rng.random() < ABSENT:
        if day.recorded:
            visitor.attendance, visitor.marked_at, visitor.marked_by = MISSED, _recorded_at(day), by
        return
    visitor.attendance = ATTENDED
    visitor.marked_at = starts_at - rng.randrange(2, 25) * MINUTE


def _recorded_at(day: Day) -> dt.datetime:
    return day.ends_at + 25 * MINUTE


def _ended(day: Day, party: list[Teacher], found: Written, rng: Random, *, late: bool) -> None:
    """Confirmed, and cancelled: in time, or after the booking deadline."""
    booking, visitors = _made(day, party, rng, status=Status.CANCELLED)
    starts_at = day.starts_at
    booking.created_at = starts_at - 30 * DAY
    booking.ended_at = starts_at - (DAY if late else 12 * DAY)
    booking.ended_late = late
    at = booking.created_at
    found.audit += [
        _entry(booking, Verb.HOLD, at, to=Status.HELD, places=1),
        _entry(booking, Verb.CONFIRM, at + 40 * MINUTE, of=Status.HELD, to=Status.CONFIRMED),
        _entry(booking, Verb.CANCEL, booking.ended_at, of=Status.CONFIRMED, to=Status.CANCELLED, places=-1),
    ]
    found.bookings.append(booking)
    found.visitors += visitors


def _in_vain(day: Day, party: list[Teacher], found: Written, rng: Random) -> None:
    """Waited until the list ended."""
    booking, visitors = _made(day, party, rng, status=Status.LAPSED)
    booking.joined_at = booking.created_at
    booking.ended_at, booking.ended_late = day.session.waiting_closes_at, False
    ended = booking.ended_at or booking.created_at
    found.audit += [
        _entry(booking, Verb.JOIN, booking.created_at, to=Status.WAITING),
        _entry(booking, Verb.END_LIST, ended, of=Status.WAITING, to=Status.LAPSED, clock=True),
    ]
    for visitor in visitors:
        visitor.first_time = None
        visitor.person_id = None
    found.bookings.append(booking)
    found.visitors += visitors


def _entry(
    booking: Booking, verb: Verb, at: dt.datetime, *, to: Status, of: Status | None = None, places: int = 0,
    staff: StaffUser | None = None, clock: bool = False,
) -> AuditEntry:  # fmt: skip
    by = By.STAFF if staff else By.CLOCK if clock else By.VISITOR
    return AuditEntry(
        at=at, by=by, staff=staff, verb=verb, session=booking.session, booking=booking, from_status=of or "",
        to_status=to, places=places, why="demo" if staff else "",
    )  # fmt: skip


def _record(days: list[Day], *, by: StaffUser) -> None:
    recorded = [day for day in days if day.recorded and day.took_place]
    Register.objects.bulk_create(
        [Register(session=day.session, recorded_at=_recorded_at(day), recorded_by=by) for day in recorded]
    )
    AuditEntry.objects.bulk_create(
        [
            AuditEntry(at=_recorded_at(day), by=By.STAFF, staff=by, verb=Verb.RECORD, session=day.session)
            for day in recorded
        ]
    )
