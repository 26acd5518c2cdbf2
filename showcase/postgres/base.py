"""Django's PostgreSQL engine over our connections, and what it does once one of them is lost.

`DatabaseWrapper` is Django's name for it.
"""

from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel

from hubs.vocabulary.patience import CommitNotKnown
from showcase.postgres.connection import Connection, connect

HEALTH = 3  # seconds for a kept connection to say that it lives: then there is time left to connect anew


class DatabaseWrapper(base.DatabaseWrapper):
    connection: Connection | None

    def get_new_connection(self, conn_params: dict[str, Any]) -> Connection:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        return connect(conn_params)

    def _commit(self) -> None:
        """COMMIT. Raises CommitNotKnown where the connection fails after it was sent.

        A connection that had ended before tells so first: then nothing was sent, and nothing was done.
        """
        connection = self.connection
        if connection is None:
            return
        ended_before = connection.is_lost
        try:
            super()._commit()  # type: ignore[misc]  # the stubs have none
        except (OperationalError, InterfaceError) as error:
            if not ended_before and connection.is_lost:
                raise CommitNotKnown("The connection failed while the database committed.") from error
            raise

    def set_autocommit(self, autocommit: bool, *args: Any, **how: Any) -> None:  # noqa: FBT001  (Django's)
        """Where a transaction has lost its connection, its end connects to nothing: against a database that is away it
        would wait once more, and hide what happened. The next statement connects."""
        if autocommit and self.connection is None:
            return
        super().set_autocommit(autocommit, *args, **how)

    def is_usable(self) -> bool:
        if self.connection is None:
            return False
        self.connection.longest = HEALTH
        try:
            return super().is_usable()
        finally:
            self.connection.longest = None

    def take_longer(self, seconds: float) -> None:
        """The server's time-out for the statements of this transaction, and no later one's."""
        with self.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds:.0f}s"])

    def chunked_cursor(self) -> Any:
        """A cursor of the server's lives in a transaction alone. Outside of one Django would have it WITH HOLD, which
        a pooler that hands each transaction to another connection loses."""
        return super().chunked_cursor() if self.in_atomic_block else self.cursor()
