"""SQLite's disk is full: visitors keep what they sent, staff are told why, and nothing is half done."""

from contextlib import contextmanager

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import AuditEntry, Booking, Mail
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, party, staff_of

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL says 53100, which test_causes.py has"),
]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(room__capacity=60)


@contextmanager
def full():
    """No page may be added to the file: what SQLite says then is what it says of a disk without room."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA max_page_count")
        (before,) = cursor.fetchone()
        cursor.execute("PRAGMA max_page_count = 1")  # which means as many as there are
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {before}")


def fill_up(large):
    """What fits into the pages that are there still does: so bookings are made until one does not."""
    with pytest.raises(OperationalError, match="full"):
        for n in range(5000):
            places.hold(large.pk, party(email=f"{n}@school.example"), clock=lambda: NOW)


def test_visitor_keeps_what_was_sent_and_books_once_there_is_room(session):
    client = Client(raise_request_exception=False)
    fill_in(client, session, SchoolFactory(), name="Ada " + "T" * 90)
    large = SessionFactory(room__capacity=5000)
    with full():
        fill_up(large)
        answer = client.post(at("book-check", session), {"shown": ""})
        assert (answer.status_code, Page(answer).title) == (503, "Nothing was booked – Showcase")
        assert Page(answer).buttons == ["Press again"]
        assert client.get(reverse("session", args=[session.ref])).status_code == 200  # looking is as ever
    mine = Booking.objects.filter(session=session)
    assert (mine.count(), AuditEntry.objects.filter(session=session).count()) == (0, 0)
    assert client.post(at("book-check", session), Page(answer).form())["Location"] == at("book-sent", session)
    assert (mine.count(), Mail.objects.filter(booking__session=session).count()) == (1, 1)


def test_staff_are_told_that_the_disk_is_full(session):
    client = Client(raise_request_exception=False)
    client.force_login(staff_of(session.hub_year.hub))
    rows = [places.hold(session.pk, party(email=f"{n}@school.example"), clock=lambda: NOW) for n in range(60)]
    address = reverse("admin:bookings_booking_changelist")
    with full():
        answers = (client.post(address, {"action": "confirm", "_selected_action": row.pk}) for row in rows)
        answer = next(answer for answer in answers if answer.status_code == 503)
        assert "The disk of the database is full" in Page(answer).text
        assert "tell them now" in Page(answer).text
        assert client.get(address).status_code == 200
    confirmed = Booking.objects.filter(status="confirmed").count()
    assert confirmed == AuditEntry.objects.filter(verb="confirm").count() < 60  # each of those before it, and no half
