"""The bank holidays of England, as the package has them that reads of every country in the world."""

import datetime as dt

import holidays

from hubs.vocabulary.bank_holidays import is_bank_holiday

YEARS = range(2020, 2101)


def test_they_are_those_of_the_package_on_every_working_day():
    known = holidays.country_holidays("GB", subdiv="ENG", years=YEARS)
    days = (dt.date(YEARS[0], 1, 1) + dt.timedelta(days=n) for n in range(366 * len(YEARS)))
    working = [day for day in days if day.year in YEARS and day.weekday() < 5]
    assert [day for day in working if (day in known) != is_bank_holiday(day)] == []
    assert sum(map(is_bank_holiday, working)) == 8 * len(YEARS) + 3  # those that were proclaimed besides


def test_in_every_year_they_are_days_on_which_somebody_would_work():
    assert not is_bank_holiday(dt.date(2027, 12, 25))  # a Saturday: the Monday is
    assert [is_bank_holiday(dt.date(2027, 12, day)) for day in (27, 28, 29)] == [True, True, False]
