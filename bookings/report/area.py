"""The schools around the hosts of a report: who came, who did not, and how far each is.

The schools of a hub's *area* are those of its local authorities; of a hub that has named none, those within 20 miles of
a host. Miles are straight ones, to the nearest host. A school that has become another counts as what it is today.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from math import hypot
from typing import Any, NamedTuple

from django.db.models import Count, F, Q, Value
from django.utils.functional import cached_property

from bookings.models import SchoolKind
from bookings.report import rows
from bookings.report.selection import Of, Selection
from hubs.models import HubYear, School, ShowcaseSession
from hubs.schools.whereabouts import METRES_IN_A_MILE
from hubs.vocabulary.postcodes import Spot, district_of, districts

RADII = (10, 20, 30)  # miles
OF_NO_AREA = 20
BANDS = (5, 10, 20, 30)
FARTHEST_MILES = 10_000.0


class Host(NamedTuple):
    """Where sessions were held."""

    name: str
    spot: Spot
    urn: int | None


class Seen(NamedTuple):
    """A school of the register, and how far the nearest host is; None where the register does not say where it is."""

    urn: int
    name: str
    town: str
    postcode: str
    phase: int
    type_name: str
    authority: str | None
    easting: int | None
    northing: int | None
    pupils: int | None
    free_meals: Decimal | None
    miles: float | None = None

    @property
    def spot(self) -> Spot | None:
        return _spot(self.easting, self.northing, self.postcode)

    @property
    def kind(self) -> str:
        """Its phase; of a school without one in the register, its type."""
        return self.type_name if not self.phase and self.type_name else str(School.Phase(self.phase).label)

    @property
    def called(self) -> str:
        """Its name with its town, where that does not stand in it."""
        return self.name if not self.town or self.name.endswith(self.town) else f"{self.name}, {self.town}"

    @property
    def is_academy(self) -> bool:
        """Whether it is an academy or a free school, by its type in the register."""
        return "academy" in self.type_name.lower() or "free school" in self.type_name.lower()

    @property
    def far(self) -> str:
        """As a list says it: 0.4."""
        return f"{self.miles:.1f}" if self.miles is not None else ""


FIELDS = (
    *("urn", "name", "town", "postcode", "phase", "type_name", "local_authority", "easting", "northing"),
    *("pupils", "free_meals"),
)
CHAIN = "booking__school"
LINKS = 3  # successors that are followed: in the register hardly a school has had more


class Area:
    """The schools around the hosts of one selection, in five statements."""

    def __init__(self, selection: Selection, *, now: dt.datetime) -> None:
        self.selection, self.now = selection, now

    # --- hosts --------------------------------------------------------------------------------------------------------

    @cached_property
    def hosts(self) -> list[Host]:
        """Each place once, where it is known, the first to host first."""
        held = ShowcaseSession.objects.filter(self.selection.sessions(), rows.over(self.now))
        names = ("place_name", "venue__name", "host_school__school__name")
        urns = ("venue", "host_school__school")
        in_order = held.order_by("first_day", "pk").values_list(*names, *urns, "easting", "northing")
        found: dict[Spot, Host] = {}
        for place, venue, host, at, of, easting, northing in in_order:
            if easting is not None and northing is not None:
                spot = (easting, northing)
                found.setdefault(spot, Host(place or venue or host or "", spot, None if place else at or of))
        return list(found.values())

    # --- who came -----------------------------------------------------------------------------------------------------

    @cached_property
    def _came_from(self) -> list[tuple[Any, ...]]:
        """Each school and other setting of those who came, once, with what the school has become."""
        chain = ["__".join([CHAIN, *["successor"] * n]) for n in range(LINKS + 1)]
        came = rows.who_came(self.selection, now=self.now).exclude(booking__school_kind=SchoolKind.NONE)
        return list(came.values_list("booking__school_key", "booking__school_place", *chain).distinct())

    @cached_property
    def reached_urns(self) -> set[int]:
        """Schools of the register, as what they are today."""
        found = set()
        for _key, _place, *chain in self._came_from:
            if known := [urn for urn in dict.fromkeys(chain) if urn is not None]:  # each once: there are loops
                found.add(known[-1])
        return found

    @cached_property
    def reached(self) -> list[Seen]:
        """Those schools."""
        found = School.objects.filter(pk__in=self.reached_urns).values_list(*FIELDS)
        return self._with_miles(found)

    @cached_property
    def other_settings(self) -> int:
        """How many settings that are not in the register somebody came from."""
        return len({key for key, _place, school, *_chain in self._came_from if school is None})

    @cached_property
    def other_spots(self) -> list[Spot]:
        """Where those of them are whose postcode was given and is not forgotten: the middle of its district."""
        places = {place for _key, place, school, *_chain in self._came_from if school is None and place}
        found = (districts().get(district_of(place)) for place in sorted(places))
        return [spot for spot in found if spot]

    # --- the area -----------------------------------------------------------------------------------------------------

    @cached_property
    def authorities(self) -> set[str]:
        """The local authorities of the hub's area in that year, or in all its years."""
        through = HubYear.area.through.objects
        return set(through.filter(self.selection.hub_years("hubyear")).values_list("localauthority", flat=True))

    @cached_property
    def around(self) -> list[Seen]:
        """Every open school of the area and within 30 miles of a host, but the hosts; the nearest first."""
        inside = Q(local_authority__in=sorted(self.authorities)) if self.authorities else Q(pk__in=[])
        if self.hosts:
            inside |= _box([host.spot for host in self.hosts], RADII[-1])
        hosts = {host.urn for host in self.hosts}
        found = School.objects.open().filter(inside).order_by().values_list(*FIELDS)
        return self._with_miles(one for one in found if one[0] not in hosts)

    @cached_property
    def schools(self) -> list[Seen]:
        """The schools of the area."""
        return [one for one in self.around if self._is_of_area(one)]

    @cached_property
    def reached_outside(self) -> list[Seen]:
        """Schools reached that are not of the area; a host's own are none."""
        here = {one.urn for one in self.schools} | {host.urn for host in self.hosts}
        return [one for one in self.reached if one.urn not in here]

    def nobody_came(self, miles: int) -> list[Seen]:
        """The schools so near to a host that nobody came from, the nearest first."""
        return [
            one
            for one in self.around
            if one.miles is not None and one.miles <= miles and one.urn not in self.reached_urns
        ]

    def between(self, least: float, most: float) -> tuple[int, int]:
        """How many schools of the area are so far from a host, and how many of them were reached."""
        there = [one.urn for one in self.schools if one.miles is not None and least < one.miles <= most]
        return len(there), len(self.reached_urns.intersection(there))

    def _is_of_area(self, one: Seen) -> bool:
        if self.authorities:
            return one.authority in self.authorities
        return one.miles is not None and one.miles <= OF_NO_AREA

    def _with_miles(self, found: Iterable[tuple[Any, ...]]) -> list[Seen]:
        """In order of their distance; those of which nobody knows where they are at the end."""
        # Easting, northing and postcode as they stand in FIELDS: there are thousands, in London.
        far = [Seen._make((*one, self._miles(_spot(one[7], one[8], one[3])))) for one in found]
        return sorted(far, key=lambda one: (one.miles is None, one.miles, one.name, one.urn))

    def _miles(self, spot: Spot | None) -> float | None:
        if spot is None or not self.hosts:
            return None
        nearest = min(hypot(spot[0] - host.spot[0], spot[1] - host.spot[1]) for host in self.hosts)
        return nearest / METRES_IN_A_MILE


class Cell(NamedTuple):
    """Schools that stand in one square of the country."""

    spot: Spot
    reached: bool


class Country:
    """The same of the whole country, counted by the database in squares: no school comes back by itself."""

    side = 8000  # metres of a square
    PHASES = School.Phase.choices

    def __init__(self, selection: Selection, *, now: dt.datetime) -> None:
        self.selection, self.now = selection, now

    @cached_property
    def hosts(self) -> list[Host]:
        return Area(self.selection, now=self.now).hosts

    @cached_property
    def cells(self) -> list[Cell]:
        """Squares with a school, each with whether somebody came from it."""
        there = School.objects.open().filter(easting__isnull=False, northing__isnull=False)
        every = set(self._squares(there, ""))
        came = rows.who_came(self.selection, now=self.now).filter(booking__school__easting__isnull=False)
        reached = set(self._squares(came, "booking__school__"))
        middle = self.side // 2
        spots = {(x, y): (x * self.side + middle, y * self.side + middle) for x, y in every | reached}
        return [Cell(spots[square], square in reached) for square in sorted(spots)]

    def _squares(self, found: Any, path: str) -> Iterator[tuple[int, int]]:
        """Each square in which one of them is, once: whole numbers are divided to whole numbers on both databases."""
        square = {name: F(f"{path}{name}ing") / Value(self.side) for name in ("east", "north")}
        yield from found.order_by().annotate(**square).values_list("east", "north").distinct()

    @cached_property
    def by_phase(self) -> tuple[dict[int, int], dict[int, int]]:
        """Open schools by phase, and those of them that somebody came from. The hosts are among both."""
        every = School.objects.open().order_by().values_list("phase").annotate(n=Count("pk"))
        came = rows.who_came(self.selection, now=self.now).filter(booking__school__status__in=School.OPEN)
        reached = came.values_list("booking__school__phase").annotate(n=Count("booking__school", distinct=True))
        return dict(every), dict(reached)


def _spot(easting: int | None, northing: int | None, postcode: str) -> Spot | None:
    """Where a school is; by its postcode's district where the register does not say."""
    if easting is not None and northing is not None:
        return easting, northing
    return districts().get(district_of(postcode))


def _box(spots: list[Spot], miles: int) -> Q:
    """One box around all of them, by the index on coordinates; a postcode's district stands for a school without."""
    metres = int(miles * METRES_IN_A_MILE)
    easts, norths = [spot[0] for spot in spots], [spot[1] for spot in spots]
    return Q(
        easting__range=(min(easts) - metres, max(easts) + metres),
        northing__range=(min(norths) - metres, max(norths) + metres),
    )


def area_of(selection: Selection, *, now: dt.datetime) -> Area | Country:
    return Country(selection, now=now) if selection.of == Of.COUNTRY else Area(selection, now=now)
