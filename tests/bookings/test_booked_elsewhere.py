"""A session that is booked elsewhere says for whom it is and until when, wherever it is listed."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import LocalAuthority
from hubs.vocabulary.school_days import london
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def page_of(client, session):
    return Page(client.get(f"/sessions/{session.ref}/"))


@pytest.fixture
def elsewhere():
    """A session of two authorities' schools that another site books, with a deadline of its own."""
    closes_at = london(dt.date(2027, 1, 20), dt.time(17))
    only = {"booked_elsewhere": "Through our newsletter.", "who_may_book": "authorities"}
    session = SessionFactory(closes_at=closes_at, room__status=SessionStatus.ANNOUNCED, **only)
    for code, name in (("886", "Kent"), ("887", "Medway")):
        session.only_authorities.add(LocalAuthority.objects.create(code=code, name=name))
    return session


def test_session_that_is_booked_elsewhere_says_for_whom_and_until_when(client, elsewhere):
    said = "Schools in Kent and Medway. Book by 17:00 on Wednesday 20 January"
    text = page_of(client, elsewhere).text
    assert "Who may book Schools in Kent and Medway Book by 17:00 on Wednesday 20 January" in text
    assert said in Page(client.get("/")).text
    (row,) = client.get("/sessions.json").json()["sessions"]
    assert (row["who_may_book"], row["closes_at"]) == ("Schools in Kent and Medway", "2027-01-20T17:00:00+00:00")
    calendar = client.get(f"/hubs/{elsewhere.hub.slug}/sessions.ics").content.decode().replace("\r\n ", "")
    assert said in calendar.replace("\\", "")


def test_session_whose_booking_elsewhere_has_closed_says_so(client, elsewhere, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: elsewhere.closes_at)
    assert "Book by Booking there has closed" in page_of(client, elsewhere).text
    assert "Booking there has closed" in Page(client.get("/")).text


def test_deadline_of_a_session_that_is_booked_elsewhere_is_never_made_up(client):
    session = SessionFactory(booked_elsewhere="Through our newsletter.", room__status=SessionStatus.ANNOUNCED)
    assert session.closes_at is None
    assert "Book by" not in page_of(client, session).text


def test_list_asks_for_areas_in_as_many_queries_for_any_number(client, elsewhere, django_assert_num_queries):
    with CaptureQueriesContext(connection) as one:
        client.get("/")
    more = {"booked_elsewhere": "By post.", "who_may_book": "authorities", "room__status": SessionStatus.ANNOUNCED}
    for _n in range(2):
        SessionFactory(**more).only_authorities.set(elsewhere.only_authorities.all())
    with django_assert_num_queries(len(one)):
        client.get("/")
