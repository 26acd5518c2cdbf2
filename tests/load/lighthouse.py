"""What Lighthouse says of each page, on a telephone: see README.md beside this.

    python -m tests.load.lighthouse               every page five times: the median of each category
    python -m tests.load.lighthouse list session  pages of these names
    python -m tests.load.lighthouse 1 list        once

It serves the cast of the browser tests as in production. Whatever costs points is named, with in how many runs it did.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from statistics import median
from types import SimpleNamespace
from typing import Any, NamedTuple

import django

from script import _chromium

ROOT = Path(__file__).resolve().parents[2]
HOME = ROOT / "var" / "lighthouse"
PROGRAM = HOME / "node_modules" / ".bin" / "lighthouse"
VERSION = "12.8.2"  # the last that runs on the Node of Debian 12 (18.16 and newer)
RUNS = 5
ATTEMPTS = 3  # now and then Lighthouse misses the beginning of a page
CATEGORIES = ("performance", "accessibility", "best-practices", "seo")


class Page(NamedTuple):
    """A page to look at; one that is private is not to be found by a search engine."""

    name: str
    path: str
    private: bool = False
    cookie: str = ""

    @property
    def categories(self) -> tuple[str, ...]:
        return CATEGORIES[:-1] if self.private else CATEGORIES


def main(arguments: list[str]) -> None:
    runs = next((int(one) for one in arguments if one.isdigit()), RUNS)
    names = [one for one in arguments if not one.isdigit()]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("Stopped."))  # the server too
    install()
    with served() as (url, pages):
        wanted = [page for page in pages if not names or page.name in names]
        print(f"{'page':<16}" + "".join(f"{category:>16}" for category in CATEGORIES), flush=True)
        for page in wanted:
            show(page, [look(url, page, run) for run in range(1, runs + 1)])


def install() -> None:
    """The version above, into var/, where it is not there already; no script of a package runs."""
    HOME.mkdir(parents=True, exist_ok=True)
    kept = HOME / "node_modules" / "lighthouse" / "package.json"
    if kept.exists() and json.loads(kept.read_text())["version"] == VERSION:
        return
    quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    subprocess.run(["npm", "install", "--prefix", str(HOME), *quiet, f"lighthouse@{VERSION}"], check=True)


@contextmanager
def served() -> Iterator[tuple[str, list[Page]]]:
    """The address of a server with the cast, and its pages."""
    from tests.browser import cast
    from tests.browser.showcase_server import ShowcaseServer

    with tempfile.TemporaryDirectory(prefix="showcase-lighthouse-") as folder:
        server = ShowcaseServer(Path(folder))
        try:
            server.start()
            with server.opened(SimpleNamespace(unblock=nullcontext)):
                pages = _pages(cast.make())
            yield server.url, pages
        finally:
            server.stop()


def _pages(cast: Any) -> list[Page]:
    from tests.browser.cast import link

    steps = f"/sessions/{cast.open.ref}/book/"
    return [
        Page("list", "/"),
        Page("list-filtered", "/?teach=y6&hub=kent-medway"),
        Page("list-near", "/?near=ME16+8TL"),
        Page("hubs", "/hubs/"),
        Page("hub", "/hubs/kent-medway/"),
        Page("session", f"/sessions/{cast.open.ref}/"),
        Page("full", f"/sessions/{cast.full.ref}/"),
        Page("announced", f"/sessions/{cast.announced.ref}/"),
        Page("privacy", "/privacy/"),
        Page("accessibility", "/accessibility/"),
        Page("book", steps, private=True),
        Page("who", f"{steps}who/", private=True, cookie=f"draft={_draft(cast)}"),
        Page("my-bookings", "/my-bookings/", private=True),
        Page("booking", link(cast.held), private=True),
        Page("chinese-list", "/zh-hans/"),
        Page("hub-year", "/hubs/kent-medway/2018-19/"),
        Page("tell-me", f"/sessions/{cast.soon.ref}/tell-me/", private=True),
    ]


def _draft(cast: Any) -> Any:
    """The key of a booking that has got as far as "who is coming?"."""
    from django.utils import timezone

    from bookings.models import Draft, SchoolKind
    from bookings.models import draft as drafts

    answers = {"school": {"kind": SchoolKind.REGISTER}}
    draft = Draft(session=cast.open, school=cast.ash, answers=answers)
    drafts.keep(draft, now=timezone.now())
    return draft.key


def look(url: str, page: Page, run: int) -> dict[str, Any]:
    """One run: Lighthouse's own report, kept in var/ too. Raises AssertionError with what it said where it cannot."""
    report = HOME / "reports" / f"{page.name}-{run}.json"
    report.parent.mkdir(exist_ok=True)
    options = [url + page.path, "--quiet", "--output=json", f"--output-path={report}", "--no-enable-error-reporting"]
    options += [f"--only-categories={','.join(page.categories)}", f"--chrome-flags={' '.join(_browser_flags())}"]
    if page.cookie:
        options.append(f"--extra-headers={json.dumps({'Cookie': page.cookie})}")
    for _attempt in range(ATTEMPTS):
        done = subprocess.run([PROGRAM, *options], env=_environment(), capture_output=True, text=True, check=False)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(report.read_text())
    assert said["finalDisplayedUrl"] == url + page.path, f"{page.path} led to {said['finalDisplayedUrl']}"
    return said


def _browser_flags() -> list[str]:
    """The server's certificate is its own, and the browser is to ask nobody else for anything."""
    flags = ["--headless=new", "--ignore-certificate-errors", "--disable-background-networking"]
    return [*flags, "--disable-component-update", *(["--no-sandbox"] if os.geteuid() == 0 else [])]


def _environment() -> dict[str, str]:
    return os.environ | {"CHROME_PATH": _chromium.program() or "/usr/bin/chromium"}


def show(page: Page, reports: list[dict[str, Any]]) -> None:
    """A row: the medians; below it each category under 100 with the audits that cost points."""
    scores = {name: [100 * (one["categories"][name]["score"] or 0) for one in reports] for name in page.categories}
    cells = [f"{median(scores[name]):.0f}" if name in scores else "" for name in CATEGORIES]
    print(f"{page.name:<16}" + "".join(f"{cell:>16}" for cell in cells), flush=True)
    for name, found in scores.items():
        costs = Counter(cost for one in reports for cost in costing(one, name))
        if median(found) < 100 or (costs and min(found) < 100):
            said = ", ".join(f"{cost} in {n}" for cost, n in costs.most_common())
            print(f"    {name} {', '.join(f'{score:.0f}' for score in found)}: {said}", flush=True)


def costing(report: dict[str, Any], category: str) -> list[str]:
    """The audits that cost a category points."""
    weighed = [one["id"] for one in report["categories"][category]["auditRefs"] if one["weight"]]
    audits = [report["audits"][name] for name in weighed]
    return [one["id"] for one in audits if one["score"] is not None and one["score"] < 1]


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1:])
