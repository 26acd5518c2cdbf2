"""A copy put in where nobody looks, made right there, and put in place in one step at the end.

So a restore that is killed leaves nothing that serves or sends. SQLite: a file beside the database, renamed.
PostgreSQL: all tables in a schema of another name, which no host looks into; it is renamed in the transaction that
fills it, so that no moment shows them, and renamed back at the end.
"""

import os
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from django.db import connection

from bookings.operations import archive, programs
from bookings.operations.archive import CHUNK, Archive, NoBackup, Uncompressed

ASIDE = "showcase_restoring"  # the schema, or what follows the file's name
OUT_OF_THE_WAY = ("-wal", "-shm", "-journal")

TABLES = """SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
WHERE schemaname <> 'information_schema' AND schemaname NOT LIKE 'pg\\_%'"""


def refuse_where_something_is() -> None:
    """Raises NoBackup where the database holds anything, but for what an earlier restore left unfinished."""
    if connection.vendor == "sqlite":
        _refuse_a_file()
        return
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        found = [name for (name,) in cursor.fetchall() if not name.startswith(f"{ASIDE}.")]
    if found:
        raise NoBackup(
            f"The database has {len(found)} tables already, and nothing is written over. Make an empty one "
            "(`createdb`), and let DATABASE_URL name it."
        )


def _refuse_a_file() -> None:
    path = _file()
    beside = [name for end in OUT_OF_THE_WAY if (name := Path(f"{path}{end}")).exists()]
    with suppress(sqlite3.DatabaseError):
        if not path.exists() or path.stat().st_size == 0:
            if not beside:
                return
            raise NoBackup(
                f"{beside[0]} belongs to a database that is not here any longer: move it to where that is, or SQLite "
                "would write it into this one."
            )
        with closing(sqlite3.connect(path)) as there:
            if not there.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return
    raise NoBackup(
        f"{path} is there already, and nothing is written over. Move it away, with what begins with its name."
    )


def _file() -> Path:
    return Path(connection.settings_dict["NAME"])


@contextmanager
def put_in(backup: Archive, keys: Sequence[Any]) -> Iterator[None]:
    """Put the copy aside; inside, Django works on it. It takes its place when that ends in order. Raises NoBackup."""
    with _sqlite(backup, keys) if connection.vendor == "sqlite" else _postgres(backup, keys):
        yield


def number_after(table: str, highest: int) -> None:
    """Have the next row of a table get a number past `highest`, and past those it has."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("UPDATE sqlite_sequence SET seq = max(seq, %s) WHERE name = %s", [highest, table])
            if not cursor.rowcount:
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, highest])
            return
        sequence = "pg_get_serial_sequence(%s, 'id')::regclass"
        cursor.execute(
            f"SELECT setval({sequence}, greatest(%s, nextval({sequence})))",
            [f'"{table}"', highest, f'"{table}"'],
        )


# --- SQLite -----------------------------------------------------------------------------------------------------------


@contextmanager
def _sqlite(backup: Archive, keys: Sequence[Any]) -> Iterator[None]:
    database, aside = _file(), Path(f"{_file()}.{ASIDE}")
    _remove(aside)
    connection.close()
    try:
        with archive.new_file(aside) as out:
            archive.decrypt(backup, keys, Uncompressed(out))  # type: ignore[arg-type]  # it only writes
        connection.settings_dict["NAME"] = str(aside)
        try:
            yield
        finally:
            connection.close()
            connection.settings_dict["NAME"] = str(database)
        _settle_file(aside)
        _remove(database, but_for_itself=True)
        aside.rename(database)
        archive.flush_folder(database.parent)
    finally:
        _remove(aside)


def _settle_file(path: Path) -> None:
    """All of it in the one file, and on the disk."""
    with closing(sqlite3.connect(path)) as there:
        busy, _pages, _moved = there.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise NoBackup(f"Somebody else has {path} open.")
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _remove(path: Path, *, but_for_itself: bool = False) -> None:
    for end in OUT_OF_THE_WAY if but_for_itself else ("", *OUT_OF_THE_WAY):
        Path(f"{path}{end}").unlink(missing_ok=True)


# --- PostgreSQL -------------------------------------------------------------------------------------------------------


@contextmanager
def _postgres(backup: Archive, keys: Sequence[Any]) -> Iterator[None]:
    pg_restore, psql = programs.needed("pg_restore", "psql", server=programs.version(connection))
    _drop_what_an_earlier_one_left()
    _fill(backup, keys, pg_restore=pg_restore, psql=psql)
    options = connection.settings_dict["OPTIONS"]
    connection.close()
    connection.settings_dict["OPTIONS"] = options | {"options": f"-c search_path={ASIDE}"}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["OPTIONS"] = options
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public")
        cursor.execute("ANALYZE")


def _drop_what_an_earlier_one_left() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_namespace WHERE nspname = %s", [ASIDE])
        if not cursor.fetchone():
            return
        cursor.execute(TABLES)
        tables = ", ".join(name for (name,) in cursor.fetchall())
        if tables:
            cursor.execute(f"DROP TABLE {tables} CASCADE")
        cursor.execute(f"ALTER SCHEMA {ASIDE} RENAME TO public")


def _fill(backup: Archive, keys: Sequence[Any], *, pg_restore: str, psql: str) -> None:
    """All of it in one transaction: COMMIT is said here, once pg_restore has ended in order and the key has opened the
    last of it."""
    reads = [pg_restore, "--no-owner", "--file=-"]
    writes = [psql, "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--no-password"]
    pipe, nowhere = subprocess.PIPE, subprocess.DEVNULL
    with (
        tempfile.TemporaryFile() as said,
        programs.address(connection) as to,
        subprocess.Popen(reads, stdin=pipe, stdout=pipe, stderr=said) as reading,  # noqa: S603  (no shell)
        subprocess.Popen(  # noqa: S603  (no shell)
            [*writes, f"--dbname={to.conninfo}"], pass_fds=to.open_files, stdin=pipe, stdout=nowhere, stderr=said
        ) as writing,
    ):
        broke: list[Exception] = []
        feeding = threading.Thread(target=_feed, args=(backup, keys, reading.stdin, broke))
        feeding.start()
        try:
            whole = _pass_on(reading, writing, lambda: not broke)
        finally:
            reading.kill()
            feeding.join()
            if writing.stdin and not writing.stdin.closed:
                with suppress(BrokenPipeError):
                    writing.stdin.close()
        if writing.wait() != 0 or not whole:
            said.seek(0)
            why = broke[0] if broke and isinstance(broke[0], NoBackup) else said.read().decode(errors="replace")
            raise NoBackup(f"Nothing was restored. {str(why).strip()[-1500:]}")


def _feed(backup: Archive, keys: Sequence[Any], to: Any, broke: list[Exception]) -> None:
    try:
        archive.decrypt(backup, keys, to)
    except Exception as error:
        broke.append(error)
    finally:
        with suppress(OSError):
            to.close()


def _pass_on(reading: Any, writing: Any, went_well: Any) -> bool:
    """Hand one's words to the other; whether all were said, and taken, in order."""
    try:
        writing.stdin.write(b"BEGIN;\n")
        while data := reading.stdout.read(CHUNK):
            writing.stdin.write(data)
        if reading.wait() != 0 or not went_well():
            return False
        writing.stdin.write(f"\nALTER SCHEMA public RENAME TO {ASIDE};\nCOMMIT;\n".encode())
        writing.stdin.close()
    except BrokenPipeError:
        return False
    return True
