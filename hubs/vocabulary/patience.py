"""How long a statement waits for the database, and what it is called when nobody knows how it ended.

`settings.DATABASE_PATIENCE` says it for the whole process; `longer` for one transaction. The engine
(showcase/postgres) gives up at that deadline. SQLite has a time-out of its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.conf import settings
from django.db import OperationalError, connection, transaction

BEFORE_US = 2  # seconds by which the server gives up earlier: its answer says why, and the connection lives
_of_this_transaction: ContextVar[float] = ContextVar("_of_this_transaction", default=0)


class CommitNotKnown(OperationalError):
    """The connection failed once COMMIT had been sent: it may have been carried out, or not."""


def seconds() -> float:
    """How long the statement that is sent now may take."""
    return max(_of_this_transaction.get(), settings.DATABASE_PATIENCE)


@contextmanager
def longer(most: float) -> Iterator[None]:
    """Inside a transaction that has begun: until the block ends each statement may take `most` seconds.

    For the server by SET LOCAL, which stands until the transaction ends: of a session's SET a pooler would give
    somebody else the benefit.
    """
    if connection.vendor == "postgresql":
        if not connection.in_atomic_block:
            raise RuntimeError("Only a transaction may take longer: SET LOCAL says nothing outside of one.")
        connection.take_longer(most - BEFORE_US)  # type: ignore[attr-defined]  # showcase/postgres
    before = _of_this_transaction.set(most)
    try:
        yield
    finally:
        _of_this_transaction.reset(before)


@contextmanager
def transaction_that_waits(most: float | None) -> Iterator[None]:
    """A durable transaction that waits for each lock `most` seconds, or as long as the database lets it."""
    sqlite = connection.vendor == "sqlite"  # where the lock is taken as the transaction begins
    if most is not None and sqlite:
        connection.wait_for_locks(most)  # type: ignore[attr-defined]  # showcase/sqlite3
    try:
        with transaction.atomic(durable=True):
            if most is not None and not sqlite:
                connection.wait_for_locks(most)  # type: ignore[attr-defined]  # showcase/postgres
            yield
    finally:
        if most is not None and sqlite:
            connection.wait_for_locks(None)  # type: ignore[attr-defined]
