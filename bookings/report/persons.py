"""Who came, by what they said of themselves: each person once, by their first visit in the selection."""

import datetime as dt
from collections import Counter
from typing import Any

from django.db.models import Count, F, Min, Q
from django.utils.functional import cached_property

from bookings.models import Booking, SchoolKind
from bookings.report import rows
from bookings.report.facts import Facts
from hubs.models import School
from hubs.vocabulary.teaching import STAGES, Roles, Years

PRIMARY, SECONDARY, SPECIAL, OTHER, NOT_KNOWN = "primary", "secondary", "special", "other", "not known"
PHASES = (PRIMARY, SECONDARY, SPECIAL, OTHER, NOT_KNOWN)
Phase = School.Phase
BY_PHASE = {
    Phase.NURSERY: PRIMARY,
    Phase.PRIMARY: PRIMARY,
    Phase.MIDDLE_PRIMARY: PRIMARY,
    Phase.SECONDARY: SECONDARY,
    Phase.MIDDLE_SECONDARY: SECONDARY,
    Phase.SIXTEEN_PLUS: SECONDARY,
    Phase.ALL_THROUGH: SECONDARY,
    Phase.NOT_APPLICABLE: SPECIAL,
}
ELSEWHERE = {SchoolKind.UNIVERSITY, SchoolKind.TRUST}  # no school at all
FIRST, SEEN_BEFORE = "first", "seen before"


def phase_of(phase: int | None, kind: str) -> str:
    """The row of a table of phases that somebody stands in. A school that was typed says no phase."""
    if phase is not None:
        return BY_PHASE[Phase(phase)]
    return OTHER if kind in ELSEWHERE else NOT_KNOWN


def first_time(said: bool | None, known: bool | None) -> str:  # noqa: FBT001
    """What the visitor said counts first, our rows second."""
    if said is not None:
        return SEEN_BEFORE if said else FIRST
    return NOT_KNOWN if known is None else FIRST if known else SEEN_BEFORE


class Persons:
    """Those who came, in six statements."""

    def __init__(self, facts: Facts) -> None:
        self.selection, self.now = facts.selection, facts.now

    @cached_property
    def _by_school(self) -> list[tuple[int | None, str, str | None, int, int]]:
        found = rows.people(self.selection, now=self.now).values_list(
            "booking__school__phase", "booking__school_kind", "booking__school__local_authority__name"
        )
        return list(found.annotate(n=Count("pk"), settings=Count("booking__school_key", distinct=True)))

    @cached_property
    def phases(self) -> dict[str, tuple[int, int]]:
        """People and settings, by phase of their school."""
        people: Counter[str] = Counter()
        settings: Counter[str] = Counter()
        for phase, kind, _authority, n, of_them in self._by_school:
            name = phase_of(phase, kind)
            people[name] += n
            settings[name] += of_them if kind != SchoolKind.NONE else 0
        return {name: (people[name], settings[name]) for name in PHASES}

    @cached_property
    def authorities(self) -> list[tuple[str | None, int]]:
        """People by the authority of their school; None where it is not known. The most first."""
        people: Counter[str | None] = Counter()
        for _phase, _kind, authority, n, _settings in self._by_school:
            people[authority] += n
        return sorted(people.items(), key=lambda one: (one[0] is None, -one[1], one[0] or ""))

    @cached_property
    def _of_themselves(self) -> list[tuple[Roles, Years, bool | None, bool | None, int]]:
        found = rows.people(self.selection, now=self.now)
        return list(found.values_list("role", "years", "seen_before", "first_time").annotate(n=Count("pk")))

    @cached_property
    def roles(self) -> Counter[Roles]:
        """People by role; none is not known."""
        people: Counter[Roles] = Counter()
        for role, _years, _said, _known, n in self._of_themselves:
            people[role] += n
        return people

    @cached_property
    def stages(self) -> dict[int | str, int]:
        """People by the key stages that they teach, of which some teach two; 0 is Reception."""
        people: Counter[int | str] = Counter()
        for _role, years, _said, _known, n in self._of_themselves:
            taught: list[int | str] = [stage for stage, of_it in ((0, Years.RECEPTION), *STAGES) if years & of_it]
            for stage in taught or [NOT_KNOWN]:
                people[stage] += n
        return {stage: people[stage] for stage in (0, 1, 2, 3, 4, 5, NOT_KNOWN)}

    @cached_property
    def times(self) -> dict[str, int]:
        """People by whether it was their first time."""
        people: Counter[str] = Counter()
        for _role, _years, said, known, n in self._of_themselves:
            people[first_time(said, known)] += n
        return {name: people[name] for name in (FIRST, SEEN_BEFORE, NOT_KNOWN)}

    @cached_property
    def often(self) -> dict[str, int]:
        """People by how often they came. Whose name was never given came once each."""
        came = rows.who_came(self.selection, now=self.now)
        each = came.exclude(person_id=None).values("person_id").annotate(n=Count("pk"))
        found: dict[str, int] = each.aggregate(
            once=Count("n", filter=Q(n=1)), twice=Count("n", filter=Q(n=2)), more=Count("n", filter=Q(n__gt=2))
        )
        nameless = came.filter(person_id=None).count()
        return found | {"once": found["once"] + nameless}

    @cached_property
    def company(self) -> dict[str, int]:
        """People by whether somebody else of their school or setting came, to any of the sessions."""
        found = rows.people(self.selection, now=self.now)
        each = found.exclude(booking__school_kind=SchoolKind.NONE).values("booking__school_key").annotate(n=Count("pk"))
        counted: dict[str, int] = each.aggregate(alone=Count("n", filter=Q(n=1)), settings=Count("n"))
        everybody = sum(n for _phase, _kind, _authority, n, _settings in self._by_school)
        no_school = sum(n for _phase, kind, _authority, n, _settings in self._by_school if kind == SchoolKind.NONE)
        return {"alone": counted["alone"], "with": everybody - no_school - counted["alone"], "no school": no_school}

    @cached_property
    def since(self) -> dt.datetime | None:
        """Since when we have counted: the first booking that there is."""
        found: Any = Booking.objects.order_by().aggregate(first=Min(F("created_at")))
        return found["first"]  # type: ignore[no-any-return]
