"""Which errors of the database pass by themselves: it is busy, full, read-only or away.

Whatever else a database says is a fault of ours, and stays one: a page that says "try again" of a column that does not
exist would hide it. So an error is told by its cause (SQLSTATE on PostgreSQL, the words of its result codes on SQLite)
and never by its class alone. Why: docs/decisions/0047-three-pages.md.
"""

import sqlite3

from django.db import InterfaceError, OperationalError

from hubs.vocabulary.patience import CommitNotKnown

# Connection, rollback for others' sake, resources, intervention; of the last the server ends it or our time is up.
PASSING_CLASSES = ("08", "40", "53", "57")
LOCK_NOT_AVAILABLE, READ_ONLY, IDLE_FOR_TOO_LONG, DISK_FULL = "55P03", "25006", "25P03", "53100"
NO_SUCH_PREPARED, NOT_SUPPORTED = "26000", "0A000"
PASSING = (LOCK_NOT_AVAILABLE, READ_ONLY, IDLE_FOR_TOO_LONG)
# As SQLite calls the results BUSY, LOCKED, FULL, IOERR, READONLY and CANTOPEN. Python 3.10 gives their words alone.
SQLITE_LOCKED = ("database is locked", "database table is locked", "database schema is locked")
SQLITE_FULL, SQLITE_READ_ONLY = "database or disk is full", "attempt to write a readonly database"
SQLITE_PASSING = (*SQLITE_LOCKED, SQLITE_FULL, SQLITE_READ_ONLY, "disk I/O error", "unable to open database file")


class Busy(OperationalError):
    """Nothing was tried: so many wait already that this one would wait in vain (shedding.py)."""


def passes(error: BaseException | None) -> bool:
    """Whether the same may well succeed in a moment, without anybody mending a program."""
    if isinstance(error, CommitNotKnown | Busy):
        return True
    if error is None or not (isinstance(error, OperationalError) or sqlstate(error)):
        return _is_closed(error)
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        return str(cause).startswith(SQLITE_PASSING)
    state = sqlstate(error)
    if cause is not None and is_of_a_kept_plan(cause):
        return True
    # Without a SQLSTATE it was not the server that spoke: it cannot be reached, has hung up, or is silent.
    return state.startswith(PASSING_CLASSES) or state in PASSING or (not state and cause is not None)


def is_waiting(error: BaseException | None) -> bool:
    """Whether somebody else had what this waited for, until it waited no longer. Nothing of it was done."""
    return isinstance(error, Busy) or is_lock_timeout(error)


def is_of_a_kept_plan(cause: BaseException) -> bool:
    """Whether PostgreSQL could not use what it had kept of a statement, as the driver says it: the table is another
    one now, or somebody took it away. The same statement is planned anew once its transaction has ended."""
    state, said = getattr(cause, "sqlstate", None), getattr(cause, "diag", None)
    refused = state == NOT_SUPPORTED and getattr(said, "source_function", "") == "RevalidateCachedQuery"
    return refused or state == NO_SUCH_PREPARED


def is_lock_timeout(error: BaseException | None) -> bool:
    """Whether a lock was not to be had in time."""
    return sqlstate(error) == LOCK_NOT_AVAILABLE or _sqlite_says(error).startswith(SQLITE_LOCKED)


def is_lost(error: BaseException | None) -> bool:
    """Whether the connection went, so that nobody knows what became of a statement that was a transaction itself."""
    return passes(error) and not _sqlite_says(error) and sqlstate(error)[:2] in ("", "08", "57")


def is_full(error: BaseException | None) -> bool:
    """Whether the database's disk is full."""
    return sqlstate(error) == DISK_FULL or _sqlite_says(error).startswith(SQLITE_FULL)


def is_read_only(error: BaseException | None) -> bool:
    """Whether nothing can be written at all."""
    return sqlstate(error) == READ_ONLY or _sqlite_says(error).startswith(SQLITE_READ_ONLY)


def sqlstate(error: BaseException | None) -> str:
    """What PostgreSQL says that it was; empty where it says nothing, and on SQLite."""
    return getattr(error.__cause__, "sqlstate", None) or "" if error else ""


def _sqlite_says(error: BaseException | None) -> str:
    cause = error.__cause__ if error else None
    return str(cause) if isinstance(cause, sqlite3.Error) else ""


def _is_closed(error: BaseException | None) -> bool:
    """A connection that was closed under a statement is used once more, and says so."""
    return isinstance(error, InterfaceError) and "closed" in str(error)
