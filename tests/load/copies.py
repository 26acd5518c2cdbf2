"""Rows by the hundred thousand: copies that the database makes of one row, which the project has made.

What is not said of a copy is as in that row, so a new column needs nothing here.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.db import connection, models


def copy(row: models.Model, of: str, **said: str) -> None:
    """A copy of a saved row for each row of `of`, which is what follows FROM; `said` are SQL expressions by column.

    In them `original` is the saved row.
    """
    table = row._meta.db_table
    columns = [field.column for field in row._meta.concrete_fields if not field.primary_key]
    values = ", ".join(said.get(column, f'original."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    originals = f'(SELECT * FROM "{table}" WHERE id = {row.pk}) original'
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{table}" ({names}) SELECT {values} FROM {originals} CROSS JOIN {of}')


@contextmanager
def numbered(name: str, rows: Sequence[tuple[Any, ...]], columns: str) -> Iterator[None]:
    """A table of these rows for a while, each with its number from 0 as `n`."""
    places = ", ".join(["%s"] * len(rows[0]))
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TEMPORARY TABLE {name} (n integer PRIMARY KEY, {columns})")
        cursor.executemany(f"INSERT INTO {name} VALUES (%s, {places})", [(n, *row) for n, row in enumerate(rows)])
        yield
        cursor.execute(f"DROP TABLE {name}")


def numbers(last: int) -> str:
    """The numbers from 0 to `last`, without it, as `made.n`; for FROM."""
    counted = f"WITH RECURSIVE c(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM c WHERE n + 1 < {last}) SELECT n FROM c"
    return f"({counted}) made"


def random_uuid() -> str:
    return "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"


def seconds_before(moment: str, seconds: str) -> str:
    """That moment, so many seconds earlier."""
    if connection.vendor == "sqlite":
        return f"strftime('%Y-%m-%d %H:%M:%f', {moment}, '-' || ({seconds}) || ' seconds')"
    return f"{moment} - ({seconds}) * interval '1 second'"
