"""The usual browser is kept from test to test, and is as a new one: nothing of a test is met by the next."""

import pytest

from tests.browser.windows import Windows

pytestmark = pytest.mark.browser

LEFT = """() => [
    document.cookie, localStorage.length, sessionStorage.length, history.length, innerWidth,
    ...['print', '(prefers-color-scheme: dark)', '(forced-colors: active)'].map(query => matchMedia(query).matches),
]"""
FROM_THE_SERVER = "() => performance.getEntriesByType('resource').map(one => one.transferSize > 0)"


@pytest.fixture
def windows(chromium, showcase, cast):
    return Windows(chromium, showcase.url)


def opened(windows):
    page = windows.open(java_script_enabled=True)
    page.goto("/privacy/")
    return page, [*page.evaluate(LEFT), *page.evaluate(FROM_THE_SERVER)]


def test_kept_browser_is_as_a_new_one(windows):
    page, new = opened(windows)
    page.evaluate("() => { document.cookie = 'a=1; path=/'; localStorage.a = sessionStorage.a = 1 }")
    page.goto("/hubs/")
    page.emulate_media(media="print", color_scheme="dark", forced_colors="active")
    page.set_viewport_size({"width": 320, "height": 640})
    page.context.set_offline(True)
    page.context.new_page()
    page.evaluate("console.error('said')")
    assert [words.partition(": ")[2] for words in windows.leave()] == ["said"]
    assert page.url.endswith("/robots.txt")
    again, found = opened(windows)
    assert (again, again.context.pages, found) == (page, [page], new)
    assert windows.leave() == []


def test_only_the_usual_browser_is_kept_and_lent_to_one_at_a_time(windows):
    usual = {"java_script_enabled": True}
    first, second, plain = windows.open(**usual), windows.open(**usual), windows.open()
    assert len({first, second, plain}) == 3
    windows.leave()
    assert [page.is_closed() for page in (first, second, plain)] == [False, True, True]
