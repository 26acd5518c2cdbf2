"""The sections of a report: who came, how it filled, what it cost, every exchange."""

import datetime as dt
from decimal import Decimal

import pytest

from bookings.models import AuditEntry, Booking
from bookings.report.cost import cost
from bookings.report.exchanges import exchanges
from bookings.report.facts import Facts
from bookings.report.filling import Filling
from bookings.report.leaving import OWN
from bookings.report.persons import Persons
from bookings.report.selection import Of, Selection
from bookings.report.who import who
from hubs.models import Cost, HostSchool
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.past import past_session, visitor
from tests.factories import NOW, ExchangeFactory, HubYearFactory, SchoolFactory

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)


@pytest.fixture
def hub_year():
    return HubYearFactory(cover_day_pence=19000)


def facts(row, kind=Of.EXCHANGE):
    return Facts(Selection(kind, row, TODAY), now=NOW)


def tables(section):
    """The tables of a section by name: each its rows by their heading."""
    found = [table for block in section.blocks for table in block.tables()]
    return {table.name: {head: cells for head, *cells in list(table.lines(OWN))[1:]} for table in found}


# --- who ------------------------------------------------------------------------------------------------------------


def test_each_person_is_counted_once_by_phase_role_and_key_stage(hub_year):
    one, two = past_session(hub_year, 0), past_session(hub_year, 1)
    school = SchoolFactory(phase=4)
    visitor(one, email="a@school.example", school=school, role=int(Roles.MATHS_LEAD), years=int(Years.Y7 | Years.Y2))
    visitor(two, email="a@school.example", school=school, role=int(Roles.TEACHER), years=int(Years.Y7))
    visitor(two)
    found = tables(who(facts(hub_year)))
    assert (found["phases"]["Secondary"], found["phases"]["Primary"], found["phases"]["All"]) == (
        ["1", "1"],
        ["1", "1"],
        ["2", "2"],
    )
    assert (found["roles"]["Maths lead"], found["roles"]["Not known"]) == (["1"], ["1"])
    assert [found["stages"][f"Key Stage {n}"] for n in (1, 2, 3)] == [["1"], ["0"], ["1"]]
    assert (found["how-often"]["Once"], found["how-often"]["Twice"]) == (["1"], ["1"])


def test_what_a_visitor_said_of_a_first_time_counts_before_our_rows(hub_year):
    session = past_session(hub_year)
    for said, known in [(False, False), (True, True), (None, True), (None, False), (None, None)]:
        visitor(session, seen_before=said, first_time=known)
    assert Persons(facts(hub_year)).times == {"first": 2, "seen before": 2, "not known": 1}


def test_who_had_a_colleague_there_is_told_from_who_was_alone(hub_year):
    one, two = past_session(hub_year, 0), past_session(hub_year, 1)
    school = SchoolFactory()
    visitor(one, school=school)
    visitor(two, school=school)
    visitor(two)
    assert Persons(facts(hub_year)).company == {"alone": 1, "with": 2, "no school": 0}


def test_school_that_is_not_in_the_register_is_a_row_of_what_is_not_known(hub_year):
    session = past_session(hub_year)
    row = visitor(session)
    Booking.objects.filter(pk=row.booking_id).update(school_kind="trust", school=None, school_name="A Trust")
    other = visitor(session)
    Booking.objects.filter(pk=other.booking_id).update(school_kind="state", school=None, school_name="A School")
    phases = Persons(facts(hub_year)).phases
    assert (phases["other"][0], phases["not known"][0], phases["primary"][0]) == (1, 1, 0)


# --- how it filled --------------------------------------------------------------------------------------------------


def took(session, days, places, **fields):
    at = session.starts_at - dt.timedelta(days=days)
    return AuditEntry.objects.create(session=session, at=at, by="visitor", verb="hold", places=places, **fields)


def test_places_are_counted_over_the_days_before(hub_year):
    session = past_session(hub_year, places=4)
    for days, places in [(70, 1), (30, 2), (10, 1), (3, -1)]:
        took(session, days, places)
    filling = Filling(facts(hub_year))
    assert [filling.taken[days] for days in (56, 31, 30, 10, 4, 3, 0)] == [1, 1, 3, 4, 4, 3, 3]
    assert filling.full == [10]


def test_how_long_people_waited_and_what_became_of_it(hub_year):
    session = past_session(hub_year)
    got = visitor(session).booking
    Booking.objects.filter(pk=got.pk).update(joined_at=session.starts_at - dt.timedelta(days=9))
    took(session, 7, 1, booking=got, to_status="confirmed")
    gave_up = visitor(session, status="lapsed").booking
    Booking.objects.filter(pk=gave_up.pk).update(joined_at=session.starts_at - dt.timedelta(days=5))
    assert sorted(Filling(facts(hub_year)).waited) == [("confirmed", 2, 1), ("lapsed", None, 1)]


# --- cost -----------------------------------------------------------------------------------------------------------


def spend(hub_year, **fields):
    return Cost.objects.create(hub_year=hub_year, **fields)


def test_kind_of_cost_that_was_not_entered_is_named_and_the_total_reads_at_least(hub_year):
    visitor(past_session(hub_year))
    spend(hub_year, kind="travel", pence=564000, who_pays="the programme")
    found = tables(cost(facts(hub_year)))
    assert found["pounds"]["Travel"] == ["£5,640"]
    assert found["pounds"]["Cover"] == ["not entered"]
    assert found["pounds"]["In all"] == ["at least £5,640"]
    assert found["pounds"]["of it paid by the programme"] == ["£5,640"]


def test_days_are_those_entered_and_half_a_day_a_visit(hub_year):
    session = past_session(hub_year)
    for _n in range(11):
        visitor(session)
    spend(hub_year, kind="specialists", days=Decimal(20))
    spend(hub_year, kind="cover", pence=11000)
    spend(hub_year, kind="travel", pence=190000)
    found = tables(cost(facts(hub_year)))
    assert found["days"] == {
        "Visitors’ own half-days": ["5½"],
        "Specialists away": ["20"],
        "Host staff": ["not entered"],
        "In all": ["25½"],
    }
    assert found["for-each"]["teacher who came"] == ["at least £183", "2.3"]
    assert found["for-each"]["who said their teaching has changed"] == ["too few answered", "too few answered"]
    assert list(found["otherwise"].values()) == [["25"], ["127"], ["10"]]


def test_cost_a_head_is_not_said_of_fewer_than_10(hub_year):
    visitor(past_session(hub_year))
    spend(hub_year, kind="travel", pence=1000)
    assert tables(cost(facts(hub_year)))["for-each"]["teacher who came"] == ["too few", "too few"]


# --- every exchange -------------------------------------------------------------------------------------------------


def test_every_exchange_of_a_hub_stands_in_one_table(hub_year):
    session = past_session(hub_year, places=12)
    visitor(session, email="a@school.example", seen_before=False)
    before = HubYearFactory(hub=hub_year.hub, exchange=ExchangeFactory(year=2019, name="Exchange"))
    visit = HostSchool.objects.create(hub_year=before, visitors_reported=240, reported_source="newsletter")
    assert visit.pk
    [found] = tables(exchanges(facts(hub_year))).values()
    assert list(found) == ["2026–27", "2019–20"]
    assert found["2026–27"][:7] == ["1", "12", "1", "1", "1", "1", "1 of 1"]
    assert found["2019–20"][1:5] == ["not kept", "not kept", "240 reported (newsletter)", "not known"]


def test_who_came_twice_is_one_person_of_an_exchange(hub_year):
    for number in range(2):
        visitor(past_session(hub_year, number), email="a@school.example")
    [found] = tables(exchanges(facts(hub_year))).values()
    assert found["2026–27"][3:5] == ["2", "1"]


def test_another_hubs_exchange_stands_in_no_table(hub_year):
    visitor(past_session(HubYearFactory()))
    [found] = tables(exchanges(facts(hub_year))).values()
    assert found["2026–27"][0] == "0"


def test_session_has_no_table_of_exchanges(hub_year):
    assert exchanges(facts(past_session(hub_year), Of.SESSION)) is None
