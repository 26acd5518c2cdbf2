"""Tables of a report: every cell is one of cells.py, so that a table is printed, and saved, in one way only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bookings.report.cells import Cell, People, Text
from bookings.report.leaving import Copy

SUM, APART = "sum", "apart"  # a row that adds up the others; one that is not counted with them


@dataclass(frozen=True)
class Row:
    """A heading and its figures. `kind`: SUM, APART or none. A heading names no visitor."""

    head: Text
    cells: Sequence[Cell]
    kind: str = ""


@dataclass(frozen=True)
class Table:
    """`name` is that of its file. `adds_up`: in which columns (from 0) the plain rows are all parts of which total."""

    name: str
    caption: Text
    columns: Sequence[Text]  # the first is that of the headings
    rows: Sequence[Row]
    note: Text = ""
    stacked: bool = False  # on a narrow screen: a block for each row
    open: bool = False  # shown at once, not behind "Table"
    adds_up: Mapping[int, str] = field(default_factory=dict)

    template = "report/table.html"

    def inside(self) -> Iterator[Cell]:
        for row in self.rows:
            yield from row.cells

    def tables(self) -> "Iterator[Table]":
        yield self

    def parts(self) -> Iterator[tuple[str, list[int]]]:
        """The rows that add up to a whole total, by its name."""
        for column, name in self.adds_up.items():
            cells = (row.cells[column] for row in self.rows if not row.kind)
            yield name, [cell.n for cell in cells if isinstance(cell, People)]

    def shown(self, copy: Copy) -> dict[str, Any]:
        """As a template prints it."""
        rows = [
            {
                "head": row.head,
                "kind": row.kind,
                "cells": [
                    {"label": label, "text": copy.says(cell)}
                    for label, cell in zip(self.columns[1:], row.cells, strict=True)
                ],
            }
            for row in self.rows
        ]
        return {"table": self, "columns": self.columns, "rows": rows}

    def lines(self, copy: Copy) -> Iterator[list[str]]:
        """As a file has it: headings, then rows."""
        yield [str(column) for column in self.columns]
        for row in self.rows:
            yield [str(row.head), *(copy.says(cell) for cell in row.cells)]
