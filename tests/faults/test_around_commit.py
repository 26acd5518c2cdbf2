"""The line to PostgreSQL cut before, during and after COMMIT: what is said is true, and pressing again books once."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings.models import Booking, Mail, NetworkUse
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory
from tests.faults.proxy import Cut, through_proxy

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no line that could be cut"),
]
NOT_BOOKED, NOT_KNOWN = "Nothing was booked", "We could not see whether it was booked"
# When the line is cut, what the page says, and how many are booked by then.
CUTS = [
    ("it writes", NOT_BOOKED, 0),
    ("COMMIT is sent", NOT_KNOWN, 0),
    ("COMMIT is answered", NOT_KNOWN, 1),
    ("the next statement", NOT_KNOWN, 1),
]


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    return Client(raise_request_exception=False)


@pytest.fixture
def proxy():
    with through_proxy() as proxy:
        yield proxy


def pressed_again(client, answer):
    """The page's own button, by the page alone."""
    page = Page(answer)
    assert page.buttons == ["Press again"]
    (action,) = re.findall(r'<form method="post" action="([^"]*)"', answer.content.decode())
    return client.post(action, page.form())


@pytest.mark.parametrize("when, title, booked", CUTS, ids=[cut[0] for cut in CUTS])
def test_booking_cut_around_commit_is_booked_once(client, proxy, when, title, booked):
    session, school = SessionFactory(room__capacity=2), SchoolFactory()
    fill_in(client, session, school)
    proxy.cut = Cut(when=when)
    answer = client.post(at("book-check", session), {"shown": ""})
    connection.close()  # as a server does once it has answered
    page = Page(answer)
    assert (answer.status_code, page.title) == (503, f"{title} – Showcase")
    assert answer["Retry-After"] == "10"
    assert Booking.objects.count() == booked
    assert sum(NetworkUse.objects.filter(what="booking").values_list("used", flat=True)) == booked
    answer = pressed_again(client, answer)
    assert (answer.status_code, answer["Location"]) == (302, at("book-sent", session))
    assert (Booking.objects.count(), Mail.objects.count()) == (1, 1)
    assert sum(NetworkUse.objects.filter(what="booking").values_list("used", flat=True)) == 1
