"""Reach: where who came was from, on a map with its table; and the nearest schools that nobody came from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.report.area import BANDS, FARTHEST_MILES, RADII, Area, Country, Seen
from bookings.report.cells import Cell, People, Seats, Sentence, Share, Text, Unknown, sentence
from bookings.report.charts import Chart
from bookings.report.drawing import Drawing, of_area, of_country
from bookings.report.facts import Facts
from bookings.report.leaving import Copy
from bookings.report.section import Beside, Block, Said, Section
from bookings.report.table import APART, SUM, Row, Table

FIRST = 8  # of the nearest schools: the rest stand on a page of their own


@dataclass(frozen=True)
class Map(Chart):
    """A drawing of schools. In the copy that leaves its key says no counts: it shows schools, and no more of them."""

    drawing: Drawing | None = None
    says: Text = ""  # the picture in words
    reached: Cell | None = None
    not_reached: Cell | None = None
    template = "report/chart_map.html"

    def inside(self) -> Iterator[Cell]:
        yield from super().inside()
        yield from (one for one in (self.reached, self.not_reached) if one)

    def shown(self, copy: Copy) -> dict[str, Any]:
        counts = {} if copy.leaves else {"reached": self.reached, "not_reached": self.not_reached}
        said = {name: copy.says(cell) for name, cell in counts.items() if cell}
        return super().shown(copy) | {"drawing": self.drawing, "says": self.says, "counts": said}


@dataclass(frozen=True)
class Nearest:
    """The first schools that nobody came from; how many there are is for the hub alone."""

    counts: Sentence
    schools: list[Seen]
    address: str
    template = "report/nearest.html"

    def inside(self) -> Iterator[Cell]:
        yield self.counts

    def tables(self) -> Iterator[Table]:
        return iter(())

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        return iter(())

    def shown(self, copy: Copy) -> dict[str, Any]:
        own = not copy.leaves
        return {
            "counts": copy.says(self.counts) if own else "",
            "schools": self.schools,
            "address": self.address if own else "",
            "miles": RADII,
        }


def reach(facts: Facts) -> Section | None:
    """Where they came from; nothing while nobody is known to have come."""
    if not facts.recorded:
        return None
    area = facts.area
    blocks = of_all_england(facts, area) if isinstance(area, Country) else of_hosts(facts, area)
    return Section("reach", _("Reach"), blocks)


# --- around hosts -----------------------------------------------------------------------------------------------------


def of_hosts(facts: Facts, area: Area) -> list[Block]:
    """The map with its table, and the schools that nobody came from."""
    drawing = of_area(area)
    if drawing is None:
        return [Said(sentence(_("Where the sessions were is not known, so there is no map.")))]
    chart = Map(
        heading=_finding(area),
        counted=_counted(area),
        table=_by_distance(area),
        drawing=drawing,
        says=_("Map of the schools around the hosts: %(hosts)s.")
        % {"hosts": "; ".join(host.name for host in area.hosts if host.name)},
        reached=People(len(area.reached_urns)),
        not_reached=People(len(area.schools) - _reached_of(area)),
    )
    return [Beside([chart, _nearest(facts, area)], wide_first=True)]


def _reached_of(area: Area) -> int:
    return sum(one.urn in area.reached_urns for one in area.schools)


def _share(area: Area, least: float, most: float) -> Share:
    every, reached = area.between(least, most)
    return Share(People(reached), Seats(every))


def _finding(area: Area) -> Sentence:
    """What the map shows, where both shares can be said."""
    (near, near_came), (far, far_came) = area.between(-1, 10), area.between(10, FARTHEST_MILES)
    if min(near, far) >= 10 and min(near_came, far_came) >= 5:
        return sentence(
            _("%(near)s of the schools within 10 miles of a host came, %(far)s of those further away"),
            near=_share(area, -1, 10),
            far=_share(area, 10, FARTHEST_MILES),
        )
    return sentence(
        _("%(reached)s of the %(every)s schools of the area were reached"),
        reached=People(_reached_of(area)),
        every=Seats(len(area.schools)),
    )


def _counted(area: Area) -> Sentence:
    of = (
        _("Open schools of the hub’s local authorities without the hosts, and schools reached outside.")
        if area.authorities
        else _("The hub has named no area: open schools within 20 miles of a host.")
    )
    return sentence(of + " " + _("Straight miles to the nearest host."))


def _by_distance(area: Area) -> Table:
    lines = []
    for least, most in zip((-1, *BANDS), (*BANDS, FARTHEST_MILES), strict=True):
        lines.append(_line(_band(least, most), *area.between(least, most)))
    nowhere = [one.urn for one in area.schools if one.miles is None]
    if nowhere:
        lines.append(_line(_("Not known"), len(nowhere), len(area.reached_urns.intersection(nowhere))))
    lines.append(_line(_("All of the area"), len(area.schools), _reached_of(area), kind=SUM))
    not_counted, no_share = Unknown(_("not counted")), Unknown("")
    outside, other = People(len(area.reached_outside)), People(area.other_settings)
    lines += [
        Row(_("Schools outside the area"), [not_counted, outside, no_share], APART),
        Row(_("Settings that are not in the register"), [not_counted, other, no_share], APART),
    ]
    columns = [_("Miles from the nearest host"), _("Schools"), _("Reached"), _("Share")]
    return Table("reach", _("Schools reached, by distance"), columns, lines)


def _band(least: float, most: float) -> str:
    if least < 0:
        return _("Up to %(n)s") % {"n": most}
    if most == FARTHEST_MILES:
        return _("More than %(n)s") % {"n": least}
    return _("%(least)s to %(most)s") % {"least": least, "most": most}


def _line(label: str, every: int, reached: int, *, kind: str = "") -> Row:
    return Row(label, [Seats(every), People(reached), Share(People(reached), Seats(every))], kind)


def _nearest(facts: Facts, area: Area) -> Nearest:
    counts = {f"within_{miles}": People(len(area.nobody_came(miles))) for miles in RADII}
    words = _("%(within_10)s within 10 miles, %(within_20)s within 20, %(within_30)s within 30.")
    first = area.nobody_came(RADII[-1])[:FIRST]
    address = reverse("report-schools", args=[facts.selection.of, facts.selection.pk])
    return Nearest(sentence(words, **counts), first, address)


# --- all of England ---------------------------------------------------------------------------------------------------


def of_all_england(facts: Facts, country: Country) -> list[Block]:
    """The map in squares, and how many schools of each phase."""
    every, reached = country.by_phase
    came, among = sum(reached.values()), sum(every.values())
    words = _("Teachers of %(came)s of the %(among)s open schools of England came")
    heading = sentence(words, came=People(came), among=Seats(among))
    counted = sentence(_("A dot is one or more schools in a square of five miles; filled, where somebody came from."))
    names = dict(Country.PHASES)
    lines = [_line(str(label), every[n], reached.get(n, 0)) for n, label in names.items() if every.get(n)]
    lines.append(_line(_("All"), among, came, kind=SUM))
    table = Table("reach", _("Schools reached, by phase"), ["", _("Schools"), _("Reached"), _("Share")], lines)
    says = _("Map of England: squares with a host, with schools reached, and with schools that nobody came from.")
    return [Map(heading, counted, table, drawing=of_country(country), says=says)]
