"""The map of England: a counter for each hub with sessions to come, or for several where these would overlap.

The country itself is a file (`manage.py england`); the counters lie over it in per cent, so that the map is as wide as
there is room. They stay apart on the narrowest of telephones, where each can still be hit with a thumb.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import combinations
from math import dist
from typing import NamedTuple

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.public.answers import answers
from hubs.models import Hub
from hubs.vocabulary.map_of_england import WIDTH, across, down
from hubs.vocabulary.teaching import listed

NARROWEST = 288  # pixels of the map on a telephone of 320
TARGET = 28  # pixels of a counter's width; WCAG 2.2 asks for 24
APART = TARGET / NARROWEST * WIDTH * 1000  # metres between the middles of two counters
EDGE = 3  # per cent of the sheet that a counter keeps from its border


@dataclass
class OfHub:
    """How many sessions a hub has, how many of them can be booked, and where these are: sums, and of how many."""

    sessions: int = 0
    free: int = 0
    easting: int = 0
    northing: int = 0
    placed: int = 0

    def add(self, sessions: int, free: int, easting: int | None, northing: int | None, placed: int) -> None:
        self.sessions += sessions
        self.free += free
        self.easting += easting or 0
        self.northing += northing or 0
        self.placed += placed


@dataclass
class ByHub:
    """Sessions by the address of the hub that runs them, alone or with others; and those that the same hubs run
    together."""

    hubs: defaultdict[str, OfHub] = field(default_factory=lambda: defaultdict(OfHub))
    together: dict[frozenset[str], tuple[int, int]] = field(default_factory=dict)

    def add(self, hub: str, free: int, easting: int | None, northing: int | None) -> None:
        """One more session of a hub."""
        self.hubs[hub].add(1, free, easting, northing, int(easting is not None))

    def add_together(self, hubs: Iterable[str], *, free: bool) -> None:
        """One more session that two hubs run together, or more."""
        same = frozenset(hubs)
        n, with_places = self.together.get(same, (0, 0))
        self.together[same] = n + 1, with_places + free

    def of(self, slugs: Iterable[str]) -> tuple[int, int]:
        """How many sessions some hubs have, and how many of them can be booked, each counted once."""
        some = set(slugs)
        sessions, bookable = (sum(getattr(self.hubs[slug], name) for slug in some) for name in ("sessions", "free"))
        for hubs, (n, free) in self.together.items():
            too_often = max(len(hubs & some) - 1, 0)
            sessions, bookable = sessions - too_often * n, bookable - too_often * free
        return sessions, bookable


def named_hubs(*, now: dt.datetime) -> list[Hub]:
    """Hubs that have had a year, with their name."""
    return answers.get("hubs", lambda: list(Hub.objects.named(today=timezone.localdate(now))), now=now)


class Marker(NamedTuple):
    """A counter on the map, or a line of the list beside it."""

    name: str
    sessions: int
    free: int
    address: str
    here: bool
    x: str = ""
    y: str = ""

    @property
    def number(self) -> int:
        """What stands on the counter: how many can be booked, or how many there are where none can."""
        return self.free or self.sessions

    @property
    def total(self) -> str:
        return ngettext("%(n)d session", "%(n)d sessions", self.sessions) % {"n": self.sessions}

    @property
    def left(self) -> str:
        """How many of them can be booked, in words."""
        if not self.free:
            return _("none to book now")
        if self.free == self.sessions:
            return _("with places left")
        return ngettext("%(n)d with places left", "%(n)d with places left", self.free) % {"n": self.free}

    @property
    def whole(self) -> str:
        """What somebody hears of a counter."""
        said = {"hub": self.name, "sessions": self.total, "left": self.left}
        return _("%(hub)s: %(sessions)s, %(left)s") % said


class England(NamedTuple):
    """The map, and the same as a list."""

    counters: list[Marker]
    hubs: list[Marker]


@dataclass
class _Group:
    """Hubs under one counter, in the middle of their sessions."""

    slugs: list[str]
    weight: int
    spot: tuple[float, float]

    def take(self, other: "_Group") -> None:
        weight = self.weight + other.weight
        east, north = (
            (mine * self.weight + theirs * other.weight) / weight
            for mine, theirs in zip(self.spot, other.spot, strict=True)
        )
        self.slugs, self.weight, self.spot = self.slugs + other.slugs, weight, (east, north)


def england(
    by_hub: ByHub, names: dict[str, str], address: Callable[..., str], *, here: Iterable[str] = ()
) -> England | None:
    """The map of these hubs, whose names are `names`; `address` is that of a list of some. None where there is none."""

    def marker(slugs: list[str], spot: tuple[float, float] | None = None) -> Marker:
        sessions, free = by_hub.of(slugs)
        where = {"hub": slugs[0], "hubs": None} if len(slugs) == 1 else {"hub": None, "hubs": ",".join(sorted(slugs))}
        leads_to = address(**where, page=None, places=1 if free else None)
        on_sheet = {} if spot is None else {"x": _inside(across(spot[0])), "y": _inside(down(spot[1]))}
        name = listed([names[slug] for slug in slugs])
        return Marker(name, sessions, free, leads_to, bool(set(slugs) & set(here)), **on_sheet)

    lines = [slug for slug in names if by_hub.hubs[slug].sessions]
    if not lines:
        return None
    counters = [marker(sorted(group.slugs, key=lines.index), group.spot) for group in _apart(by_hub, lines)]
    return England(sorted(counters, key=lambda one: float(one.y)), [marker([slug]) for slug in lines])


def _inside(per_cent: float) -> str:
    return f"{min(max(per_cent, EDGE), 100 - EDGE):.1f}"


def _apart(by_hub: ByHub, slugs: Iterable[str]) -> list[_Group]:
    """The hubs whose sessions have a place, those together whose counters would run into each other."""
    of_hubs = {slug: by_hub.hubs[slug] for slug in slugs if by_hub.hubs[slug].placed}
    groups = [
        _Group([slug], one.sessions, (one.easting / one.placed, one.northing / one.placed))
        for slug, one in of_hubs.items()
    ]
    while pair := _closest(groups):
        first, second = pair
        first.take(second)
        groups.remove(second)
    return groups


def _closest(groups: list[_Group]) -> tuple[_Group, _Group] | None:
    """The two that are closest together, where that is too close."""
    close = [
        (far, n, one, other)
        for n, (one, other) in enumerate(combinations(groups, 2))
        if (far := dist(one.spot, other.spot)) < APART
    ]
    return min(close)[2:] if close else None
