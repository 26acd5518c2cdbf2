"""A session that changes while somebody is on "Check and book": nobody books what they have not read."""

import datetime as dt
import re
from unittest.mock import Mock

import pytest
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Places
from bookings.rule import shown
from bookings.rule.refusals import ChangedMeanwhile, SessionFull
from bookings.sessions.changes import close_booking
from bookings.sessions.moving import Plan, move
from bookings.states import Status
from bookings.verbs import staff_booking, waiting_list
from bookings.views import full
from hubs.models import ShowcaseSession
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
DAYS = dt.timedelta(days=14)
QUARTER = dt.timedelta(minutes=15)
READ = "Read what is different since you opened this page, then press the button if you can come."


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", venue__name="Old School", share=None)


def shown_on(page):
    return re.search(r'name="shown" value="([^"]+)"', page.content.decode())[1]


def checks(client, session):
    """Somebody at the last step; gives what the page's form carries."""
    fill_in(client, session, SchoolFactory(name="Ash Primary School"))
    page = client.get(at("book-check", session))
    return {"shown": shown_on(page)}


def moves(session, **changed):
    known = ShowcaseSession.objects.with_names().get(pk=session.pk)
    move(session.pk, Plan.of(known, **changed), by=StaffFactory(), clock=lambda: NOW)


CHANGES = {
    "day": (
        lambda one: moves(one, starts_at=one.starts_at + DAYS, ends_at=one.ends_at + DAYS),
        "Day: Tuesday 9 February 2027 (it was: Tuesday 26 January 2027)",
    ),
    "start": (
        lambda one: moves(one, starts_at=one.starts_at + QUARTER),
        "Time: 9:15 to 11:45 (it was: 9:00 to 11:45)",
    ),
    "end": (
        lambda one: moves(one, ends_at=one.ends_at + QUARTER),
        "Time: 9:00 to 12:00 (it was: 9:00 to 11:45)",
    ),
    "place": (
        lambda one: moves(one, venue=SchoolFactory(name="New School", town="Dover", postcode="CT16 1AA")),
        "Place: New School, Dover, CT16 1AA (it was: Old School, Maidstone, ME16 8TL)",
    ),
    "cost": (
        lambda one: ShowcaseSession.objects.update(cost_pence=1250),
        "Cost: £12.50 for each visitor (it was: Free)",
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_check_page_is_shown_again_with_what_has_changed_and_then_books(client, session, change):
    form = checks(client, session)
    does, said = CHANGES[change]
    does(session)
    again = shown_again(client, "book-check", session, form)
    page = Page(again)
    assert again.status_code == 409
    assert f"This session has changed Nothing has been booked. {READ} {said}" in page.text
    assert page.buttons == ["Book 1 place"]
    assert Booking.objects.count() == 0
    answer = client.post(at("book-check", session), {"shown": shown_on(again)})
    assert answer["Location"] == at("book-sent", session)
    assert Booking.objects.get().status == Status.HELD


def test_several_changes_are_said_together_and_no_other(client, session):
    form = checks(client, session)
    CHANGES["day"][0](session)
    CHANGES["cost"][0](session)
    page = Page(shown_again(client, "book-check", session, form))
    said = [word for word in ("Day:", "Time:", "Place:", "Cost:") if f"{word} " in page.text and "(it was" in page.text]
    assert said == ["Day:", "Cost:"]


def test_session_as_it_was_shown_is_booked_at_once(client, session):
    form = checks(client, session)
    assert client.post(at("book-check", session), form)["Location"] == at("book-sent", session)
    assert client.post(at("book-check", session), form)["Location"] == at("book-sent", session)
    assert Booking.objects.count() == 1


@pytest.mark.parametrize("fills", ["before the press", "during the press"])
def test_changes_that_were_read_are_not_said_again_by_who_came_too_late(client, session, monkeypatch, fills):
    """Also where Back leads to the page without the words of the press in its address."""
    form = checks(client, session)
    CHANGES["cost"][0](session)
    again = shown_again(client, "book-check", session, form)
    if fills == "during the press":
        monkeypatch.setattr(places, "hold", Mock(side_effect=SessionFull(left=0)))
    else:
        places.hold(session.pk, party(), clock=lambda: NOW)
        Places.objects.update(capacity=1)
    answer = client.post(at("book-check", session), {"shown": shown_on(again)})
    assert answer["Location"] == f"{at('book-check', session)}?{full.PRESSED}"
    for address in (answer["Location"], at("book-check", session)):
        assert "This session has changed" not in Page(client.get(address)).text


@pytest.mark.parametrize("text", ["", "x", "x:y:z", "\x00", "ñ" * 5000])
def test_what_no_page_of_ours_has_sent_says_nothing_of_what_was_shown(client, session, text):
    checks(client, session)
    assert client.post(at("book-check", session), {"shown": text})["Location"] == at("book-sent", session)


def test_whoever_would_wait_for_another_day_is_told_first(client, session):
    staff_booking.staff_booking(session.pk, party(size=10, email=""), by=StaffFactory(), clock=lambda: NOW)
    Places.objects.update(capacity=10)
    form = checks(client, session)
    CHANGES["day"][0](session)
    again = shown_again(client, "book-check", session, form | {"wait": "1"})
    assert again.status_code == 409
    assert CHANGES["day"][1] in Page(again).text
    assert Booking.objects.waiting().count() == 0
    answer = client.post(at("book-check", session), {"wait": "1", "shown": shown_on(again)})
    assert answer["Location"] == at("book-sent", session)
    assert Booking.objects.waiting().count() == 1


def test_session_that_moved_and_closed_says_that_it_has_closed(client, session):
    form = checks(client, session)
    CHANGES["day"][0](session)
    close_booking(session.pk, by=StaffFactory(), clock=lambda: NOW)
    again = shown_again(client, "book-check", session, form)
    assert "Booking has closed" in Page(again).text
    assert Booking.objects.count() == 0


@pytest.mark.parametrize("ask", [places.hold, waiting_list.join])
def test_rule_compares_under_the_lock_what_was_shown(session, ask):
    asked = party(shown=shown.of(ShowcaseSession.objects.get(pk=session.pk)))
    moves(session, starts_at=session.starts_at + QUARTER)
    with pytest.raises(ChangedMeanwhile):
        ask(session.pk, asked, clock=lambda: NOW)
    assert Booking.objects.count() == 0


def test_request_that_has_booked_gets_its_booking_also_after_a_change(session):
    asked = party(shown=shown.of(ShowcaseSession.objects.get(pk=session.pk)))
    booking = places.hold(session.pk, asked, clock=lambda: NOW)
    moves(session, starts_at=session.starts_at + QUARTER)
    assert places.hold(session.pk, asked, clock=lambda: NOW) == booking


def test_answer_is_the_same_whether_or_not_the_address_is_booked(client, session):
    form = checks(client, session)
    places.hold(session.pk, party(email="ada@school.example"), clock=lambda: NOW)
    CHANGES["day"][0](session)
    again = shown_again(client, "book-check", session, form)
    assert (again.status_code, CHANGES["day"][1] in Page(again).text) == (409, True)


def test_check_page_says_what_it_costs(client, session):
    ShowcaseSession.objects.update(cost_pence=500)
    checks(client, session)
    assert "Cost: £5 for each visitor" in Page(client.get(at("book-check", session))).text
