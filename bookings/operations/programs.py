"""PostgreSQL's own programs, which copy a database out and in: pg_dump, pg_restore, psql.

They have to be of the server's version or newer. A password is never an argument, which every user of a host can
read.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.operations.archive import NoBackup
from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    from psycopg import conninfo, pq
else:
    conninfo, pq = Later("psycopg.conninfo"), Later("psycopg.pq")


def version(connection: Any) -> int:
    """The server's, such as 180006."""
    return int(connection.pg_version)


def needed(*names: str, server: int) -> list[str]:
    """Where these programs are, for a server of that version, such as 180006. Raises NoBackup where one is missing or
    older."""
    return [_needed(name, server // 10000) for name in names]


def _needed(name: str, version: int) -> str:
    path = shutil.which(name)
    if path is None:
        raise NoBackup(f"{name} is not here: install PostgreSQL's client programs, version {version} or newer.")
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603  (no shell)
    found = re.search(r"\d+", said)
    if not found or int(found.group()) < version:
        raise NoBackup(
            f"{said.strip() or name} is older than the server, which is of version {version}, and may leave something "
            "out: install PostgreSQL's client programs of that version."
        )
    return path


class Address(NamedTuple):
    """Which database, as an argument for them, and what they inherit to find the password in."""

    conninfo: str
    open_files: tuple[int, ...]


@contextmanager
def address(connection: BaseDatabaseWrapper) -> Iterator[Address]:
    """The password goes by a file that has no name any more: it stands on no disk, in no list of processes."""
    said = connection.get_connection_params()
    known_to_them = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"password"}
    known = {name: value for name, value in said.items() if name in known_to_them and value is not None}
    if not said.get("password"):
        yield Address(conninfo.make_conninfo(**known), ())
        return
    with tempfile.TemporaryFile() as file:
        password = re.sub(r"([\\:])", r"\\\1", str(said["password"]))
        file.write(f"*:*:*:*:{password}\n".encode())
        file.flush()
        file.seek(0)
        yield Address(conninfo.make_conninfo(**known, passfile=f"/dev/fd/{file.fileno()}"), (file.fileno(),))
