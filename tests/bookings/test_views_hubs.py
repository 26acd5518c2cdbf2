"""The list of hubs: where they are, what they have to come, and how many places are left."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import LocalAuthority, ShowcaseSession
from tests.bookings.test_views_hub import on
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import (
    NOW,
    ExchangeFactory,
    HubFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def text(client):
    return Page(client.get("/hubs/")).text


def test_list_of_hubs_says_how_many_places_each_has_left(client):
    kent = HubYearFactory(name="Kent Maths Hub", hub__slug="kent", lead_school=SchoolFactory(town="Chatham"))
    open_one = SessionFactory(hub_year=kent, room__held_back=2)
    places.hold(open_one.pk, party(size=3), clock=lambda: NOW)
    SessionFactory(hub_year=kent, room__capacity=10)
    SessionFactory(hub_year=kent, room__status=SessionStatus.CLOSED)
    page = Page(client.get("/hubs/"))
    assert "1 hub with sessions to come Kent Maths Hub Chatham 35 places left 3 sessions to come" in page.text
    assert page.links["Kent Maths Hub"] == "/hubs/kent/"


def test_shared_session_is_counted_for_each_hub_and_once(client):
    kent, sussex = HubYearFactory(name="Kent Maths Hub"), HubYearFactory(name="Sussex Maths Hub")
    before = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2018))
    SessionFactory(hub_year=kent).also_run_by.add(sussex, kent, before)
    said = "30 places left 1 session to come"
    assert f"Kent Maths Hub {said} Sussex Maths Hub {said}" in text(client)


@pytest.mark.parametrize(
    "hidden",
    [
        {"visibility": ShowcaseSession.Visibility.LINK},
        {"visibility": ShowcaseSession.Visibility.STAFF},
        {"room__status": SessionStatus.DRAFT},
    ],
)
def test_session_that_is_not_public_does_not_show_by_its_places(client, hidden):
    kent = HubYearFactory(name="Kent Maths Hub")
    SessionFactory(hub_year=kent, room__capacity=7)
    SessionFactory(hub_year=kent, **hidden)
    SessionFactory(hub_year__name="Secret Maths Hub", **hidden)
    said = text(client)
    assert "Kent Maths Hub 7 places left 1 session to come" in said
    assert "Hubs without sessions to come Secret Maths Hub" in said


def test_hub_whose_sessions_cannot_be_booked_now_says_how_they_stand(client):
    standings = {
        "Opening soon": {"opens_at": NOW + dt.timedelta(hours=1)},
        "Details to follow": {"room__status": SessionStatus.ANNOUNCED},
        "Full": {"room__capacity": 1},
        "Booked elsewhere": {"booked_elsewhere": "By mail"},
        "Booking has closed": {"room__status": SessionStatus.CLOSED},
    }
    for name, fields in standings.items():
        session = SessionFactory(hub_year__name=f"{name} hub", **fields)
        if name == "Full":
            places.hold(session.pk, party(), clock=lambda: NOW)
    said = text(client)
    for name in standings:
        assert f"{name} hub {name} 1 session to come" in said


def test_best_of_a_hubs_sessions_is_what_the_list_says(client):
    kent = HubYearFactory(name="Kent Maths Hub")
    SessionFactory(hub_year=kent, room__status=SessionStatus.CLOSED)
    SessionFactory(hub_year=kent, room__status=SessionStatus.ANNOUNCED)
    assert "Kent Maths Hub Details to follow 2 sessions to come" in text(client)
    SessionFactory(hub_year=kent, opens_at=NOW + dt.timedelta(hours=1))
    assert "Kent Maths Hub Opening soon 3 sessions to come" in text(client)
    SessionFactory(hub_year=kent)
    assert "Kent Maths Hub 30 places left 4 sessions to come" in text(client)


def test_session_that_is_off_or_over_is_not_to_come(client):
    kent = HubYearFactory(name="Kent Maths Hub")
    for verb in (changes.cancel_session, changes.postpone):
        verb(SessionFactory(hub_year=kent).pk, by=StaffFactory(), clock=lambda: NOW)
    SessionFactory(hub_year=kent, starts_at=NOW - dt.timedelta(hours=2), ends_at=NOW - dt.timedelta(hours=1))
    on(dt.date(2026, 12, 1), hub_year=kent)
    said = text(client)
    assert "No sessions are announced just now." in said
    assert "to come" not in said
    assert "Kent Maths Hub" in said


def test_hub_is_where_its_area_is_else_where_its_lead_school_is(client):
    kent = HubYearFactory(name="A Hub", lead_school=SchoolFactory(town="Chatham"))
    HubYearFactory(name="B Hub", lead_school=SchoolFactory(town="Leeds"))
    HubYearFactory(name="C Hub")
    kent.area.add(*(LocalAuthority.objects.create(code=name[:3], name=name) for name in ("Medway", "Kent")))
    assert "A Hub Kent, Medway B Hub Leeds C Hub Privacy" in text(client)


def test_hub_is_listed_once_as_it_is_in_its_newest_year(client):
    kent = HubYearFactory(name="New name")
    HubYearFactory(hub=kent.hub, name="Old name", exchange=ExchangeFactory(year=2018))
    HubFactory(slug="no-year-yet")
    response = client.get("/hubs/")
    assert [line.year.name for line in response.context["others"]] == ["New name"]
    assert "Old name" not in Page(response).text


def test_list_of_no_hubs_at_all_says_so(client):
    assert "There are no hubs yet." in text(client)


def test_list_of_hubs_asks_as_often_for_three_as_for_one(client):
    asked = []
    for n in range(3):
        hub_year = HubYearFactory(lead_school=SchoolFactory())
        hub_year.area.add(LocalAuthority.objects.create(code=f"{n:03}", name=f"Area {n}"))
        for _each in range(2):
            SessionFactory(hub_year=hub_year).also_run_by.add(HubYearFactory())
        asked.append(questions(client, "/hubs/"))
    assert asked == [5, 5, 5]
