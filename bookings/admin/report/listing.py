"""Which reports there are: exchanges, the newest first, each with hubs, visits and groups that somebody may read of."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch

from hubs.models import Exchange, HostSchool, HubYear, WorkGroup
from hubs.staff import scope


@dataclass
class OfExchange:
    """An exchange with the hubs of somebody."""

    exchange: Exchange
    years: list[HubYear] = field(default_factory=list)


def listing(user: Any) -> Iterable[OfExchange]:
    """In four statements, whatever there is."""
    visits = HostSchool.objects.select_related("school").order_by("first_day", "pk")
    found = (
        scope.rows(user, HubYear.objects.all())
        .select_related("exchange", "hub")
        .prefetch_related(Prefetch("host_schools", visits), Prefetch("groups", WorkGroup.objects.all()))
        .order_by("-exchange__year", "name")
    )
    exchanges: dict[int, OfExchange] = {}
    for year in found:
        exchanges.setdefault(year.exchange_id, OfExchange(year.exchange)).years.append(year)
    return exchanges.values()
