"""Wishes to be told of what a search finds: kept as the search has it, found again by a session that opens.

A session fits a wish exactly where the list would have shown it for that search; a test compares the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django.db.models import F, FloatField, Q
from django.db.models.functions import Cast

from bookings.models import TellMe
from bookings.models.draft import FARTHEST, LONGEST_WORDS
from hubs.models import Hub, ShowcaseSession
from hubs.schools.whereabouts import METRES_IN_A_MILE
from hubs.vocabulary.access import Has

if TYPE_CHECKING:
    from bookings.models.draft import TellMeQuerySet


@dataclass(frozen=True)
class Search:
    """What somebody looks for: its address on the list, in words, and the columns by which a session finds it."""

    query: str
    title: str
    hub: Hub | None = None
    columns: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> dict[str, Any]:
        """All that a wish of it keeps."""
        return self.columns | {"search": self.query, "hub": self.hub, "words": self.title[:LONGEST_WORDS]}


def fitting(session: ShowcaseSession, *, hubs: Sequence[int]) -> list["TellMeQuerySet"]:
    """Wishes of a search that finds the session, which these hubs run: of a place, and of a hub wherever it is.

    Apart, since each is looked up by an index of its own; with OR between them a database would read every wish.
    """
    wishes = TellMe.objects.proved().exclude(search="")
    for narrow in (_for_its_people, _with_its_access, _of_its_days):
        wishes = narrow(wishes, session)
    return [_near(wishes.filter(Q(hub=None) | Q(hub__in=hubs)), session), wishes.filter(easting=None, hub__in=hubs)]


def _near(wishes: "TellMeQuerySet", session: ShowcaseSession) -> "TellMeQuerySet":
    """In the circle of each; in the square of the largest, too, which an index knows."""
    east, north = session.easting, session.northing
    if east is None or north is None:
        return wishes.none()
    reach = int(FARTHEST * METRES_IN_A_MILE) + 1
    across, along = (Cast(name, FloatField()) - float(at) for name, at in (("easting", east), ("northing", north)))
    metres = Cast("miles", FloatField()) * METRES_IN_A_MILE
    in_square = wishes.filter(
        easting__range=(east - reach, east + reach), northing__range=(north - reach, north + reach)
    )
    return in_square.alias(far=across * across + along * along).filter(far__lte=metres * metres)


def _for_its_people(wishes: "TellMeQuerySet", session: ShowcaseSession) -> "TellMeQuerySet":
    """Of people who teach one of its classes or whom it suits."""
    years = reduce(or_, (years for years, _topic in session.taught), int(session.suits_years))
    wishes = wishes.alias(taught=F("years").bitand(years)).filter(Q(years=0) | Q(taught__gt=0))
    if not session.suits_roles:
        return wishes
    return wishes.alias(meant=F("roles").bitand(int(session.suits_roles))).filter(Q(roles=0) | Q(meant__gt=0))


def _with_its_access(wishes: "TellMeQuerySet", session: ShowcaseSession) -> "TellMeQuerySet":
    return wishes if session.step_free == Has.YES else wishes.filter(step_free=False)


def _of_its_days(wishes: "TellMeQuerySet", session: ShowcaseSession) -> "TellMeQuerySet":
    return wishes.filter(
        Q(since=None) | Q(since__lte=session.last_day), Q(until=None) | Q(until__gte=session.first_day)
    )
