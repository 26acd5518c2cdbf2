"""School days: Monday to Friday outside bank holidays, Christmas and the days that a hub has closed.

Times of day are London's; moments are aware.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from hubs.vocabulary.bank_holidays import is_bank_holiday

OPENS, CLOSES = dt.time(8), dt.time(18)  # of the school clock (rule.md#waiting-list)
SCHOOL_YEAR_STARTS = 9  # September


def _at_christmas(day: dt.date) -> bool:
    """22 December to 2 January: no school in England is open (rule.md#waiting-list)."""
    return (day.month, day.day) >= (12, 22) or (day.month, day.day) <= (1, 2)


def academic_year(day: dt.date) -> int:
    """The academic year of a day, 1 September to 31 August, by the year in which it began."""
    return day.year if day.month >= SCHOOL_YEAR_STARTS else day.year - 1


def london(day: dt.date, time: dt.time) -> dt.datetime:
    """That time of that day in London, aware."""
    return timezone.make_aware(dt.datetime.combine(day, time))


@dataclass(frozen=True)
class SchoolDays:
    """A hub's calendar: runs of days (first, last) that it has closed, and others that it has opened."""

    closed: tuple[tuple[dt.date, dt.date], ...] = ()
    opened: tuple[tuple[dt.date, dt.date], ...] = ()

    def __contains__(self, day: dt.date) -> bool:
        if _within(day, self.opened):
            return True
        usually = day.weekday() < 5 and not _at_christmas(day) and not is_bank_holiday(day)
        return usually and not _within(day, self.closed)

    def before(self, day: dt.date, days: int) -> dt.date:
        """The day that lies `days` school days before `day`; the day itself need not be one."""
        return self._step(day, days, dt.timedelta(days=-1))

    def after(self, day: dt.date, days: int = 1) -> dt.date:
        """The day that lies `days` school days after `day`."""
        return self._step(day, days, dt.timedelta(days=1))

    def hours_after(self, moment: dt.datetime, hours: float) -> dt.datetime:
        """The moment that lies so many hours later on the school clock, which runs from 8:00 to 18:00 on school days.

        Gives up after a year of closed days, as `_step` does.
        """
        left, day = dt.timedelta(hours=hours), timezone.localdate(moment)
        for _ in range(366):
            begins, ends = max(moment, london(day, OPENS)), london(day, CLOSES)
            if day in self and begins < ends:
                if left <= ends - begins:
                    return timezone.localtime(begins) + left
                left -= ends - begins
            day += dt.timedelta(days=1)
        return moment + left

    def _step(self, day: dt.date, days: int, step: dt.timedelta) -> dt.date:
        """Gives up after a year of closed days, and at the ends of the calendar: what was mistyped must not hang a page
        or break it."""
        for _ in range(366):
            if days <= 0 or day in (dt.date.min, dt.date.max):
                break
            day += step
            days -= day in self
        return day


def _within(day: dt.date, runs: Iterable[tuple[dt.date, dt.date]]) -> bool:
    return any(first <= day <= last for first, last in runs)
