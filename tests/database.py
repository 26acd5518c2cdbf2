"""The tests' database: its address, for whoever works with it from another process, and rows that do not stay."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


def address(name: str = "", *, user: str = "", port: object = "") -> str:
    """As DATABASE_URL has it. On PostgreSQL that of another database of the server, as another role, or through a
    pooler at a port of its own, where one is said."""
    known = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{known['NAME']}"
    who = user or f"{known['USER']}:{known['PASSWORD']}"
    return f"postgres://{who}@{known['HOST']}:{port or known['PORT']}/{name or known['NAME']}"


@contextmanager
def rows_taken_back() -> Iterator[None]:
    """What is written inside goes at its end. Verbs are durable, and may be called inside, as in Django's TestCase."""
    around = transaction.atomic()
    around._from_testcase = True
    with around:
        yield
        transaction.set_rollback(True)
