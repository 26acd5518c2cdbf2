"""Sessions in brief: what lists and the map put in order and count them by, of all sessions to come, read at once.

A list says how many sessions each of its choices would find: by class, role, hub, month and distance, each counted
without itself. So one narrow row of each session is read, and all is counted from those; which of them fit a filter is
the database's word alone. Those to come are kept while they are as they were (answers.py): a search reads of them
nothing but which fit, and the next place that somebody types reads nothing at all (docs/decisions/0064).
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import groupby
from operator import attrgetter, or_
from typing import Any, NamedTuple

from django.db.models import IntegerField, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.functional import cached_property

from bookings.models.places import stands
from bookings.public.answers import answers
from bookings.public.england import ByHub
from bookings.public.session import IN_ORDER, announced, bookable_first
from bookings.states import Standing
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import METRES_IN_A_MILE, Place

NOWHERE = float("inf")
AFTER_ALL_DAYS = "9"


class Brief(NamedTuple):
    """A session, in plain numbers and text: rows are many. Days are written 2027-01-26; years and roles are flags."""

    pk: int
    first_day: str | None
    last_day: str | None
    easting: int | None
    northing: int | None
    suits: int
    taught: str
    roles: int
    hub: str
    rest: int  # 0: a list that has first what can be booked has it there (`bookable_first`)
    stood: str  # a `Standing`

    @property
    def free(self) -> bool:
        """Whether it can be booked."""
        return self.stood == Standing.OPEN

    def square_of_far(self, place: Place) -> float:
        """The square of its distance from a place, in metres; more than any for one whose place is not known."""
        if self.easting is None or self.northing is None:
            return NOWHERE
        return (self.easting - place.easting) ** 2 + (self.northing - place.northing) ** 2


@dataclass
class Sessions:
    """Some sessions in order, with the other hubs that run them. Whatever is counted is counted once: nobody changes
    them, and many readers may share them."""

    rows: list[Brief]
    also_run_by: dict[int, set[str]]
    by: tuple[str, ...] = ("first_day",)  # what they are ordered by, before what a distance may order anew

    def __len__(self) -> int:
        return len(self.rows)

    def only(self, keys: Iterable[int]) -> "Sessions":
        """Those of them with these keys."""
        wanted = set(keys)
        return self._some(row for row in self.rows if row.pk in wanted)

    def within(self, place: Place, miles: int) -> "Sessions":
        """Those no farther from a place than that. First by the square around the circle, which is quicker to tell."""
        reach = miles * METRES_IN_A_MILE
        west, east, south, north = (at + to for at in (place.easting, place.northing) for to in (-reach, reach))
        around = [
            row
            for row in self.rows
            if row.easting is not None and west <= row.easting <= east
            if row.northing is not None and south <= row.northing <= north
        ]
        return self._some(row for row in around if row.square_of_far(place) <= reach**2)

    @cached_property
    def bookable_first(self) -> "Sessions":
        """The same, with what can be booked, waited for or opens soon before all else."""
        return Sessions(sorted(self.rows, key=attrgetter("rest")), self.also_run_by, ("rest", *self.by))

    @property
    def backwards(self) -> "Sessions":
        return self._some(reversed(self.rows))

    def keys(self, start: int, end: int) -> list[int]:
        return [row.pk for row in self.rows[start:end]]

    def nearest_first(self, place: Place, start: int, end: int, *, past: bool) -> list[int]:
        """Keys of some, nearest first within each day; of those `past`, which are backwards, as of the others."""
        keys: list[int] = []
        for _day, rows in groupby(self.rows, key=attrgetter(*self.by)):
            if len(keys) >= end:
                break
            same_day = list(rows)
            if past:
                same_day.reverse()
            same_day.sort(key=lambda row: row.square_of_far(place))
            same_day.sort(key=lambda row: row.last_day or AFTER_ALL_DAYS, reverse=past)
            keys += [row.pk for row in same_day]
        return keys[start:end]

    @cached_property
    def kinds(self) -> Counter[tuple[int, int]]:
        """How many are for which years and roles."""
        return Counter((row.suits | _years_taught(row.taught), row.roles) for row in self.rows)

    @cached_property
    def days(self) -> Counter[tuple[str | None, str | None]]:
        """How many have which first and last day."""
        return Counter((row.first_day, row.last_day) for row in self.rows)

    @cached_property
    def free(self) -> "Sessions":
        """Those that can be booked."""
        return self._some(row for row in self.rows if row.free)

    @cached_property
    def by_hub(self) -> ByHub:
        """By the hubs that run them, alone or with others."""
        found = ByHub()
        for row in self.rows:
            hubs = {row.hub, *self.also_run_by.get(row.pk, ())}
            for hub in hubs:
                found.add(hub, row.free, row.easting, row.northing)
            if len(hubs) > 1:
                found.add_together(hubs, free=row.free)
        return found

    def _some(self, rows: Iterable[Brief]) -> "Sessions":
        return Sessions(list(rows), self.also_run_by, self.by)


def all_to_come(*, now: dt.datetime) -> Sessions:
    """All that anybody may find and that is not over. Two queries, of which each process makes few."""
    sessions = announced().upcoming(today=timezone.localdate(now))
    return answers.get("to come", lambda: in_brief(sessions, now=now), now=now)


def in_brief(sessions: ShowcaseSessionQuerySet, *, now: dt.datetime) -> Sessions:
    """These sessions, as they are at `now`. Two queries."""
    columns: tuple[Any, ...] = (  # of a `Brief`, in order
        "pk",
        Cast("first_day", TextField()),  # as the database has it: Django makes an object of each date
        Cast("last_day", TextField()),
        "easting",
        "northing",
        Cast("suits_years", IntegerField()),
        Cast("taught", TextField()),
        Cast("suits_roles", IntegerField()),
        "hub_year__hub__slug",
        bookable_first(now)[0],
        stands(now),
    )
    rows = sessions.order_by(*IN_ORDER).values_list(*columns)
    shared = sessions.order_by().filter(also_run_by__isnull=False)
    also_run_by: dict[int, set[str]] = {}
    for key, own, other in shared.values_list("pk", "hub_year__hub__slug", "also_run_by__hub__slug"):
        if other != own:  # it may be the same hub in another year
            also_run_by.setdefault(key, set()).add(other)
    return Sessions([Brief(*row) for row in rows], also_run_by)


def all_years(suits: int, taught: list[list[Any]]) -> int:
    """The years that a session suits and those of its classes, as a flag."""
    return reduce(or_, (years for years, _topic in taught), int(suits))


@lru_cache(maxsize=8192)
def _years_taught(taught: str) -> int:
    return all_years(0, json.loads(taught))
