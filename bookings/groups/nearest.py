"""Which interested schools are nearest to a group, and where those would go for whom it has no room."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bookings.models import Interest, Invitation
from hubs.models import HubYear, School, WorkGroup
from hubs.schools.whereabouts import in_miles, metres_between

if TYPE_CHECKING:
    from django.db.models import QuerySet

WANTED = (Interest.Wants.YES, Interest.Wants.MORE)
IN_OR_ASKED = (Invitation.State.INVITED, Invitation.State.NAMED, Invitation.State.JOINED)


@dataclass
class Candidate:
    """One school of which somebody would join, with who said so; the maths lead first."""

    school: School
    interests: list[Interest]
    metres: float | None
    nearer: WorkGroup | None = None
    nearer_metres: float | None = None

    @property
    def first(self) -> Interest:
        return self.interests[0]

    @property
    def miles(self) -> str:
        return "" if self.metres is None else in_miles(self.metres)

    @property
    def nearer_miles(self) -> str:
        return "" if self.nearer_metres is None else in_miles(self.nearer_metres)


@dataclass
class Proposal:
    """The nearest schools for the room that a group has, and those that are left over."""

    nearest: list[Candidate]
    left_over: list[Candidate]


def interested(year: HubYear) -> "QuerySet[Interest]":
    """Who would join, or would hear more, and can still be written to."""
    rows = Interest.objects.filter(hub_year=year, wants__in=WANTED, visitor__full_name__isnull=False)
    related = ("visitor__booking__school__successor", "visitor__booking__school__local_authority")
    return rows.select_related(*related).order_by("pk")


def spot_of(group: WorkGroup, year: HubYear) -> tuple[int | None, int | None]:
    """Where a group is: at its specialist's school, else at the hub's lead school."""
    school = group.school or year.lead_school
    return (school.easting, school.northing) if school else (None, None)


def propose(group: WorkGroup) -> Proposal:
    """The interested schools of the group's phase that are in no group of the hub yet, nearest first."""
    year = group.hub_year
    taken = _taken(year)
    others = [one for one in year.groups.select_related("school").exclude(pk=group.pk) if one.phase == group.phase]
    schools: dict[int, Candidate] = {}
    for interest in interested(year):
        school = interest.visitor.booking.school
        if school is None:
            continue
        today = school.today()
        if today.urn in taken or not _fits(today, group):
            continue
        if today.urn not in schools:
            schools[today.urn] = Candidate(
                today, [], metres_between(today.easting, today.northing, *spot_of(group, year))
            )
        schools[today.urn].interests.append(interest)
    found = sorted(schools.values(), key=_nearest_first)
    for one in found:
        one.interests.sort(key=lambda said: (not said.visitor.email, said.wants != "yes", said.role != "lead", said.pk))
        _say_nearer(one, others, year)
    room = max(group.schools_wanted - group.invitations.filter(state__in=IN_OR_ASKED).count(), 0)
    can = [one for one in found if one.first.visitor.email]
    nearest = can[:room]
    return Proposal(nearest, [one for one in found if one not in nearest])


def _taken(year: HubYear) -> set[int]:
    """Schools that are asked, or in, by any group of the hub in that year."""
    rows = Invitation.objects.filter(group__hub_year=year, state__in=IN_OR_ASKED).select_related("school__successor")
    return {one.school.today().urn for one in rows}


def _fits(school: School, group: WorkGroup) -> bool:
    """Of the same phase; one whose phase is not known, or that has several, is for staff to judge."""
    return school.phase == group.phase or school.phase not in (School.Phase.PRIMARY, School.Phase.SECONDARY)


def _nearest_first(one: Candidate) -> tuple[bool, float, str]:
    return one.metres is None, one.metres or 0.0, one.school.name


def _say_nearer(one: Candidate, groups: Iterable[WorkGroup], year: HubYear) -> None:
    """To which other group of the hub it would be nearest."""
    for group in groups:
        metres = metres_between(one.school.easting, one.school.northing, *spot_of(group, year))
        if metres is not None and (one.nearer_metres is None or metres < one.nearer_metres):
            one.nearer, one.nearer_metres = group, metres
