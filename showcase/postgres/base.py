"""Django's PostgreSQL engine over our connections, and what it does once one of them is lost.

`DatabaseWrapper` is Django's name for it.
"""

import datetime as dt
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel
from psycopg.errors import Diagnostic

from hubs.vocabulary.patience import CommitNotKnown
from showcase.postgres.connection import Connection, Cursor, connect, is_pooled

HEALTH = 3  # seconds for a kept connection to say that it lives: then there is time left to connect anew
FRESH = 1  # seconds for which its last answer says that
# A warning of no class of its own. COMMIT gives no other such: "no transaction" and the like have codes.
NOT_REPLICATED = "01000"


class DatabaseWrapper(base.DatabaseWrapper):
    connection: Connection | None

    def get_connection_params(self) -> dict[str, Any]:
        parameters: dict[str, Any] = super().get_connection_params()
        if parameters["cursor_factory"] is base.ServerBindingCursor:
            parameters["cursor_factory"] = Cursor
        return parameters

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        through_a_pooler = conn_params.pop("prepares_through_a_pooler", False)
        return connect(conn_params, through_a_pooler=through_a_pooler)

    def _commit(self) -> None:
        """COMMIT. Raises CommitNotKnown where the connection fails after it was sent, and where an operator cancelled
        it while it waited for a standby: PostgreSQL calls that done, with a warning.

        A connection that had ended before tells so first: then nothing was sent, and nothing was done.
        """
        connection = self.connection
        if connection is None:
            return
        ended_before = connection.is_lost
        try:
            with warnings_of(connection) as warned:
                super()._commit()  # type: ignore[misc]  # the stubs have none
        except (OperationalError, InterfaceError) as error:
            if not ended_before and connection.is_lost:
                raise CommitNotKnown("The connection failed while the database committed.") from error
            raise
        if NOT_REPLICATED in warned:
            self.close()
            raise CommitNotKnown("No standby has said that it has what was committed.")

    def set_autocommit(self, autocommit: bool, *args: Any, **how: Any) -> None:  # noqa: FBT001  (Django's)
        """Where a transaction has lost its connection, its end connects to nothing: against a database that is away it
        would wait once more, and hide what happened. The next statement connects."""
        if autocommit and self.connection is None:
            return
        super().set_autocommit(autocommit, *args, **how)

    def is_usable(self) -> bool:
        """Whether a kept connection lives and can write. Of several hosts one that was the primary may be a standby by
        now: then the next statement finds the new one.

        One that has just answered, and has not been ended since, is not asked: it would be one more wait a request.
        """
        if self.connection is None or self.connection.is_lost:
            return False
        if not self.errors_occurred and time.monotonic() - self.connection.answered_at < FRESH:
            return True
        self.connection.longest = HEALTH
        try:
            said = self.connection.execute("SHOW transaction_read_only").fetchone()
        except self.Database.Error:
            return False
        finally:
            self.connection.longest = None
        return said == ("off",)

    def prepare_database(self) -> None:
        """What `migrate` asks first, and whatever else needs a session of its own: refuses a pooler."""
        super().prepare_database()
        self.ensure_connection()
        if self.connection and is_pooled(self.connection):
            raise ImproperlyConfigured(
                "Between here and the database stands a pooler: let DATABASE_URL_DIRECT name the server itself."
            )

    def now(self) -> dt.datetime:
        """The moment by the server's clock, as it is when it is asked: `now()` would be when the transaction began."""
        with self.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            told: dt.datetime = cursor.fetchone()[0]
        return told

    def take_longer(self, seconds: float) -> None:
        """The server's time-out for the statements of this transaction, and no later one's."""
        with self.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds:.0f}s"])

    @contextmanager
    def begins_reading(self) -> Iterator[None]:
        """The transaction that begins in this block only reads, and all of it as it stood at its beginning."""
        used: Any = self.connection
        used.isolation_level, used.read_only = IsolationLevel.REPEATABLE_READ, True
        try:
            yield
        finally:
            if not used.is_lost:
                used.isolation_level = used.read_only = None

    def wait_for_locks(self, seconds: float) -> None:
        """How long this transaction waits for each lock."""
        with self.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{max(1, int(seconds * 1000))}ms"])

    def chunked_cursor(self) -> Any:
        """A cursor of the server's lives in a transaction alone. Outside of one Django would have it WITH HOLD, which
        a pooler that hands each transaction to another connection loses."""
        return super().chunked_cursor() if self.in_atomic_block else self.cursor()


@contextmanager
def warnings_of(connection: Connection) -> Iterator[list[str | None]]:
    """The codes of the warnings that the server gives while the block runs."""
    codes: list[str | None] = []

    def note(warning: Diagnostic) -> None:
        codes.append(warning.sqlstate)

    connection.add_notice_handler(note)
    try:
        yield codes
    finally:
        connection.remove_notice_handler(note)
