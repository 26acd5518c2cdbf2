"""Back in a real browser: after a mistake was put right, and after booking. It never asks to send a form again."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings import places
from bookings.models import Booking
from tests.browser.arriving import follow, press
from tests.browser.cast import times
from tests.browser.test_journey import choose_school, heading, say_who
from tests.factories import SessionFactory, party

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("rows")]

PROBLEM = "There is a problem"


def wrong(page):
    """The page says what is wrong, at an address that the browser may ask for again."""
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_role("heading", name=PROBLEM)).to_have_count(1)


def back(page, leaving):
    """Back from the page with that heading. Raises Error where the browser would send a form again: ERR_CACHE_MISS."""
    page.get_by_role("heading", level=1, name=leaving).wait_for()
    answer = page.go_back()
    assert (answer.status, answer.request.method) == (200, "GET")
    assert answer.header_value("cache-control") == "no-store"
    assert PROBLEM not in page.content()


def test_back_after_each_mistake_was_put_right(visit, cast):
    page = visit()
    page.goto(f"/sessions/{cast.hall.ref}/book/")
    press(page, "Continue")
    wrong(page)
    page.get_by_label("Your school").fill("ash")
    press(page, "Continue")
    back(page, "Schools that match")
    assert page.get_by_label("Your school").input_value() == "ash"

    press(page, "Continue")
    press(page, "Continue")
    wrong(page)
    page.get_by_label("Ash Primary School, Dover CT16 1AA").check()
    press(page, "Continue")
    back(page, "Who is coming?")
    assert page.get_by_label("Ash Primary School, Dover CT16 1AA").is_checked()

    press(page, "Continue")
    say_who(page, "not an address", name="")
    press(page, "Continue")
    wrong(page)
    assert page.get_by_label("Your email address").input_value() == "not an address"
    say_who(page, "put.right@school.example")
    press(page, "Continue")
    back(page, "Check and book")
    assert heading(page) == "Who is coming?"
    assert page.get_by_label("Your full name").input_value() == "Ada Teacher"
    page.go_forward()
    assert heading(page) == "Check and book"


def test_back_after_another_place_was_put_right(visit, cast):
    page = visit()
    page.goto(f"/sessions/{cast.hall.ref}/book/other/")
    page.get_by_label("A trust, local authority or other body").check()
    page.get_by_label("Its name").fill("Maths Trust")
    press(page, "Continue")
    wrong(page)
    assert page.get_by_label("Its name").input_value() == "Maths Trust"
    page.get_by_label("Its postcode or town").fill("Dover")
    press(page, "Continue")
    back(page, "Who is coming?")
    assert page.get_by_label("Its postcode or town").input_value() == "Dover"


def test_back_after_a_wrong_code_leads_to_the_steps(visit, cast):
    page = visit()
    page.goto(f"/sessions/{cast.listed.ref}/book/")
    page.get_by_label("Your school").fill("ash dover")
    press(page, "Continue")
    page.get_by_label("Do you have a code?").fill("wrong")
    press(page, "Use this code")
    wrong(page)
    page.get_by_label("Do you have a code?").fill(cast.listed.only_list.code)
    press(page, "Use this code")
    back(page, "Who is coming?")
    assert heading(page) == "Who is coming?"


def test_back_after_booking_shows_nothing_that_was_typed(visit, cast):
    """All the way back, over pages that were answered with mistakes."""
    page = visit()
    choose_school(page, cast)
    say_who(page, "nothing.typed@school.example", name="")
    press(page, "Continue")
    wrong(page)
    say_who(page, "nothing.typed@school.example", name="Nobody Reads-This")
    press(page, "Continue")
    press(page, "Book 1 place")
    follow(page, "Use another address")
    press(page, "Send the link there")
    wrong(page)
    page.get_by_label("Email address").fill("nothing.typed.again@school.example")
    press(page, "Send the link there")
    page.get_by_role("heading", level=1, name="Check your email").wait_for()
    seen = []
    while len(seen) < 20 and (answer := page.go_back()):
        assert (answer.status, answer.request.method) == (200, "GET")
        assert "Reads-This" not in page.content()
        assert "nothing.typed@" not in page.content()
        seen.append(heading(page))
    assert set(seen) == {"Use another address", "Check your email", cast.hall.name}
    assert Booking.objects.filter(contact_email__startswith="nothing.typed@").count() == 1


def test_back_after_waiting_for_places_that_had_gone(visit, cast):
    """The last button was refused, then the way to wait was left out, then said: Back leads to where the mail went."""
    page = visit()
    session = SessionFactory(**times(cast.day), hub_year=cast.kent, venue=cast.west, room__capacity=3)
    page.goto(f"/sessions/{session.ref}/book/")
    page.get_by_label("Your school").fill("ash dover")
    press(page, "Continue")
    say_who(page, "waits@school.example")
    press(page, "Add a colleague")
    page.get_by_label("Full name", exact=True).fill("Ben Colleague")
    press(page, "Continue")
    places.hold(session.pk, party(size=3), clock=timezone.now)
    press(page, "Book 2 places")
    assert heading(page) == "Wait for 2 places?"
    page.reload()
    assert heading(page) == "Wait for 2 places?"
    press(page, "Join the waiting list")
    wrong(page)
    page.get_by_label("Wait for 2 together").check()
    press(page, "Join the waiting list")
    back(page, "Check your email")
    assert heading(page) == "Check your email"
    assert Booking.objects.waiting().filter(session=session).count() == 1
