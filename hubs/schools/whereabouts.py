"""Where something is that people type: a postcode, a district, a town, a county or a school.

Distances are by Pythagoras on the British National Grid, in metres: over 60 miles the Earth's curve changes none that
is said in whole miles.
"""

from dataclasses import dataclass
from math import hypot
from statistics import median_low
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubs.models import School, SchoolWord
from hubs.schools.search import schools_found
from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.postcodes import looks_like_postcode, tidy_postcode
from hubs.vocabulary.school_words import words_of, words_typed

METRES_IN_A_MILE = 1609.344
ENOUGH = 400  # schools to find a town's middle by


class CannotPlace(Exception):
    """It is nowhere that we know; the sentence says what to try."""


@dataclass(frozen=True)
class Place:
    """A spot, and what to call it."""

    name: str
    easting: int
    northing: int


def metres_between(
    easting: int | None, northing: int | None, other_easting: int | None, other_northing: int | None
) -> float | None:
    """As the crow flies; None where any of them is not known."""
    if easting is None or northing is None or other_easting is None or other_northing is None:
        return None
    return hypot(easting - other_easting, northing - other_northing)


def in_miles(metres: float) -> str:
    """In whole miles, as people in England say it."""
    return miles_in_words(round(metres / METRES_IN_A_MILE))


@kept_by_language
def miles_in_words(miles: int) -> str:
    if not miles:
        return _("under a mile")
    return ngettext("%(n)d mile", "%(n)d miles", miles) % {"n": miles}


def place(typed: str) -> Place:
    """Where `typed` is. Raises CannotPlace."""
    if looks_like_postcode(typed):
        spot = School.objects.spot_of(typed)
        if not spot:
            raise CannotPlace(_("We cannot place this postcode. Choose a hub or a town."))
        return Place(tidy_postcode(typed) or " ".join(typed.upper().split()), *spot)
    if found := _town(typed) or _school(typed):
        return found
    raise CannotPlace(_("We cannot find this place. Enter a postcode, a town or a school’s name, or choose a hub."))


def _town(typed: str) -> Place | None:
    """The middle of the schools of a town, or of an authority of that name.

    Of towns of one name the one with most schools wins, since the middle one of their coordinates is in it.
    """
    words = words_typed(typed)
    if not words:
        return None
    rows = (
        SchoolWord.objects.filter(word=max(words, key=len), school__easting__isnull=False)
        .order_by("school_id")
        .values_list("school__town", "school__local_authority__name", "school__easting", "school__northing")[:ENOUGH]
    )
    towns: list[tuple[Any, ...]] = []
    authorities: list[tuple[Any, ...]] = []
    for town, authority, easting, northing in rows:
        of_town, of_authority = words_of(town), words_of(authority or "")
        if of_town and set(of_town) <= set(words) <= {*of_town, *of_authority}:
            towns.append((town, easting, northing))
        elif of_authority == words:
            authorities.append((authority, easting, northing))
    return _middle(towns) or _middle(authorities)


def _middle(found: list[tuple[Any, ...]]) -> Place | None:
    if not found:
        return None
    names, eastings, northings = zip(*found, strict=True)
    return Place(max(sorted(set(names)), key=names.count), median_low(eastings), median_low(northings))


def _school(typed: str) -> Place | None:
    school = schools_found(typed, 1, among=School.objects.filter(easting__isnull=False, northing__isnull=False)).first()
    return Place(str(school), school.easting or 0, school.northing or 0) if school else None
