"""Every step of a booking and each of its states, looked at."""

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from bookings.models import Draft
from tests.browser import cast as scene
from tests.browser.arriving import follow, press
from tests.browser.look import assert_looks_right

pytestmark = pytest.mark.browser

HOUR = dt.timedelta(hours=1)
STATES = {}


def state(walk):
    """A way to a state of the steps; its name is that of the picture."""
    STATES[walk.__name__.replace("_", "-")] = walk
    return walk


def chosen(page, session):
    """As far as the school."""
    page.goto(f"/sessions/{session.ref}/book/")
    page.get_by_label("Your school").fill("ash dover")
    press(page, "Continue")


def said(page, *, colleagues=1):
    page.get_by_label("Your full name").fill("Ada Teacher")
    page.get_by_label("Your email address").fill("ada.looks@school.example")
    page.get_by_label("What do you do?").select_option(label="Maths lead")
    for n in range(1, colleagues + 1):
        press(page, "Add a colleague")
        page.locator(f"#id_name_{n}").fill(f"Colleague {n}")


def asked(page, session, name):
    """As far as the last page, from an address of its own."""
    chosen(page, session)
    said(page)
    page.get_by_label("Your email address").fill(f"{name}@school.example")
    press(page, "Continue")


@state
def book_school(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/")


@state
def code_asked_for(page, cast):
    chosen(page, cast.listed)


@state
def code_wrong(page, cast):
    chosen(page, cast.listed)
    page.get_by_label("Do you have a code?").fill("wrong")
    press(page, "Use this code")


@state
def book_school_error(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/")
    press(page, "Continue")


@state
def book_pick(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/")
    page.get_by_label("Your school").fill("ash")
    press(page, "Continue")


@state
def book_pick_error(page, cast):
    book_pick(page, cast)
    press(page, "Continue")


@state
def book_pick_none(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/")
    page.get_by_label("Your school").fill(scene.LONG_WORD)
    press(page, "Continue")


@state
def book_pick_many(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/")
    page.get_by_label("Your school").fill("st josephs")
    press(page, "Continue")


@state
def book_other(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/other/")


@state
def book_other_error(page, cast):
    page.goto(f"/sessions/{cast.open.ref}/book/other/")
    page.get_by_label("A trust, local authority or other body").check()
    press(page, "Continue")


@state
def book_who(page, cast):
    chosen(page, cast.open)


@state
def book_who_errors(page, cast):
    chosen(page, cast.open)
    press(page, "Add a colleague")
    page.get_by_label("Your email address").fill("ada")
    press(page, "Continue")


@state
def book_who_two_colleagues(page, cast):
    chosen(page, cast.hall)
    said(page, colleagues=2)
    press(page, "Add a colleague")
    press(page, "Remove visitor 4")


@state
def book_who_not_coming(page, cast):
    chosen(page, cast.open)
    page.get_by_label("No, I am booking for others").check()
    press(page, "Continue")


@state
def book_who_ten(page, cast):
    chosen(page, cast.hall)
    for _press in range(9):
        press(page, "Add a colleague")


@state
def book_check(page, cast):
    asked(page, cast.open, "check")


@state
def book_check_long_names(page, cast):
    page.goto(f"/sessions/{cast.long_names.ref}/book/")
    page.get_by_label("Your school").fill("holy rosary")
    press(page, "Continue")
    page.get_by_role("radio").first.check()
    press(page, "Continue")
    said(page, colleagues=0)
    page.get_by_label("Your full name").fill(scene.LONG_WORD)
    page.get_by_label("Your email address").fill(f"long{'.long' * 11}@{'school.' * 12}example")
    page.get_by_label("Access or dietary needs (optional)").fill("A place near the door. " * 12)
    press(page, "Continue")


@state
def book_who_past_the_share(page, cast):
    chosen(page, cast.open)
    said(page, colleagues=2)


@state
def book_check_two_of_three(page, cast):
    book_who_past_the_share(page, cast)
    press(page, "Continue")


@state
def book_check_two_of_three_error(page, cast):
    book_check_two_of_three(page, cast)
    page.get_by_label("Colleague 1").uncheck()
    press(page, "Book 2 now, wait for 1")


@state
def book_not_this_time(page, cast):
    chosen(page, cast.share)
    said(page)
    press(page, "Continue")


@state
def book_not_now(page, cast):
    page.goto(f"/sessions/{cast.full.ref}/book/")


@state
def book_sent(page, cast):
    asked(page, cast.hall, "sent")
    press(page, "Book 2 places")


@state
def book_sent_again(page, cast):
    asked(page, cast.hall, "again")
    press(page, "Book 2 places")
    press(page, "Send it again")


@state
def book_address(page, cast):
    asked(page, cast.hall, "first")
    press(page, "Book 2 places")
    follow(page, "Use another address")


@state
def book_address_error(page, cast):
    asked(page, cast.hall, "second")
    press(page, "Book 2 places")
    follow(page, "Use another address")
    press(page, "Send the link there")


@pytest.mark.parametrize("name", STATES)
def test_step_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    STATES[name](page, cast)
    assert_looks_right(page, name)


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", ["book-who-late", "book-check-late", "book-sent-late"])
def test_step_after_hours_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    asked(page, cast.hall, name)
    if name == "book-sent-late":
        press(page, "Book 2 places")
        Draft.objects.filter(consumed_at__isnull=False).update(consumed_at=timezone.now() - 2 * HOUR)
        page.reload()
    else:
        Draft.objects.update(expires_at=timezone.now() + 20 * HOUR)
        if name == "book-who-late":
            page.go_back()
        press(page, "Continue" if name == "book-who-late" else "Book 2 places")
    assert_looks_right(page, name)


def test_error_summary_leads_to_the_field(visit, cast):
    page = visit()
    book_who_errors(page, cast)
    expect(page).to_have_title("Error: Who is coming? – Showcase")
    page.get_by_role("link", name="Choose what you do").click()
    assert page.url.endswith("#id_role_own")
    assert page.locator("#id_role_own").get_attribute("aria-invalid") == "true"
    described = page.locator("#id_role_own").get_attribute("aria-describedby").split()
    assert page.locator(f"#{described[-1]}").inner_text() == "Choose what you do"
