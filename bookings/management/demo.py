"""The demo: four real announcements, once as they were (past) and once moved to a year that is still to come.

Facts are those of the hubs' public pages of 2019 and 2020. The specialists' names belong to the exchange of 2018–19
alone. Visitors of the demo are called what they are, and have no address. A past exchange with visitors, answers and
costs is made up as a whole (past/).
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from bookings import places
from bookings.management.past.exchange import enter as enter_past
from bookings.models import SchoolKind
from bookings.rule.party import NewVisitor, Party, VisitingSchool
from bookings.rule.room import Clock
from bookings.sessions import changes
from bookings.verbs import staff_booking
from bookings.verbs.needs import arrange
from hubs.models import (
    Exchange,
    HostSchool,
    Hub,
    HubYear,
    Lesson,
    LocalAuthority,
    MasterySpecialist,
    ProgrammeSegment,
    School,
    ShowcaseSession,
    StaffUser,
)
from hubs.models.calendar import calendar_of_hub
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years

SIGN_IN = ("demo@showcase.example", "watch-a-lesson")
AHEAD = dt.timedelta(weeks=3)
THOSE_YEARS_END = dt.date(2021, 1, 1)
TUESDAY, MONDAY = 1, 0
# What the first two of each session need: one is still to be answered, the other has been.
NEEDS = ("Step-free access", "Vegetarian")
ANSWER = "There is a vegetarian choice on the table by the window."
PRIMARY, SECONDARY = School.Phase.PRIMARY, School.Phase.SECONDARY

# URN, name, authority, town, postcode, phase, easting, northing: the host schools, from DfE's register (OGL v3).
HOSTS: list[tuple[int, str, tuple[str, str] | None, str, str, int, int, int]] = [
    (118568, "West Borough Primary School", ("886", "Kent"), "Maidstone", "ME16 8TL", PRIMARY, 573842, 155270),
    (144354, "The Whitstable School", ("886", "Kent"), "Whitstable", "CT5 1PX", SECONDARY, 611680, 165736),
    (102648, "Wimbledon Park Primary School", ("315", "Merton"), "London", "SW19 8EJ", PRIMARY, 525479, 172636),
    (140218, "Oasis Academy Fir Vale", ("373", "Sheffield"), "Sheffield", "S4 8GA", PRIMARY, 436696, 390255),
    (147487, "Holy Rosary and St Anne's Catholic Primary School, a Voluntary Academy", None, "Leeds", "LS7 4AW",
     PRIMARY, 430941, 435190),
]  # fmt: skip
# Schools for demo teachers to choose; no such URN exists.
DEMO_SCHOOLS = [
    (900001, "Demo Primary School", "Maidstone", "ME14 1AA", 576000, 155800),
    (900002, "Demo Church of England Primary School", "Canterbury", "CT1 1AA", 614800, 157700),
    (900003, "Demo Junior School", "Wimbledon", "SW19 1AA", 524700, 170700),
    (900004, "Demo High School", "Sheffield", "S1 1AA", 435400, 387300),
    (900005, "Demo Catholic Primary School", "Leeds", "LS1 1AA", 429900, 433700),
    (900006, "Demo Infant School", "Whitstable", "CT5 1AA", 610900, 166300),
]


@dataclass(frozen=True)
class Announcement:
    """One hub's announcement: what the hub is called, when its first day was, and how its sessions are made."""

    slug: str
    hub_name: str
    programme_name: str
    was: dt.date
    first_day: Callable[[int], dt.date]
    make: Callable[["Announced"], None]


@dataclass(frozen=True)
class Announced:
    """An announcement in a year: makes its sessions, open with places or archived."""

    hub_year: HubYear
    first_day: dt.date
    archived: bool
    by: StaffUser
    clock: Clock

    def day(self, after: int) -> dt.date:
        return self.first_day + dt.timedelta(days=after)

    def session(
        self, day: dt.date | None, starts: str, ends: str, years: Years | None = None, *, topic: str = "",
        capacity: int = 0, held_back: int = 0, visitors: int = 0, programme: list[tuple[str, str]] | None = None,
        **fields: Any,
    ) -> ShowcaseSession:  # fmt: skip
        """Make a session with a lesson; open it where it has places and is to come, and fill it with demo visitors."""
        if day:
            fields |= {"starts_at": _at(day, starts), "ends_at": _at(day, ends)}
        session = ShowcaseSession(hub_year=self.hub_year, share=None if self.archived else 2, **fields)
        session.fill_in_dates(calendar_of_hub(self.hub_year.hub_id))
        session.save()
        Lesson.objects.create(session=session, years=years or Years(0), topic=topic)
        for position, (time, text) in enumerate(programme or [], start=1):
            ProgrammeSegment.objects.create(
                session=session, position=position, starts=dt.time.fromisoformat(time) if time else None, text=text,
                is_lesson=text == "The lesson",
            )  # fmt: skip
        places.create(session, by=self.by, clock=self.clock)
        changes.announce(session.pk, by=self.by, clock=self.clock)
        if day and capacity and not self.archived:
            self._open(session, capacity=capacity, held_back=held_back, visitors=visitors)
        return session

    def _open(self, session: ShowcaseSession, *, capacity: int, held_back: int, visitors: int) -> None:
        changes.set_places(session.pk, capacity=capacity, held_back=held_back, by=self.by, clock=self.clock)
        changes.open_booking(session.pk, by=self.by, clock=self.clock)
        for first in range(1, visitors + 1, 2):
            names = [f"Demo visitor {n}" for n in range(first, min(first + 2, visitors + 1))]
            party = Party(
                contact_name=names[0],
                contact_email="",
                school=VisitingSchool(kind=SchoolKind.TRUST, name=f"Demo trust {first}", place="Demo town"),
                visitors=tuple(
                    NewVisitor(full_name=name, role=Roles.TEACHER, needs=needs)
                    for name, needs in zip(names, NEEDS if first == 1 else ("", ""), strict=False)
                ),
            )
            made = staff_booking.staff_booking(session.pk, party, by=self.by, clock=self.clock, why="demo")
            for visitor in made.visitors.exclude(needs_added=""):
                arrange(visitor.pk, ANSWER, read=visitor.what_they_need, by=self.by, clock=self.clock)


def kent_and_medway(announced: Announced) -> None:
    """Announcement 1: three sessions at two schools; the Year 6 lessons suit Key Stage 3 staff also."""
    west, whitstable = (_visit(announced, urn, day) for urn, day in ((118568, 0), (144354, 1)))
    if announced.archived:
        for name in ("Sara Sinnerton", "Geri Holliday", "Sarah Dean"):
            MasterySpecialist.objects.get_or_create(hub_year=announced.hub_year, full_name=name)
    also = "The Year 6 lessons will be very suitable for KS3 staff also."
    year_6: dict[str, Any] = {"suits_years": Years.Y6 | Years.KS3, "suits_note": also, "capacity": 30}
    about = "See and discuss lessons taught by the Shanghai teachers."
    announced.session(
        announced.day(0),
        "09:00",
        "11:45",
        Years.Y6,
        host_school=west,
        about=about,
        held_back=2,
        visitors=11,
        **year_6,
    )
    announced.session(
        announced.day(1),
        "09:15",
        "12:00",
        Years.Y6,
        host_school=whitstable,
        about=about,
        visitors=4,
        **year_6,
    )
    announced.session(
        announced.day(2), "09:00", "11:45", Years.Y3, host_school=west, about=about, capacity=30, visitors=7
    )


def london_south_west(announced: Announced) -> None:
    """Announcement 2: Key Stage 1, then Key Stage 2, each with the same programme. Nearly full, and full."""
    host = _visit(announced, 102648, 1)
    programme = [
        ("08:00", "Registration"), ("08:30", "What the specialists saw in Shanghai"), ("", "Pedagogy"),
        ("", "The lesson"), ("", "Panel with questions"),
    ]  # fmt: skip
    for after, years, visitors in ((1, Years.KS1, 29), (2, Years.KS2, 30)):
        announced.session(
            announced.day(after), "08:30", "11:30", years, host_school=host, capacity=30, visitors=visitors,
            suits_roles=Roles.HEADTEACHER | Roles.SENIOR_LEADER | Roles.MATHS_LEAD, programme=programme,
            share_for_good=True,
            arrival_at=_at(announced.day(after), "08:00"),
        )  # fmt: skip


def south_yorkshire(announced: Announced) -> None:
    """Announcement 3: two afternoons, booked separately."""
    host = _visit(announced, 140218, 0)
    programme = [
        ("13:30", "Arrival and refreshments"),
        ("13:45", "Introductions"),
        ("14:00", "The lesson"),
        ("15:00", "Questions"),
    ]
    for after, years, visitors in ((0, Years.KS2, 16), (1, Years.KS1, 9)):
        session = announced.session(
            announced.day(after), "13:45", "15:30", years, host_school=host, capacity=30, visitors=visitors,
            programme=programme, bring="your school ID badge", refreshments="On arrival",
            arrival_at=_at(announced.day(after), "13:30"),
        )  # fmt: skip
        session.lessons.update(starts=dt.time(14), ends=dt.time(15))


def yorkshire_and_the_humber(announced: Announced) -> None:
    """Announcement 4: six open classrooms within a fortnight, without single dates; two topics are known."""
    last = announced.day(11)
    host = _visit(announced, 147487, 0, last=last)
    if announced.archived:
        host.visitors_reported, host.reported_source = 250, "the hub's announcement"
        host.save()
    about = "A topic outside the English year plan, so that no class has met it before."
    for topic in ("encoding with ID numbers", "backwards reasoning", "", "", "", ""):
        announced.session(
            None, "", "", topic=topic, host_school=host, kind=ShowcaseSession.Kind.OPEN_CLASSROOM,
            first_day=announced.first_day, last_day=last, about=about if topic else "",
        )  # fmt: skip


def _at(day: dt.date, time: str) -> dt.datetime:
    return london(day, dt.time.fromisoformat(time))


def _visit(announced: Announced, urn: int, after: int, *, last: dt.date | None = None) -> HostSchool:
    school = School.objects.get(urn=urn)
    first = announced.day(after)
    return HostSchool.objects.create(
        hub_year=announced.hub_year, school=school, phase=PRIMARY, first_day=first, last_day=last or first
    )


def nth(weekday: int, n: int, month: int) -> Callable[[int], dt.date]:
    """The day of a year that is the `n`-th such weekday of the month."""

    def of_year(year: int) -> dt.date:
        first = dt.date(year, month, 1)
        return first + dt.timedelta(days=(weekday - first.weekday()) % 7 + 7 * (n - 1))

    return of_year


ANNOUNCEMENTS = [
    Announcement("kent-medway", "Kent & Medway Maths Hub", "Shanghai Live", dt.date(2019, 1, 22),
                 nth(TUESDAY, 4, 1), kent_and_medway),
    Announcement("london-south-west", "London South West Maths Hub", "", dt.date(2019, 1, 22),
                 nth(TUESDAY, 4, 1), london_south_west),
    Announcement("south-yorkshire", "South Yorkshire Maths Hub", "", dt.date(2020, 3, 9),
                 nth(MONDAY, 2, 3), south_yorkshire),
    Announcement("yorkshire-and-the-humber", "Yorkshire & the Humber Maths Hub", "", dt.date(2019, 1, 14),
                 nth(MONDAY, 2, 1), yorkshire_and_the_humber),
]  # fmt: skip


def load(clock: Clock = timezone.now) -> int:
    """Load what is missing of the demo, leaving a set that is not over alone; returns how many were entered."""
    by = _staff()
    _schools()
    today = timezone.localdate(clock())
    made = 0
    for announcement in ANNOUNCEMENTS:
        hub, _new = Hub.objects.get_or_create(slug=announcement.slug)
        sessions = ShowcaseSession.objects.filter(hub_year__hub=hub)
        if not sessions.past(today=THOSE_YEARS_END).exists():
            _enter(announcement, hub, announcement.was, archived=True, by=by, clock=clock)
            made += 1
        if not sessions.upcoming(today=today).exists():
            day = first_ahead(announcement.first_day, today)
            _enter(announcement, hub, day, archived=False, by=by, clock=clock)
            made += 1
    enter_past(by, clock=clock)
    return made


def first_ahead(of_year: Callable[[int], dt.date], today: dt.date) -> dt.date:
    """The day in the first year in which it is at least three weeks ahead."""
    return next(day for year in (today.year, today.year + 1, today.year + 2) if (day := of_year(year)) >= today + AHEAD)


def _enter(announcement: Announcement, hub: Hub, day: dt.date, *, archived: bool, by: StaffUser, clock: Clock) -> None:
    year = day.year if day.month >= 9 else day.year - 1
    exchange, _new = Exchange.objects.get_or_create(year=year, defaults={"name": "England–Shanghai exchange"})
    programme = f"{announcement.programme_name} {day.year}" if announcement.programme_name else ""
    hub_year, _new = HubYear.objects.get_or_create(
        hub=hub,
        exchange=exchange,
        defaults={
            "name": announcement.hub_name,
            "programme_name": programme,
            "contact_name": "Demo hub office",
            "contact_email": f"{announcement.slug}@showcase.example",
        },
    )
    announcement.make(Announced(hub_year, day, archived, by, clock))


def _staff() -> StaffUser:
    address, password = SIGN_IN
    return StaffUser.objects.filter(email=address).first() or StaffUser.objects.create_superuser(
        address, password, full_name="Demo staff"
    )


def _schools() -> None:
    for urn, name, authority, town, postcode, phase, easting, northing in HOSTS:
        if authority:
            LocalAuthority.objects.get_or_create(code=authority[0], defaults={"name": authority[1]})
        _school(urn, name=name, town=town, postcode=postcode, phase=phase, easting=easting, northing=northing,
                local_authority_id=authority[0] if authority else None)  # fmt: skip
    for urn, name, town, postcode, easting, northing in DEMO_SCHOOLS:
        _school(urn, name=name, town=town, postcode=postcode, phase=PRIMARY, easting=easting, northing=northing)


def _school(urn: int, **fields: Any) -> None:
    School.objects.get_or_create(urn=urn, defaults=fields)


def is_empty() -> bool:
    """Whether there is no session yet."""
    return not ShowcaseSession.objects.exists()
