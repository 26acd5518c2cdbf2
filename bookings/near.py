"""Sessions near a place, across hub borders: which are within so many miles, and widening where they are few."""

from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from typing import Any

from django.db.models import Case, Count, F, FloatField, Q, When
from django.db.models.functions import Cast
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubs.kept_words import kept_by_language
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.whereabouts import METRES_IN_A_MILE, Place

ENGLAND = 0  # any distance
RADII = (10, 30, 60, ENGLAND)
USUAL = 30
FEW = 3  # sessions, with less than which we look farther


@dataclass(frozen=True)
class Near:
    """The sessions near a place, and how many there are within each distance."""

    place: Place
    asked: int
    sessions: ShowcaseSessionQuerySet

    @cached_property
    def counts(self) -> dict[int, int]:
        """How many sessions there are within each radius; England's holds those too whose place is not known yet."""
        within = {f"within_{miles}": Count("pk", filter=_within(miles)) for miles in RADII if miles}
        found = self._measured.order_by().aggregate(within_0=Count("pk"), **within)
        return {miles: found[f"within_{miles}"] for miles in RADII}

    @cached_property
    def radius(self) -> int:
        """The one asked for, or the next in which there are enough."""
        wider = RADII[RADII.index(self.asked) :]
        return next(
            (miles for miles in wider if self.counts[miles] >= FEW), ENGLAND if self.total_in_all else self.asked
        )

    @property
    def total_in_all(self) -> int:
        return self.counts[ENGLAND]

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

    def rows(self, *, past: bool = False) -> ShowcaseSessionQuerySet:
        """By day, nearest first within the day; `far` is the square of the distance in metres."""
        near = self._measured.filter(_within(self.radius)) if self.radius else self._measured
        days = [F(day).desc() if past else F(day).asc(nulls_last=True) for day in ("first_day", "last_day")]
        return near.order_by(*days, F("far").asc(nulls_last=True), "starts_at", "pk")

    @property
    def _measured(self) -> ShowcaseSessionQuerySet:
        across = _of_place("easting") - float(self.place.easting)
        along = _of_place("northing") - float(self.place.northing)
        return self.sessions.annotate(across=across, along=along).annotate(
            far=F("across") * F("across") + F("along") * F("along")
        )


def _of_place(coordinate: str) -> Cast:
    """A coordinate of where a session is, as `AtAPlace.school` decides; as a float, whose square overflows nowhere."""
    where = Case(
        When(venue__isnull=False, then=F(f"venue__{coordinate}")),
        When(place_name="", then=F(f"host_school__school__{coordinate}")),
        default=F(f"place_{coordinate}"),
    )
    return Cast(where, FloatField())


def _within(miles: int) -> Q:
    return Q(far__lte=(miles * METRES_IN_A_MILE) ** 2)


def distance_in_words(session: Any) -> str:
    """How far a session of `Near.rows` is, in whole miles; empty for one that nobody measured or can."""
    far = getattr(session, "far", None)
    return "" if far is None else _miles(round(sqrt(far) / METRES_IN_A_MILE))


@kept_by_language
def _miles(miles: int) -> str:
    if not miles:
        return _("under a mile")
    return ngettext("%(n)d mile", "%(n)d miles", miles) % {"n": miles}
