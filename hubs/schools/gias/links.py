"""DfE's file of links between schools (`links_edubasealldataYYYYMMDD.csv`): who succeeded whom.

A school that becomes an academy gets a new URN, and the old one a row `Successor`. There are kinds ("Successor -
amalgamated", "… merged", "… Split School"), and a school may have several successors: the latest counts, and of those
the smallest URN, so that each run comes to the same. Loops are in the data; School.today() survives them.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from hubs.models import School
from hubs.schools.gias.reading import Broken, read_date, read_urn
from hubs.schools.gias.table import BrokenLine, cells_of, check
from hubs.schools.gias.writing import BATCH, Report

NEEDED = ["URN", "LinkURN", "LinkType"]
SINCE = "LinkEstablishedDate"


@dataclass(frozen=True, slots=True)
class Succession:
    """One school followed by another, since a day where the file says so."""

    urn: int
    successor: int
    since: dt.date | None = None

    @property
    def weight(self) -> tuple[dt.date, int]:
        return self.since or dt.date.min, -self.successor


def check_links(path: Path) -> None:
    """Raises CannotRead for a file of something else, before anything is written for its sake."""
    check(path, needed=NEEDED)


def read_links(path: Path) -> Iterator[Succession | Broken]:
    """The successions in a file of links. Raises CannotRead, before the first row, for a file of something else."""
    for line, cells in cells_of(path, needed=NEEDED):
        if isinstance(cells, BrokenLine):
            yield Broken(line, str(cells))
        elif cells["LinkType"].startswith("Successor"):
            try:
                urn, successor = read_urn("URN", cells["URN"]), read_urn("LinkURN", cells["LinkURN"])
                yield Succession(urn, successor, read_date(SINCE, cells.get(SINCE, "")))
            except BrokenLine as problem:
                yield Broken(line, str(problem))


def set_successors(links: Iterator[Succession | Broken], *, report: Report) -> int:
    """Set the successors of closed schools, and say how many changed.

    An open school keeps none, whatever the file says: until it closes, its teachers are its own.
    """
    newest: dict[int, Succession] = {}
    for link in links:
        if isinstance(link, Broken):
            report(link)
        elif link.urn != link.successor and (link.urn not in newest or link.weight > newest[link.urn].weight):
            newest[link.urn] = link
    return sum(_write([newest[urn] for urn in urns]) for urns in _batches(sorted(newest)))


def _batches(urns: list[int]) -> Iterator[list[int]]:
    for start in range(0, len(urns), BATCH):
        yield urns[start : start + BATCH]


def _write(links: list[Succession]) -> int:
    """Those of one batch; a successor that we do not keep is left out."""
    known = set(School.objects.filter(urn__in=[one.successor for one in links]).values_list("urn", flat=True))
    wanted = {one.urn: one.successor for one in links if one.successor in known}
    closed = School.objects.filter(urn__in=wanted, status=School.Status.CLOSED).only("urn", "successor_id")
    changed = [school for school in closed if school.successor_id != wanted[school.urn]]
    for school in changed:
        school.successor_id = wanted[school.urn]
    School.objects.bulk_update(changed, ["successor"], batch_size=500)
    return len(changed)
