"""A hub with everything on its page, and as it was in two earlier years."""

import datetime as dt

from django.utils import timezone

from bookings.models import Visitor
from bookings.verbs import staff_booking
from hubs.models import HostSchool, LocalAuthority, MasterySpecialist, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.factories import ExchangeFactory, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party


def fill_hub(cast):
    """Everything that a hub can say of itself; its earlier years; and hubs that say where they are."""
    kent, named = cast.kent, timezone.now()
    area = [LocalAuthority.objects.create(code=code, name=name) for code, name in (("886", "Kent"), ("887", "Medway"))]
    kent.area.set(area)
    HubYearFactory(hub__slug="archimedes", name="Archimedes NE Maths Hub", lead_school=SchoolFactory(town="Durham"))
    VisitingTeacher.objects.create(hub_year=kent, name_pinyin="Ouyang Jianguo", name_agreed_at=named)
    kent.specialists.update(school=cast.west)
    MasterySpecialist.objects.create(hub_year=kent, full_name="Another Specialist")
    visit = kent.host_schools.get(school=cast.west)
    visit.visiting_teachers.set(kent.visiting_teachers.filter(name_pinyin__in=["Wang Fang", "Li Na"]))
    visit.specialists.set(kent.specialists.all())
    ShowcaseSession.objects.filter(pk__in=[cast.open.pk, cast.roomy.pk]).update(host_school=visit)
    month = {"first_day": dt.date(2027, 3, 1), "last_day": dt.date(2027, 3, 31)}
    HostSchool.objects.create(hub_year=kent, school=SchoolFactory(name="Elm Primary School", town="Dover"), **month)
    _as_it_was(kent, cast.west)
    HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2014), name="Kent Maths Hub")


def _as_it_was(kent, west):
    """2018–19, with one session counted at the door, one reported, and one of which nobody said how many came."""
    then = HubYearFactory(
        hub=kent.hub,
        exchange=ExchangeFactory(year=2018),
        name="Kent & Medway Maths Hub, as it was called",
        programme_name="Shanghai Live 2019",
        lead_school=SchoolFactory(name="The Lead School of 2018", town="Rochester"),
        partners="A partner of 2018",
    )
    for name in ("One Specialist", "Two Specialist", "Three Specialist"):
        MasterySpecialist.objects.create(hub_year=then, full_name=name)
    for name in ("Zhang Min", "Chen Lei"):
        VisitingTeacher.objects.create(hub_year=then, name_pinyin=name)
    day = dt.date(2019, 1, 22)
    visit = HostSchool.objects.create(
        hub_year=then,
        school=west,
        first_day=day,
        last_day=day + dt.timedelta(days=2),
        visitors_reported=250,
        reported_source="the hub’s announcement",
    )
    visit.visiting_teachers.set(then.visiting_teachers.all())
    years = (Years.Y6, Years.Y5, Years.Y3)
    made = [
        SessionFactory(
            hub_year=then,
            host_school=visit,
            venue=west,
            lessons_of=taught,
            starts_at=london(day + dt.timedelta(days=n), dt.time(9)),
            ends_at=london(day + dt.timedelta(days=n), dt.time(11, 45)),
        )
        for n, taught in enumerate(years)
    ]
    _came(made[0], 17)
    made[1].visitors_reported, made[1].reported_source = 60, "the hub"
    made[1].save()


def _came(session, number):
    before = session.starts_at - dt.timedelta(weeks=1)
    asked = party(size=number, email="", contact_name="Somebody Else")
    booking = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: before, why="test")
    Visitor.objects.filter(booking=booking).update(attendance="attended", marked_at=session.starts_at)
