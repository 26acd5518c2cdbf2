"""Behind private links, every state, looked at."""

import pytest

from tests.browser.cast import link, link_of, link_to
from tests.browser.look import assert_looks_right, in_forced_colours, in_print

pytestmark = pytest.mark.browser

PAGES = {
    "booking-held": lambda cast: link(cast.held),
    "booking-held-cancel": lambda cast: link(cast.held, "cancel/"),
    "booking-confirmed": lambda cast: link(cast.confirmed),
    "booking-change": lambda cast: link(cast.to_change, "change/"),
    "booking-lapsed": lambda cast: link(cast.lapsed),
    "booking-lapsed-and-full": lambda cast: link(cast.lapsed_and_full),
    "booking-cancelled": lambda cast: link(cast.booking_cancelled),
    "booking-of-cancelled-session": lambda cast: link(cast.of_cancelled),
    "booking-of-postponed-session": lambda cast: link(cast.of_postponed),
    "booking-of-moved-session": lambda cast: link(cast.of_moved),
    "place-of-moved-session": lambda cast: link_of(cast.of_moved.visitors.get(is_contact=False)),
    "booking-of-started-session": lambda cast: link(cast.of_started),
    "booking-same-people": lambda cast: link(cast.confirmed, "same-people/"),
    "booking-same-people-nowhere": lambda cast: link(cast.confirmed, "same-people/?teach=y13"),
    "booking-part-waits": lambda cast: link(cast.part_waits),
    "booking-add": lambda cast: link(cast.part_waits, "add/"),
    "booking-remove": lambda cast: link(cast.gives, "visitors/1/remove/"),
    "booking-handed-over": lambda cast: link(cast.gives),
    "booking-hand-over": lambda cast: link(cast.gives, "visitors/1/hand-over/"),
    "booking-twice": lambda cast: link(cast.twice),
    "waiting-unproved": lambda cast: link(cast.unproved),
    "waiting": lambda cast: link(cast.waits),
    "waiting-leave": lambda cast: link(cast.waits, "cancel/"),
    "waiting-ended": lambda cast: link(cast.list_ended),
    "offered": lambda cast: link(cast.offered),
    "offered-decline": lambda cast: link(cast.offered, "cancel/"),
    "booking-address-waits": lambda cast: link(cast.moves) + "?saved",
    "new-address": lambda cast: link_to(cast.new_address),
    "new-address-pressed": lambda cast: link_to(cast.pressed),
    "place-given-away": lambda cast: cast.old_link,
    "place-take-back": lambda cast: cast.old_link + "take-back/",
    "place-handed-to-you": lambda cast: link_of(cast.taker),
    "place": lambda cast: link_of(cast.ben),
    "place-details": lambda cast: link_of(cast.ben, "change/"),
    "place-release": lambda cast: link_of(cast.ben, "cancel/"),
    "place-released": lambda cast: link_of(cast.released),
    "place-of-cancelled-session": lambda cast: link_of(cast.of_cancelled.visitors.get(is_contact=False)),
}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", PAGES)
def test_private_page_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(PAGES[name](cast))
    assert_looks_right(page, name)


@pytest.mark.usefixtures("rows")
def test_people_filled_in_for_another_session_look_right(visit, cast):
    page = visit(java_script_enabled=True)
    page.goto(link(cast.confirmed, "same-people/"))
    page.get_by_role("button", name="Choose this one").first.click()
    assert page.get_by_label("Your full name").input_value() == "Ada Teacher"
    assert_looks_right(page, "who-the-same-people")


@pytest.mark.usefixtures("rows")
def test_question_whether_a_colleague_is_to_wait_looks_right(visit, cast):
    page = visit(java_script_enabled=True)
    page.goto(link(cast.part_waits, "add/"))
    page.get_by_label("Their full name").fill("Cara Colleague")
    page.get_by_role("button", name="Continue").click()
    assert page.get_by_role("heading", level=1).inner_text() == "Put Cara Colleague on the waiting list?"
    assert_looks_right(page, "booking-add-asks")


@pytest.mark.usefixtures("rows")
def test_change_with_errors_looks_right(visit, cast):
    page = visit(java_script_enabled=True)
    page.goto(link(cast.to_change, "change/"))
    page.get_by_label("Your full name").fill("")
    page.locator("#id_email_2").fill("ben")
    page.get_by_role("button", name="Save").click()
    assert_looks_right(page, "booking-change-errors")


@pytest.mark.usefixtures("rows")
def test_refusal_on_a_booking_looks_right(visit, cast):
    """The place went between the page and its button."""
    page = visit(java_script_enabled=True)
    page.goto(link(cast.lapsed))
    page.evaluate(
        "action => { document.querySelector('form').action = action }", link(cast.lapsed_and_full, "confirm/")
    )
    page.get_by_role("button", name="Book 2 places again").click()
    assert page.locator("h2").first.inner_text() == "Not done"
    assert_looks_right(page, "booking-refused")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("name", ["booking-held", "booking-confirmed"])
def test_booking_in_print_and_forced_colours(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(PAGES[name](cast))
    in_print(page, name)
    in_forced_colours(page, name)
