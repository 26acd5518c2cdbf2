"""Presses that were refused are counted: once a draft, by reason, and a script cannot make any number of them."""

import datetime as dt

import pytest
from django.db import DatabaseError
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Draft, NetworkUse, TurnedAway
from bookings.sessions import changes
from bookings.verbs import staff_booking
from bookings.views import limits
from hubs.models import LocalAuthority, SchoolList, ShowcaseSession
from tests.browser.steps import at, choose_school, fill_in, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
FULL, SHARE, NOT_THEIRS, CLOSED = TurnedAway.Why.values
DAY = NOW.date()


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def later(monkeypatch):
    return lambda delta: monkeypatch.setattr(timezone, "now", lambda: NOW + delta)


@pytest.fixture
def session():
    return SessionFactory(room__capacity=1)


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School", town="Dover", postcode="CT16 1AA")


def counted():
    return list(TurnedAway.objects.order_by("pk").values_list("why", "day", "times", "places"))


def taken(session):
    return places.hold(session.pk, party(), clock=lambda: NOW)


def test_press_on_a_place_that_has_gone_is_counted_once_however_often_it_is_pressed(client, session, school):
    fill_in(client, session, school)
    taken(session)
    for _press in range(3):
        shown_again(client, "book-check", session)
    assert counted() == [(FULL, DAY, 1, 1)]
    assert Draft.objects.get().turned_away
    assert Booking.objects.count() == 1


def test_reading_that_it_is_full_is_not_counted_nor_is_waiting(client, session, school):
    taken(session)
    choose_school(client, session, school)
    client.get(at("book-who", session))
    fill_in(client, session, school)
    client.get(at("book-check", session))
    client.post(at("book-check", session), {"wait": "1", "fewer": "no"})
    assert counted() == []


def test_two_drafts_are_two(client, session, school):
    for _draft in range(2):
        client.cookies.clear()
        fill_in(client, session, school)
    first = Draft.objects.order_by("pk")[0]
    taken(session)
    shown_again(client, "book-check", session)
    client.cookies["draft"] = str(first.key)
    shown_again(client, "book-check", session)
    assert counted() == [(FULL, DAY, 2, 2)]


def test_school_that_may_not_book_is_counted_when_it_is_chosen(client, session, school):
    ShowcaseSession.objects.filter(pk=session.pk).update(who_may_book=ShowcaseSession.WhoMayBook.AUTHORITIES)
    session.only_authorities.add(LocalAuthority.objects.create(code="886", name="Kent"))
    choose_school(client, session, school)
    assert counted() == []
    client.head(at("book-who", session))
    assert counted() == []
    client.get(at("book-who", session))
    client.get(at("book-who", session))
    assert counted() == [(NOT_THEIRS, DAY, 1, 1)]


def test_school_that_may_give_a_code_is_counted_once_it_gave_a_wrong_one(client, session, school):
    only = SchoolList.objects.create(hub=session.hub, name="Programme schools", code="right")
    of_list = {"who_may_book": ShowcaseSession.WhoMayBook.LIST, "only_list": only}
    ShowcaseSession.objects.filter(pk=session.pk).update(**of_list)
    choose_school(client, session, school)
    client.get(at("book-who", session))
    assert counted() == []
    client.post(at("book-code", session), {"code": "wrong"})
    assert counted() == [(NOT_THEIRS, DAY, 1, 1)]


def test_press_after_booking_closed_is_counted_and_a_look_is_not(client, session, school):
    fill_in(client, session, school)
    changes.close_booking(session.pk, by=StaffFactory(), clock=lambda: NOW)
    client.get(at("book-check", session))
    assert counted() == []
    client.post(at("book-check", session))
    assert counted() == [(CLOSED, DAY, 1, 1)]


@pytest.mark.parametrize("off", [changes.cancel_session, changes.postpone])
def test_session_that_is_off_turned_nobody_away(client, session, school, off):
    fill_in(client, session, school)
    off(session.pk, by=StaffFactory(), clock=lambda: NOW)
    client.post(at("book-check", session))
    assert counted() == []


def test_day_is_londons(client, session, school, later):
    fill_in(client, session, school)
    taken(session)
    later(dt.timedelta(hours=15))  # half past midnight
    client.get(at("book-check", session))
    Draft.objects.update(expires_at=NOW + dt.timedelta(hours=39))
    shown_again(client, "book-check", session)
    assert [day for _why, day, *_numbers in counted()] == [DAY + dt.timedelta(days=1)]


def test_staff_who_are_refused_are_not_counted(session):
    taken(session)
    with pytest.raises(Exception):  # noqa: B017, PT011  (whichever refusal)
        asked = party(email="bo@school.example")
        staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    assert counted() == []


def test_script_counts_no_more_than_its_network_may_ask_for(client, session, school, monkeypatch):
    monkeypatch.setitem(limits.MOST_AN_HOUR, limits.TURNED_AWAY, 2)
    taken(session)
    drafts = []
    for _draft in range(4):
        client.cookies.clear()
        ShowcaseSession.objects.update(share=None)
        fill_in(client, session, school)
        drafts.append(client.cookies["draft"].value)
        shown_again(client, "book-check", session)
    assert counted() == [(FULL, DAY, 2, 2)]
    assert NetworkUse.objects.get(what=limits.TURNED_AWAY).used == 2


def test_count_that_fails_changes_no_answer(client, session, school, monkeypatch):
    fill_in(client, session, school)
    taken(session)

    def fails(*_args, **_kwargs):
        raise DatabaseError("disk full")

    monkeypatch.setattr(TurnedAway.objects, "bulk_create", fails)
    response = shown_again(client, "book-check", session)
    assert response.status_code == 200
    assert counted() == []
