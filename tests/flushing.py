"""How rows go after a test with real transactions: without those that migrating left, and on PostgreSQL one by one.

Django empties every table and tells all apps that it has migrated. Two of its own then look for each model's name and
permissions, and write them again: fifty milliseconds of CPU after each such test. No test writes those, so they stay.

On PostgreSQL it truncates all tables at once. That makes each of them, and each of their indexes, anew on the disk: a
third of a second of CPU and as many seconds of waiting for nearly empty tables, where deleting takes eight
milliseconds.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.management import create_contenttypes
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.signals import post_migrate

OF_MIGRATING = {ContentType._meta.db_table, Permission._meta.db_table}


def what_tests_wrote_alone() -> None:
    """From now on `flush` leaves what migrating left in this process, and nobody writes that again."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    flush = _deleting if connection.vendor == "postgresql" else connection.ops.sql_flush
    connection.ops.sql_flush = _without_those(flush)  # type: ignore[method-assign]  # until this process ends


def _without_those(flush: Callable[..., list[str]]) -> Callable[..., list[str]]:
    def some(style: Any, tables: Sequence[str], **how: Any) -> list[str]:
        return flush(style, [name for name in tables if name not in OF_MIGRATING], **how)

    return some


def _deleting(style: Any, tables: Sequence[str], **_how: Any) -> list[str]:
    """It waits as ever until nobody else is at the tables."""
    names = [connection.ops.quote_name(table) for table in tables]
    if not names:
        return []
    # Foreign keys are asked at the end of the transaction, as Django makes them: the order does not matter.
    steps = [f"LOCK TABLE {', '.join(names)}", *(f"DELETE FROM {name}" for name in names)]
    return [f"DO $$ BEGIN {'; '.join(steps)}; END $$"]
