"""Sessions near a place, across hub borders: which are within so many miles, and widening where they are few."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.public.brief import Sessions
from hubs.schools.whereabouts import Place, metres_between

ENGLAND = 0  # any distance
RADII = (10, 30, 60, ENGLAND)
USUAL = 30
FEW = 3  # sessions, with less than which we look farther


@dataclass(frozen=True)
class Near:
    """The sessions near a place, and how many there are within each distance."""

    place: Place
    asked: int
    sessions: Sessions

    @cached_property
    def found(self) -> dict[int, Sessions]:
        """Those within each radius; England's holds those too whose place is not known yet."""
        found = {ENGLAND: self.sessions}
        for miles in reversed(RADII[:-1]):
            found[miles] = found[RADII[RADII.index(miles) + 1]].within(self.place, miles)
        return found

    @cached_property
    def counts(self) -> dict[int, int]:
        return {miles: len(self.found[miles]) for miles in RADII}

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

    def keys(self, start: int, end: int, *, past: bool = False) -> list[int]:
        """Keys of sessions by day, nearest first within the day."""
        return self.found[self.radius].nearest_first(self.place, start, end, past=past)

    def within(self, sessions: Sessions) -> Sessions:
        """Those of `sessions` that are as near as the list looks."""
        return sessions.within(self.place, self.radius) if self.radius else sessions


def measured(session: Any, place: Any) -> Any:
    """The session, with how far it is in `metres` from a place or another session."""
    session.metres = metres_between(session.easting, session.northing, place.easting, place.northing)
    return session
