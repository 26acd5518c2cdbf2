"""Until when a file of a report may be kept: as long as its hub keeps names, and at least to the reporting date."""

import calendar
import datetime as dt

from bookings.report.facts import Facts
from bookings.report.selection import Of
from hubs.models import Hub

MONTHS = 12  # where a report is of several hubs


def delete_after(facts: Facts) -> dt.date:
    """The day, counted from the last session that it is of."""
    year = facts.selection.hub_year
    hub = facts.selection.row if facts.selection.of == Of.HUB else year and year.hub
    last = max((one.first_day for one in facts.held if one.first_day), default=facts.selection.today)
    until = _months_on(last, hub.retention_months if isinstance(hub, Hub) else MONTHS)
    reporting = year and year.exchange.reporting_date
    return max(until, reporting) if reporting else until


def _months_on(day: dt.date, months: int) -> dt.date:
    """The same day so many months on, or the last of a shorter month."""
    years, month = divmod(day.month - 1 + months, 12)
    year = min(day.year + years, dt.date.max.year)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
