"""On SQLite this machine's clock decides what lapses. Where it has jumped, nothing lapses until a person trusts it.

Between two looks the clock and the time since the machine started must have gone on alike. Their difference, as the
worker saw it last, stands in the row `Running`; every process of this machine compares with it. On PostgreSQL the
database's clock counts, and nothing is asked here.
"""

import datetime as dt
import logging
import time
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bookings.models import Running

log = logging.getLogger("showcase.rule")

JUMP = dt.timedelta(minutes=10)
BOOT = Path("/proc/sys/kernel/random/boot_id")  # another one each time that Linux starts
SINCE_BOOT = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)  # goes on while a laptop sleeps
WRITTEN_AT = 1.0  # seconds of drift: what a time server corrects bit by bit is no jump


@dataclass(frozen=True)
class Seen:
    """Which start of the machine this is, and when that was by its clock, in seconds: it stands still unless somebody
    sets the clock."""

    boot: str
    offset: float


def _look(now: dt.datetime) -> Seen:
    boot = BOOT.read_text().strip() if BOOT.exists() else ""
    return Seen(boot, now.timestamp() - time.clock_gettime(SINCE_BOOT))


def _jump(row: Running, now: dt.datetime) -> dt.timedelta:
    """How far the clock has jumped since the worker's last look, or nothing.

    A machine that was off has gone on without counting: then all that can be told is a clock behind the last round.
    """
    seen = _look(now)
    if row.clock_offset is None:
        return dt.timedelta()
    if seen.boot == row.clock_boot:
        jump = dt.timedelta(seconds=seen.offset - row.clock_offset)
        return jump if abs(jump) > JUMP else dt.timedelta()
    behind = now - row.round_at if row.round_at else dt.timedelta()
    return behind if behind < -JUMP else dt.timedelta()


def is_trusted(*, now: dt.datetime) -> bool:
    """Whether what is due by this clock may be done. Asked only where something is due."""
    if connection.vendor != "sqlite":
        return True
    row = Running.objects.now()
    return row.clock_held_at is None and not _jump(row, now)


def watch(*, now: dt.datetime) -> None:
    """The worker's look at the clock, before each round."""
    if connection.vendor != "sqlite":
        return
    row = Running.objects.now()
    if row.clock_held_at is not None:
        return
    jump, seen = _jump(row, now), _look(now)
    if jump:
        Running.objects.keep(clock_held_at=now)
        log.error("The clock jumped by %d minutes. Nothing lapses until `manage.py trust_clock`.", _minutes(jump))
    elif row.clock_offset is None or seen.boot != row.clock_boot or abs(seen.offset - row.clock_offset) > WRITTEN_AT:
        _keep(seen)


def _minutes(jump: dt.timedelta) -> int:
    return round(jump.total_seconds() / 60)


def trust(*, now: dt.datetime) -> None:
    """A person says that the clock is right as it is: what is due lapses again."""
    _keep(_look(now), clock_held_at=None)


def _keep(seen: Seen, **more: None) -> None:
    Running.objects.keep(clock_boot=seen.boot, clock_offset=seen.offset, **more)
