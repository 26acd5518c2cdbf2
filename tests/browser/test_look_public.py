"""Every public page and state, looked at: narrow and wide, light and dark, by axe and by whoever opens the pictures."""

from itertools import combinations
from math import dist

import pytest

from hubs.models import ShowcaseSession
from tests.browser.cast import wish_link
from tests.browser.look import assert_looks_right, in_forced_colours, in_print

pytestmark = pytest.mark.browser

PAGES = {
    "list": "/",
    "list-one-hub": "/?hub=long",
    "list-filtered": "/?teach=y6&since=2026-01-01&hub=kent-medway",
    "list-nothing-fits": "/?teach=ks5&since=2026-01-01",
    "list-filter-errors": "/?since=31/02/2027&until=soon&teach=y99&hub=nowhere",
    "list-past": "/?past=1",
    "hubs": "/hubs/",
    "hub": "/hubs/kent-medway/",
    "hub-long-name": "/hubs/long/",
    "hub-without-sessions": "/hubs/quiet/",
    "hub-in-an-earlier-year": "/hubs/kent-medway/2018-19/",
    "hub-in-its-first-year": "/hubs/kent-medway/2014-15/",
    "privacy": "/privacy/",
    "accessibility": "/accessibility/",
    "my-bookings": "/my-bookings/",
    "my-bookings-sent": "/my-bookings/sent/",
    "tell-me-hub": "/hubs/kent-medway/tell-me/",
    "tell-me-hub-long-name": "/hubs/long/tell-me/",
    "tell-me-sent": "/hubs/kent-medway/tell-me/sent/",
    "tell-me-stopped": "/tell-me/stopped/",
    "not-found": "/nowhere/",
    "embed": "/hubs/kent-medway/embed/",
    "chinese-list": "/zh-hans/",
    "chinese-list-near": "/zh-hans/?near=dover&teach=y6",
    "chinese-hub": "/zh-hans/hubs/kent-medway/",
    "chinese-privacy": "/zh-hans/privacy/",
    "chinese-not-found": "/zh-hans/nowhere/",
}
SESSIONS = [
    "open",
    "roomy",
    "nearly",
    "full",
    "ended",
    "hall",
    "empty_hall",
    "small",
    "long_names",
    "soon",
    "closed",
    "elsewhere",
    "postponed",
    "cancelled",
    "announced",
    "range",
    "over",
    "listed",
]


@pytest.mark.parametrize("name", PAGES)
def test_page_looks_right(visit, name):
    page = visit(java_script_enabled=True)
    page.goto(PAGES[name])
    assert_looks_right(page, name)


@pytest.mark.parametrize("name", SESSIONS)
def test_session_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(f"/sessions/{getattr(cast, name).ref}/")
    assert_looks_right(page, f"session-{name.replace('_', '-')}")


@pytest.mark.parametrize("name", ["open", "full", "postponed"])
def test_session_looks_right_in_chinese(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(f"/zh-hans/sessions/{getattr(cast, name).ref}/")
    assert_looks_right(page, f"chinese-session-{name}")


@pytest.mark.parametrize("name", ["soon", "announced"])
def test_form_to_be_told_of_a_session_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(f"/sessions/{getattr(cast, name).ref}/")
    page.get_by_role("link", name="Tell me when booking opens").click()
    assert_looks_right(page, f"tell-me-{name}")


def test_tell_me_with_an_error_and_sent_looks_right(visit, cast):
    page = visit(java_script_enabled=True)
    page.goto(f"/hubs/long/visits/{cast.visit.pk}/tell-me/")
    page.get_by_label("Email address").fill("ada")
    page.get_by_role("button", name="Tell me").click()
    assert_looks_right(page, "tell-me-error")
    page.get_by_label("Email address").fill("ada.looks@school.example")
    page.get_by_role("button", name="Tell me").click()
    assert_looks_right(page, "tell-me-visit-sent")


def test_tell_me_of_a_search_that_finds_nothing_looks_right(visit):
    page = visit(java_script_enabled=True)
    page.goto("/?near=ME16 8TL&teach=y13&within=10")
    assert_looks_right(page, "list-nothing-found")
    page.get_by_role("link", name="Tell me when a session like this opens").click()
    assert page.get_by_label("I teach").input_value() == "y13"
    assert_looks_right(page, "tell-me-search")
    page.get_by_label("Postcode, town or school").fill("Nowhere")
    page.get_by_role("button", name="Tell me").click()
    assert_looks_right(page, "tell-me-search-error")
    page.get_by_label("Postcode, town or school").fill("ME16 8TL")
    page.get_by_label("Email address").fill("ada.searches@school.example")
    page.get_by_role("button", name="Tell me").click()
    assert_looks_right(page, "tell-me-search-sent")


@pytest.mark.parametrize("name", ["wish", "wish_proved", "wish_opened"])
def test_wish_looks_right(visit, cast, name):
    page = visit(java_script_enabled=True)
    page.goto(wish_link(getattr(cast, name)))
    assert_looks_right(page, name.replace("_", "-"))


@pytest.mark.usefixtures("rows")
def test_list_of_nothing_at_all_looks_right(visit):
    public = ShowcaseSession.objects.filter(visibility=ShowcaseSession.Visibility.PUBLIC)
    hidden = list(public.values_list("pk", flat=True))
    public.update(visibility=ShowcaseSession.Visibility.STAFF)
    try:
        page = visit(java_script_enabled=True)
        page.goto("/")
        assert_looks_right(page, "list-empty")
    finally:
        again = ShowcaseSession.objects.filter(pk__in=hidden)
        again.update(visibility=ShowcaseSession.Visibility.PUBLIC)


def test_my_bookings_with_an_error_looks_right(visit):
    page = visit(java_script_enabled=True)
    page.goto("/my-bookings/")
    page.get_by_label("Email address").fill("ada")
    page.get_by_role("button", name="Send my links").click()
    assert_looks_right(page, "my-bookings-error")


def forget(page):
    page.context.clear_cookies()


def outlive(page):
    cookies = page.context.cookies()
    page.context.add_cookies([one | {"value": "y" * 32} for one in cookies if one["name"] == "csrftoken"])


def hide(page):
    """As privacy extensions do: the browser then sends `Origin: null`."""
    page.evaluate("document.head.insertAdjacentHTML('beforeend', '<meta name=referrer content=no-referrer>')")


@pytest.mark.parametrize(
    "happens, heading, name",
    [
        (forget, "Your browser sent no cookie", "form-without-cookie"),
        (hide, "We cannot tell that this came from our own page", "form-from-elsewhere"),
        (outlive, "This page was open for too long", "form-expired"),
    ],
)
def test_form_that_is_refused_looks_right(visit, cast, happens, heading, name):
    page = visit(java_script_enabled=True)
    page.goto(f"/sessions/{cast.open.ref}/book/")
    happens(page)
    page.get_by_role("button", name="Continue").click()
    assert page.locator("h1").inner_text() == heading
    assert_looks_right(page, name)


@pytest.mark.parametrize("name", ["list", "hub", "hub-in-an-earlier-year"])
def test_public_page_in_print_and_forced_colours(visit, name):
    page = visit(java_script_enabled=True)
    page.goto(PAGES[name])
    in_print(page, name)
    in_forced_colours(page, name)


def test_large_text_does_not_stick_out(visit, cast):
    """Twice the size of text, as some set their telephone to."""
    page = visit(java_script_enabled=True)
    page.set_viewport_size({"width": 412, "height": 800})
    for address in (
        "/",
        f"/sessions/{cast.open.ref}/",
        f"/sessions/{cast.open.ref}/book/",
        "/hubs/",
        "/hubs/kent-medway/",
    ):
        page.goto(address)
        page.evaluate("document.documentElement.style.fontSize = '36px'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 412, address


def test_counters_of_the_map_can_be_hit_with_a_thumb_and_reached_by_keyboard(visit, cast):
    """At 320 px each is 24 px wide and covers no other; the country lies behind them."""
    page = visit(java_script_enabled=True)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/")
    circles = page.locator(".england circle")
    boxes = [circles.nth(n).bounding_box() for n in range(circles.count())]
    assert boxes
    assert [box for box in boxes if min(box["width"], box["height"]) < 24] == []
    middles = [(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2) for box in boxes]
    assert [pair for pair in combinations(middles, 2) if dist(*pair) < 24] == []
    drawn = page.locator(".england image").evaluate("one => fetch(one.href.baseVal).then(said => said.status)")
    assert drawn == 200
    page.get_by_role("link", name="On a map").click()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") in [
        one.get_attribute("aria-label") for one in page.locator(".england a").all()
    ]
    page.keyboard.press("Enter")
    page.wait_for_url("**/?*hub*")


def test_first_session_that_can_be_booked_stands_within_the_second_screen_of_a_telephone(visit, cast):
    page = visit()
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto("/")
    first = page.locator(".session:has(.tag.good)").first
    assert first.get_by_role("link").bounding_box()["y"] < 2 * 640


def test_map_looks_right_in_forced_colours_and_in_print(visit, cast):
    page = visit()
    page.goto("/")
    in_forced_colours(page, "list-map")
    in_print(page, "list-map")
