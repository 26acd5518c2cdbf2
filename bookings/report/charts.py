"""Pictures of a report, drawn by templates/report/chart_*.html from the figures of a table that stands below them.

Each has a heading that says the finding, and a sentence on what is counted; both have their figures as cells. What is
drawn is the figure as the copy has it, so that no length tells what a number does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from bookings.report.cells import Cell, People, Seats, Sentence, Text
from bookings.report.leaving import Copy, Shown
from bookings.report.table import Table

WIDEST = 66  # per cent of the line that the longest bar takes: its figure stands after it
OF_A_FRAME = 10
_FULL = "m-5.8 0a5.8 5.8 0 1 0 11.6 0a5.8 5.8 0 1 0 -11.6 0"
_RING = "m-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0"
_CROSS = "m-4 -4l8 8m0 -8l-8 8"
# From the middle of its cell.
MARKS = {
    "c": ("came", _FULL),
    "t": ("taken", _FULL),
    "a": ("absent", _RING),
    "u": ("unknown", _CROSS),
}


class Bar(NamedTuple):
    """One bar: the first of all is strong, one that is not known is an empty outline."""

    label: Text
    cell: Cell
    strong: bool = False


@dataclass(frozen=True)
class Chart:
    """What every picture has."""

    heading: Sentence
    counted: Sentence
    table: Table
    template = ""

    def inside(self) -> Iterator[Cell]:
        yield from (self.heading, self.counted)
        yield from self.table.inside()

    def tables(self) -> Iterator[Table]:
        yield self.table

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        yield from self.table.parts()

    def shown(self, copy: Copy) -> dict[str, Any]:
        return {
            "heading": copy.says(self.heading),
            "counted": copy.says(self.counted),
            "below": self.table.shown(copy),
        }


@dataclass(frozen=True)
class Bars(Chart):
    """Lengths beside one another, for up to ten kinds."""

    bars: Sequence[Bar] = ()
    of: Cell | None = None  # then each says its share too
    template = "report/chart_bars.html"

    def inside(self) -> Iterator[Cell]:
        yield from super().inside()
        yield from (bar.cell for bar in self.bars)

    def shown(self, copy: Copy) -> dict[str, Any]:
        drawn = [copy.shown(bar.cell) for bar in self.bars]
        longest = max((one.value or 0 for one in drawn), default=0) or 1
        bars = [
            {
                "label": bar.label,
                "strong": bar.strong,
                "width": f"{WIDEST * (one.value or 0) / longest:.1f}%",
                "text": one.text,
                "unknown": one.value is None,
            }
            for bar, one in zip(self.bars, drawn, strict=True)
        ]
        return super().shown(copy) | {"bars": bars}


class Framed(NamedTuple):
    """A session's places: how many came, did not, are not known; None where no register says so."""

    day: Text
    name: Text
    where: Text
    offered: int
    taken: int
    came: int | None
    note: Text = ""


@dataclass(frozen=True)
class Frames(Chart):
    """Ten frames of places: one cell is one place. Places are public; who came is drawn in the hub's own copy alone."""

    rows: Sequence[Framed] = ()
    template = "report/chart_frames.html"

    def shown(self, copy: Copy) -> dict[str, Any]:
        rows = [
            {
                "row": row,
                "frames": list(_frames(row, tells=not copy.leaves)),
                "says": copy.says(People(row.came)) if row.came is not None else copy.says(Seats(row.taken)),
                "of": copy.says(Seats(row.taken)),
            }
            for row in self.rows
        ]
        return super().shown(copy) | {"rows": rows, "tells": not copy.leaves}


class TenFrame(NamedTuple):
    """One ten frame: its cells, and what stands in them, each mark as one path."""

    grid: str
    marks: tuple[tuple[str, str], ...]


def _frames(row: Framed, *, tells: bool) -> Iterator[TenFrame]:
    if not tells:
        marks = "t" * row.taken
    elif row.came is None:
        marks = "u" * row.taken
    else:
        marks = "c" * row.came + "a" * (row.taken - row.came)
    size = max(row.offered, len(marks))
    for start in range(0, size, OF_A_FRAME):
        yield _frame(marks[start : start + OF_A_FRAME], min(OF_A_FRAME, size - start))


@cache
def _frame(marks: str, cells: int) -> TenFrame:
    """One frame; there are few that differ."""
    at = [(1 + 16 * (n % 5), 1 + 16 * (n // 5)) for n in range(OF_A_FRAME)]
    grid = "".join(f"M{x} {y}h16v16h-16z" for x, y in at[:cells])
    drawn = []
    for mark, (name, path) in MARKS.items():
        if d := "".join(f"M{x + 8} {y + 8}{path}" for one, (x, y) in zip(marks, at, strict=False) if one == mark):
            drawn.append((name, d))
    return TenFrame(grid, tuple(drawn))


class Point(NamedTuple):
    """A figure on a day before; some are named below, and some say their figure."""

    cell: Cell
    label: Text = ""
    says: Text = ""


@dataclass(frozen=True)
class Columns(Chart):
    """One figure over the days before a session, as steps under what there was room for."""

    points: Sequence[Point] = ()  # the farthest day first
    top: Cell | None = None
    tops: Text = ""
    says: Sentence | None = None  # the picture in words
    template = "report/chart_columns.html"

    def inside(self) -> Iterator[Cell]:
        yield from super().inside()
        yield from (point.cell for point in self.points)
        if self.top:
            yield self.top
        if self.says:
            yield self.says

    def shown(self, copy: Copy) -> dict[str, Any]:
        drawn = [(point, copy.shown(point.cell)) for point in self.points]
        room = copy.shown(self.top) if self.top else Shown("", 0)
        top = max([room.value or 0, *(one.value or 0 for _point, one in drawn)]) or 1
        width = 84 / len(drawn) if drawn else 84
        columns = [
            {
                "x": f"{n * width + width * 0.1:.2f}%",
                "width": f"{width * 0.8:.2f}%",
                "y": f"{84 - 73 * (one.value or 0) / top:.2f}%",
                "height": f"{73 * (one.value or 0) / top:.2f}%",
                "middle": f"{n * width + width / 2:.2f}%",
                "label": point.label,
                "says": f"{one.text} {point.says}" if point.says else "",
                "strong": n == len(drawn) - 1,
                "ends": n == len(drawn) - 1,
                "begins": n == 0,
            }
            for n, (point, one) in enumerate(drawn)
        ]
        return super().shown(copy) | {
            "columns": columns,
            "top": room.text,
            "tops": self.tops,
            "top_y": f"{84 - 73 * (room.value or 0) / top:.2f}%",
            "says": copy.says(self.says) if self.says else "",
        }
