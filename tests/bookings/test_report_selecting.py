"""Was the audience self-selecting? What is known, and never yes or no."""

import datetime as dt
from decimal import Decimal

import pytest

from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import HostSchool, LocalAuthority
from hubs.schools.whereabouts import METRES_IN_A_MILE
from tests.bookings.past import past_session, visitor
from tests.bookings.voices import asked_on_the_day
from tests.factories import NOW, HubYearFactory, SchoolFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)


@pytest.fixture
def kent():
    return LocalAuthority.objects.create(code="886", name="Kent")


@pytest.fixture
def session(kent):
    hub_year = HubYearFactory()
    hub_year.area.add(kent)
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    return past_session(hub_year, host_school=visit, venue=None)


def school(miles, kent, **fields):
    return SchoolFactory(easting=574000 + round(miles * METRES_IN_A_MILE), local_authority=kent, **fields)


def report(session, kind=Of.EXCHANGE):
    row = session.hub_year if kind == Of.EXCHANGE else session.hub_year.exchange
    return Report(Selection(kind, row, TODAY), leaves=False, now=NOW)


def table(of_report):
    [found] = [one for one in of_report.tables() if one.name == "beside-all-schools"]
    return {head: cells for head, *cells in list(found.lines(of_report.copy))[1:]}, found.note


def words(of_report):
    return str([one for one in of_report.shown() if one["name"] == "who"])


def test_schools_that_came_stand_beside_all_by_phase_type_distance_size_and_meals(kent, session):
    for n in range(10):
        one = school(
            n * 2,
            kent,
            phase=4 if n < 3 else 2,
            type_name="Academy converter" if n % 2 else "Community school",
            pupils=None if n == 9 else 100 * n,
            free_meals=Decimal(n),
        )
        if n in (0, 1, 5):
            visitor(session, school=one)
    visitor(session, school=SchoolFactory())
    rows, note = table(report(session))
    assert {label: cells[:2] for label, cells in rows.items()} == {
        "Primary": ["7", "1"],
        "Secondary": ["3", "2"],
        "Academies and free schools": ["5", "2"],
        "Of every other type": ["5", "1"],
        "Up to 10 miles from a host": ["6", "3"],
        "More than 10 miles": ["4", "0"],
        "Up to 400 pupils": ["5", "2"],
        "More than 400 pupils": ["4", "1"],
        "Size not known": ["1", "0"],
        "Free school meals: up to 4%": ["5", "2"],
        "Free school meals: more than 4%": ["5", "1"],
        "All of the area": ["10", "3"],
    }
    assert note == ""
    assert rows["All of the area"][2] == "30%"


def test_register_without_size_says_that_it_has_none(kent, session):
    visitor(session, school=school(3, kent))
    assert table(report(session))[1] == "Size and free school meals: the imported register has no such columns."


def test_sentence_says_what_is_known_and_ends_with_who_was_not_asked(kent, session):
    for n in range(24):
        one = school(n, kent)
        if n in (1, 2, 15):
            visitor(session, school=one)
    for thought, n in (("teaches", 4), ("interested", 5), ("doubts", 3), ("rather_not", 2)):
        for _n in range(n):
            asked_on_the_day(session, thought_before=thought)
    said = words(report(session))
    assert (
        "Of the schools up to 10 miles from a host 2 came, of those further away 1. "
        "9 of the 12 who said were interested or taught this way already. Those who never booked were not asked."
    ) in said
    assert "9 of the 12 who said were interested or taught this way already; 3 had doubts" in said


def test_too_few_answers_say_nothing_of_what_they_thought(kent, session):
    visitor(session, school=school(3, kent))
    for _n in range(9):
        asked_on_the_day(session, thought_before="interested")
    said = words(report(session))
    assert "interested or taught this way" not in said
    assert "Those who never booked were not asked." in said


def test_country_has_the_schools_of_england_by_phase(kent, session):
    visitor(session, school=school(3, kent, phase=4))
    rows, _note = table(report(session, Of.COUNTRY))
    assert rows["Secondary"][:2] == ["1", "1"]
    assert rows["All"][1] == "1"
