"""What the page says of a press that nobody knows the end of: "press again", and it is done once.

Each press of a visitor is sent twice, byte for byte, as that page sends it; the second changes nothing at all.
"""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import AddressChange, AuditEntry, Booking, HandOver, Mail, Places, TellMe, Visitor
from bookings.verbs import waiting_list
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
COLLEAGUE = {"name": "Bea Colleague", "email": "bea@school.example"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    return Client()


@pytest.fixture
def session():
    return SessionFactory(room__capacity=6)


@pytest.fixture
def held(session):
    return places.hold(session.pk, party(size=2), clock=lambda: NOW)


@pytest.fixture
def confirmed(held):
    return places.confirm(held.pk, clock=lambda: NOW)


def everything():
    models = (Booking, Visitor, Places, HandOver, AddressChange, TellMe)
    return [list(one.objects.order_by("pk").values()) for one in models] + [
        AuditEntry.objects.count(),
        Mail.objects.count(),
    ]


def check_once(client, address, said=None):
    """Press, and press again."""
    before = everything()
    first = client.post(address, said or {})
    assert first.status_code in (302, 303), Page(first).text
    done = everything()
    assert done != before
    second = client.post(address, said or {})
    assert second.status_code in (302, 303, 404, 409)
    assert everything() == done


def page_of(booking, name, *args):
    return reverse(name, args=[token(Purpose.CONTACT, booking), *args])


def filled(client, address, **changes):
    """The page's own form, as somebody fills it in."""
    return Page(client.get(address)).form(**changes)


def test_book(client, session):
    fill_in(client, session, SchoolFactory())
    check_once(client, at("book-check", session), {"shown": ""})


def test_join_the_waiting_list(client, session):
    places.hold(session.pk, party(size=6, email="first@school.example"), clock=lambda: NOW)
    fill_in(client, session, SchoolFactory())
    check_once(client, at("book-check", session), {"wait": "1"})


def test_use_another_address(client, session):
    fill_in(client, session, SchoolFactory())
    client.post(at("book-check", session))
    check_once(client, at("book-address", session), {"email": "another@school.example"})


@pytest.mark.parametrize("name", ["booking-confirm", "booking-cancel", "booking-cancel-all"])
def test_of_what_is_held(client, held, name):
    check_once(client, page_of(held, name))


def test_wait(client, session):
    places.hold(session.pk, party(size=6, email="first@school.example"), clock=lambda: NOW)
    waiting = waiting_list.join(session.pk, party(), clock=lambda: NOW).booking
    check_once(client, page_of(waiting, "booking-wait"))


@pytest.mark.parametrize("name", ["booking-cancel", "booking-cancel-all"])
def test_of_what_is_confirmed(client, confirmed, name):
    check_once(client, page_of(confirmed, name))


def test_release_a_place(client, confirmed):
    check_once(client, page_of(confirmed, "visitor-remove", 2))


def test_add_a_colleague(client, confirmed):
    address = page_of(confirmed, "booking-add")
    check_once(client, address, filled(client, address, **COLLEAGUE))


def test_hand_over_and_take_back(client, confirmed):
    address = page_of(confirmed, "visitor-hand-over", 2)
    check_once(client, address, filled(client, address, **COLLEAGUE))
    check_once(client, page_of(confirmed, "visitor-take-back", 2))


def test_change_details(client, confirmed):
    address = page_of(confirmed, "booking-change")
    form = filled(client, address)
    name = next(field for field in form if field.startswith("name_"))
    check_once(client, address, form | {name: "Cy Corrected"})


def test_ask_to_be_told(client):
    session = SessionFactory(room__status="announced")
    check_once(client, at("tell-me-session", session), {"email": "ada@school.example"})


def test_my_bookings(client, confirmed):
    check_once(client, reverse("my-bookings"), {"email": confirmed.contact_email})
