"""Where else to go: the sessions that fit best instead of one that cannot be booked, and still have places.

Best is near, soon after or before, and for the same classes. Twenty miles weigh as much as a week, and a session that
suits none of the same years as sixty miles; the hub's own are taken before others as good. Any hub's are offered
(rule.md#pages).
"""

import datetime as dt
from typing import Any

from bookings.models.places import can_be_booked
from bookings.public.answers import answers
from bookings.public.brief import all_years
from bookings.public.near import measured
from bookings.public.session import Showing, announced, lean
from bookings.states import Standing
from hubs.models import ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import METRES_IN_A_MILE, metres_between
from hubs.vocabulary.access import Has

MILES_OF_A_WEEK, MILES_OF_OTHER_YEARS, MILES_OF_ANOTHER_HUB = 20, 60, 5
MILES_UNKNOWN = 100  # as far as a session whose place nobody knows is taken to be
MOST_LOOKED_AT = 300
KEYS = ("pk", "easting", "northing", "first_day", "suits_years", "taught", "hub_year__hub_id")


def alternatives(showing: Showing, *, most: int = 3, places: int = 1, step_free: bool = False) -> list[Showing]:
    """The best sessions to go to instead, the best first, each with how far it is from the one that was wanted.

    A party asks for as many `places` as it needs, and whoever needs it for those that are `step_free`. None for a
    session that is only to come. Two queries; of those who want the same at once, hardly anybody makes more than one.
    """
    if showing.standing in (Standing.ANNOUNCED, Standing.SOON, Standing.ELSEWHERE):
        return []
    wanted, now = showing.session, showing.now
    bookable = announced().upcoming(today=showing.today).filter(can_be_booked(now, places=places)).exclude(pk=wanted.pk)
    others = bookable.filter(step_free=Has.YES) if step_free else bookable
    asked = ("instead", wanted.pk, most, places, step_free)
    order = answers.get(asked, lambda: _best(wanted, others, most), now=now)
    rows = {row.pk: row for row in lean(others.filter(pk__in=order)).order_by()} if order else {}
    return [Showing(measured(rows[pk], wanted), now) for pk in order if pk in rows]


def _best(wanted: ShowcaseSession, others: ShowcaseSessionQuerySet, most: int) -> list[int]:
    """Which of the others are the best, in order."""
    around = others.filter(first_day__gte=wanted.first_day - dt.timedelta(days=14)) if wanted.first_day else others
    found = list(around.values(*KEYS)[:MOST_LOOKED_AT]) or list(others.values(*KEYS)[:MOST_LOOKED_AT])
    best = sorted(found, key=lambda one: (_cost(wanted, one), one["first_day"], one["pk"]))[:most]
    return [one["pk"] for one in best]


def _cost(wanted: ShowcaseSession, other: dict[str, Any]) -> float:
    """How far a session is from what was wanted, in miles, as teachers weigh it."""
    cost = _miles(wanted, other)
    if wanted.first_day and other["first_day"]:
        cost += abs((other["first_day"] - wanted.first_day).days) / 7 * MILES_OF_A_WEEK
    years, theirs = all_years(wanted.suits_years, wanted.taught), all_years(other["suits_years"], other["taught"])
    cost += MILES_OF_OTHER_YEARS if years and theirs and not years & theirs else 0
    return cost + (MILES_OF_ANOTHER_HUB if other["hub_year__hub_id"] != wanted.hub_year.hub_id else 0)


def _miles(wanted: ShowcaseSession, other: dict[str, Any]) -> float:
    if wanted.easting is None or wanted.northing is None:
        return 0  # then every session is as near as any other
    metres = metres_between(wanted.easting, wanted.northing, other["easting"], other["northing"])
    return MILES_UNKNOWN if metres is None else metres / METRES_IN_A_MILE
