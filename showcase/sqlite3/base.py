"""Django's SQLite engine, told how long to wait for the one lock. `DatabaseWrapper` is Django's name for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.backends.sqlite3 import base

from hubs.vocabulary.shedding import EVERY_SESSION, doors


class DatabaseWrapper(base.DatabaseWrapper):
    transaction_mode: str | None  # how transactions begin

    def _start_transaction_under_autocommit(self) -> None:
        """Whoever begins a transaction has the lock, whatever it is for: the queue of those who wait for it moves."""
        super()._start_transaction_under_autocommit()  # type: ignore[misc]  # the stubs have none
        if self.transaction_mode == "IMMEDIATE":
            doors.moved(EVERY_SESSION)

    @contextmanager
    def begins_reading(self) -> Iterator[None]:
        """What begins in this block takes no lock unless it writes."""
        before, self.transaction_mode = self.transaction_mode, "DEFERRED"
        try:
            yield
        finally:
            self.transaction_mode = before

    def wait_for_locks(self, seconds: float | None) -> None:
        """How long transactions that begin from here on wait for the lock; None for as long as settings say."""
        most = self.settings_dict["OPTIONS"]["timeout"] if seconds is None else seconds
        with self.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {int(most * 1000)}")
