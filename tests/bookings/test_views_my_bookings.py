"""My bookings: an address in, a mail out."""

import datetime as dt

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Mail
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db
ASK, SENT = "/my-bookings/", "/my-bookings/sent/"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def ask(client, email):
    response = client.post(ASK, {"email": email})
    assert (response.status_code, response["Location"]) == (302, SENT)


def test_my_bookings_asks_for_the_address(client):
    page = Page(client.get(ASK))
    assert page.title == "My bookings – Showcase"
    assert "Enter the email address that you booked with. We email you the links to all your bookings." in page.text
    assert (page.fields, page.buttons) == ({"email": ""}, ["Send my links"])


@pytest.mark.parametrize(
    "email, said",
    [
        ("", "Enter your email address"),
        ("ada", "Enter an email address in the correct format, like name@school.sch.uk"),
    ],
)
def test_my_bookings_needs_an_address(client, email, said):
    response = client.post(ASK, {"email": email})
    page = Page(response)
    assert (response.status_code, page.errors, page.fields) == (422, {"email": said}, {"email": email})
    assert page.title == "Error: My bookings – Showcase"


def test_my_bookings_says_that_a_mail_is_on_its_way_if_there_is_anything(client):
    text = Page(client.get(SENT)).text
    assert "If that address has bookings, an email with their links is on its way." in text
    assert "We send at most one of these emails an hour." in text


def test_my_bookings_mails_the_links_of_all_bookings_and_places(client):
    mine = [places.hold(SessionFactory().pk, party(), clock=lambda: NOW) for _n in range(2)]
    colleagues = places.hold(SessionFactory().pk, party(size=2, email="ada@school.example"), clock=lambda: NOW)
    places.confirm(colleagues.pk, clock=lambda: NOW)
    place = colleagues.visitors.get(is_contact=False)
    place.set_email("teacher@school.example")
    place.save()
    Mail.objects.all().delete()
    ask(client, " TEACHER@school.example")
    assert list(Mail.objects.values_list("kind", "recipient")) == [(Kind.MY_BOOKINGS, "teacher@school.example")]
    send_due(lambda: NOW)
    (sent,) = mail.outbox
    links = [token(Purpose.CONTACT, one) for one in mine] + [token(Purpose.VISITOR, place)]
    for link in links:
        assert sent.body.count(reverse("booking", args=[link])) == 1
    assert token(Purpose.CONTACT, colleagues) not in sent.body


def test_my_bookings_of_an_unknown_address_mails_nothing(client):
    places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    before = every_row()
    ask(client, "nobody@school.example")
    assert every_row() == before


def test_my_bookings_asked_twice_within_the_hour_mails_once(client, monkeypatch):
    places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    asked = Mail.objects.filter(kind=Kind.MY_BOOKINGS)
    for minutes, mails in [(0, 1), (59, 1), (60, 2)]:
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: NOW + dt.timedelta(minutes=minutes))
        ask(client, "teacher@school.example")
        assert asked.count() == mails


@pytest.mark.parametrize("address", [ASK, SENT])
@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_my_bookings_changes_nothing(client, address, method):
    before = every_row()
    assert getattr(client, method)(address).status_code == 200
    assert every_row() == before


@pytest.mark.parametrize(
    "method, address", [("put", ASK), ("delete", ASK), ("patch", ASK), ("post", SENT), ("delete", SENT)]
)
def test_my_bookings_takes_no_other_method(client, method, address):
    assert getattr(client, method)(address).status_code == 405
