"""How dates and times are written."""

import datetime as dt

from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from hubs.vocabulary.kept_words import kept_by_language


def day(value: dt.date | dt.datetime | None) -> str:
    """Tuesday 26 January 2027, in London."""
    return _written(_day_of(value), pgettext("a day", "l j F Y")) if value else ""


def short_day(value: dt.date | dt.datetime | None) -> str:
    """Tuesday 26 January, in London."""
    return _written(_day_of(value), pgettext("a day", "l j F")) if value else ""


def day_and_month(value: dt.date) -> str:
    """29 January, where the year goes without saying."""
    return _written(value, pgettext("a day", "j F"))


def clock(value: dt.datetime | dt.time | None) -> str:
    """9:00, in London, as a school bell has it."""
    if not value:
        return ""
    local = timezone.localtime(value) if isinstance(value, dt.datetime) else value
    return f"{local.hour}:{local.minute:02}"


def moment(value: dt.datetime | None) -> str:
    """18:00 on Tuesday 5 January, in London."""
    return _("%(time)s on %(day)s") % {"time": clock(value), "day": short_day(value)} if value else ""


def lasting(start: dt.datetime, end: dt.datetime) -> str:
    """How long it is from one to the other: 2 hours 45 minutes."""
    hours, minutes = divmod(int((end - start).total_seconds()) // 60, 60)
    said = []
    if hours:
        said.append(ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours})
    if minutes or not hours:
        said.append(ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes})
    return " ".join(said)


def _day_of(value: dt.date | dt.datetime) -> dt.date:
    return timezone.localdate(value) if isinstance(value, dt.datetime) else value


@kept_by_language
def _written(day: dt.date, form: str) -> str:
    return written(day, form)


@kept_by_language
def between(first: dt.date | None, last: dt.date | None) -> str:
    """ "between 11 and 22 January"; nothing for one day alone, or none."""
    if not first or not last or first == last:
        return ""
    start, end = _ends(first, last)
    return _("between %(first)s and %(last)s") % {"first": start, "last": end}


@kept_by_language
def days_between(first: dt.date | None, last: dt.date | None) -> str:
    """A range of days as short as it can be said: "January 2027", "14 to 25 January 2027"."""
    if not first or not last:
        return _("Date to be announced")
    if first == last:
        return day(first)
    same_year = first.year == last.year
    if first.day == 1 and (last + dt.timedelta(days=1)).day == 1 and same_year and first.month == last.month:
        return written(first, pgettext("a month", "F Y"))
    start, end = _ends(first, last)
    return _("%(first)s to %(last)s") % {"first": start, "last": end}


def _ends(first: dt.date, last: dt.date) -> tuple[str, str]:
    """Both days of a range, the first as short as it can be said beside the last."""
    if first.year != last.year:
        forms = pgettext("first and last day", "j F Y / j F Y")
    elif first.month != last.month:
        forms = pgettext("first and last day", "j F / j F Y")
    else:
        forms = pgettext("first and last day", "j / j F Y")
    start, end = forms.split(" / ")
    return written(first, start), written(last, end)
