"""What looks wrong is found, whichever way of seeing a page shows it."""

import pytest

from tests.browser.look import assert_looks_right

pytestmark = pytest.mark.browser

NARROW, WIDE = "(width < 600px)", "(width > 600px)"
LIGHT, DARK = "(prefers-color-scheme: light)", "(prefers-color-scheme: dark)"
FAINT = "p { color: #888; background: #999 }"
PAGE = """<!doctype html><html lang=en><title>A page</title>
<style>body { background: #fff; color: #000 } a { display: inline-block; padding: 12px } b { display: none } %s</style>
<main><h1>A page</h1><p>Words <b>and more</b></p><a href=/1>One</a><a href=/2>Two</a></main>"""


@pytest.mark.parametrize(
    "where, style, found",
    [
        (f"{LIGHT} and {NARROW}", FAINT, "320-light: color-contrast"),
        (f"{LIGHT} and {WIDE}", FAINT, "1280-light: color-contrast"),
        (f"{DARK} and {NARROW}", FAINT, "320-dark: color-contrast"),
        (f"{DARK} and {WIDE}", FAINT, "1280-dark: color-contrast"),
        (f"{DARK} and {NARROW}", "main { background: #555 }", "320-dark: color-contrast"),  # around the words
        (f"{LIGHT} and {WIDE}", "b { display: inline; color: #ddd }", "1280-light: color-contrast"),  # not shown before
        (f"{DARK} and {NARROW}", "p { width: 400px }", "320-dark: these stick out"),
        (NARROW, "a { padding: 0; font-size: 6px }", "320-light: target-size"),
        (WIDE, "a { padding: 0; font-size: 6px }", "1280-dark: target-size"),
    ],
)
def test_what_one_way_of_seeing_a_page_shows_is_found(chromium, where, style, found):
    with chromium.new_page() as page:
        page.set_content(PAGE % f"@media {where} {{ {style} }}")
        with pytest.raises(AssertionError, match=found):
            assert_looks_right(page, "fault")


def test_page_without_a_fault_looks_right(chromium):
    with chromium.new_page() as page:
        page.set_content(PAGE % "")
        assert_looks_right(page, "no-fault")
