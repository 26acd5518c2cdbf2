"""A hub beside the median of all hubs of its exchange: from 10 hubs up, and never for what people said.

The median is worked out from the rounded figures of each hub, as everything that leaves one; and once a day, for it
asks every visitor of the country: it stands on the exchange (`Exchange.medians`), and `figures_of` says what it should
be.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.models import Visitor
from bookings.report import rows
from bookings.report.cells import Cell, Each, Money, People, Seats, Share, Unknown, Words, sentence
from bookings.report.cost import IN_POUNDS
from bookings.report.facts import Facts
from bookings.report.leaving import Leaving
from bookings.report.section import Said, Section
from bookings.report.selection import Of, Selection
from bookings.report.table import Row, Table
from bookings.report.years import Years
from hubs.models import Exchange

ENOUGH = 10  # hubs
PER_CENT, POUNDS, NUMBER = "%", "£", ""
UNITS = {"taken": PER_CENT, "came": PER_CENT, "first": PER_CENT, "settings": NUMBER, "pounds": POUNDS}


@dataclass
class Sums:
    """What one hub comes to in an exchange."""

    offered: int = 0
    taken: int = 0
    came: int = 0
    absent: int = 0
    first: int = 0
    known: int = 0
    settings: int = 0
    teachers: int = 0
    kinds: Mapping[str, int] | None = None

    def cells(self) -> dict[str, Cell]:
        """Its figures, by name; those that nobody knows are left out."""
        found: dict[str, Cell] = {}
        if self.offered:
            found["taken"] = Share(Seats(self.taken), Seats(self.offered))
        if self.came + self.absent:
            found["came"] = Share(People(self.came), People(self.came + self.absent))
            found["settings"] = People(self.settings)
        if self.known:
            found["first"] = Share(People(self.first), People(self.known))
        if self.kinds and self.teachers:
            at_least = any(kind not in self.kinds for kind in IN_POUNDS)
            found["pounds"] = Each(Money(sum(self.kinds.values()), at_least), People(self.teachers))
        return found


def sums(selection: Selection, *, now: dt.datetime) -> dict[int, Sums]:
    """Every hub of the selection that held a session, by its year. As many statements for forty as for one."""
    years = Years(selection, now=now)
    found: dict[int, Sums] = {}
    hub_of = {}
    for one in years.facts.held:
        of_hub = found.setdefault(one.hub_year, Sums())
        of_hub.offered, of_hub.taken = of_hub.offered + one.capacity, of_hub.taken + one.taken
        hub_of[one.pk] = of_hub
    recorded = {one.pk for one in years.facts.recorded}
    for (session, kind, attendance), n in years.facts.attendance.items():
        if session in recorded and kind == rows.VISITOR and attendance in (rows.CAME, Visitor.Attendance.ABSENT):
            name = "came" if attendance == rows.CAME else "absent"
            setattr(hub_of[session], name, getattr(hub_of[session], name) + n)
    for year, of_hub in found.items():
        came = years.came.get(year, {})
        of_hub.settings, of_hub.teachers = came.get("settings", 0), came.get("known", 0) + came.get("nameless", 0)
        of_hub.first, of_hub.known = years.first_times.get(year, (0, 0))
        of_hub.kinds = years.costs.get(year, ({}, Decimal(0)))[0]
    return found


def figures_of(exchange: Exchange, *, now: dt.datetime) -> dict[str, Any]:
    """The medians of an exchange: of each figure the median, and of how many hubs. Empty under ten."""
    hubs = sums(Selection(Of.COUNTRY, exchange, timezone.localdate(now)), now=now)
    each = [of_hub.cells() for of_hub in hubs.values()]
    found: dict[str, Any] = {}
    for name in UNITS:
        values = list(_values(cells[name] for cells in each if name in cells))
        if len(values) >= ENOUGH:
            found[name] = [round(median(values)), len(values)]
    return found


def _values(cells: Iterable[Cell]) -> Iterable[float]:
    """As the copy that leaves has them; what it does not say is none."""
    for cell in cells:
        value = Leaving().shown(cell).value
        if value is not None:
            yield value


def refresh(*, now: dt.datetime) -> None:
    """Once a day: the medians of each exchange with enough hubs, where they have changed."""
    today = timezone.localdate(now).isoformat()
    for exchange in Exchange.objects.annotate(hubs=Count("hub_years")).filter(hubs__gte=ENOUGH):
        if exchange.medians.get("at") != today:
            Exchange.objects.filter(pk=exchange.pk).update(medians={"at": today, **figures_of(exchange, now=now)})


# --- in a hub's report ------------------------------------------------------------------------------------------------


def beside_hubs(facts: Facts) -> Section | None:
    """The hub's own figures beside the medians, where there are any."""
    if facts.selection.of != Of.EXCHANGE:
        return None
    medians = facts.selection.row.exchange.medians
    if not any(name in medians for name in UNITS):
        return None
    here = next(iter(sums(facts.selection, now=facts.now).values()), Sums())
    labels = {
        "taken": _("Places taken, of those offered"),
        "came": _("Came, of those expected where the register was recorded"),
        "first": _("First time, of those of whom it is known"),
        "settings": _("Settings"),
        "pounds": _("Pounds a teacher, as entered"),
    }
    own, not_known = here.cells(), Unknown(_("not known"))
    lines = [
        Row(label, [own.get(name, not_known), Words(_said(UNITS[name], medians[name][0])), Seats(medians[name][1])])
        for name, label in labels.items()
        if name in medians
    ]
    columns = ["", _("Here"), _("Median"), _("Of hubs")]
    table = Table("median", _("This hub beside the middle one of all hubs"), columns, lines, open=True)
    note = _("Medians of this exchange, from rounded figures of each hub, as at %(at)s. Never of what people said.")
    return Section("beside", _("Beside other hubs"), [table, Said(sentence(note, at=Words(medians["at"])), quiet=True)])


def _said(unit: str, n: int) -> str:
    return f"£{n:,}" if unit == POUNDS else f"{n:,}{unit}"
