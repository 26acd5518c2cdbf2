"""Whose clock counts. Of many hosts each has its own; on PostgreSQL the database's is everybody's.

Pages and commands pass a clock on; who changes something reads it by `moment`, once the lock is theirs.
"""

import datetime as dt
from collections.abc import Callable

from django.db import connection
from django.utils import timezone

THIS_MACHINES = timezone.now  # as Django has it: a test that puts another in its place means that other


def now() -> dt.datetime:
    """The moment by the database's clock; on SQLite that is this machine's."""
    if connection.vendor == "postgresql":
        told: dt.datetime = connection.now()  # type: ignore[attr-defined]  # showcase/postgres
        return told
    return timezone.now()


def moment(clock: Callable[[], dt.datetime]) -> dt.datetime:
    """What the clock says. This machine's stands for the database's: a page passes it on and need not know more."""
    return now() if clock is THIS_MACHINES else clock()


def difference() -> dt.timedelta:
    """How far this machine's clock is ahead of the database's."""
    before = timezone.now()
    told = now()
    return before + (timezone.now() - before) / 2 - told
