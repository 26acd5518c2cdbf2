"""A copy of the database as it stands at one moment, while others go on writing.

SQLite: by its backup API, inside a transaction that reads. Without it each write of another process begins the copy
anew, and under load it would never end. Nobody waits for it: with a write-ahead log, readers stop no writer.
PostgreSQL: pg_dump over a snapshot that is taken first, so that what the manifest counts is what the copy holds.
"""

import datetime as dt
import sqlite3
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

from django.apps import apps
from django.db import connection

from bookings.operations import programs
from bookings.operations.archive import Compressed, NoBackup
from bookings.rule.room import Clock

INSIDE = ".copy-of-the-database-"
PAGES = 1000  # that SQLite copies in one step; a signal to stop is heard between two
IN_THE_WAY = dt.timedelta(minutes=2)  # that pg_dump waits for a migration

Ask = Callable[[str], list[tuple[Any, ...]]]


class Copy(NamedTuple):
    """A copy that can be read once. `whole` is asked then: it raises NoBackup where something is missing."""

    name: str
    stream: BinaryIO
    of: dict[str, Any]
    whole: Callable[[], None]


@contextmanager
def copied(folder: Path, clock: Clock) -> Iterator[Copy]:
    """A copy of the database. `folder` is where SQLite's lies meanwhile, in clear. Raises NoBackup."""
    with _from_sqlite(folder, clock) if connection.vendor == "sqlite" else _from_postgres(clock) as copy:
        yield copy


def facts(ask: Ask, *, server: str, as_at: dt.datetime) -> dict[str, Any]:
    """What the manifest says of a copy, asked of the copy itself."""
    tables = sorted({model._meta.db_table for model in stored()})
    return {
        "as_at": as_at.isoformat(),
        "database": connection.vendor,
        "server": server,
        "migrations": [f"{app}.{name}" for app, name in ask("SELECT app, name FROM django_migrations ORDER BY id")],
        "rows": {table: ask(f'SELECT count(*) FROM "{table}"')[0][0] for table in tables},  # noqa: S608  (our own names)
    }


def stored() -> list[Any]:
    """Every model that has a table of its own."""
    found = apps.get_models(include_auto_created=True)
    return [model for model in found if model._meta.managed and not model._meta.proxy]


@contextmanager
def _from_sqlite(folder: Path, clock: Clock) -> Iterator[Copy]:
    with tempfile.TemporaryDirectory(dir=folder, prefix=INSIDE) as inside:
        path = Path(inside) / "database.sqlite3"
        as_at = _step_by_step(connection.settings_dict["NAME"], path, clock)
        with closing(sqlite3.connect(path)) as copy:
            of = facts(lambda sql: copy.execute(sql).fetchall(), server=sqlite3.sqlite_version, as_at=as_at)
        with path.open("rb") as file:
            yield Copy("database.sqlite3.gz", cast("BinaryIO", Compressed(file)), of, lambda: None)


def _step_by_step(database: str, to: Path, clock: Clock) -> dt.datetime:
    """Copy SQLite's file; returns as at when."""
    with closing(sqlite3.connect(database, isolation_level=None)) as source, closing(sqlite3.connect(to)) as copy:
        to.chmod(0o600)
        source.execute("BEGIN")
        source.execute("SELECT count(*) FROM sqlite_master").fetchone()  # from here on it reads what stands now
        as_at = clock()
        source.backup(copy, pages=PAGES)
        source.execute("COMMIT")
    return as_at


@contextmanager
def _from_postgres(clock: Clock) -> Iterator[Copy]:
    server = programs.version(connection)
    (pg_dump,) = programs.needed("pg_dump", server=server)
    with programs.address(connection) as to, connection.cursor() as cursor:
        cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            cursor.execute("SELECT set_config('idle_in_transaction_session_timeout', '0', true), pg_export_snapshot()")
            snapshot = cursor.fetchone()[1]
            of = facts(lambda sql: _answer(cursor, sql), server=str(server), as_at=clock())
            command = [pg_dump, "--format=custom", "--compress=1", f"--snapshot={snapshot}", f"--dbname={to.conninfo}"]
            command += [f"--lock-wait-timeout={IN_THE_WAY // dt.timedelta(milliseconds=1)}", "--no-password"]
            with _begun(command, to.open_files) as copy:
                yield Copy("database.dump", *copy[:1], of, *copy[1:])
        finally:
            cursor.execute("ROLLBACK")


@contextmanager
def _begun(command: list[str], files: tuple[int, ...]) -> Iterator[tuple[BinaryIO, Callable[[], None]]]:
    """A program's output, and what is asked when that has ended."""
    with (
        tempfile.TemporaryFile() as said,
        subprocess.Popen(command, pass_fds=files, stdout=subprocess.PIPE, stderr=said) as dumping,  # noqa: S603  (no shell)
    ):
        try:
            assert dumping.stdout  # noqa: S101  (it is a pipe)
            yield cast("BinaryIO", dumping.stdout), lambda: _ended(dumping, said)
        finally:
            dumping.kill()


def _answer(cursor: Any, sql: str) -> list[tuple[Any, ...]]:
    cursor.execute(sql)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def _ended(dumping: "subprocess.Popen[bytes]", said: Any) -> None:
    if dumping.wait() != 0:
        said.seek(0)
        raise NoBackup(f"pg_dump gave up: {said.read().decode(errors='replace').strip()[-1000:]}")
