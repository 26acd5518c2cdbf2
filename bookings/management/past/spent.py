"""What that exchange cost and who was turned away, made up. No kind "other" is entered: the total reads "at least"."""

import datetime as dt
from decimal import Decimal

from bookings.models import TurnedAway
from hubs.models import Cost, HubYear, Remark, ShowcaseSession

COSTS: tuple[tuple[str, int | None, str, str], ...] = (
    (Cost.Kind.TRAVEL, 486_000, "", "the programme"),
    (Cost.Kind.COVER, 630_000, "", "the programme"),
    (Cost.Kind.VENUE, 94_550, "", "the hub"),
    (Cost.Kind.SPECIALISTS, None, "18", ""),
    (Cost.Kind.HOSTS, None, "14.5", ""),
)
WHY = TurnedAway.Why
TURNED_AWAY = (
    (2, 11, WHY.FULL, 9, 14),
    (2, 6, WHY.FULL, 6, 8),
    (2, 20, WHY.SHARE, 4, 4),
    (6, 9, WHY.FULL, 7, 11),
    (6, 16, WHY.SHARE, 3, 5),
    (11, 1, WHY.CLOSED, 4, 6),
    (0, 1, WHY.CLOSED, 2, 2),
)


def enter(hub_year: HubYear, sessions: list[ShowcaseSession]) -> None:
    for kind, pence, days, who_pays in COSTS:
        Cost.objects.create(
            hub_year=hub_year, kind=kind, pence=pence, days=Decimal(days) if days else None, who_pays=who_pays
        )
    said = "Made up for the demo. Snow on the first Friday: one session cancelled."
    Remark.objects.create(hub_year=hub_year, section=Remark.Section.PLACES, text=said)
    TurnedAway.objects.bulk_create(
        TurnedAway(
            session=sessions[n], day=(sessions[n].first_day or dt.date.max) - dt.timedelta(days=before), why=why,
            times=times, places=places,
        )
        for n, before, why, times, places in TURNED_AWAY
    )  # fmt: skip
