"""Sessions near a place, across hub borders: which are within so many miles, and widening where they are few."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Count, F, FloatField, Q
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import METRES_IN_A_MILE, Place, in_miles, metres_between

ENGLAND = 0  # any distance
RADII = (10, 30, 60, ENGLAND)
USUAL = 30
Narrowed = Callable[[ShowcaseSessionQuerySet], ShowcaseSessionQuerySet]  # to the columns that a page needs
FEW = 3  # sessions, with less than which we look farther


@dataclass(frozen=True)
class Near:
    """The sessions near a place, and how many there are within each distance."""

    place: Place
    asked: int
    sessions: ShowcaseSessionQuerySet
    first: tuple[Any, ...] = ()  # what the list is ordered by before the day

    @cached_property
    def counts(self) -> dict[int, int]:
        """How many sessions there are within each radius; England's holds those too whose place is not known yet."""
        within = {f"within_{miles}": Count("pk", filter=self._within(miles)) for miles in RADII if miles}
        found = self._measured.order_by().aggregate(within_0=Count("pk"), **within)
        return {miles: found[f"within_{miles}"] for miles in RADII}

    @cached_property
    def radius(self) -> int:
        """The one asked for, or the next in which there are enough."""
        wider = RADII[RADII.index(self.asked) :]
        return next((miles for miles in wider if self.counts[miles] >= FEW), ENGLAND)

    @property
    def total(self) -> int:
        return self.counts[self.radius]

    @property
    def widened(self) -> str:
        """A sentence where it was widened; else nothing."""
        if self.radius == self.asked or self.counts[self.asked] == self.total:
            return ""
        few = self.counts[self.asked]
        said = {"n": few, "miles": self.asked, "place": self.place.name}
        first = (
            ngettext(
                "Only %(n)d session is within %(miles)d miles of %(place)s.",
                "Only %(n)d sessions are within %(miles)d miles of %(place)s.",
                few,
            )
            if few
            else _("No session is within %(miles)d miles of %(place)s.")
        ) % said
        if self.radius == ENGLAND:
            return f"{first} {_('These are all there are, nearest first within each day.')}"
        return f"{first} {_('These are within %(miles)d miles.') % {'miles': self.radius}}"

    def page(self, start: int, end: int, *, past: bool = False, narrowed: Narrowed = lambda rows: rows) -> list[Any]:
        """Sessions by day, nearest first within the day, each with its `metres`.

        Keys are put in order first and whole rows fetched for a page: a database sorts all that it has fetched.
        """
        near = self._measured.filter(self._within(self.radius)) if self.radius else self._measured
        days = [F(day).desc() if past else F(day).asc(nulls_last=True) for day in ("first_day", "last_day")]
        ordered = near.order_by(*self.first, *days, F("far").asc(nulls_last=True), "starts_at", "pk")
        keys = list(ordered.values_list("pk", flat=True)[start:end])
        rows: dict[int, Any] = {
            session.pk: session for session in narrowed(self.sessions.filter(pk__in=keys).order_by())
        }
        return [measured(rows[key], self.place) for key in keys if key in rows]

    def within(self, sessions: ShowcaseSessionQuerySet) -> ShowcaseSessionQuerySet:
        """Those of `sessions` that are as near as the list looks."""
        if not self.radius:
            return sessions
        return self._measure(sessions).filter(self._within(self.radius))

    @property
    def _measured(self) -> ShowcaseSessionQuerySet:
        return self._measure(self.sessions)

    def _measure(self, sessions: ShowcaseSessionQuerySet) -> ShowcaseSessionQuerySet:
        """With `far`, the square of the distance in metres: as a float, since it is too large for an integer column."""
        across = Cast("easting", FloatField()) - float(self.place.easting)
        along = Cast("northing", FloatField()) - float(self.place.northing)
        return sessions.alias(far=across * across + along * along)

    def _within(self, miles: int) -> Q:
        """In the circle; in the square around it, too, which an index knows."""
        metres = miles * METRES_IN_A_MILE
        place, reach = self.place, int(metres) + 1
        return Q(
            easting__range=(place.easting - reach, place.easting + reach),
            northing__range=(place.northing - reach, place.northing + reach),
            far__lte=metres**2,
        )


def measured(session: Any, place: Any) -> Any:
    """The session, with how far it is in `metres` from a place or another session."""
    session.metres = metres_between(session.easting, session.northing, place.easting, place.northing)
    return session


def distance_in_words(session: Any) -> str:
    """How far a session of `Near.page` is, in whole miles; empty for one that nobody measured or can."""
    metres = getattr(session, "metres", None)
    return "" if metres is None else in_miles(metres)
