"""A session's name with its day, its time and its place, for whoever has to tell it from the next day's.

A visit of a week has five sessions of one name, and nobody knows them apart by reference.
"""

from typing import Any

from hubs.admin.choosing import RowsField
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, days_between


def name_and_day(session: ShowcaseSession) -> str:
    """As in "Year 6 lesson, 26 January 2027, 9:30, Hove Park School". The session has to come `with_names`."""
    when = (days_between(session.first_day, session.last_day), clock(session.starts_at))
    return ", ".join(part for part in (str(session), *when, session.where_name) if part)


class SessionsField(RowsField):
    """Several sessions, each with its day."""

    def label_from_instance(self, obj: Any) -> str:
        return name_and_day(obj)
