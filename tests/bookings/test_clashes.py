"""Two places at the same time: told to the owner of the address, and to nobody else (rule.md#one-each)."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail.rendering import render
from bookings.mail_kinds import Kind
from bookings.models import Mail, Places
from bookings.rule.party import NewVisitor
from bookings.states import SessionStatus
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, party

pytestmark = pytest.mark.django_db
SAID = "You have another place at the same time"
BEN = "ben@school.example"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def booked(session, email="ada@school.example", *others, confirmed=True):
    booking = places.hold(session.pk, party(email=email, visitors=(NewVisitor(), *others)), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW) if confirmed else booking


def ben():
    return NewVisitor(full_name="Ben Colleague", email=BEN)


def page_of(client, row):
    purpose = Purpose.CONTACT if hasattr(row, "contact_email") else Purpose.VISITOR
    return Page(client.get(f"/bookings/{token(purpose, row)}/")).text


def mail_of(kind, recipient):
    return render(Mail.objects.filter(kind=kind, recipient=recipient).order_by("pk").last(), now=NOW).body


def test_contact_with_two_places_at_the_same_time_is_told_by_mail_and_behind_the_link(client):
    first, second = SessionFactory(title="The first"), SessionFactory(title="The second")
    booked(first)
    booking = booked(second)
    assert f"{SAID} The first, 9:00" in page_of(client, booking)
    said = mail_of(Kind.CONFIRMED, "ada@school.example")
    assert SAID in said
    assert "The first, 9:00" in said


def test_sessions_that_do_not_overlap_do_not_clash(client):
    first = SessionFactory()
    after = SessionFactory(starts_at=first.ends_at, ends_at=first.ends_at + dt.timedelta(hours=1))
    booked(first)
    assert SAID not in page_of(client, booked(after))


def test_nobody_is_asked_to_give_a_place_back_once_it_has_begun(client, monkeypatch):
    session = SessionFactory()
    booked(SessionFactory())
    booking = booked(session)
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at - dt.timedelta(minutes=1))
    assert SAID in page_of(client, booking)
    monkeypatch.setattr(timezone, "now", lambda: session.starts_at)
    assert SAID not in page_of(client, booking)


def test_visitor_named_twice_is_told_and_whoever_named_them_is_not(client):
    session, other = SessionFactory(title="One"), SessionFactory(title="Other")
    first = booked(session, "ada@school.example", ben())
    second = booked(other, "eve@school.example", ben())
    for contact in (first, second):
        assert SAID not in page_of(client, contact)
    assert SAID in page_of(client, second.visitors.get(position=2))
    assert SAID in mail_of(Kind.NAMED, BEN)
    assert SAID not in mail_of(Kind.CONFIRMED, "eve@school.example")


def test_two_places_in_one_session_clash_too(client):
    session = SessionFactory(title="Twice")
    booked(session, BEN)
    second = booked(session, "eve@school.example", ben())
    assert f"{SAID} Twice, 9:00" in page_of(client, second.visitors.get(position=2))


def test_hold_of_somebody_else_is_not_told_before_it_is_confirmed(client):
    mine = booked(SessionFactory(), BEN)
    booked(SessionFactory(), "eve@school.example", ben(), confirmed=False)
    assert SAID not in page_of(client, mine)


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_session_that_is_off_does_not_clash(client, status):
    off = SessionFactory()
    booked(off)
    Places.objects.filter(pk=off.pk).update(status=status)
    assert SAID not in page_of(client, booked(SessionFactory()))


def test_place_given_back_does_not_clash(client):
    first = booked(SessionFactory())
    second = booked(SessionFactory())
    places.cancel(first.pk, clock=lambda: NOW)
    assert SAID not in page_of(client, second)
    assert SAID not in page_of(client, first)
