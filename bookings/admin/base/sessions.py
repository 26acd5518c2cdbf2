"""A session's name with its day, its time and its place, for whoever has to tell it from the next day's.

A visit of a week has five sessions of one name, and nobody knows them apart by reference.
"""

import datetime as dt
from typing import Any

from django.db.models import Case, DateField, F, IntegerField, Value, When
from django.utils import formats

from hubs.admin.choosing import RowsField
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, days_between


def name_and_day(session: ShowcaseSession) -> str:
    """As in "Year 6 lesson, 26 January 2027, 9:30, Hove Park School". The session has to come `with_names`."""
    when = (days_between(session.first_day, session.last_day), clock(session.starts_at))
    return ", ".join(part for part in (str(session), *when, session.where_name) if part)


def name_and_short_day(session: ShowcaseSession) -> str:
    """As in "Year 6 lesson (NBS7HR), Tue 26 Jan 2027": for a line of a list."""
    day = formats.date_format(session.first_day, "D j M Y") if session.first_day else ""
    return ", ".join(part for part in (str(session), day) if part)


def nearest_first(*, today: dt.date) -> list[Any]:
    """The order of a list: what is to come, the next first; then what has no day yet; then the past, the last first."""
    part = Case(
        When(first_day=None, then=Value(1)),
        When(last_day__lt=today, then=Value(2)),
        default=Value(0),
        output_field=IntegerField(),
    )
    next_first = Case(When(last_day__gte=today, then=F("first_day")), output_field=DateField())
    return [part.asc(), next_first.asc(), F("first_day").desc(nulls_last=True), F("starts_at").asc(nulls_last=True)]


class SessionsField(RowsField):
    """Several sessions, each with its day."""

    def label_from_instance(self, obj: Any) -> str:
        return name_and_day(obj)
