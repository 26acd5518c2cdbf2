"""Moments as somebody at work reads them: today and tomorrow by name, another day in short."""

import datetime as dt

from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _

from hubs.vocabulary.dates import clock

GOES_WITHOUT_SAYING = dt.timedelta(days=300)  # within which nobody takes a day for another year's


def near_day(day: dt.date, *, now: dt.datetime) -> str:
    """ "Today", "Tomorrow", "Mon 25 Jan", and with the year where that might be another."""
    today = timezone.localdate(now)
    if day == today:
        return _("Today")
    if day == today + dt.timedelta(days=1):
        return _("Tomorrow")
    return written(day, "D j M" if abs(day - today) < GOES_WITHOUT_SAYING else "D j M Y")


def near_moment(moment: dt.datetime, *, now: dt.datetime) -> str:
    """ "Today 10:05", "Mon 25 Jan, 12:00"."""
    day = near_day(timezone.localdate(moment), now=now)
    comma = "" if day in (_("Today"), _("Tomorrow")) else ","
    return f"{day}{comma} {clock(moment)}"


def within(moment: dt.datetime, *, now: dt.datetime) -> str:
    """As it stands inside a sentence: "10:05 today", "12:00 on Mon 25 Jan"."""
    day = near_day(timezone.localdate(moment), now=now)
    if day in (_("Today"), _("Tomorrow")):
        return f"{clock(moment)} {day.lower()}"
    return _("%(time)s on %(day)s") % {"time": clock(moment), "day": day}
