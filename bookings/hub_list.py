"""The hubs, each with how many sessions it has to come and how many places those have left."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from bookings.showing import TONES, Showing, announced, left_in_words
from bookings.states import Standing
from hubs.models import HubYear, ShowcaseSession

# How a hub's sessions stand on the list: the first of these that one of them does. What is off or over is not to come.
BEST = (Standing.OPEN, Standing.SOON, Standing.ANNOUNCED, Standing.FULL, Standing.ELSEWHERE, Standing.CLOSED)
# All that Places.standing and Places.left read of a session and its places.
OF_SESSION = ("opens_at", "closes_at", "starts_at", "ends_at", "last_day", "release_at", "booked_elsewhere")
OF_PLACES = ("places__status", "places__capacity", "places__held_back", "places__places_taken")


@dataclass(frozen=True)
class HubLine:
    """A hub on the list."""

    year: HubYear
    showings: list[Showing]

    @property
    def standing(self) -> Standing:
        return next(best for best in BEST if any(one.standing == best for one in self.showings))

    @property
    def tone(self) -> str:
        return TONES.get(self.standing, "")

    @property
    def words(self) -> str:
        """How many places are left, or why there are none to book: "52 places left", "Opening soon"."""
        left = sum(one.left for one in self.showings if one.is_open)
        return left_in_words(left) if left else str(self.standing.label)


def hub_lines(*, now: dt.datetime) -> list[HubLine]:
    """Every hub that has had a year, by name. Four queries."""
    to_come = defaultdict(list)
    for showing in _to_come(now):
        for hub in _run_by(showing.session):
            to_come[hub].append(showing)
    years = HubYear.objects.newest().select_related("hub", "lead_school").prefetch_related("area")
    return [HubLine(year, to_come[year.hub_id]) for year in years.order_by("name", "pk")]


def _to_come(now: dt.datetime) -> Iterator[Showing]:
    """Public sessions to come that are on, with no more of each row than their places need."""
    sessions = announced().upcoming(today=timezone.localdate(now)).order_by()
    lean = sessions.select_related(None).select_related("places", "hub_year")
    shared = Prefetch("also_run_by", HubYear.objects.only("hub_id"))
    showings = (
        Showing(row, now) for row in lean.only(*OF_SESSION, *OF_PLACES, "hub_year__hub_id").prefetch_related(shared)
    )
    return (one for one in showings if one.standing in BEST)


def _run_by(session: ShowcaseSession) -> set[Any]:
    return {session.hub_year.hub_id, *(year.hub_id for year in session.also_run_by.all())}
