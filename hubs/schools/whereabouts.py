"""Where something is that people type: a postcode, a district, a town, a county or a school.

Many towns share a name, and a name alone may be short for a longer one: "Newcastle" is mostly Newcastle upon Tyne. The
meaning with most schools is taken and says which it is, by its local authority or, where the register does not give it,
by its postcode district; the others are offered. What only resembles what was typed is offered and never taken.

Distances are by Pythagoras on the British National Grid, in metres: over 60 miles the Earth's curve changes none that
is said in whole miles.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from math import hypot
from statistics import median_low
from typing import Any, NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubs.models import School, SchoolWord
from hubs.schools.search import Search, instead_of
from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.postcodes import Spot, looks_like_postcode, tidy_postcode
from hubs.vocabulary.school_words import searchable, words_of, words_typed

METRES_IN_A_MILE = 1609.344
ENOUGH = 4000  # schools to find towns by: London has 2,500
ONE_TOWN = 20 * METRES_IN_A_MILE  # places of one name that are as near as this are one
MOST_MEANT = 4
# What a town's short name leaves out begins so: Newcastle upon Tyne, Stoke-on-Trent, Ashton-under-Lyne.
AFTER_SHORT = {"upon", "on", "under", "in", "le", "next", "by", "sub", "cum"}


class CannotPlace(Exception):
    """It is nowhere that we know; the sentence says what to try, and `meant` what may have been meant."""

    def __init__(self, why: str, meant: Iterable["Place"] = ()) -> None:
        super().__init__(why)
        self.meant = list(meant)


@dataclass(frozen=True)
class Place:
    """A spot, and what to call it; `typed` finds it again, and `others` are what else may have been meant."""

    name: str
    easting: int
    northing: int
    typed: str = field(default="", compare=False)
    others: tuple["Place", ...] = field(default=(), compare=False)


class Known(NamedTuple):
    """What the register knows of where a school is."""

    town: str
    authority: str
    district: str

    @property
    def short(self) -> list[str]:
        """The words of its town's short name: Newcastle, of Newcastle upon Tyne; mostly the whole name.

        Some registers' towns have their authority in their name: "Newport Isle of Wight".
        """
        words = searchable(self.town).split()
        end = next((n for n, word in enumerate(words) if n and word in AFTER_SHORT), len(words))
        short, where = words_of(" ".join(words[:end])), words_of(self.authority)
        return [word for word in short if word not in where] or short

    def is_named(self, words: list[str]) -> bool:
        """Whether `words` are the town's name, or that with where it is."""
        where = {*words_of(self.authority), self.district.lower()}
        names = (words_of(self.town), self.short)
        return any(name and set(name) <= set(words) <= {*name, *where} for name in names)

    def begins(self, words: list[str]) -> bool:
        return words_of(self.town)[: len(words)] == words


Seen = dict[Known, list[Spot]]


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
    words = words_typed(typed)
    found = _towns(words) or _schools(typed)
    if found:
        return replace(found[0], others=tuple(found[1 : MOST_MEANT + 1]))
    raise CannotPlace(
        _("We cannot find this place. Enter a postcode, a town or a school’s name, or choose a hub."),
        _resembling(words, typed)[:MOST_MEANT],
    )


# --- towns ------------------------------------------------------------------------------------------------------------


def _towns(words: list[str]) -> list[Place]:
    """The towns of that name, most schools first, then those whose name begins so; else an authority of that name.

    A town is meant by its name or its short name, alone or with its authority or its postcode district. One query.
    """
    if not words:
        return []
    seen = _seen(max(words, key=len))
    named = {known: spots for known, spots in seen.items() if known.is_named(words)}
    if named:
        begun = {known: seen[known] for known in seen.keys() - named.keys() if known.begins(words)}
        return [*_apart(named), *_apart(begun)]
    of_authority = {known: spots for known, spots in seen.items() if words_of(known.authority) == words}
    spots = [spot for theirs in of_authority.values() for spot in theirs]
    return [Place(next(iter(of_authority)).authority, *_middle(spots))] if spots else []


def _seen(word: str) -> Seen:
    """Where the schools are that have a word in their name, their town or their authority, by what is known of it."""
    rows = SchoolWord.objects.filter(word=word, school__easting__isnull=False, school__northing__isnull=False)
    fields = ("town", "local_authority__name", "postcode", "easting", "northing")
    in_order = rows.order_by("school_id").values_list(*(f"school__{name}" for name in fields))
    found: Seen = {}
    for town, authority, postcode, easting, northing in in_order[:ENOUGH]:
        known = Known(town, authority or "", postcode.partition(" ")[0])
        found.setdefault(known, []).append((easting, northing))
    return found


@dataclass
class _Town:
    """One town: all that is known of it, each with the spots of its schools."""

    short: list[str]
    seen: Seen

    @cached_property
    def heart(self) -> Spot:
        """The middle of the part of it with most schools, which is looked at first."""
        return _middle(self.spots)

    def most_first(self) -> tuple[int, list[Known]]:
        return -len(self.spots), sorted(self.seen)

    @property
    def spots(self) -> list[Spot]:
        return [spot for theirs in self.seen.values() for spot in theirs]

    def most(self, what: str) -> tuple[str, bool]:
        """Its commonest name, authority or district, and whether half of those known have it."""
        counted = Counter[str]()
        for known, spots in self.seen.items():
            counted[getattr(known, what)] += len(spots)
        del counted[""]
        best = max(sorted(counted), key=counted.__getitem__, default="")
        return best, counted[best] * 2 >= counted.total()

    @property
    def place(self) -> Place:
        """Called by its name and its authority; by its district where that is not known."""
        name, _half = self.most("town")
        district, _half = self.most("district")
        authority, mostly = self.most("authority")
        by_district = ", ".join(part for part in (name, district) if part)
        authority = authority.removesuffix(", City of")
        if not authority:
            return Place(by_district, *_middle(self.spots), typed=by_district)
        if not mostly or words_of(authority) == words_of(name):
            return Place(name, *_middle(self.spots), typed=by_district)
        whole = f"{name}, {authority}"
        return Place(whole, *_middle(self.spots), typed=whole)


def _apart(seen: Seen) -> list[Place]:
    """The towns of one name, each with all that is near it; those with most schools first, and each name once."""
    parts: dict[Any, _Town] = {}
    for known, spots in seen.items():
        short = known.short
        part = parts.setdefault((*short, known.authority or known.district), _Town(short, {}))
        part.seen[known] = spots
    towns: list[_Town] = []
    for part in sorted(parts.values(), key=_Town.most_first):
        near = (town for town in towns if town.short == part.short and _is_near(town.heart, part.heart))
        if home := next(near, None):
            home.seen |= part.seen
        else:
            towns.append(part)
    places = [town.place for town in sorted(towns, key=_Town.most_first)]
    return list({place.typed: place for place in reversed(places)}.values())[::-1]


def _middle(spots: list[Spot]) -> Spot:
    eastings, northings = zip(*spots, strict=True)
    return median_low(eastings), median_low(northings)


def _is_near(one: Spot, other: Spot) -> bool:
    return hypot(one[0] - other[0], one[1] - other[1]) <= ONE_TOWN


# --- schools ----------------------------------------------------------------------------------------------------------


def _schools(typed: str, *, whole: bool = True) -> list[Place]:
    """Schools that have all the words as they were typed; else (not `whole`) those that come near."""
    schools = School.objects.open().filter(easting__isnull=False, northing__isnull=False)
    found = schools.in_order(Search(typed).best(MOST_MEANT + 1, whole=whole))
    return [Place(str(one), one.easting or 0, one.northing or 0, typed=str(one.urn)) for one in found]


def _resembling(words: list[str], typed: str) -> list[Place]:
    """Towns and schools whose names begin with what was typed, or are spelt nearly so."""
    if not words:
        return []
    longest = max(words, key=len)
    begun = SchoolWord.objects.beginning(longest).order_by("word").values_list("word", flat=True).distinct()
    others = list(begun[:MOST_MEANT]) or instead_of(longest)
    towns = [town for other in others for town in _towns([other if one == longest else one for one in words])[:1]]
    return [*dict.fromkeys(towns), *_schools(typed, whole=False)]
