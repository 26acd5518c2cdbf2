"""What a first visit asks for, page by page: requests and bytes on the wire, in a browser that has nothing yet.

    python -m tests.load.first_visit

It serves the cast of the browser tests as in production, over HTTPS, where browsers take what is packed best. The icon
of the tab is beside them: browsers ask for it afterwards, and once.
"""

import os
import re
import shutil
import signal
import sys

import django
from playwright.sync_api import Browser, sync_playwright

from tests.load.lighthouse import Page, served

PAGES = ("list", "hubs", "hub", "session", "book", "privacy")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # the server too
    with served() as (url, pages), sync_playwright() as playwright:
        path = os.environ.get("CHROMIUM_BIN") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        print(f"  {'a first visit':<28}{'requests':>10}{'bytes':>10}")
        for page in pages:
            if page.name in PAGES:
                show(page.name, *visit(browser, url, page))
        show("and afterwards the icon", *visit(browser, url, Page("icon", icon(browser, url))))
        browser.close()


def show(name: str, requests: int, received: int) -> None:
    print(f"    {name:<26}{requests:>10}{received:>10,}", flush=True)


def visit(browser: Browser, url: str, page: Page) -> tuple[int, int]:
    """How many requests the page made, and how many bytes came."""
    context = browser.new_context(base_url=url, ignore_https_errors=True, viewport={"width": 412, "height": 823})
    opened = context.new_page()
    told = context.new_cdp_session(opened)
    told.send("Network.enable")
    came: list[int] = []
    told.on("Network.loadingFinished", lambda one: came.append(int(one["encodedDataLength"])))
    opened.goto(page.path)
    opened.wait_for_load_state("networkidle")
    context.close()
    return len(came), sum(came)


def icon(browser: Browser, url: str) -> str:
    with browser.new_context(base_url=url, ignore_https_errors=True) as context:
        return re.findall(r'rel="icon" href="([^"]+)"', context.request.get("/").text())[0]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
