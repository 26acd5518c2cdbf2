"""A work group of that exchange, made up: schools that were invited, three meetings, and who came to them."""

import datetime as dt
import uuid
from math import hypot
from random import Random

from bookings.groups import meetings
from bookings.groups.inviting import list_of
from bookings.groups.meetings import Meeting
from bookings.management.past import people, said
from bookings.management.past.made_up import MADE_UP
from bookings.management.past.people import Day, Teacher, Written
from bookings.models import Enrolment, GroupTeacher, Invitation, Visitor
from hubs.models import Cost, HubYear, School, StaffUser, WorkGroup
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years

NAME = "Maidstone work group"
JOINED, DECLINED = 5, 2
BEGINS, ENDS = dt.time(13), dt.time(16)
WEEKS = (3, 7, 11)  # after the first lesson: all in the same academic year
FIRST_NUMBER = 901  # so that nobody is called as somebody of the showcases
ANSWERED = dt.timedelta(days=9)
SEED = 11
S = Invitation.State


def enter(hub_year: HubYear, around: list[School], first: dt.date, *, by: StaffUser) -> None:
    """Its own numbers come from its own seed, so that those of the showcases stay as they are."""
    rng = Random(SEED)  # noqa: S311  (the same demo every time, and no secret)
    lead = School.objects.get(urn=118568)
    group = WorkGroup.objects.create(
        hub_year=hub_year,
        name=NAME,
        school=lead,
        schools_wanted=JOINED,
        cover_days=2,
        hub_pays="£210 a day of cover",
        about="Made up for the demo.",
    )
    schools = _nearest(lead, around)
    asked_at = london(first - dt.timedelta(days=40), dt.time(15))
    days = _meetings(group, lead, schools, first, by=by, at=asked_at)
    teachers = {school.pk: _teachers(n, school, rng) for n, school in enumerate(schools[:JOINED])}
    _invite(group, schools, teachers, by=by, at=asked_at)
    came = _book(group, days, teachers, rng, by=by, at=asked_at + ANSWERED)
    of_the_last = [one for one in came if one.booking.session_id == days[-1].session.pk]
    said.answers_of(hub_year, of_the_last, rng)  # a group is asked once, after its last meeting
    Cost.objects.create(group=group, hub_year=hub_year, kind=Cost.Kind.COVER, pence=252_000, who_pays="the hub")
    Cost.objects.create(group=group, hub_year=hub_year, kind=Cost.Kind.SPECIALISTS, days=3)


def _nearest(lead: School, around: list[School]) -> list[School]:
    """The primary schools next to the one that leads it."""
    spot = lead.easting or 0, lead.northing or 0
    primary = [
        (hypot(one.easting - spot[0], one.northing - spot[1]), one.pk, one)
        for one in around
        if one.phase == School.Phase.PRIMARY and one.easting and one.northing and one != lead
    ]
    return [one for _metres, _pk, one in sorted(primary)[: JOINED + DECLINED]]


def _meetings(
    group: WorkGroup, lead: School, schools: list[School], first: dt.date, *, by: StaffUser, at: dt.datetime
) -> list[Day]:
    """Made all at once, as staff make them, in that year; they go round the schools."""
    dates = [first + dt.timedelta(weeks=weeks) for weeks in WEEKS]
    venues = (lead, *schools)
    plan = [
        Meeting(day, BEGINS, ENDS, venue, Years.KS2, f"Demo teacher {letter}")
        for day, venue, letter in zip(dates, venues, "CDE", strict=False)
    ]
    key = uuid.uuid5(uuid.NAMESPACE_URL, f"demo-group-{first}")
    made = meetings.make_meetings(group.pk, plan, by=by, clock=lambda: at, key=key)
    group.meetings.update(about=MADE_UP)
    return [
        Day(one, london(day, BEGINS), london(day, ENDS), booked=2 * JOINED, recorded=True)
        for one, day in zip(made, dates, strict=True)
    ]


def _teachers(n: int, school: School, rng: Random) -> list[Teacher]:
    """The maths lead of a school and a colleague."""
    roles = (Roles.MATHS_LEAD, Roles.TEACHER)
    return [
        Teacher(FIRST_NUMBER + 2 * n + m, school, role, Years.KS2, True, people.uuid_of(rng), None)
        for m, role in enumerate(roles)
    ]


def _invite(
    group: WorkGroup, schools: list[School], teachers: dict[int, list[Teacher]], *, by: StaffUser, at: dt.datetime
) -> None:
    """Rows as the verbs leave them; nobody is written to."""
    answered = {"invited_at": at, "invited_by": by, "answered_at": at + ANSWERED}
    invited = Invitation.objects.bulk_create(
        Invitation(
            group=group,
            school=one,
            state=S.JOINED if one.pk in teachers else S.DECLINED,
            asked_name=teachers[one.pk][0].name if one.pk in teachers else None,
            asked_email=teachers[one.pk][0].email if one.pk in teachers else None,
            **answered,
        )
        for one in schools
    )
    GroupTeacher.objects.bulk_create(
        GroupTeacher(
            invitation=one, position=n, full_name=teacher.name, email=teacher.email,
            is_lead=teacher.role == Roles.MATHS_LEAD,
        )
        for one in invited
        for n, teacher in enumerate(teachers.get(one.school_id, []), start=1)
    )  # fmt: skip
    group.refresh_from_db()
    list_of(group).schools.add(*teachers)


def _book(
    group: WorkGroup,
    days: list[Day],
    teachers: dict[int, list[Teacher]],
    rng: Random,
    *,
    by: StaffUser,
    at: dt.datetime,
) -> list[Visitor]:
    """Each school's two places at each meeting, by its head's yes."""
    found = Written()
    enrolled = []
    for day in days:
        day.session.refresh_from_db()
        for invitation in group.invitations.filter(state=S.JOINED):
            booking = people.enrolled(day, teachers[invitation.school_id], found, rng, at=at, by=by)
            done = {"done_at": booking.created_at, "told_at": booking.created_at, "key": booking.request_key}
            enrolled.append(Enrolment(invitation=invitation, session=day.session, booking=booking, **done))
    people.write(days, [one for pair in teachers.values() for one in pair], found, by=by)
    Enrolment.objects.bulk_create(enrolled)
    return found.visitors
