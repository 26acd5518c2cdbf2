"""A session at another time or place, and a lesson with another teacher or topic (rule.md#changes)."""

import datetime as dt
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, fields
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import SessionChange, Visitor
from bookings.places import locked
from bookings.rule.judging import refuse_after_start
from bookings.rule.refusals import BadPlan, NothingChanged
from bookings.rule.room import Clock, Room, iso
from bookings.sessions.changes import (
    NO_NEWS,
    News,
    bring_back,
    check_news,
    check_room,
    check_status,
    done_already,
    keep_list_open,
    live,
    tell,
)
from bookings.states import FROZEN, UNCONFIRMED, SessionStatus, Status, Verb
from hubs.models import Lesson, MasterySpecialist, School, ShowcaseSession, StaffUser, VisitingTeacher
from hubs.models.calendar import calendar_of_session
from hubs.vocabulary import access
from hubs.vocabulary.school_days import SchoolDays
from hubs.vocabulary.teaching import listed

# Dates for booking that are worked out from the day: a new day has new ones.
WORKED_OUT = ("closes_at", "release_at", "waiting_closes_at", "share_until")
# What is said of a place is wrong of every other one: a session that moves away leaves it behind.
OF_THE_PLACE = (
    "parking",
    *access.FIELDS,
    "refreshments",
    "bring",
    "filming",
    "entrance",
    "office_phone",
    "office_email",
    "day_contact",
    "joining_instructions",
)


@dataclass(frozen=True)
class Plan:
    """When and where a session is to be. `capacity` None: as many places as before; `moves_lessons`: its lessons and
    its programme are as much later or earlier on the day as its start; `there`: what is true of the new place, by the
    names of OF_THE_PLACE."""

    starts_at: dt.datetime
    ends_at: dt.datetime
    arrival_at: dt.datetime | None = None
    venue: School | None = None
    place_name: str = ""
    place_address: str = ""
    place_town: str = ""
    place_postcode: str = ""
    capacity: int | None = None
    moves_lessons: bool = False
    there: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, session: ShowcaseSession, **changed: Any) -> "Plan":
        """The session's own times and place, but for what is said."""
        return cls(**{name: getattr(session, name) for name in WHEN_AND_WHERE} | changed)


WHEN_AND_WHERE = [one.name for one in fields(Plan) if one.name not in ("capacity", "moves_lessons", "there")]


def planned(session: ShowcaseSession, plan: Plan) -> ShowcaseSession:
    """The session as it would be by the plan, dates for booking apart (not saved)."""
    new = copy(session)
    for name in WHEN_AND_WHERE:
        setattr(new, name, getattr(plan, name))
    kept = {} if leaves(session, new) else {name: getattr(session, name) for name in OF_THE_PLACE}
    for name in OF_THE_PLACE:
        setattr(new, name, plan.there.get(name) or ("" if access.beside(name) in plan.there else kept.get(name, "")))
    return new


def leaves(session: ShowcaseSession, new: ShowcaseSession) -> bool:
    """Whether the session as it is planned is somewhere else than it was; not where that was not known."""
    return bool(_spot(session)) and _spot(session) != _spot(new)


def _spot(session: ShowcaseSession) -> tuple[object, ...]:
    """Where it is, to be compared; empty while that is not known."""
    if session.school:
        return session.school.pk, session.place_address
    if session.place_name:
        return session.place_name, session.place_address, session.place_town, session.place_postcode
    return ()


def move(session_id: int, plan: Plan, *, by: StaffUser, clock: Clock, news: News = NO_NEWS) -> SessionChange:
    """Give a session other times or another place, and ask everyone if they can still come: who does not answer keeps
    the place. One that was cancelled or postponed takes place after all, as `reinstate` has it.

    Raises TooFewPlaces where the new room is smaller than what is taken and held back, BadPlan, NothingChanged,
    BadNews, or NotBookable once the session has started.
    """
    calendar = calendar_of_session(session_id)
    with locked(session_id, clock) as room:
        if done := done_already(news):
            return done
        frozen = room.places.status in FROZEN
        if not frozen:
            refuse_after_start(room)
        check_news(room, news)
        facts, of_places, before = _before(room.session), _new_room(room, plan), room.session.starts_at
        facts["left_place"] = leaves(room.session, planned(room.session, plan))
        _put(room, plan, calendar)
        room.session.save()
        if facts["left_place"]:
            room.session.programme.update(place="")  # rooms of a building that it is in no longer
            Visitor.objects.filter(booking__session=room.session).ask_anew()  # a ramp there is none here
        if plan.moves_lessons and before:
            move_lessons(room.session, plan.starts_at - before)
        if frozen:
            return bring_back(room, Verb.MOVE, calendar, by=by, news=news, facts=facts, **of_places)
        bookings = live(room)
        also = [booking for booking in bookings if _ends_sooner(booking, room.session)]
        return tell(room, Verb.MOVE, by=by, news=news, facts=facts, bookings=bookings, also=also, **of_places)


def _new_room(room: Room, plan: Plan) -> dict[str, Any]:
    """The new number of places, if there is one. Raises TooFewPlaces."""
    if plan.capacity is None or plan.capacity == room.places.capacity:
        return {}
    check_room(room, capacity=plan.capacity, held_back=room.places.held_back)
    return {"capacity": plan.capacity, "planned_capacity": plan.capacity}


def _put(room: Room, plan: Plan, calendar: SchoolDays) -> None:
    """Put the plan on the session, with dates for booking that fit, and check it. Raises BadPlan or NothingChanged."""
    session = room.session
    before, day = [getattr(session, name) for name in WHEN_AND_WHERE], session.day
    new = planned(session, plan)
    for name in (*WHEN_AND_WHERE, *OF_THE_PLACE):
        setattr(session, name, getattr(new, name))
    if before == [getattr(session, name) for name in WHEN_AND_WHERE]:
        raise NothingChanged
    session.clean()
    if session.day != day or (session.closes_at and session.closes_at > plan.starts_at):
        for name in WORKED_OUT:
            setattr(session, name, None)
        session.fill_in_dates(calendar)
    keep_list_open(room, calendar)
    wrong = list(_wrong_with(room))
    if wrong:
        raise BadPlan(*wrong)


def _wrong_with(room: Room) -> Sequence[str]:
    """Why the session cannot be as it is planned now: sentences, or none."""
    session = room.session
    if session.starts_at is None or session.starts_at <= room.now:
        return [_("Enter a start that is still to come.")]
    if session.ends_at is None or timezone.localdate(session.ends_at) != session.first_day:
        return [_("The end must come after the start, on the same day.")]
    if not session.is_of_its_year:
        year = session.hub_year.exchange.academic_year
        return [_("That day is not in the academic year %(year)s.") % {"year": year}]
    if SessionStatus.OPEN in (room.places.status, room.places.status_before) and not session.can_open:
        return [_("Booking is open, so a place is needed.")]
    try:
        ours = {*WHEN_AND_WHERE, *OF_THE_PLACE}
        session.clean_fields(exclude={one.name for one in session._meta.fields} - ours)
        session.validate_constraints()
    except ValidationError as error:
        return error.messages
    return []


def move_lessons(session: ShowcaseSession, later: dt.timedelta) -> None:
    """Lessons and lines of the programme so much later on the same day; what would pass midnight stays."""
    for row in (*session.lessons.all(), *session.programme.all()):
        times = {name: getattr(row, name) for name in ("starts", "ends") if getattr(row, name)}
        moved = {name: dt.datetime.combine(dt.date(2000, 1, 2), time) + later for name, time in times.items()}
        if moved and {at.date() for at in moved.values()} == {dt.date(2000, 1, 2)}:
            type(row)._base_manager.filter(pk=row.pk).update(**{name: at.time() for name, at in moved.items()})


def _before(session: ShowcaseSession) -> dict[str, Any]:
    """When and where it was."""
    where = ", ".join(part for part in (session.where_name, session.place_address, session.where_town) if part)
    return {
        "was_starts_at": iso(session.starts_at),
        "was_ends_at": iso(session.ends_at),
        "was_place": f"{where} {session.where_postcode}".strip(),
    }


def _ends_sooner(booking: Any, session: ShowcaseSession) -> bool:
    """Whether a hold or offer would outlive the new start, or an offer the new end of the list; then it does not."""
    if booking.status not in UNCONFIRMED:
        return False
    ends = [session.starts_at] + ([session.waiting_closes_at] if booking.status == Status.OFFERED else [])
    soonest = min([booking.deadline, *(at for at in ends if at)])
    sooner = bool(soonest < booking.deadline)
    booking.deadline = soonest
    return sooner


# --- a lesson -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Teaching:
    """What a lesson is about and who teaches it."""

    topic: str = ""
    visiting_teachers: Sequence[VisitingTeacher] = ()
    specialists: Sequence[MasterySpecialist] = ()
    other_teacher: str = ""

    @property
    def teachers(self) -> str:
        """Who teaches, in words; a visiting teacher by name only where that may be published."""
        return listed([*(teacher.public_name for teacher in self.visiting_teachers), *self.others])

    @property
    def others(self) -> list[str]:
        """Who else teaches: their names are published with the lesson."""
        return [*(str(one) for one in self.specialists), *filter(None, [self.other_teacher])]

    @classmethod
    def of(cls, lesson: Lesson) -> "Teaching":
        return cls(lesson.topic, [*lesson.visiting_teachers.all()], [*lesson.specialists.all()], lesson.other_teacher)


def substitute(
    lesson_id: int, teaching: Teaching, *, by: StaffUser, clock: Clock, news: News = NO_NEWS
) -> SessionChange:
    """Give one lesson another topic or other teachers, and tell everyone.

    Raises Lesson.DoesNotExist, NothingChanged, WrongStatus, BadNews, or NotBookable once the session has started.
    """
    session_id = Lesson.objects.values_list("session_id", flat=True).get(pk=lesson_id)
    with locked(session_id, clock) as room:
        if done := done_already(news):
            return done
        check_status(room, Verb.SUBSTITUTE)
        refuse_after_start(room)
        check_news(room, news)
        lesson = Lesson.objects.get(pk=lesson_id)
        was = Teaching.of(lesson)
        if _same(was, teaching):
            raise NothingChanged
        facts: dict[str, Any] = {"lesson_was": lesson.name, "teachers_was": was.teachers}
        lesson.session = room.session  # whose name follows from its lessons
        if lesson.topic != teaching.topic:
            lesson.picture = lesson.picture_of = lesson.watch_for = ""  # of the topic that it was
        lesson.topic, lesson.other_teacher = teaching.topic, teaching.other_teacher
        lesson.save()
        lesson.visiting_teachers.set(teaching.visiting_teachers)
        lesson.specialists.set(teaching.specialists)
        facts |= {"lesson": lesson.name, "teachers": teaching.teachers}
        # Pages and mails ask again whether a visiting teacher may be named.
        facts |= {"visiting": [one.pk for one in teaching.visiting_teachers], "others": teaching.others}
        facts |= {"visiting_was": [one.pk for one in was.visiting_teachers], "others_was": was.others}
        return tell(room, Verb.SUBSTITUTE, by=by, news=news, facts=facts)


def _same(was: Teaching, now: Teaching) -> bool:
    people = [{(type(one), one.pk) for one in (*some.visiting_teachers, *some.specialists)} for some in (was, now)]
    return people[0] == people[1] and (was.topic, was.other_teacher) == (now.topic, now.other_teacher)
