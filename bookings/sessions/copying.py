"""More dates from one session, and a session or visit of last year again.

A copy takes what describes a session. It never takes who booked, nor, in another exchange, who taught: those teachers
have gone home. It is made as a draft, so that staff look at it before anybody else does.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.models import Places
from bookings.rule.refusals import BadPlan
from bookings.rule.room import Clock
from bookings.sessions.moving import WORKED_OUT, move_lessons
from hubs.models import Exchange, HostSchool, HubYear, ShowcaseSession, StaffUser
from hubs.models.calendar import calendar_of_hub
from hubs.vocabulary.references import session_ref_of
from hubs.vocabulary.school_days import SchoolDays

# What belongs to one session and not to what it is like.
ITS_OWN = ("ref", "hub_year", "host_school", "first_day", "last_day", "taught", *WORKED_OUT)
AFTERWARDS = ("visitors_reported", "schools_reported", "reported_source")
DATES_OF_BOOKING = ("opens_at", "open_to_everyone_at")
# What is true of a hub from one year to the next until somebody changes it. Not what it calls its sessions: "Shanghai
# Live 2019".
OF_THE_HUB = ("name", "lead_school", "partners", "about", "about_zh", "contact_name", "contact_email", "contact_phone")


@dataclass(frozen=True)
class When:
    """A day in London, with the times of day; without times, those of the session that is copied."""

    day: dt.date
    starts: dt.time | None = None
    ends: dt.time | None = None


def more_dates(
    session_id: int,
    whens: Sequence[When],
    *,
    by: StaffUser,
    clock: Clock,
    key: uuid.UUID,
    year: int | None = None,
) -> list[ShowcaseSession]:
    """Make drafts like a session on other days, of its own academic year or of another one, which is made for the hub
    where it has none yet: all of them or none.

    The same key again makes nothing and gives what it made. Raises BadPlan.
    """

    def make() -> list[ShowcaseSession]:
        session = ShowcaseSession.objects.with_names().get(pk=session_id)
        of_year = _hub_in(session.hub_year, year)
        visit = _visit_of(session.host_school, of_year)
        copier = _Copier(of_year, visit, calendar_of_hub(of_year.hub_id), by, clock)
        return [copier.copy(session, when, ref=session_ref_of(key, n)) for n, when in enumerate(whens)]

    return _once(key, len(whens), make)


def visit_again(
    visit: HostSchool,
    whens: Mapping[ShowcaseSession, When | None],
    *,
    year: int,
    by: StaffUser,
    clock: Clock,
    key: uuid.UUID,
) -> list[ShowcaseSession]:
    """Make drafts like sessions of a visit in another academic year, with or without a day yet: all of them or none.

    The hub's year is made if it is missing, and the visit, a draft, if the school has none there yet. Same key, same
    drafts. Raises BadPlan.
    """

    def make() -> list[ShowcaseSession]:
        hub_year = _hub_in(visit.hub_year, year)
        new = _visit_of(visit, hub_year) or HostSchool.objects.create(
            hub_year=hub_year,
            school=visit.school,
            is_draft=True,
            phase=visit.phase,
            joining_instructions=visit.joining_instructions,
        )
        copier = _Copier(hub_year, new, calendar_of_hub(hub_year.hub_id), by, clock)
        return [copier.copy(one, when, ref=session_ref_of(key, n)) for n, (one, when) in enumerate(whens.items())]

    return _once(key, len(whens), make)


def _once(key: uuid.UUID, number: int, make: Callable[[], list[ShowcaseSession]]) -> list[ShowcaseSession]:
    """What `make` makes, all of it or nothing; or what it has made before, also where that was at the same moment."""
    try:
        with transaction.atomic():
            return _made(key, number) or make()
    except IntegrityError:
        if made := _made(key, number):
            return made
        raise


def _made(key: uuid.UUID, number: int) -> list[ShowcaseSession]:
    refs = [session_ref_of(key, n) for n in range(number)]
    return list(ShowcaseSession.objects.filter(ref__in=refs).with_names())


def _hub_in(known: HubYear, year: int | None) -> HubYear:
    """The hub in that academic year; where it has none yet, it is made as it is in the one that is known."""
    if year is None or year == known.exchange.year:
        return known
    name = known.exchange.name
    exchange, _new = Exchange.objects.get_or_create(year=year, defaults={"name": name})
    latest = HubYear.objects.filter(hub=known.hub_id).order_by("-exchange__year")[0]
    as_it_is = {name: getattr(latest, name) for name in OF_THE_HUB}
    hub_year, new = HubYear.objects.get_or_create(hub_id=known.hub_id, exchange=exchange, defaults=as_it_is)
    if new:
        hub_year.area.set(latest.area.all())
    return hub_year


def _visit_of(visit: HostSchool | None, year: HubYear) -> HostSchool | None:
    """The visit itself where it is of that year; else that of the same school, if it has one."""
    if visit is None or visit.hub_year_id == year.pk:
        return visit
    if visit.school_id is None:
        return None
    return HostSchool.objects.filter(hub_year=year, school=visit.school_id).order_by("-pk").first()


@dataclass
class _Copier:
    year: HubYear
    visit: HostSchool | None
    calendar: SchoolDays
    by: StaffUser
    clock: Clock

    def copy(self, session: ShowcaseSession, when: When | None, *, ref: str) -> ShowcaseSession:
        """One draft. Raises BadPlan where the database would refuse it."""
        again = session.hub_year_id == self.year.pk
        left_out = {"id", *ITS_OWN, *AFTERWARDS, *([] if again else DATES_OF_BOOKING)}
        fields = [field.name for field in session._meta.concrete_fields if field.name not in left_out]
        new = ShowcaseSession(ref=ref, hub_year=self.year, host_school=self.visit)
        for name in fields:
            setattr(new, name, getattr(session, name))
        self._place(new, session)
        self._plan(new, session, when)
        new.save(force_insert=True)
        self._rows(new, session, with_teachers=again)
        places.create(new, by=self.by, clock=self.clock, **Places.objects.get(session=session).planned)
        if new.starts_at and session.starts_at:
            move_lessons(new, _of_the_day(new.starts_at) - _of_the_day(session.starts_at))
        return new

    def _place(self, new: ShowcaseSession, session: ShowcaseSession) -> None:
        """Where it was at its host school and that has no visit in this year, it is at the school still."""
        if not (self.visit or new.venue_id or new.place_name):
            new.venue = session.school

    def _when(self, new: ShowcaseSession, session: ShowcaseSession, when: When | None) -> None:
        starts = when and (when.starts or _time_of(session.starts_at))
        ends = when and (when.ends or _time_of(session.ends_at))
        new.starts_at = new.ends_at = new.arrival_at = None
        if when and starts and ends:
            new.starts_at, new.ends_at = (
                from_current_timezone(dt.datetime.combine(when.day, time)) for time in (starts, ends)
            )
            if session.arrival_at and session.starts_at:
                new.arrival_at = new.starts_at - (session.starts_at - session.arrival_at)
        elif when:
            new.first_day = new.last_day = when.day
        new.fill_in_dates(self.calendar)
        for name in DATES_OF_BOOKING:
            at, closes_at = getattr(new, name), new.closes_at or new.starts_at
            if at and closes_at and at >= closes_at:
                setattr(new, name, None)

    def _plan(self, new: ShowcaseSession, session: ShowcaseSession, when: When | None) -> None:
        """Give the copy its day, and see that it can be. Raises BadPlan."""
        day = f"{when.day:%-d %B %Y}: " if when else ""
        if when and when.day < timezone.localdate(self.clock()):
            raise BadPlan(day + _("Enter a day that is still to come."))
        exchange = self.year.exchange
        if when and not exchange.has(when.day):
            raise BadPlan(day + _("That day is not in the academic year %(year)s.") % {"year": exchange.academic_year})
        try:
            self._when(new, session, when)
            new.clean()
            new.validate_constraints()
        except ValidationError as error:
            raise BadPlan(*(f"{day}{message}" for message in error.messages)) from None

    def _rows(self, new: ShowcaseSession, session: ShowcaseSession, *, with_teachers: bool) -> None:
        """Lessons, programme and what there is to read before: not the materials that a session leaves behind."""
        for lesson in session.lessons.prefetch_related("visiting_teachers", "specialists"):
            other_teacher = lesson.other_teacher if with_teachers else ""
            copy = _again(lesson, session=new, other_teacher=other_teacher)
            if with_teachers:
                copy.visiting_teachers.set(lesson.visiting_teachers.all())
                copy.specialists.set(lesson.specialists.all())
        for row in (*session.programme.all(), *session.resources.filter(kind="reading")):
            _again(row, session=new)
        new.only_authorities.set(session.only_authorities.all())
        if with_teachers:
            new.also_run_by.set(session.also_run_by.all())


def _again(row: Any, **changed: Any) -> Any:
    """A row like that one, saved."""
    said = {field.name: getattr(row, field.name) for field in row._meta.concrete_fields if not field.primary_key}
    copy = type(row)(**(said | changed))
    copy.save(force_insert=True)
    return copy


def _time_of(at: dt.datetime | None) -> dt.time | None:
    return timezone.localtime(at).time() if at else None


def _of_the_day(at: dt.datetime) -> dt.timedelta:
    """How far into its London day."""
    local = timezone.localtime(at)
    return dt.timedelta(hours=local.hour, minutes=local.minute)
