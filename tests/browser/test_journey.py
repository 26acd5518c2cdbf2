"""A teacher books, confirms, changes and cancels: with a real browser, mail server and worker, without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from bookings.models import Booking
from tests.browser.arriving import follow, press
from tests.browser.cast import hold, link

pytestmark = pytest.mark.browser


def heading(page):
    return page.locator("h1").inner_text()


def choose_school(page, cast):
    page.goto(f"/sessions/{cast.hall.ref}/")
    follow(page, "Book a place")
    page.get_by_label("Your school").fill("ash dover")
    press(page, "Continue")
    assert "Ash Primary School, Dover CT16 1AA" in page.locator("main").inner_text()


def say_who(page, email, name="Ada Teacher"):
    page.get_by_label("Your full name").fill(name)
    page.get_by_label("Your email address").fill(email)
    page.get_by_label("What do you do?").select_option(label="Class or subject teacher")


def link_in(message):
    """The private link of a mail, as somebody presses it: the address alone in its line."""
    text = message.get_body(("plain",)).get_content()
    (found,) = set(re.findall(r"https://localhost:\d+/bookings/[\w-]{50}/", text))
    return found


@pytest.mark.usefixtures("rows")
def test_one_person_whose_school_is_found_by_postcode_presses_five_times_at_most(visit, cast):
    """From the session's page to "Check your email". A choice from a list counts, typing does not."""
    page, pressed = visit(), []
    page.goto(f"/sessions/{cast.hall.ref}/")
    for press_it in (
        lambda: follow(page, "Book a place"),
        lambda: (page.get_by_label("Your school").fill("ct16 1aa"), press(page, "Continue")),
        lambda: say_who(page, "presses@school.example"),
        lambda: press(page, "Continue"),
        lambda: press(page, "Book 1 place"),
    ):
        press_it()
        pressed.append(heading(page))
    assert pressed[-1] == "Check your email"
    assert len(pressed) <= 5
    assert pressed == ["What is your school?", *["Who is coming?"] * 2, "Check and book", "Check your email"]


@pytest.mark.usefixtures("rows")
def test_who_has_the_place_now_is_chosen_and_the_other_waits(visit, cast):
    page = visit()
    page.goto(f"/sessions/{cast.share.ref}/book/")
    page.get_by_label("Your school").fill("ash dover")
    press(page, "Continue")
    say_who(page, "some@school.example")
    press(page, "Add a colleague")
    page.get_by_label("Full name", exact=True).fill("Ben Colleague")
    press(page, "Continue")
    assert heading(page) == "Check and book"
    page.get_by_label("Ben Colleague").check()
    press(page, "Book 1 now, wait for 1")
    assert heading(page) == "Check your email"
    held, waits = Booking.objects.filter(contact_email="some@school.example").order_by("pk")
    assert [one.visitors.get().full_name for one in (held, waits)] == ["Ben Colleague", "Ada Teacher"]


def test_teacher_books_for_two_confirms_changes_and_cancels(visit, showcase, cast):
    page = visit()
    choose_school(page, cast)
    say_who(page, "journey@school.example")
    press(page, "Add a colleague")
    page.get_by_label("Full name", exact=True).fill("Ben Colleague")
    page.get_by_label("Email address (optional)").fill("journey.ben@school.example")
    press(page, "Continue")
    assert heading(page) == "Check and book"
    press(page, "Book 2 places")
    assert heading(page) == "Check your email"

    asked = showcase.mailbox.wait_for("journey@school.example")
    page.goto(link_in(asked))
    assert heading(page) == "Confirm your 2 places"
    press(page, "Confirm 2 places")
    assert heading(page) == "2 places confirmed"

    told = showcase.mailbox.wait_for("journey@school.example", number=2)
    (entry,) = [part for part in told.walk() if part.get_content_type() == "text/calendar"]
    assert entry.get_param("method") == "REQUEST"
    assert "/bookings/" not in entry.get_content()
    named = showcase.mailbox.wait_for("journey.ben@school.example")
    ben = visit()
    ben.goto(link_in(named))
    assert heading(ben) == "You have a place"

    follow(page, "Change names and details")
    page.get_by_label("Full name", exact=True).fill("Benedict Colleague")
    press(page, "Save")
    assert "Benedict Colleague" in page.locator("ol.people").inner_text()
    with page.expect_download() as saved:
        follow(page, "Add to calendar")
    assert saved.value.suggested_filename == "showcase.ics"

    follow(page, "Cancel your 2 places")
    assert heading(page) == "Cancel your 2 places?"
    press(page, "Cancel 2 places")
    assert heading(page) == "This booking is cancelled"
    ben.reload()
    assert heading(ben) == "You have no place on this booking"
    last = showcase.mailbox.wait_for("journey@school.example", number=3)
    (entry,) = [part for part in last.walk() if part.get_content_type() == "text/calendar"]
    assert entry.get_param("method") == "CANCEL"


def test_enter_in_a_field_goes_on_and_removes_nobody(visit, cast):
    """The first button of a form is the one that Enter presses."""
    page = visit()
    choose_school(page, cast)
    say_who(page, "enter@school.example")
    press(page, "Add a colleague")
    page.get_by_label("Full name", exact=True).fill("Ben Colleague")
    page.get_by_label("Your full name").press("Enter")
    assert heading(page) == "Check and book"
    assert "Ben Colleague" in page.locator("dl.answers").inner_text()


@pytest.mark.usefixtures("rows")
def test_button_pressed_twice_at_once_books_once(visit, cast):
    page = visit()
    choose_school(page, cast)
    say_who(page, "twice@school.example")
    press(page, "Continue")
    other = page.context.new_page()
    other.goto(page.url)
    for one in (page, other):
        one.get_by_role("button", name="Book 1 place").click(no_wait_after=True)
    for one in (page, other):
        one.wait_for_url("**/sent/")
        assert heading(one) == "Check your email"
    assert Booking.objects.filter(contact_email="twice@school.example").count() == 1


@pytest.mark.usefixtures("rows")
def test_double_click_books_once(visit, cast):
    page = visit()
    choose_school(page, cast)
    say_who(page, "click@school.example")
    press(page, "Continue")
    page.get_by_role("button", name="Book 1 place").dblclick()
    page.wait_for_url("**/sent/")
    assert Booking.objects.filter(contact_email="click@school.example").count() == 1


@pytest.mark.usefixtures("rows")
def test_back_button_after_booking_shows_where_the_mail_went(visit, cast):
    page = visit()
    choose_school(page, cast)
    say_who(page, "back@school.example")
    press(page, "Continue")
    press(page, "Book 1 place")
    expect(page.locator("h1")).to_have_text("Check your email")
    page.go_back()
    expect(page.locator("h1")).to_have_text("Check your email")
    assert Booking.objects.filter(contact_email="back@school.example").count() == 1


def test_back_button_before_booking_keeps_what_was_typed(visit, cast):
    page = visit()
    choose_school(page, cast)
    say_who(page, "keeps@school.example")
    press(page, "Add a colleague")
    page.get_by_label("Full name", exact=True).fill("Ben Colleague")
    for go_back in (page.go_back, lambda: follow(page, "← Back")):
        press(page, "Continue")
        assert heading(page) == "Check and book"
        go_back()
        assert heading(page) == "Who is coming?"
        assert page.get_by_label("Your full name").input_value() == "Ada Teacher"
        assert page.get_by_label("Full name", exact=True).input_value() == "Ben Colleague"


@pytest.mark.usefixtures("rows")
def test_cookies_are_for_https_and_for_the_steps_alone(visit, cast):
    page = visit()
    page.goto("/")
    page.goto(f"/sessions/{cast.hall.ref}/")
    assert page.context.cookies() == []
    choose_school(page, cast)
    cookies = {one["name"]: one for one in page.context.cookies()}
    assert set(cookies) == {"draft", "csrftoken"}
    assert cookies["draft"]["path"] == f"/sessions/{cast.hall.ref}/book/"
    assert {(one["secure"], one["httpOnly"], one["sameSite"]) for one in cookies.values()} == {(True, True, "Lax")}


@pytest.mark.usefixtures("rows")
def test_address_of_a_private_page_is_not_handed_on(visit, showcase, cast):
    """Only the site is named to another page, so that forms pass Django's check and nobody learns the link."""
    booking = hold(cast.hall, "referrer@school.example")
    page = visit()
    with page.expect_request(lambda request: request.url.endswith("/confirm/")) as sent:
        page.goto(link(booking))
        press(page, "Confirm 2 places")
    assert sent.value.header_value("referer") == f"{showcase.url}/"
    assert heading(page) == "2 places confirmed"


def test_answers_come_over_https_with_hashed_styles(visit, showcase):
    page = visit()
    styles = []
    page.on("response", lambda response: styles.append(response) if response.url.endswith(".css") else None)
    answer = page.goto("/")
    assert answer.header_value("strict-transport-security").startswith("max-age=31536000")
    assert len(styles) == 1
    for one in styles:
        assert one.status == 200
        assert re.search(r"\.[0-9a-f]{12}\.css$", one.url)
        assert "immutable" in one.header_value("cache-control")
