"""A session's name with its day, its time and its place, for whoever has to tell it from the next day's.

A visit of a week has five sessions of one name, and nobody knows them apart by reference.
"""

from typing import Any

from bookings.templatetags.showcase_tags import clock, days_between
from hubs.admin.choosing import SomeRows
from hubs.models import ShowcaseSession


def on_its_day(session: ShowcaseSession) -> str:
    """The session has to come `with_names`."""
    when = (days_between(session.first_day, session.last_day), clock(session.starts_at))
    return ", ".join(part for part in (str(session), *when, session.where_name) if part)


class SomeSessions(SomeRows):
    """Several sessions, each with its day."""

    def label_from_instance(self, obj: Any) -> str:
        return on_its_day(obj)
