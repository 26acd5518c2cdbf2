"""Until when a copy may be kept: no longer than the rows that it was taken from."""

import datetime as dt
from typing import Any

from django.db.models import Min

from bookings.forgetting.goes import months_before
from hubs.models import Hub


def delete_after(rows: Any, session: str, *, today: dt.date) -> dt.date:
    """The last day on which all of these rows say whom they are of: the first of them to be forgotten counts, and none
    whose time has come already. `session` leads from a row to its session; without one it is the hubs' months from
    today. One query."""
    if not session:
        kept = Hub.objects.aggregate(months=Min("retention_months"))["months"]
        return months_before(today, -(kept or 0))
    by = (f"{session}__hub_year__hub__retention_months", f"{session}__hub_year__exchange__reporting_date")
    named = rows.order_by().filter(**{f"{session}__last_day__isnull": False})
    days = [
        max(months_before(first, -months), due or dt.date.min)
        for months, due, first in named.values_list(*by).annotate(first=Min(f"{session}__last_day"))
    ]
    return max(min(days, default=today), today)
