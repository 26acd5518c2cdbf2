"""What migrating leaves, kept in var/ for every empty database that tests begin with: it takes longer than most tests.

On SQLite a file, on PostgreSQL the SQL of a dump. Its name is made from all that migrations depend on, so that a
changed one is migrated anew. One process of the machine migrates; others that come meanwhile wait for what it keeps.
Each works on a copy: a test that was killed leaves nothing to the next run.

    python -m tests.kept_database   migrates the database that DATABASE_URL names, or fills it with what is kept
"""

import fcntl
import hashlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import django
import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from psycopg.sql import SQL, Identifier

from tests.database import address
from tests.postgres import client_programs

ROOT = Path(settings.BASE_DIR)
ENDINGS = ("", "-wal", "-shm", "-journal")
FORMS = {"sqlite": "sqlite3", "postgresql": "sql"}


def kept(vendor: str = "sqlite") -> Path:
    """Where what is kept of this very schema is, or will be."""
    made_of = [*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt", ROOT / "showcase" / "settings.py"]
    known = [*(path.read_bytes() for path in sorted(made_of)), _written_by(vendor)]
    digest = hashlib.sha256(b"".join(known)).hexdigest()
    return ROOT / "var" / f"migrated-{digest[:16]}.{FORMS[vendor]}"


def _written_by(vendor: str) -> bytes:
    """An older PostgreSQL does not understand what a newer one has dumped."""
    if vendor == "sqlite":
        return b""
    return subprocess.run([client_programs() / "pg_dump", "--version"], capture_output=True, check=True).stdout


@contextmanager
def one_migrates(vendor: str) -> Iterator[None]:
    """For the whole block where nothing is kept: the next that comes finds what this one has kept."""
    with (ROOT / "var" / f"migrating.{vendor}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if kept(vendor).exists():
            fcntl.flock(lock, fcntl.LOCK_UN)
        yield


def migrate(*, anew: bool = False) -> None:
    """Migrate the database of this connection; one that is empty begins with what is kept, unless that is the test."""
    with one_migrates(connection.vendor):
        empty = not connection.introspection.table_names()
        if empty and not anew:
            lay_here()
        call_command("migrate", verbosity=0)
        if empty:
            keep()


def migrate_as_owner() -> None:
    """Migrate a PostgreSQL as the role that is told to in real life, from nothing where it never has with this code.

    Later it begins with what is kept: that it may do all that the migrations do has been seen.
    """
    seen = _seen_of_owner()
    migrate(anew=not seen.exists())
    seen.touch()


def _seen_of_owner() -> Path:
    """Beside what is kept, and gone with it; of these very roles, and of this engine."""
    made_of = sorted((ROOT / "showcase" / "postgres").rglob("*.py"))
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in made_of)).hexdigest()
    to = kept("postgresql")
    return to.with_name(f"{to.name}.owner-{digest[:16]}")


def lay_here() -> None:
    """Put what is kept into the empty database of this connection, or nothing where none has been kept yet."""
    if connection.vendor == "sqlite":
        connection.close()
        lay(Path(connection.settings_dict["NAME"]))
    elif kept("postgresql").exists():
        _restore(connection.settings_dict["NAME"])


def lay_anew(name: str) -> None:
    """The same for the tests' database of that name, which goes first, where one was left."""
    if connection.vendor == "sqlite":
        lay(Path(name))
        return
    with closing(psycopg.connect(address("postgres"), autocommit=True)) as server:
        server.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))
        if kept("postgresql").exists():
            server.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
            _restore(name)


def lay(file: Path) -> None:
    """Put a copy of the migrated file at `file`, or nothing where none has been kept yet."""
    for ending in ENDINGS:
        Path(f"{file}{ending}").unlink(missing_ok=True)
    if kept().exists():
        shutil.copy(kept(), file)


def keep() -> None:
    """Keep the database of this connection, fresh from migrating, unless one is kept; and nothing older, nor what a run
    that was killed has left half written."""
    to = kept(connection.vendor)
    if to.exists():
        return
    for ending in ("", ".*"):
        for old in to.parent.glob(f"migrated-*{to.suffix}{ending}"):
            old.unlink(missing_ok=True)
    made = to.with_name(f"{to.name}.{os.getpid()}")
    if connection.vendor == "sqlite":
        copy = sqlite3.connect(made)
        connection.ensure_connection()
        connection.connection.backup(copy)
        copy.close()
    else:
        _client("pg_dump", connection.settings_dict["NAME"], "--no-owner", "--no-privileges", f"--file={made}")
    made.replace(to)


def _restore(name: str) -> None:
    how = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--single-transaction")
    _client("psql", name, *how, f"--file={kept('postgresql')}")


def _client(program: str, name: str, *options: str) -> None:
    """Run one of PostgreSQL's own programs on a database of this connection's server."""
    command = [client_programs() / program, *options, f"--dbname={address(name)}"]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    django.setup()
    migrate()
