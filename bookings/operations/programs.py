"""PostgreSQL's own programs, which copy a database out and in: pg_dump, pg_restore, psql.

They have to be of the server's version or newer. A password goes by the environment, never as an argument, which every
user of a host can read.
"""

import os
import re
import shutil
import subprocess
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import pq
from psycopg.conninfo import make_conninfo

from bookings.operations.archive import NoBackup

KNOWN_TO_THEM = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - {"password"}


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
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.search(r"\d+", said)
    if not found or int(found.group()) < version:
        raise NoBackup(
            f"{said.strip() or name} is older than the server, which is of version {version}, and may leave something "
            "out: install PostgreSQL's client programs of that version."
        )
    return path


def address(connection: BaseDatabaseWrapper) -> tuple[str, dict[str, str]]:
    """Which database, as an argument for them, and the environment in which they find the password."""
    said = connection.get_connection_params()
    known = {name: value for name, value in said.items() if name in KNOWN_TO_THEM and value is not None}
    password = said.get("password")
    return make_conninfo(**known), os.environ | ({"PGPASSWORD": str(password)} if password else {})
