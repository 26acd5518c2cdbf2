"""Dates, times and money as people write them in England: "22 Jan 2027", "22.1.27", "9.00", "9am", "0900", "£75".

Each function reads one, or raises ValidationError with a sentence that says what to type.
"""

import datetime as dt
import re
from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
FULL_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
NO_DATE = _("Type a date like 22 January 2027 or 22/1/2027.")
NO_TIME = _("Type a time like 9:00, 9am or 13:30.")
NO_MONEY = _("Type an amount in pounds, like 75 or 12.50.")
NOON = {"noon": dt.time(12), "midday": dt.time(12), "12 noon": dt.time(12)}
_DAY = re.compile(
    r"(?:([a-z]+)\.?,?\s+)?(\d{1,2})(?:st|nd|rd|th)?(?:\s+of)?[\s./-]*([a-z]+|\d{1,2})\.?,?[\s./-]*(\d{4}|\d{2})"
)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_TIME = re.compile(r"(\d{1,2})(?:\s*[:.h]?\s*(\d{2}))?(?::00)?\s*(am|pm)?")
NO_DAYS = _("Type days like 3, 2.5 or 2½, more than none.")
_DAYS_AWAY = re.compile(r"(\d{1,5})?(?:\.(\d)0?|(½))?(?:\s*days?)?", re.ASCII)
_POUNDS = re.compile(r"£?\s*(\d{1,6})(?:\.(\d{1,2}))?", re.ASCII)


def read_date(text: str) -> dt.date:
    """Day before month, as in Britain. A day of the week that is typed too must be that day's."""
    said = " ".join(text.lower().split())
    if iso := _ISO.fullmatch(said):
        return _date(*map(int, iso.groups()))
    found = _DAY.fullmatch(said)
    if found is None:
        raise ValidationError(NO_DATE, code="invalid")
    weekday, day, month, year = found.groups()
    date = _date(int(year) + (2000 if len(year) == 2 else 0), _month(month), int(day))
    if weekday and not (len(weekday) >= 2 and DAYS[date.weekday()].startswith(weekday)):
        text_of = _("%(day)d %(month)s %(year)d is a %(weekday)s. Which is meant?")
        params = {"day": date.day, "month": FULL_MONTHS[date.month - 1].capitalize(), "year": date.year}
        raise ValidationError(text_of, code="weekday", params=params | {"weekday": DAYS[date.weekday()].capitalize()})
    return date


def _month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    short = text[:3]
    if short in MONTHS and (FULL_MONTHS[MONTHS.index(short)].startswith(text) or text == "sept"):
        return MONTHS.index(short) + 1
    raise ValidationError(NO_DATE, code="invalid")


def _date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError:
        raise ValidationError(_("There is no such day. Look at it again."), code="no_day") from None


def read_time(text: str) -> dt.time:
    """By the 24-hour clock, or with am or pm. "1.30" is in the afternoon, for no lesson is given at night; "01:30" is
    not."""
    said = " ".join(text.lower().replace("a.m.", "am").replace("p.m.", "pm").rstrip(".").split())
    if said in NOON:
        return NOON[said]
    found = _TIME.fullmatch(said)
    if found is None:
        raise ValidationError(NO_TIME, code="invalid")
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if half:
        if not 1 <= hour <= 12:
            raise ValidationError(NO_TIME, code="invalid")
        hour = hour % 12 + (12 if half == "pm" else 0)
    elif 1 <= hour <= 6 and not found[1].startswith("0"):
        hour += 12
    if hour > 23 or minute > 59:
        raise ValidationError(NO_TIME, code="invalid")
    return dt.time(hour, minute)


def read_pence(text: str) -> int:
    """Pence of an amount in pounds: "75" and "£75" are 7500, "12.50" is 1250, "free" is 0."""
    said = text.strip().lower().replace(",", "")
    if said in ("free", "nothing", "none"):
        return 0
    if pence := re.fullmatch(r"(\d{1,8})\s*p", said, re.ASCII):
        return int(pence[1])
    found = _POUNDS.fullmatch(said)
    if found is None:
        raise ValidationError(NO_MONEY, code="invalid")
    return int(Decimal(f"{found[1]}.{found[2] or 0}") * 100)


def read_days(text: str) -> Decimal:
    """Days of teachers away: "3", "2.5", "2½", "½ day"."""
    found = _DAYS_AWAY.fullmatch(text.strip().lower().replace(",", ""))
    whole, tenths, half = found.groups() if found else (None, None, None)
    days = Decimal(f"{whole or 0}.{5 if half else tenths or 0}")
    if not days:
        raise ValidationError(NO_DAYS, code="invalid")
    return days
