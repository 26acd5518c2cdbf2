"""Answers of one line, as people write them in an announcement: a class, whom it suits, days without a year.

Each function reads one, or raises ValidationError with a sentence that says what to type.
"""

import calendar
import datetime as dt
import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.teaching import STAGES, Roles, Years
from hubs.vocabulary.typed import FULL_MONTHS, MONTHS, NO_DATE, read_date

Days = tuple[dt.date, dt.date]

NO_CLASS = _("Write a class like Year 6, Years 3 and 4, KS1 or Reception. “%(text)s” cannot be read.")
NO_SUITS = _("Write years, key stages or roles, like Year 6, KS3 or maths leads. “%(text)s” cannot be read.")
TOO_MANY = _("Write at most %(most)d days.")
MOST_DAYS = 10
_BETWEEN = re.compile(r"[,;&/\n]|\band\b|\+")
_ONE = re.compile(r"(?:years?|yrs?|y)?\s*([0-9]{1,2})(?:\s*(?:-|–|to)\s*(?:years?|yrs?|y)?\s*([0-9]{1,2}))?", re.ASCII)
_STAGE = re.compile(r"(?:key\s+stages?|ks)\s*([1-5])(?:\s*(?:-|–|to)\s*(?:ks)?\s*([1-5]))?", re.ASCII)
_RECEPTION = {"reception", "r", "eyfs", "early years", "year r", "yr r", "foundation stage"}
_ROLES = {
    Roles.TEACHER: ("teacher", "class teacher", "subject teacher", "maths teacher"),
    Roles.MATHS_LEAD: ("maths lead", "maths leader", "subject leader", "subject lead", "head of maths"),
    Roles.SENIOR_LEADER: ("senior leader", "slt", "deputy head"),
    Roles.HEADTEACHER: ("headteacher", "head teacher", "head"),
    Roles.TEACHING_ASSISTANT: ("teaching assistant", "ta"),
    Roles.TRAINEE: ("trainee", "trainee teacher", "itt"),
    Roles.ADVISER: ("adviser", "advisor", "teacher educator"),
}
_ROLE_OF = {name + ending: role for role, names in _ROLES.items() for name in names for ending in ("", "s")}
_RANGE = re.compile(r"(.+?)\s*(?:-|–|\bto\b|\buntil\b)\s*(.+)")
_MONTH = re.compile(r"([a-z]+)\.?\s*(\d{4})?")


class Taught(NamedTuple):
    """A class and, after a colon, what is taught: "Year 5: area"."""

    years: Years
    topic: str


def read_taught(text: str) -> list[Taught]:
    """Lessons, one after a semicolon: "Year 5: area; Year 2: geometry"; without a topic the class alone."""
    found = []
    for one in text.split(";"):
        said, _colon, topic = one.partition(":")
        if one.strip():
            found.append(Taught(read_years(said), topic.strip()))
    return found


def read_years(text: str) -> Years:
    """A class: "Year 6", "y3", "6", "Years 3 and 4", "Y1-2", "KS1", "Reception"."""
    years = Years(0)
    for one in _parts(text):
        if not (read := _years(one)):
            raise ValidationError(NO_CLASS, code="invalid", params={"text": text.strip()})
        years |= read
    return years


def read_suits(text: str) -> tuple[Years, Roles]:
    """Whom it suits: years, key stages and roles, in any order."""
    years, roles = Years(0), Roles(0)
    for one in _parts(text):
        role = _ROLE_OF.get(one.removesuffix(" staff"))
        if role:
            roles |= role
        elif read := _years(re.sub(r"\s*(staff|teachers?)$", "", one)):
            years |= read
        else:
            raise ValidationError(NO_SUITS, code="invalid", params={"text": one})
    return years, roles


def _parts(text: str) -> list[str]:
    said = " ".join(text.lower().split())
    return [part.strip() for part in _BETWEEN.split(said) if part.strip()]


def _years(one: str) -> Years:
    """The years of one part of an answer; none where it is no class."""
    if one in _RECEPTION:
        return Years.RECEPTION
    stages = dict(STAGES)
    if found := _STAGE.fullmatch(one):
        first, last = int(found[1]), int(found[2] or found[1])
        return _all(stages[n] for n in range(first, last + 1))
    if found := _ONE.fullmatch(one):
        first, last = int(found[1]), int(found[2] or found[1])
        return _all(Years(1 << n) for n in range(first, last + 1)) if 1 <= first <= last <= 13 else Years(0)
    return Years(0)


def _all(some: object) -> Years:
    years = Years(0)
    for one in some:  # type: ignore[attr-defined]  # an iterable of years
        years |= one
    return years


def read_days(text: str, *, year: int) -> list[Days]:
    """Days of the academic year that began in `year`: "22 Jan"; several, "22 Jan, 24 Jan"; a month, "January"; a range,
    "14 to 25 January". A year that is typed counts."""
    said = [part.strip() for part in re.split(r"[;\n]|,(?!\s*\d{4})|\band\b", " ".join(text.split())) if part.strip()]
    if len(said) > MOST_DAYS:
        raise ValidationError(TOO_MANY, code="too_many", params={"most": MOST_DAYS})
    return [_days(part.lower(), year) for part in said]


def _days(text: str, year: int) -> Days:
    if month := _month(text, year):
        return month
    if (found := _RANGE.fullmatch(text)) and not re.fullmatch(r"[\d\s./-]+", text):
        last = _day(found[2], year)
        first = found[1] if re.search(r"[a-z/.]", found[1]) else f"{found[1]} {FULL_MONTHS[last.month - 1]} {last.year}"
        return _day(first, year), last
    day = _day(text, year)
    return day, day


def _month(text: str, year: int) -> Days | None:
    """The first and the last day of a month."""
    found = _MONTH.fullmatch(text)
    if not found or found[1][:3] not in MONTHS or not FULL_MONTHS[MONTHS.index(found[1][:3])].startswith(found[1]):
        return None
    number = MONTHS.index(found[1][:3]) + 1
    of_year = int(found[2]) if found[2] else _calendar_year(number, year)
    first = dt.date(of_year, number, 1)
    return first, first.replace(day=calendar.monthrange(of_year, number)[1])


def _day(text: str, year: int) -> dt.date:
    """A day, in the academic year where none is typed."""
    try:
        return read_date(text)
    except ValidationError as error:
        if error.code != "invalid" or not re.search(r"\d", text):
            raise
    joint = "/" if re.search(r"\d\s*[/.]\s*\d", text) else " "
    wrong = None
    for one in (year, year + 1):  # the one of the two that is in the academic year
        try:
            day = read_date(f"{text}{joint}{one}")
        except ValidationError as error:
            wrong = error
        else:
            if _calendar_year(day.month, year) == one:
                return day
    raise wrong or ValidationError(NO_DATE, code="invalid")


def _calendar_year(month: int, year: int) -> int:
    """The calendar year of a month in the academic year that began in `year`."""
    return year if month >= 9 else year + 1
