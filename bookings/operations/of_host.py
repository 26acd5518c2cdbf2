"""What only this host can say of itself: whether it can serve, its disk, and how its clock stands to the database's."""

import datetime as dt
import shutil

from django.conf import settings
from django.db import connection

from bookings.operations import ready
from bookings.operations.found import Found, Word, fine
from hubs.vocabulary import clock

GIGABYTE = 10**9
LITTLE, VERY_LITTLE = 5 * GIGABYTE, GIGABYTE  # bytes free, or a twentieth of the disk where that is less
CLOCKS_APART = dt.timedelta(seconds=5)


def serves() -> list[Found]:
    """What keeps this host from serving: as /readyz says it, with as long to answer."""
    said = ready.Kept(ready.problems, seconds=ready.SECONDS * 2).answer()
    found = [Found("ready", Word.BAD, one, of_host=True) for one in said]
    return found or [fine("ready", "This host can serve.", of_host=True)]


def disk() -> Found:
    usage = shutil.disk_usage(settings.VAR_DIR)
    said = f"{usage.free / GIGABYTE:.1f} GB of the disk are free."
    if usage.free < min(VERY_LITTLE, usage.total // 50):
        return Found("disk", Word.BAD, said, of_host=True)
    if usage.free < min(LITTLE, usage.total // 20):
        return Found("disk", Word.WARN, said, of_host=True)
    return fine("disk", said, of_host=True)


def clocks() -> Found:
    """How far this host's clock is from the database's. SQLite has ours."""
    if connection.vendor != "postgresql":
        return fine("clock", "The database is on this host.", of_host=True)
    apart = abs(clock.difference())
    said = f"This host’s clock and the database’s are {apart.total_seconds():.1f} seconds apart."
    return Found("clock", Word.WARN, said, of_host=True) if apart > CLOCKS_APART else fine("clock", said, of_host=True)
