"""A whole booking by keyboard alone, at 320 pixels and without JavaScript: every stop is seen, and in order."""

import re
from typing import NamedTuple

import pytest
from playwright.sync_api import expect

from tests.browser.look import STICKS_OUT
from tests.browser.test_journey import link_in

pytestmark = pytest.mark.browser

SKIP = "Skip to the content"
NARROW = {"viewport": {"width": 320, "height": 640}}
# What is in focus: its name as it is announced, how it is outlined, its place in the source, whether it is on screen.
IN_FOCUS = """() => {
    const e = document.activeElement
    if (!e || e === document.body) return null
    const named = (e.labels && e.labels[0]) || e, style = getComputedStyle(e), box = e.getBoundingClientRect()
    return [named.innerText.trim().replace(/\\s+/g, ' '), style.outlineStyle, parseFloat(style.outlineWidth),
        [...document.querySelectorAll('*')].indexOf(e), e.type || '',
        box.width > 1 && box.left >= 0 && box.right <= innerWidth && box.bottom > 0 && box.top < innerHeight]
}"""


class Stop(NamedTuple):
    """Where the focus is."""

    words: str
    outline: str
    width: float
    place: int
    kind: str
    on_screen: bool


class Keyboard:
    """Somebody without a mouse. Wherever they come to, they see where they are, and nothing sticks out."""

    def __init__(self, page):
        self.page = page
        self.here = None

    def opened(self, heading):
        """A page has come: it is the one expected, it fits, and its first stop leads past its header."""
        expect(self.page.locator("h1")).to_have_text(heading)
        self.here = None
        self.tab()
        assert self.here.words == SKIP

    def go(self, heading, key="Enter"):
        """Press what is in focus, which leads to another page."""
        with self.page.expect_navigation():
            self.page.keyboard.press(key)
        self.opened(heading)

    def press(self, key):
        self.page.keyboard.press(key)
        found = self.page.evaluate(IN_FOCUS)
        assert found, f"{key} leaves nothing in focus on {self.page.url} after {self.here}"
        self.here = Stop(*found)
        seen = self.here.outline != "none" and self.here.width >= 2 and self.here.on_screen
        assert seen, f"The focus is not seen on {self.page.url}: {self.here}"
        assert self.page.evaluate(STICKS_OUT) == [], f"{self.page.url} at {self.here}"

    def tab(self):
        before = self.here
        self.press("Tab")
        within = before == self.here and before.kind == "date"  # its day, month and year are stops of their own
        assert before is None or before.place < self.here.place or within, f"{self.here} comes after {before}"

    def back(self):
        before = self.here
        self.press("Shift+Tab")
        assert self.here.place < before.place, f"{self.here} comes before {before}"

    def to(self, words, *, most=80):
        """Tab to that, the next of that name."""
        for _press in range(most):
            self.tab()
            if self.here.words == words:
                return
        raise AssertionError(f"{words!r} is not reached by keyboard on {self.page.url}")

    def write(self, field, words):
        """Tab to the field and type."""
        self.to(field)
        self.page.keyboard.type(words)

    def choose(self, words):
        """Tab to the next choices, of which one is chosen with the arrows; by Space if it is where one comes in."""
        while self.here.kind != "radio":
            self.tab()
        self.press("Space")
        for _press in range(20):
            if self.here.words == words:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{words!r} is not among the choices on {self.page.url}")

    def pick(self, field, words):
        """Tab to a list that drops down, and go down in it."""
        self.to(field)
        for _press in range(40):
            if self.page.evaluate("document.activeElement.selectedOptions[0].innerText.split(' (')[0]") == words:
                return
            self.press("ArrowDown")
        raise AssertionError(f"{words!r} is not in {field!r} on {self.page.url}")


@pytest.fixture
def keys(visit):
    return Keyboard(visit(**NARROW))


def finds_a_session(keys):
    """From the list, by a place and a class."""
    keys.page.goto("/")
    keys.opened("Watch a lesson taught by a teacher from Shanghai")
    keys.write("Postcode, town or school", "maidstone")
    keys.pick("I teach", "Year 6")
    keys.to("Dates, role, access")
    keys.press("Space")
    keys.pick("I am", "Anybody")
    keys.to("Find sessions")
    keys.go("Find a session")
    expect(keys.page.locator(".search-line .chips li")).to_have_count(3)  # each filter, and all of them
    keys.to("A lesson in the hall")
    keys.go("A lesson in the hall")


def chooses_a_school(keys):
    keys.to("Book a place")
    keys.go("What is your school?")
    keys.write("Your school", "ash")
    keys.go("Schools that match “ash”")
    keys.choose("Ash Primary School, Dover CT16 1AA")
    keys.to("Continue")
    keys.go("Who is coming?")


def says_who_comes(keys, email):
    """Themselves and a colleague; what is left out is said, and the summary leads to it."""
    keys.write("Your full name", "Kay Keyboard")
    keys.to("Add a colleague")
    keys.go("Who is coming?", "Space")
    keys.to("Continue")
    keys.go("Who is coming?")
    expect(keys.page).to_have_title(re.compile("^Error: "))
    keys.to("Enter your email address")
    keys.press("Enter")
    assert keys.here.words == "Your email address"
    keys.page.keyboard.type(email)
    keys.pick("What do you do?", "Maths lead")
    keys.write("Full name", "Ben Colleague")
    keys.to("Continue")
    keys.go("Check and book")


@pytest.mark.usefixtures("rows")
def test_whole_booking_is_done_by_keyboard_alone(keys, showcase, cast):
    finds_a_session(keys)
    chooses_a_school(keys)
    says_who_comes(keys, "keyboard@school.example")
    keys.to("Book 2 places")
    keys.back()
    assert keys.here.words == "Privacy"
    keys.tab()
    keys.go("Check your email")
    keys.page.goto(link_in(showcase.mailbox.wait_for("keyboard@school.example")))
    keys.opened("Confirm your 2 places")
    keys.to("Confirm 2 places")
    keys.go("2 places confirmed", "Space")
    keys.to("Cancel your 2 places")
    keys.go("Cancel your 2 places?")
    keys.to("Cancel 2 places")
    keys.go("This booking is cancelled")


def test_skip_link_leads_past_the_header(keys):
    keys.page.goto("/")
    keys.opened("Watch a lesson taught by a teacher from Shanghai")
    keys.page.keyboard.press("Enter")
    keys.tab()
    expect(keys.page.locator("main :focus")).to_have_count(1)


@pytest.mark.parametrize(
    "name, action",
    [
        ("open", "Book a place"),
        ("full", "Join the waiting list"),
        ("soon", "Tell me when booking opens"),
        ("announced", "Tell me when booking opens"),
    ],
)
def test_action_stands_directly_under_title_date_and_place(keys, cast, name, action):
    """In the source too: it is the first stop of the content, in the block after the title's, above all others."""
    page = keys.page
    page.goto(f"/sessions/{getattr(cast, name).ref}/")
    title, panel = page.locator(".lesson-title:has(h1)"), page.locator(".lesson-title + .panel")
    assert page.locator("main").locator("a, button, input, select, summary").first.inner_text() == action
    assert panel.locator("a.button").inner_text() == action
    assert title.evaluate("e => e.previousElementSibling") is None
    under, top = title.bounding_box(), panel.bounding_box()
    assert 0 <= top["y"] - under["y"] - under["height"] < 60
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator(":focus").inner_text() == action
