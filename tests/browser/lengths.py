"""How long the pages of one booking are on a phone, in pixels and in screens of 640.

    python -m tests.browser.lengths http://127.0.0.1:8000

Against a running demo (script/server), new enough for its school to have places there: it books one and confirms it.
Without JavaScript, 320 px wide.
"""

import re
import sys
import time
from collections.abc import Iterator

from playwright.sync_api import Page, sync_playwright

from script import _chromium

WIDTH, HEIGHT = 320, 640
NEAR, SCHOOL = "ME16 8TL", "West Borough"
EMAIL = f"lengths.{time.time():.0f}@school.example"  # nobody has booked with it
HEIGHT_OF_ALL = "document.documentElement.scrollHeight"
FIRST_TO_BOOK = ".session:has(.tag.good)"


def main(site: str) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium.program(), args=["--no-sandbox"])
        asked = browser.new_context(
            base_url=site, java_script_enabled=False, viewport={"width": WIDTH, "height": HEIGHT}
        )
        page = asked.new_page()
        for name in walk(page):
            page.wait_for_selector("h1")
            length = page.evaluate(HEIGHT_OF_ALL)
            print(f"{name:20} {length:6} px  {length / HEIGHT:4.1f} screens{first_to_book(page)}")
        browser.close()


def walk(page: Page) -> Iterator[str]:
    """The pages of one booking, by name, each as it stands."""
    page.goto("/")
    yield "Home"
    page.goto(f"/?near={NEAR}&teach=y6")
    yield "After a search"
    page.locator(FIRST_TO_BOOK).first.get_by_role("link").first.click()
    page.wait_for_url("**/sessions/**")
    yield "Session"
    page.get_by_role("link", name=re.compile("^Book")).first.click()
    page.get_by_label("Your school").fill(SCHOOL)
    page.get_by_role("button", name="Continue").click()
    yield "Who is coming?"
    page.get_by_label("Your full name").fill("Ada Lovelace")
    page.get_by_label("Your email address").fill(EMAIL)
    page.get_by_label("What do you do?").select_option(index=1)
    page.get_by_role("button", name="Continue").click()
    yield "Check and book"
    page.get_by_role("button", name=re.compile("^Book ")).first.click()
    yield "Check your email"
    page.goto(link_mailed_to(EMAIL, page))
    yield "Not confirmed yet"
    page.get_by_role("button", name=re.compile("Confirm")).first.click()
    yield "Confirmed"


def link_mailed_to(address: str, page: Page) -> str:
    """The private link of the newest mail of the demo to that address, once the worker has sent it."""
    for _try in range(60):
        page.goto("/dev/mail/")
        newest = page.locator("article", has_text=address).first
        if newest.count():
            return re.findall(r"/bookings/[\w-]{50}/", newest.inner_html())[0]
        time.sleep(1)
    sys.exit("The demo sends no mail.")


def first_to_book(page: Page) -> str:
    """Where a list's first session that one can book stands."""
    first = page.locator(f"{FIRST_TO_BOOK} a")
    box = first.first.bounding_box() if first.count() else None
    return f"; the first session to book at {box['y']:.0f} px" if box else ""


if __name__ == "__main__":
    main(sys.argv[1])
