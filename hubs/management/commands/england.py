"""`manage.py england`: draw England in dots from the postcode districts, as static/england.svg, which maps lie over.

A dot stands for what lies around it, and is larger where more postcodes are: where people live, not where land is. One
unit is a kilometre of the British National Grid, northwards up; bookings/public/england.py puts counters over it.
"""

import csv
import math
import re
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from hubs.vocabulary.map_of_england import HEIGHT, LEFT, WIDTH
from hubs.vocabulary.postcodes import DISTRICTS

FILE = Path("static") / "england.svg"
STEP, ROW = 9, 8  # kilometres between dots of a row, and between rows
NEAR = 8.6  # kilometres from a district's middle that are still drawn as land
# Areas and districts of Scotland and Wales. Borders are soft: some districts lie on both sides, and no dot shows it.
SCOTLAND = "AB DD DG EH FK G HS IV KA KW KY ML PA PH TD ZE"
WALES = "CF LD LL NP SA CH5 CH6 CH7 CH8 SY15 SY16 SY17 SY18 SY19 SY20 SY21 SY22 SY23 SY24 SY25"
ABROAD = {*SCOTLAND.split(), *WALES.split()} - {"TD15"}
# How wide a dot is, by how many postcodes are around it at least.
SIZES = ((4200, 7), (1200, 5.8), (0, 4.6))
NEIGHBOURS = ((-1, 0), (1, 0), (-1, -1), (0, -1), (-1, 1), (0, 1))
HEAD = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="{left} 0 {width} {height}">
<!-- Made by "manage.py england". Contains OS data © Crown copyright and database right 2025; contains Royal Mail data
© Royal Mail copyright and database right 2025. Open Government Licence v3. -->
<style>path{{fill:none;stroke:#d3ccbb;stroke-linecap:round;stroke-dasharray:0 {step}}}
@media(prefers-color-scheme:dark){{path{{stroke:#3c4854}}}}
@media print{{path{{stroke:#bbb}}}}
@media(forced-colors:active){{path{{stroke:GrayText}}}}</style>
"""
Cell = tuple[int, int]  # column and row


class Command(BaseCommand):
    help = "Draw static/england.svg from the postcode districts."

    def handle(self, *args: Any, **options: Any) -> None:
        (settings.BASE_DIR / FILE).write_text(drawn(), encoding="utf-8")
        self.stdout.write(f"{FILE} is drawn.")


def drawn() -> str:
    """The whole file."""
    postcodes = {cell: n for cell, n in without_holes(cells(districts())).items() if is_on_sheet(cell)}
    paths = []
    for (least, wide), most in zip(SIZES, (None, *(size[0] for size in SIZES)), strict=False):
        some = [cell for cell, n in postcodes.items() if n >= least and (most is None or n < most)]
        paths.append(f'<path stroke-width="{wide}" d="\n{path(some)}"/>\n')
    return HEAD.format(step=STEP, left=LEFT, width=WIDTH, height=HEIGHT) + "".join(paths) + "</svg>\n"


def districts() -> Iterator[tuple[float, float, int]]:
    """The middle of each English district in kilometres, and how many postcodes it has."""
    with DISTRICTS.open(encoding="ascii", newline="") as file:
        for row in csv.DictReader(file):
            area = re.match("[A-Z]+", row["district"])
            if (area and not {area[0], row["district"]} & ABROAD) or row["district"] == "TD15":
                yield int(row["easting"]) / 1000, int(row["northing"]) / 1000, int(row["postcodes"])


def cells(found: Iterable[tuple[float, float, int]]) -> Counter[Cell]:
    """Postcodes by the nearest dot, and none for the dots around that are near it too. Every other row stands half a
    step to the right."""
    counted = Counter[Cell]()
    for east, north, postcodes in found:
        row = round((HEIGHT - north) / ROW)
        cell = round((east - half(row)) / STEP), row
        counted[cell] += postcodes
        near = (around for around in neighbours(cell) if math.dist(spot(around), (east, HEIGHT - north)) <= NEAR)
        counted.update(dict.fromkeys(near, 0))
    return counted


def spot(cell: Cell) -> tuple[float, float]:
    column, row = cell
    return column * STEP + half(row), row * ROW


def half(row: int) -> float:
    return STEP / 2 if row % 2 else 0


def is_on_sheet(cell: Cell) -> bool:
    """Scilly lies beyond its edge."""
    x, y = spot(cell)
    return LEFT < x < LEFT + WIDTH and 0 < y < HEIGHT


def without_holes(found: Counter[Cell]) -> Counter[Cell]:
    """With a dot where few live, but most around do: moors and parks are England too."""
    empty = {around for cell in found for around in neighbours(cell)} - found.keys()
    holes = [cell for cell in empty if sum(around in found for around in neighbours(cell)) >= 4]
    return Counter(dict.fromkeys(holes, 0) | found)


def neighbours(cell: Cell) -> Iterator[Cell]:
    column, row = cell
    for right, down in NEIGHBOURS:
        yield column + right + (row % 2 if down else 0), row + down


def path(some: Iterable[Cell]) -> str:
    """Dots that stand side by side as one dashed line, whose dashes have no length and round ends; each begins so far
    from the end of the one before, for numbers that are small and alike are packed to half."""
    lines: list[tuple[Cell, int]] = []
    for column, row in sorted(some, key=lambda cell: (cell[1], cell[0])):
        first, length = lines[-1] if lines else ((0, -1), 0)
        if first == (column - length, row):
            lines[-1] = first, length + 1
        else:
            lines.append(((column, row), 1))
    drawn, at = [], (0.0, 0.0)
    for first, length in lines:
        x, y = spot(first)
        long = (length - 1) * STEP
        # A little longer than its dots need: one at the very end is not drawn everywhere.
        drawn.append(f"m{round(x - at[0], 1):g},{y - at[1]:g}h{long or ''}.1")
        at = x + long + 0.1, y
    return "\n".join(textwrap.wrap(" ".join(drawn), 110))
