"""Groups in the same table beside showcases, and secondary teachers who watched primary lessons."""

import datetime as dt
from decimal import Decimal

import pytest

from bookings.models import Invitation, Register
from bookings.report.facts import Facts
from bookings.report.groups import groups
from bookings.report.report import Report
from bookings.report.selection import Meetings, Of, Selection
from hubs.models import Cost, School, WorkGroup
from hubs.schools.whereabouts import METRES_IN_A_MILE
from hubs.vocabulary.teaching import Years
from tests.bookings.past import ABSENT, past_session, visitor
from tests.bookings.voices import asked_later, asked_on_the_day
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)


@pytest.fixture
def hub_year():
    return HubYearFactory()


@pytest.fixture
def group(hub_year):
    return WorkGroup.objects.create(hub_year=hub_year, name="Moor")


def meeting(group, number=1, **fields):
    return past_session(group.hub_year, number, group=group, kind="meeting", visibility="link", **fields)


def invite(group, state):
    Invitation.objects.create(
        group=group, school=SchoolFactory(), state=state, invited_at=NOW, answered_at=NOW, invited_by=StaffFactory()
    )


def lines(row, kind=Of.EXCHANGE, *, leaves=False):
    report = Report(Selection(kind, row, TODAY), leaves=leaves, now=NOW)
    [found] = [one for one in report.tables() if one.name == "groups"]
    return {head: cells for head, *cells in list(found.lines(report.copy))[1:]}


def words(row, kind=Of.EXCHANGE):
    report = Report(Selection(kind, row, TODAY), leaves=False, now=NOW)
    return str([one for one in report.shown() if one["name"] == "groups"])


def test_groups_stand_beside_showcases_and_neither_counts_the_others(hub_year, group):
    showcase, first, second = past_session(hub_year), meeting(group, 1), meeting(group, 2)
    for _n in range(11):
        visitor(showcase)
    for n in range(10):
        visitor(first, email=f"t{n}@school.example")
    for n in range(4):
        visitor(second, email=f"t{n}@school.example")
    visitor(second, ABSENT)
    for state in ("joined", "left", "declined", "invited", "named"):
        invite(group, state)
    invite(WorkGroup.objects.create(hub_year=HubYearFactory(), name="Moor"), "joined")
    for kind, pounds, days, of in (("travel", 11_000, None, {}), ("cover", 20_000, None, {"group": group}),
                                   ("venue", 1_000, None, {"session": second}), ("hosts", None, 3, {"group": group}),
                                   ("specialists", None, 5, {})):  # fmt: skip
        Cost.objects.create(hub_year=hub_year, kind=kind, pence=pounds, days=days and Decimal(days), **of)
    for n in range(10):
        voice = asked_on_the_day(second)
        asked_later(hub_year, voice, changed="most_weeks" if n < 7 else "tried")
    asked_later(hub_year, asked_on_the_day(showcase), changed="how_i_teach")
    assert lines(hub_year) == {
        "Showcases": ["open to all", "11 settings came", "11", "11", "1", "1",
                      "too few answered to speak for the rest", "at least £10", "1.0"],
        "Work groups": ["5", "2", "10", "14", "10", "10", "7", "at least £21", "1.0"],
    }  # fmt: skip
    assert lines(group, Of.GROUP)["This group"][:4] == ["5", "2", "10", "14"]
    assert "4 came to every meeting of their group, 0 to two or more of them, 6 to one." in words(hub_year)


def test_who_came_to_the_only_meeting_did_not_come_to_every_one(hub_year, group):
    visitor(meeting(group))
    assert "0 came to every meeting of their group, 0 to two or more of them, 1 to one." in words(hub_year)


def test_register_of_an_earlier_date_is_not_that_of_a_meeting(hub_year, group):
    """A meeting that moved is open again: who came to all others came to every one."""
    first, second, moved = (meeting(group, number) for number in (1, 2, 3))
    for session in (first, second):
        visitor(session, email="lead@school.example")
    Register.objects.filter(session=moved).update(recorded_at=moved.starts_at - dt.timedelta(days=7))
    assert "1 came to every meeting of their group, 0 to two or more of them, 0 to one." in words(hub_year)


def test_group_that_nobody_was_asked_of_yet_says_so(hub_year, group):
    visitor(meeting(group))
    assert lines(hub_year)["Work groups"][6:] == ["not asked yet", "not entered", "too few"]


def test_register_of_a_meeting_that_was_not_recorded_is_not_known(hub_year, group):
    visitor(meeting(group, recorded=False))
    assert lines(hub_year)["Work groups"][2:4] == ["not known", "not known"]


def test_meetings_are_those_of_the_hub_alone(hub_year, group):
    meeting(group)
    meeting(WorkGroup.objects.create(hub_year=HubYearFactory(), name="Moor"))
    past_session(hub_year)
    found = Facts(Meetings(Of.EXCHANGE, hub_year, TODAY), now=NOW)
    assert len(found.held) == 1
    assert len(Facts(Meetings(Of.COUNTRY, hub_year.exchange, TODAY), now=NOW).held) == 2


def test_visit_and_session_have_no_groups_beside_them(hub_year):
    session = past_session(hub_year)
    visitor(session)
    assert groups(Facts(Selection(Of.SESSION, session, TODAY), now=NOW)) is None


def test_secondary_teachers_who_watched_primary_lessons_and_the_primary_schools_near_them(hub_year):
    def school(phase, miles):
        return SchoolFactory(phase=phase, easting=574000 + round(miles * METRES_IN_A_MILE))

    primary, secondary = past_session(hub_year), past_session(hub_year, 1, lessons_of=Years.Y8)
    watched = school(School.Phase.SECONDARY, 20)
    person = visitor(primary, school=watched)
    visitor(primary, school=watched, person_id=person.person_id)
    visitor(primary, school=watched, person_id=None, full_name=None)
    visitor(primary, ABSENT, school=school(School.Phase.SECONDARY, 40))
    visitor(secondary, school=school(School.Phase.SECONDARY, 60))
    for miles in (16, 24.9, 25.2, 60):
        visitor(primary, school=school(School.Phase.PRIMARY, miles))
    said = words(hub_year)
    assert "2 secondary teachers from 1 school watched primary lessons." in said
    assert "Teachers of 2 primary schools within 5 miles of these came too." in said


def test_copy_that_leaves_rounds_every_count_of_groups(hub_year, group):
    session = meeting(group)
    for _n in range(12):
        visitor(session)
    invite(group, "joined")
    assert lines(hub_year, leaves=True)["Work groups"][:4] == ["fewer than 5", "fewer than 5", "10", "10"]
