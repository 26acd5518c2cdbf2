"""A press on a full session is told so without the lock, which on SQLite everybody else waits for."""

import pytest
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Draft, Mail
from bookings.views import booking_steps
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(room__capacity=1)


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School")


def test_press_on_a_full_session_takes_no_lock(client, session, school, monkeypatch):
    fill_in(client, session, school)
    places.hold(session.pk, party(), clock=lambda: NOW)
    monkeypatch.delattr(places, "lock")
    response = shown_again(client, "book-check", session)
    assert Booking.objects.count() == 1
    assert "Every place at this session is taken." in Page(response).text


def test_press_on_the_last_places_that_were_not_seen_taken_is_refused_under_the_lock(
    client, session, school, monkeypatch
):
    fill_in(client, session, school)
    monkeypatch.setattr(booking_steps, "_full", lambda *_: take_the_place(session))
    response = shown_again(client, "book-check", session)
    assert Booking.objects.count() == 1
    assert "Every place at this session is taken." in Page(response).text


def take_the_place(session):
    """Somebody else is quicker, between the look and the lock."""
    places.hold(session.pk, party(), clock=lambda: NOW)


def test_second_press_for_the_last_place_leads_to_the_booking_of_the_first(client, session, school):
    """Two servers read the draft before either has consumed it; the first one's booking has filled the session."""
    fill_in(client, session, school)
    draft = Draft.objects.values().get()
    client.post(at("book-check", session))
    Draft.objects.filter(pk=draft["id"]).update(consumed_at=None, booking=None, expires_at=draft["expires_at"])
    response = client.post(at("book-check", session))
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert Booking.objects.count() == Mail.objects.count() == 1
