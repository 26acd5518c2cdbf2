"""What a first visit asks for, page by page: requests and bytes in a browser that has nothing yet.

    python -m tests.load.first_visit

It serves the cast of the browser tests as in production, over HTTPS, where browsers take what is packed best. Bytes are
what is packed, and the same with headers, which HTTP/2 packs too. The icon of the tab is beside them: browsers ask for
it afterwards, and once.
"""

import os
import re
import signal
import sys

import django
from playwright.sync_api import Browser, Request, sync_playwright

from script import _chromium
from tests.load.lighthouse import Page, served

PAGES = ("list", "hubs", "hub", "session", "book", "privacy")


def main() -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # the server too
    with served() as (url, pages), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium.program(), args=["--no-sandbox"])
        print(f"  {'a first visit':<28}{'requests':>10}{'bytes':>10}{'on the wire':>15}")
        for page in pages:
            if page.name in PAGES:
                show(page.name, *visit(browser, url, page))
        show("and afterwards the icon", *visit(browser, url, Page("icon", icon(browser, url))))
        browser.close()


def show(name: str, requests: int, packed: int, received: int) -> None:
    print(f"    {name:<26}{requests:>10}{packed:>10,}{received:>15,}", flush=True)


def visit(browser: Browser, url: str, page: Page) -> tuple[int, int, int]:
    """How many requests the page made, and how many bytes came: of what was asked for, and with headers."""
    with browser.new_context(base_url=url, ignore_https_errors=True, viewport={"width": 412, "height": 823}) as context:
        opened = context.new_page()
        asked: list[Request] = []
        opened.on("requestfinished", lambda request: asked.append(request))
        opened.goto(page.path)
        opened.wait_for_load_state("networkidle")
        sizes = [request.sizes() for request in asked]
    packed = sum(size["responseBodySize"] for size in sizes)
    return len(sizes), packed, packed + sum(size["responseHeadersSize"] for size in sizes)


def icon(browser: Browser, url: str) -> str:
    with browser.new_context(base_url=url, ignore_https_errors=True) as context:
        return re.findall(r'rel="icon" href="([^"]+)"', context.request.get("/").text())[0]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main()
