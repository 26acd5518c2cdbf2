"""The sessions of the demo's past exchange: two weeks of January at three schools, one off for snow, one unrecorded."""

import datetime as dt
from dataclasses import dataclass
from random import Random

from bookings import places
from bookings.management.past import group, people, said, schools, spent
from bookings.management.past.made_up import MADE_UP
from bookings.management.past.people import Day
from bookings.rule.room import Clock
from bookings.sessions import changes
from hubs.models import (
    Exchange,
    HostSchool,
    Hub,
    HubYear,
    Lesson,
    LocalAuthority,
    School,
    ShowcaseSession,
    StaffUser,
    VisitingTeacher,
)
from hubs.models.calendar import calendar_of_hub
from hubs.vocabulary.school_days import academic_year, london
from hubs.vocabulary.teaching import Years

LONG_AGO = dt.timedelta(weeks=20)  # so that all of its forms have closed
JANUARY, TUESDAY = 1, 1
SEED = 2026
AREA = ("886", "887")  # Kent and Medway


@dataclass(frozen=True)
class Plan:
    """One session: so many days after the first, where, for whom, how many places, and how many of them are booked."""

    after: int
    starts: str
    ends: str
    urn: int
    years: Years
    capacity: int
    booked: int
    snow: bool = False
    recorded: bool = True


PLANS = (
    Plan(0, "09:00", "11:45", 118568, Years.Y2, 28, 26),
    Plan(0, "13:00", "15:30", 118568, Years.Y4, 28, 22),
    Plan(1, "09:00", "11:45", 118568, Years.Y6, 28, 28),
    Plan(2, "09:15", "12:00", 144354, Years.Y7, 26, 19),
    Plan(3, "09:15", "12:00", 144354, Years.Y6, 26, 24, snow=True),
    Plan(6, "09:00", "11:45", 118568, Years.Y1, 28, 25),
    Plan(7, "09:00", "11:45", 118568, Years.Y3, 28, 28),
    Plan(7, "13:00", "15:30", 118568, Years.Y5, 28, 23),
    Plan(8, "09:15", "12:00", 144354, Years.Y7, 26, 21),
    Plan(9, "09:15", "12:00", 144354, Years.Y8, 26, 17, recorded=False),
    Plan(9, "13:15", "15:30", 144354, Years.Y6, 26, 22),
    Plan(10, "09:00", "11:45", 118568, Years.Y5, 28, 24),
)


def enter(by: StaffUser, *, clock: Clock) -> None:
    """Enter it, unless it stands already."""
    first = first_day(clock())
    exchange, _new = Exchange.objects.get_or_create(
        year=academic_year(first), defaults={"name": "England–Shanghai exchange (made up)"}
    )
    hub = Hub.objects.get(slug="kent-medway")
    if HubYear.objects.filter(hub=hub, exchange=exchange).exists():
        return
    hub_year = HubYear.objects.create(
        hub=hub,
        exchange=exchange,
        name="Kent & Medway Maths Hub",
        programme_name=f"Shanghai Live {first.year} (made up)",
        about=MADE_UP,
        contact_name="Demo hub office",
        contact_email="kent-medway@showcase.example",
        cover_day_pence=21_000,
    )
    around = schools.enter()
    hub_year.area.set(LocalAuthority.objects.filter(code__in=AREA))
    visits = {urn: _visit(hub_year, urn, first) for urn in (118568, 144354)}
    days = [_day(plan, visits[plan.urn], first, by=by) for plan in PLANS]
    rng = Random(SEED)  # noqa: S311  (the same demo every time, and no secret)
    came = people.enter(days, around, rng, by=by)
    said.enter(hub_year, came, rng, by=by)
    spent.enter(hub_year, [day.session for day in days])
    group.enter(hub_year, around, first, by=by)
    _others(exchange, first)


def first_day(now: dt.datetime) -> dt.date:
    """The second Tuesday of the last January that is long over."""
    years = (now.year, now.year - 1)
    days = [
        dt.date(year, JANUARY, 8) + dt.timedelta((TUESDAY - dt.date(year, JANUARY, 8).weekday()) % 7) for year in years
    ]
    return next(day for day in days if day + LONG_AGO <= now.date() or day is days[-1])


def _visit(hub_year: HubYear, urn: int, first: dt.date) -> HostSchool:
    school = School.objects.get(urn=urn)
    visit = HostSchool.objects.create(
        hub_year=hub_year, school=school, phase=school.phase, first_day=first, last_day=first + dt.timedelta(days=10)
    )
    name = "Demo teacher A" if urn == PLANS[0].urn else "Demo teacher B"
    visit.visiting_teachers.add(VisitingTeacher.objects.create(hub_year=hub_year, name_pinyin=name))
    return visit


def _day(plan: Plan, visit: HostSchool, first: dt.date, *, by: StaffUser) -> Day:
    """A session as staff make one, by their verbs: announced in November, open from December, in that year."""
    day = first + dt.timedelta(days=plan.after)
    starts_at, ends_at = (london(day, dt.time.fromisoformat(time)) for time in (plan.starts, plan.ends))
    session = ShowcaseSession(
        hub_year=visit.hub_year,
        host_school=visit,
        starts_at=starts_at,
        ends_at=ends_at,
        share=2,
        suits_years=plan.years,
        about=MADE_UP,
    )
    session.fill_in_dates(calendar_of_hub(visit.hub_year.hub_id))
    session.save()
    lesson = Lesson.objects.create(session=session, years=plan.years)
    lesson.visiting_teachers.add(*visit.visiting_teachers.all())
    opened = london(dt.date(first.year - 1, 11, 24), dt.time(16))
    places.create(session, by=by, clock=lambda: opened, capacity=plan.capacity)
    changes.open_booking(session.pk, by=by, clock=lambda: opened)
    if plan.snow:
        dawn = london(day, dt.time(6, 40))
        news = changes.News(message="Snow: the school is shut.")
        changes.cancel_session(session.pk, by=by, clock=lambda: dawn, news=news)
    return Day(session, starts_at, ends_at, plan.booked, plan.recorded)


def _others(exchange: Exchange, first: dt.date) -> None:
    """Two other hubs of that year: one that reported a number, one that sent nothing."""
    for slug, name, reported in (
        ("south-yorkshire", "South Yorkshire Maths Hub", 64),
        ("london-south-west", "London South West Maths Hub", None),
    ):
        hub_year = HubYear.objects.create(
            hub=Hub.objects.get(slug=slug), exchange=exchange, name=name, programme_name="Made up for the demo"
        )
        HostSchool.objects.create(
            hub_year=hub_year,
            school=School.objects.get(urn=140218 if reported else 102648),
            phase=School.Phase.PRIMARY,
            first_day=first,
            last_day=first + dt.timedelta(days=4),
            visitors_reported=reported,
            reported_source="the hub’s own count (made up)" if reported else "",
        )
