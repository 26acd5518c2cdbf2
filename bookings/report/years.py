"""The same few facts of every exchange, each counted by the database for all of them at once."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils.functional import cached_property

from bookings.models import Asked, LaterAnswer
from bookings.models.feedback import Form
from bookings.report import rows
from bookings.report.facts import Facts, Held
from bookings.report.persons import FIRST, NOT_KNOWN, first_time
from bookings.report.selection import Of, Selection
from bookings.report.voices import CHANGED, of_form
from hubs.models import Cost, Exchange, HostSchool, HubYear

HUB_YEAR = "booking__session__hub_year"


class Every(Selection):
    """Every exchange of every hub: what the country's table is made of."""

    def sessions(self, path: str = "") -> Q:
        at = f"{path}__" if path else ""
        return Q(**{f"{at}group": None}) & ~Q(**{f"{at}places__status": "draft"})

    def hub_years(self, path: str = "") -> Q:
        return Q()


def all_exchanges(selection: Selection) -> Selection | None:
    """All exchanges of what a report is of: of its hub, or of every hub. Smaller reports have no such table."""
    if selection.of == Of.COUNTRY:
        return Every(Of.COUNTRY, selection.row, selection.today)
    if selection.of == Of.HUB:
        return selection
    if selection.of == Of.EXCHANGE:
        return Selection(Of.HUB, selection.row.hub, selection.today)
    return None


class Years:
    """Facts by hub in a year; a line of the country's table adds up those of its exchange."""

    def __init__(self, selection: Selection, *, now: dt.datetime) -> None:
        self.selection, self.now = selection, now
        self.facts = Facts(selection, now=now)

    @cached_property
    def years(self) -> dict[Exchange, list[int]]:
        """The exchanges, the newest first, each with the hubs' years that are of it."""
        found: dict[Exchange, list[int]] = {}
        theirs = HubYear.objects.filter(self.selection.hub_years()).select_related("exchange")
        for year in theirs.order_by("-exchange__year", "pk"):
            found.setdefault(year.exchange, []).append(year.pk)
        return found

    def held(self, years: Iterable[int]) -> list[Held]:
        among = set(years)
        return [one for one in self.facts.held if one.hub_year in among]

    @cached_property
    def came(self) -> dict[int, dict[str, int]]:
        """Visits, people between which numbers, and settings."""
        found = rows.who_came(self.selection, now=self.now).values(HUB_YEAR)
        counted = found.annotate(
            visits=Count("pk"),
            known=Count("person_id", distinct=True),
            least=Count(Coalesce("perhaps_id", "person_id"), distinct=True),
            nameless=Count("pk", filter=Q(person_id=None)),
            settings=Count("booking__school_key", distinct=True, filter=~Q(booking__school_kind="none")),
        )
        return {one.pop(HUB_YEAR): one for one in counted}

    @cached_property
    def first_times(self) -> dict[int, tuple[int, int]]:
        """People who came for the first time, and of how many that is known: each once an exchange and hub."""
        came = rows.who_came(self.selection, now=self.now)
        firsts = came.exclude(person_id=None).values(HUB_YEAR, "person_id").annotate(first=Min("pk")).values("first")
        each = came.filter(Q(pk__in=firsts) | Q(person_id=None))
        counted = each.values_list(HUB_YEAR, "seen_before", "first_time").annotate(n=Count("pk"))
        first: Counter[int] = Counter()
        known: Counter[int] = Counter()
        for year, said, ours, n in counted:
            times = first_time(said, ours)
            first[year] += n if times == FIRST else 0
            known[year] += n if times != NOT_KNOWN else 0
        return {year: (first[year], known[year]) for year in known}

    @cached_property
    def costs(self) -> dict[int, tuple[dict[str, int], Decimal]]:
        """Pence by kind, and days that were entered; without what is of a group."""
        of_groups = Q(group__isnull=False) | Q(session__group__isnull=False)
        found = Cost.objects.filter(self.selection.hub_years("hub_year")).exclude(of_groups).order_by()
        counted: dict[int, tuple[dict[str, int], Decimal]] = {}
        for year, kind, pence, days in found.values_list("hub_year", "kind").annotate(p=Sum("pence"), d=Sum("days")):
            of_kinds, all_days = counted.get(year, ({}, Decimal(0)))
            if pence is not None:
                of_kinds[kind] = pence
            counted[year] = (of_kinds, all_days + (days or 0))
        return counted

    @cached_property
    def changed(self) -> dict[int, tuple[int, int, int]]:
        """Of the form six weeks later: asked, answered, said that their teaching has changed."""
        mine = of_form(self.selection, Form.LATER)
        asked = Asked.objects.filter(mine, form=Form.LATER).order_by().values_list("hub_year").annotate(n=Count("pk"))
        said = LaterAnswer.objects.filter(mine).order_by().values_list("hub_year")
        answers = said.annotate(n=Count("pk"), changed=Count("pk", filter=Q(changed__in=CHANGED)))
        found = {year: (n, 0, 0) for year, n in asked}
        for year, n, changed in answers:
            found[year] = (max(found.get(year, (0, 0, 0))[0], n), n, changed)
        return found

    @cached_property
    def reported(self) -> dict[int, list[tuple[int, str]]]:
        """What somebody wrote down of visits, with by whom: not counted."""
        found = HostSchool.objects.filter(self.selection.hub_years("hub_year"), visitors_reported__isnull=False)
        of_year: dict[int, list[tuple[int, str]]] = {}
        for year, n, source in found.order_by("pk").values_list("hub_year", "visitors_reported", "reported_source"):
            of_year.setdefault(year, []).append((n or 0, source))
        for one in self.facts.held:
            if one.reported is not None and not one.recorded:
                of_year.setdefault(one.hub_year, []).append((one.reported, one.source))
        return of_year

    def total(self, years: Iterable[int], name: str) -> int:
        """A fact of `came`, added up over hubs: who went to two hubs counts at each."""
        return sum(self.came.get(year, {}).get(name, 0) for year in years)

    def of_all(self, found: dict[int, Any], years: Iterable[int]) -> list[Any]:
        """What there is of a fact for these years."""
        return [found[year] for year in years if year in found]
