"""Where else to go: near, about the same day, for the same years, the hub's own before others as good."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.public.instead import alternatives
from bookings.public.session import Showing, announced
from bookings.states import SessionStatus
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.browser import steps
from tests.browser.reading import Page
from tests.browser.steps import fill_in
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
MILE = 1609


def at(miles=0, *, days=0, years=Years.Y6, **values):
    """A session so many miles north of the others' place and so many days after."""
    day = DAY + dt.timedelta(days=days)
    known = miles is not None
    place = (
        {"easting": 574000, "northing": 155000 + round(miles * MILE)} if known else {"easting": None, "postcode": ""}
    )
    times = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11))}
    return SessionFactory(venue=SchoolFactory(**place), lessons_of=years, suits_years=years, **times, **values)


@pytest.fixture
def full():
    return at(title="full", room__status=SessionStatus.CANCELLED, hub_year=HubYearFactory())


def offered(session, **asked):
    showing = Showing(announced().get(pk=session.pk), NOW)
    return [one.session.title for one in alternatives(showing, **asked)]


def test_nearest_comes_first_whichever_hub_it_is_of(full):
    at(60, title="far, same hub", hub_year=full.hub_year)
    at(30, title="thirty miles")
    at(3, title="three miles")
    assert offered(full) == ["three miles", "thirty miles", "far, same hub"]


def test_hubs_own_comes_before_another_as_good(full):
    at(3, title="another hub")
    at(4, title="same hub", hub_year=full.hub_year)
    assert offered(full) == ["same hub", "another hub"]


def test_twenty_miles_weigh_as_a_week(full):
    at(19, title="same day, nineteen miles")
    at(0, days=7, title="a week later, here")
    at(21, title="same day, twenty-one miles")
    assert offered(full) == ["same day, nineteen miles", "a week later, here", "same day, twenty-one miles"]


def test_session_for_the_same_years_is_worth_sixty_miles(full):
    at(1, years=Years.Y1, title="Year 1, here")
    at(59, title="Year 6, fifty-nine miles")
    assert offered(full) == ["Year 6, fifty-nine miles", "Year 1, here"]


def test_place_that_nobody_knows_is_far(full):
    at(None, title="somewhere")
    at(90, title="ninety miles")
    assert offered(full) == ["ninety miles", "somewhere"]


def test_session_a_fortnight_before_is_offered_and_none_that_is_gone(full):
    at(0, days=-14, title="a fortnight before")
    at(0, days=-30, title="gone")
    assert offered(full) == ["a fortnight before"]


def test_alternatives_are_three_in_two_queries(full):
    for number in range(5):
        at(number, title=f"{number}")
    showing = Showing(announced().get(pk=full.pk), NOW)
    with CaptureQueriesContext(connection) as asked:
        found = alternatives(showing)
        assert [one.row["name"] for one in found] == ["0", "1", "2"]
    assert len(asked) == 2


def test_party_is_offered_only_what_has_places_for_all_of_it(full):
    at(1, title="one place", room__capacity=10, room__held_back=9)
    at(2, title="two places", room__capacity=2)
    at(3, title="three places", room__capacity=10, room__held_back=7)
    assert offered(full) == ["one place", "two places", "three places"]
    assert offered(full, places=3) == ["three places"]
    assert offered(full, places=4) == []


def test_places_that_are_no_longer_kept_are_offered(full):
    at(1, title="released", release_at=NOW, room__capacity=3, room__held_back=3)
    at(2, title="kept", room__capacity=3, room__held_back=3)
    assert offered(full, places=3) == ["released"]


def test_each_says_how_far_it_is_from_what_was_wanted(client, full, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    at(3, title="three miles")
    at(0, title="here")
    at(None, title="somewhere")
    text = Page(client.get(full.get_absolute_url())).text
    assert text.count("from this session") == 2
    assert "Maidstone · 3 miles from this session" in text
    assert "Maidstone · under a mile from this session" in text


def test_party_that_does_not_fit_is_shown_where_all_of_it_would(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    small = at(title="small", room__capacity=2)
    at(1, title="one place", room__capacity=1)
    at(2, title="three places", room__capacity=3)
    colleagues = [{"name": f"Colleague {n}", "email": f"c{n}@school.example"} for n in range(2)]
    fill_in(client, small, SchoolFactory(), *colleagues)
    page = Page(client.get(steps.at("book-check", small)))
    assert "three places" in page.links
    assert "one place" not in page.links


def test_own_hub_is_worth_five_miles_and_no_more(full):
    at(0, title="another hub, here")
    at(4.5, title="same hub, four miles and a half", hub_year=full.hub_year)
    at(5.5, title="same hub, five miles and a half", hub_year=full.hub_year)
    assert offered(full) == [
        "same hub, four miles and a half",
        "another hub, here",
        "same hub, five miles and a half",
    ]


def test_session_more_than_a_fortnight_before_is_offered_only_where_there_is_no_other(full):
    at(0, days=-15, title="fifteen days before")
    assert offered(full) == ["fifteen days before"]
    at(90, days=30, title="far and late")
    assert offered(full) == ["far and late"]
