"""The usual browser is kept from test to test, and is as a new one: nothing of a test is met by the next."""

import re
from pathlib import Path

import pytest

from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

HERE = Path(__file__).parent
LEFT = """() => [
    document.cookie, localStorage.length, sessionStorage.length, history.length, innerWidth, window.name, typeof shown,
    opener, confirm('Accepted?'),
    ...['print', '(prefers-color-scheme: dark)', '(forced-colors: active)', '(prefers-reduced-motion: reduce)']
        .map(query => matchMedia(query).matches),
]"""
FROM_THE_SERVER = "() => performance.getEntriesByType('resource').map(one => one.transferSize > 0)"
SHIFTED = "() => { addEventListener('keydown', event => window.shifted = event.shiftKey) }"
# What a test may do to its context: it is set back, or changes nothing. What else is set there would stay.
OF_A_CONTEXT = {"add_cookies", "clear_cookies", "cookies", "new_page", "set_offline"}


@pytest.fixture
def windows(chromium, showcase, cast):
    return Windows(chromium, showcase.url)


def opened(windows):
    page = windows.open(java_script_enabled=True)
    page.goto("/privacy/")
    found = [*page.evaluate(LEFT), *page.evaluate(FROM_THE_SERVER)]
    page.evaluate(SHIFTED)
    page.keyboard.press("a")
    return page, [*found, page.evaluate("shifted"), page.goto("/hubs/").status, len(page.context.pages)]


def test_kept_browser_is_as_a_new_one(windows):
    page, new = opened(windows)
    page.evaluate("() => { document.cookie = 'a=1; path=/'; localStorage.a = sessionStorage.a = 1; name = 'left' }")
    page.emulate_media(media="print", color_scheme="dark", forced_colors="active", reduced_motion="reduce")
    page.set_viewport_size({"width": 320, "height": 640})
    page.add_init_script("shown = 1")
    page.route("**/hubs/", lambda route: route.fulfill(status=418))
    page.on("dialog", lambda dialog: dialog.accept())
    page.keyboard.down("Shift")
    page.context.set_offline(True)
    page.context.new_page()
    page.evaluate("console.error('said')")
    assert [words.partition(": ")[2] for words in windows.leave()] == ["said"]
    again, found = opened(windows)
    assert (again.context, found) == (page.context, new)
    assert windows.leave() == []


def test_only_the_usual_browser_is_kept_and_lent_to_one_at_a_time(windows):
    usual = {"java_script_enabled": True}
    first, second, plain = windows.open(**usual), windows.open(**usual), windows.open()
    assert len({page.context for page in (first, second, plain)}) == 3
    windows.leave()
    assert [page.is_closed() for page in (first, second, plain)] == [True, True, True]
    assert windows.open(**usual).context == first.context
    windows.leave()


def test_nothing_is_set_on_a_context_that_would_stay_there():
    tests = [path.read_text() for path in HERE.glob("*.py") if path.name != "windows.py"]
    assert {done for text in tests for done in re.findall(r"\bcontext\.(\w+)\(", text)} <= OF_A_CONTEXT
