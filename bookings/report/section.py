"""What a section of a report is made of: blocks in their order, each with a template and its figures as cells.

To add a section: a file with a function from `Facts` to a `Section`, and its line in contents.py. A block of another
kind is a class with `template`, `inside`, `tables`, `parts` and `shown` as `Table` has them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from bookings.report.cells import Cell, Sentence, Text
from bookings.report.leaving import Copy
from bookings.report.table import Table


class Block(Protocol):
    """A part of a section."""

    template: str

    def inside(self) -> Iterator[Cell]:
        """Its figures."""

    def tables(self) -> Iterator[Table]:
        """Those that can be saved."""

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        """Rows that add up to a whole total: see `Table.parts`."""

    def shown(self, copy: Copy) -> dict[str, Any]:
        """What its template is given."""


@dataclass(frozen=True)
class Said:
    """A paragraph; `quiet` where it explains."""

    sentence: Sentence
    quiet: bool = False
    template = "report/said.html"

    def inside(self) -> Iterator[Cell]:
        yield self.sentence

    def tables(self) -> Iterator[Table]:
        return iter(())

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        return iter(())

    def shown(self, copy: Copy) -> dict[str, Any]:
        return {"text": copy.says(self.sentence), "quiet": self.quiet}


@dataclass(frozen=True)
class Title:
    """A smaller heading within a section."""

    text: Text
    template = "report/title.html"

    def inside(self) -> Iterator[Cell]:
        return iter(())

    def tables(self) -> Iterator[Table]:
        return iter(())

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        return iter(())

    def shown(self, copy: Copy) -> dict[str, Any]:
        return {"text": self.text}


@dataclass(frozen=True)
class Beside:
    """Blocks that stand beside each other where there is room."""

    blocks: Sequence[Block]
    wide_first: bool = False
    template = "report/beside.html"

    def inside(self) -> Iterator[Cell]:
        for block in self.blocks:
            yield from block.inside()

    def tables(self) -> Iterator[Table]:
        for block in self.blocks:
            yield from block.tables()

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        for block in self.blocks:
            yield from block.parts()

    def shown(self, copy: Copy) -> dict[str, Any]:
        return {"blocks": shown(self.blocks, copy), "wide_first": self.wide_first}


@dataclass(frozen=True)
class Figure:
    """One of the few large figures at the top of a report."""

    label: Text
    cell: Cell
    says: Sentence

    def inside(self) -> Iterator[Cell]:
        yield from (self.cell, self.says)


@dataclass(frozen=True)
class Section:
    """A heading and what stands under it. `name` is also that of the hub's remark (hubs.models.Remark.Section)."""

    name: str
    title: Text
    blocks: Sequence[Block]
    figures: Sequence[Figure] = field(default_factory=tuple)  # those of its figures that stand at the top too

    def inside(self) -> Iterator[Cell]:
        for block in self.blocks:
            yield from block.inside()
        for figure in self.figures:
            yield from figure.inside()


def shown(blocks: Sequence[Block], copy: Copy) -> list[dict[str, Any]]:
    """Each block with its template."""
    return [{"template": block.template, "is": block.shown(copy)} for block in blocks]
