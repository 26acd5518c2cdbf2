"""A map as SVG: hosts, schools reached, schools of the area that nobody came from, over the country in pale dots.

All is in one canvas of 1080 units across, in whole numbers, and of at most so many dots: where there are more, those
that would lie on each other are one. So a map has some kilobytes, whatever it is of.
"""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

from bookings.report.area import Area, Country, Host
from hubs.schools.whereabouts import METRES_IN_A_MILE
from hubs.vocabulary.map_of_england import HEIGHT, LEFT, WIDTH
from hubs.vocabulary.postcodes import Spot, districts

WIDE = 1080  # units across
TALL = 700  # of a hub's map
MOST_DOTS = 1500
LEAST_METRES = 24_000  # across: less would be streets
FARTHEST = 40 * METRES_IN_A_MILE  # from a host: who came from farther away stands in the table
LAND_STEP, LAND_ROW = 36, 31  # units between pale dots of a row, and between rows
OF_A_DISTRICT = 7500  # metres around its middle that are drawn as land
MOST_NAMED = 4
LONGEST_NAME = 24
# What follows a school's own name.
KIND_OF_SCHOOL = re.compile(
    r" (?:(?:Community|Primary|Junior|Infants?|Nursery|Secondary|High|Church of England|CofE|Catholic|RC)\b.*"
    r"|School|Academy)$"
)
SQUARE = 17  # half the side of a host's mark
Point = tuple[int, int]


class Label(NamedTuple):
    """A host's name, in per cent of the canvas."""

    x: str
    y: str
    text: str
    dy: int


class Ring(NamedTuple):
    """Ten miles around a host."""

    x: int
    y: int
    radius: int


class Inset(NamedTuple):
    """Where in England it is, in kilometres."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True)
class Drawing:
    """What the template draws, in this order."""

    height: int
    land: str
    rings: list[Ring]
    not_reached: str
    reached: str
    hosts: str
    labels: list[Label]
    inset: Inset | None  # None: it is all of England, whose dots are a picture

    @property
    def size(self) -> int:
        """Bytes of its paths."""
        return sum(len(part) for part in (self.land, self.not_reached, self.reached, self.hosts))


@dataclass(frozen=True)
class Sheet:
    """A part of the National Grid, in metres: its left, its top, and how wide it is."""

    left: float
    top: float
    wide: float
    height: int = TALL

    @property
    def scale(self) -> float:
        return WIDE / self.wide

    def point(self, spot: Spot) -> Point:
        return round((spot[0] - self.left) * self.scale), round((self.top - spot[1]) * self.scale)

    def holds(self, point: Point) -> bool:
        return 0 <= point[0] <= WIDE and 0 <= point[1] <= self.height

    def points(self, spots: Iterable[Spot | None]) -> set[Point]:
        return {point for spot in spots if spot and self.holds(point := self.point(spot))}


def of_area(area: Area) -> Drawing | None:
    """A hub's map; None where no host has a place."""
    if not area.hosts:
        return None
    here = [one.spot for one in area.schools]
    came = [*(one.spot for one in area.reached), *area.other_spots]
    sheet = _around([host.spot for host in area.hosts], [*here, *came])
    reached = _thinned(sheet.points(came))
    others = _thinned(sheet.points(one.spot for one in area.schools if one.urn not in area.reached_urns))
    land = _land(sheet, [spot for spot in here if spot])
    inset = Inset(
        round(sheet.left / 1000, 1),
        round(HEIGHT - sheet.top / 1000, 1),
        round(sheet.wide / 1000, 1),
        round(sheet.wide * TALL / WIDE / 1000, 1),
    )
    return _drawn(sheet, area.hosts, reached, others - reached, land=path(land), inset=inset)


def of_country(country: Country) -> Drawing:
    """All of England, in squares."""
    height = round(WIDE * HEIGHT / WIDTH)
    sheet = Sheet(LEFT * 1000, HEIGHT * 1000, WIDTH * 1000, height)
    reached = sheet.points(cell.spot for cell in country.cells if cell.reached)
    others = sheet.points(cell.spot for cell in country.cells if not cell.reached)
    return _drawn(sheet, country.hosts, reached, others, land="", inset=None)


def _drawn(
    sheet: Sheet, hosts: list[Host], reached: set[Point], others: set[Point], *, land: str, inset: Inset | None
) -> Drawing:
    at = [(host, sheet.point(host.spot)) for host in hosts]
    ten = round(10 * METRES_IN_A_MILE * sheet.scale)
    few = inset is not None and len(at) <= MOST_NAMED
    return Drawing(
        height=sheet.height,
        land=land,
        rings=[Ring(*point, ten) for _host, point in at] if few else [],
        not_reached=path(others),
        reached=path(reached),
        hosts=_squares(sorted({point for _host, point in at if sheet.holds(point)}), small=inset is None),
        labels=list(_labels(at, sheet)) if few else [],
        inset=inset,
    )


def path(points: Collection[Point]) -> str:
    """Dots as lines without a length, each from the one before: short, and drawn by one stroke."""
    parts, before = [], (0, 0)
    for point in sorted(points, key=lambda one: (one[1], one[0])):
        x, y = point[0] - before[0], point[1] - before[1]
        parts.append(f"m{x}{'' if y < 0 else ' '}{y}h0")
        before = point
    return "".join(parts)


def _squares(points: list[Point], *, small: bool) -> str:
    half = SQUARE // 2 if small else SQUARE
    return "".join(f"M{x - half} {y - half}h{2 * half}v{2 * half}h-{2 * half}z" for x, y in points)


def _labels(at: list[tuple[Host, Point]], sheet: Sheet) -> Iterable[Label]:
    """Below its mark; above it where that would run into another's, or off the sheet."""
    for number, (host, (x, y)) in enumerate(at):
        near = [other for _host, other in at[:number]]
        crowded = any(
            (abs(x - left) < 360 and 0 <= top - y < 90) or hypot(x - left, y - top) < 60 for left, top in near
        )
        above = crowded or y > sheet.height - 80
        inside = min(max(x, 130), WIDE - 130)
        yield Label(
            f"{inside / WIDE * 100:.1f}%", f"{y / sheet.height * 100:.1f}%", short(host.name), -16 if above else 30
        )


def short(name: str) -> str:
    """A school as people call it: West Borough, Whitstable."""
    called = KIND_OF_SCHOOL.sub("", name.removeprefix("The ")).strip(" ,") or name
    return called if len(called) <= LONGEST_NAME else f"{called[: LONGEST_NAME - 1].rstrip()}…"


def _around(hosts: list[Spot], spots: Iterable[Spot | None]) -> Sheet:
    """The sheet that holds the hosts and what is not too far from one, with room around it."""
    near = [spot for spot in spots if spot and min(_metres(spot, host) for host in hosts) <= FARTHEST]
    easts = [spot[0] for spot in (*hosts, *near)]
    norths = [spot[1] for spot in (*hosts, *near)]
    wide = max(1.1 * (max(easts) - min(easts)), 1.1 * (max(norths) - min(norths)) * WIDE / TALL, LEAST_METRES)
    left = (max(easts) + min(easts) - wide) / 2
    top = (max(norths) + min(norths) + wide * TALL / WIDE) / 2
    return Sheet(left, top, wide)


def _metres(one: Spot, other: Spot) -> float:
    return hypot(one[0] - other[0], one[1] - other[1])


def _thinned(points: set[Point]) -> set[Point]:
    """At most so many: those that lie on each other anyway are one."""
    step = 4
    while len(points) > MOST_DOTS:
        points = {(round(x / step) * step, round(y / step) * step) for x, y in points}
        step += 4
    return points


def _land(sheet: Sheet, schools: list[Spot]) -> set[Point]:
    """Pale dots where somebody lives: near the middle of a postcode district, or at a school."""
    found: set[Point] = set()
    near = OF_A_DISTRICT * sheet.scale
    for spot in districts().values():
        x, y = sheet.point(spot)
        if -near <= x <= WIDE + near and -near <= y <= sheet.height + near:
            found |= _dots_around(x, y, near)
    for spot in schools:
        found |= _dots_around(*sheet.point(spot), LAND_STEP * 0.7)
    return {point for point in found if sheet.holds(point)}


def _dots_around(x: float, y: float, near: float) -> set[Point]:
    found = set()
    for row in range(int((y - near) // LAND_ROW), int((y + near) // LAND_ROW) + 2):
        shift = LAND_STEP / 2 if row % 2 else 0
        for column in range(int((x - near) // LAND_STEP) - 1, int((x + near) // LAND_STEP) + 2):
            dot = (round(column * LAND_STEP + shift), row * LAND_ROW)
            if hypot(dot[0] - x, dot[1] - y) <= near:
                found.add(dot)
    return found
