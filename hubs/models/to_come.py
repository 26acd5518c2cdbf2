"""What is to come, said once: of sessions, and of host schools' visits."""

import datetime as dt

from django.db.models import Q


def to_come(today: dt.date, *, of: str = "") -> Q:
    """Not over by `today` (a London date): what has no date yet is always to come.

    `of` leads from the rows that are asked for to the session or the visit: "session", "booking__session".
    """
    last_day = f"{of}__last_day" if of else "last_day"
    return Q(**{f"{last_day}__gte": today}) | Q(**{last_day: None})
