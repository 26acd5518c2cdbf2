"""Reading a lot as it stood at one moment, while everybody else goes on writing."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from hubs.vocabulary.patience import longer

MOST = 60  # seconds for one statement of it


@contextmanager
def one_moment() -> Iterator[None]:
    """A short transaction that only reads, all of it as of its beginning: PostgreSQL's REPEATABLE READ READ ONLY; on
    SQLite one that begins DEFERRED, where ours begin IMMEDIATE and would keep everybody from writing."""
    if connection.in_atomic_block:  # of a test: it is one moment already
        yield
        return
    connection.ensure_connection()
    with connection.begins_reading(), transaction.atomic(durable=True), longer(MOST):  # type: ignore[attr-defined]
        yield
