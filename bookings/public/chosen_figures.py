"""The few figures of its year that a hub shows on its public page, chosen by its lead (`HubYear.shows`).

They are those of the report in the copy that leaves the hub, so that the one tells no more than the other. What comes
to fewer than 10 is not shown. They change by days and not by presses, so they are kept for an hour: a public page is
looked at more often than a report is worked out.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from bookings.models.feedback import Form
from bookings.report.area import Area
from bookings.report.asked import answers, asked
from bookings.report.cells import Cell, People, Seats
from bookings.report.chain import answered_enough
from bookings.report.facts import Facts
from bookings.report.places import came, settings, visitors
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import HubYear

MOST = 4  # a few
LEAST = 10  # of what is counted
KEPT = 60 * 60  # seconds
Cells = dict[str, Cell]


@dataclass(frozen=True)
class Choice:
    """A figure that can be shown: its sentence, and the cells in it. `n` is the figure itself."""

    says: str | Promise
    cells: Callable[[Facts], Cells | None]


def _teachers(facts: Facts) -> Cells:
    return {"n": visitors(facts)}


def _settings(facts: Facts) -> Cells:
    return {"n": settings(facts)}


def _visits(facts: Facts) -> Cells:
    return {"n": came(facts)}


def _places(facts: Facts) -> Cells:
    return {"n": Seats(sum(one.capacity for one in facts.held))}


def _reached(facts: Facts) -> Cells | None:
    if not isinstance(facts.area, Area):
        return None
    return {"n": People(sum(one.urn in facts.area.reached_urns for one in facts.area.schools))}


def _changed(facts: Facts) -> Cells | None:
    """Never without its chain, and only where those who answered may be spoken of."""
    if not answered_enough(facts, Form.LATER):
        return None
    chain = {"asked": asked(facts, Form.LATER), "answered": answers(facts, Form.LATER)}
    return {"n": People(facts.voices.changed), **chain}


FIGURES: dict[str, Choice] = {
    "teachers": Choice(_("<b>%(n)s</b> teachers came"), _teachers),
    "settings": Choice(_("<b>%(n)s</b> schools and other settings sent somebody"), _settings),
    "visits": Choice(_("<b>%(n)s</b> visits to lessons"), _visits),
    "places": Choice(_("<b>%(n)s</b> places were offered"), _places),
    "reached": Choice(_("<b>%(n)s</b> schools of the area were reached"), _reached),
    "changed": Choice(
        _(
            "<b>%(n)s</b> said six weeks later that their teaching has changed: %(asked)s were asked, "
            "%(answered)s answered"
        ),
        _changed,
    ),
}


def sentences(year: HubYear, names: Iterable[str], *, now: dt.datetime) -> list[str]:
    """Those of these figures that may be shown, each as a sentence in the language of the page. Kept for an hour."""
    wanted = [name for name in FIGURES if name in set(names)]
    if not wanted:
        return []
    key = f"chosen-figures:{year.pk}:{timezone.localdate(now)}"
    found: dict[str, Any] | None = cache.get(key)
    if found is None:
        found = numbers(year, now=now)
        cache.set(key, found, KEPT)
    # Our sentence with digits in it, and nothing that anybody typed.
    return [mark_safe(str(FIGURES[name].says) % found[name]) for name in wanted if name in found]  # noqa: S308


def numbers(year: HubYear, *, now: dt.datetime) -> dict[str, dict[str, str]]:
    """Every figure that may be shown, by name, as the copy that leaves says it: digits alone, for two languages."""
    report = Report(Selection(Of.EXCHANGE, year, timezone.localdate(now)), leaves=True, now=now)
    found: dict[str, dict[str, str]] = {}
    for name, choice in FIGURES.items():
        cells = choice.cells(report.facts) if report.facts.recorded or name == "places" else None
        shown = {part: report.copy.shown(cell) for part, cell in (cells or {}).items()}
        if shown and all((one.value or 0) >= LEAST for one in shown.values()):
            found[name] = {part: f"{int(one.value or 0):,}" for part, one in shown.items()}
    return found
