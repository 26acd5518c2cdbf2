"""Bank holidays of England and Wales, from 2020 on: by rule, but for what was proclaimed once.

The package that knows them (tests compare with it) reads all countries of the world to say so: 15 MB in each process.
"""

import datetime as dt
from functools import cache

MONDAY = 0
# Proclaimed besides the usual ones, or in place of one of them.
ADDED = {dt.date(2022, 6, 3), dt.date(2022, 9, 19), dt.date(2023, 5, 8)}
MOVED = {dt.date(2020, 5, 4): dt.date(2020, 5, 8), dt.date(2022, 5, 30): dt.date(2022, 6, 2)}


def is_bank_holiday(day: dt.date) -> bool:
    """Whether that day is a bank holiday in England. One that falls on a weekend counts on the next working day."""
    return day in _of_year(day.year)


@cache
def _of_year(year: int) -> frozenset[dt.date]:
    sunday = easter_sunday(year)
    usual = {
        _working(dt.date(year, 1, 1)),
        sunday - dt.timedelta(days=2),
        sunday + dt.timedelta(days=1),
        _first_monday(dt.date(year, 5, 1)),
        _first_monday(dt.date(year, 5, 25)),
        _first_monday(dt.date(year, 8, 25)),
        *_at_christmas(year),
    }
    return frozenset({MOVED.get(day, day) for day in usual} | {day for day in ADDED if day.year == year})


def easter_sunday(year: int) -> dt.date:
    """By the Gregorian rule, in the form of Meeus, Jones and Butcher: the Sunday after the full moon of the spring."""
    golden, century, of_century = year % 19, year // 100, year % 100
    moons_put_back = (8 * century + 13) // 25
    moon = (19 * golden + century - century // 4 - moons_put_back + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (of_century // 4) - moon - of_century % 4) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return dt.date(year, month, day + 1)


def _at_christmas(year: int) -> tuple[dt.date, dt.date]:
    """Christmas Day and Boxing Day. Of those that fall on a weekend Boxing Day keeps a Monday that is its own."""
    boxing = _working(dt.date(year, 12, 26))
    christmas = dt.date(year, 12, 25)
    while christmas.weekday() > 4 or christmas == boxing:
        christmas += dt.timedelta(days=1)
    return christmas, boxing


def _working(day: dt.date) -> dt.date:
    """That day, or the Monday after it."""
    return _first_monday(day) if day.weekday() > 4 else day


def _first_monday(since: dt.date) -> dt.date:
    return since + dt.timedelta(days=(MONDAY - since.weekday()) % 7)
