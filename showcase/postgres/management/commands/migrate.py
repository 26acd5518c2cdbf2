"""`manage.py migrate`: Django's, one at a time, and never in the way of those who are booking.

A change of a table waits for whoever is using it, and all who come after wait behind the change. So it gives up after
three seconds, lets them by, and tries again; what it had begun is rolled back, what it had finished is done already.
"""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.commands import migrate
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration

LOCK_TIMEOUT = "3s"
TRIES = 20
PAUSE, LONGEST_PAUSE = 0.5, 15  # seconds
NOT_AVAILABLE = "55P03"  # PostgreSQL's lock_not_available
OURS = 7_202_701  # any number, as long as it is this one


class Command(migrate.Command):
    """Django's command, with a lock around it and patience within."""

    def handle(self, *args: Any, **options: Any) -> None:
        self.connection = connections[options["database"]]
        self.connection.prepare_database()  # which refuses a pooler, before anything is asked of one
        with one_at_a_time(self.connection):
            for tried in range(1, TRIES + 1):
                try:
                    super().handle(*args, **options)
                    return
                except OperationalError as error:
                    if tried == TRIES or getattr(error.__cause__, "sqlstate", None) != NOT_AVAILABLE:
                        raise
                pause = min(tried, LONGEST_PAUSE)
                self.stdout.write(f"\n  A table is in use; trying again in {pause} s ({tried} of {TRIES})")
                time.sleep(pause)

    def migration_progress_callback(self, action: str, migration: Migration | None = None, *args: Any) -> None:
        """Say before each migration how long it may wait for a table.

        One without a transaction (CREATE INDEX CONCURRENTLY) keeps nobody waiting, and would leave half an index.
        """
        if migration and action in ("apply_start", "unapply_start"):
            _wait_at_most(self.connection, LOCK_TIMEOUT if migration.atomic else "0")
        super().migration_progress_callback(action, migration, *args)


def _wait_at_most(connection: BaseDatabaseWrapper, how_long: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [how_long])


@contextmanager
def one_at_a_time(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Wait while another host migrates this database: what it has done by then need not be done again."""
    if connection.vendor == "postgresql":
        # On a connection of its own, whose transaction stays open as long: the lock ends with it, however it ends.
        second = connection.copy()
        try:
            while not _has_the_lock(second):
                time.sleep(PAUSE)
            yield
        finally:
            second.close()
    elif "memory" not in str(connection.settings_dict["NAME"]):
        # SQLite: a file beside it: to open and close the database's own would give up SQLite's locks.
        with Path(f"{connection.settings_dict['NAME']}.migrating").open("w") as beside:
            fcntl.flock(beside, fcntl.LOCK_EX)
            yield
    else:
        yield


def _has_the_lock(connection: BaseDatabaseWrapper) -> bool:
    """Try to take it, in a transaction that stays open if it was free.

    Never by waiting in a statement: CREATE INDEX CONCURRENTLY waits for every statement that began before it; and the
    last one is none that reads, for what PostgreSQL has bound to parameters stays begun until the next is.
    """
    connection.set_autocommit(False)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [OURS])
        (taken,) = cursor.fetchone()
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
    if not taken:
        connection.rollback()
    return bool(taken)
