"""Whether this host can serve: its database answers, can be written to, and is as this code expects it.

Whoever spreads requests over hosts asks often, and no answer may cost more than it is worth: an answer is kept for two
seconds, one thread asks at a time, and a database that is frozen counts as away two seconds after it was asked.
"""

import logging
import os
import shutil
import threading
from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from time import monotonic
from typing import Any

from django.apps import apps
from django.db import Error, ProgrammingError, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import CharField, Func, Value

SECONDS = 2.0  # an answer is kept for so long, and waited for no longer
SPACE_NEEDED = 50 * 1024 * 1024  # bytes that SQLite needs beside its file: the write-ahead log, and room to grow
AWAY = "The database does not answer."
READ_ONLY = "The database cannot be written to."
FULL = "The disk of the database is full."
MIGRATIONS = "The database lacks migrations of this version: run manage.py migrate."

log = logging.getLogger("showcase.ready")


def problems() -> list[str]:
    """What keeps this host from serving, a sentence each; none where it can serve.

    One statement, which reads: a write would wait for locks, and on SQLite take the one lock there is.
    """
    try:
        missing, read_only = _asked()
    except ProgrammingError:  # there is no table of them
        return [MIGRATIONS]
    except Error:
        return [AWAY]
    said = [READ_ONLY] if read_only else []
    if connection.vendor == "sqlite":
        said += _of_file(Path(connection.settings_dict["NAME"]))
    return [*said, *([MIGRATIONS] if missing else [])]


def _asked() -> tuple[set[tuple[str, str]], bool]:
    """The migrations of this code that the database lacks, and whether transactions there only read: of a standby, or
    of a primary that was told so."""
    done = MigrationRecorder(connection).migration_qs
    told: Any = Value("off")  # a file says nothing of the kind
    if connection.vendor == "postgresql":
        told = Func(Value("transaction_read_only"), function="current_setting", output_field=CharField())
    rows = list(done.annotate(read_only=told).values_list("app", "name", "read_only"))
    applied = {(app, name) for app, name, _told in rows}
    return missing(applied), any(one == "on" for _app, _name, one in rows)


def missing(applied: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Migrations of this code that are not among these; one that stands for others is there where they are."""
    wanted = migrations_of_this_code()
    replaced = {one for others in wanted.values() for one in others}
    lacking = {one for one, others in wanted.items() if one not in applied and not (others and others <= applied)}
    return lacking - replaced


@cache
def migrations_of_this_code() -> dict[tuple[str, str], frozenset[tuple[str, str]]]:
    """Each, with those that it stands for. Read once in a process, and by their names alone: what they say takes more
    memory than all templates, and only one that stands for others has to be asked for them."""
    found = {}
    for app in apps.get_app_configs():
        package, _named = MigrationLoader.migrations_module(app.label)
        spec = find_spec(package) if package else None
        for folder in (spec.submodule_search_locations or []) if spec else []:
            for _finder, name, _is_package in iter_modules([folder]):
                if name[0] not in "_~":
                    stands_for = "replaces" in Path(folder, f"{name}.py").read_text()
                    others = import_module(f"{package}.{name}").Migration.replaces if stands_for else ()
                    found[app.label, name] = frozenset(others)
    return found


def _of_file(path: Path) -> list[str]:
    """What keeps SQLite from writing: it makes files of its own beside the database."""
    if not all(os.access(one, os.W_OK) for one in (path, path.parent)):
        return [READ_ONLY]
    return [] if shutil.disk_usage(path.parent).free >= SPACE_NEEDED else [FULL]


class Kept:
    """The answer of `asks`, kept for a moment; asked by one thread at a time, and not waited for beyond `seconds`."""

    def __init__(self, asks: Callable[[], list[str]], *, seconds: float = SECONDS) -> None:
        self.asks, self.seconds = asks, seconds
        self._lock = threading.Lock()
        self._asking: threading.Thread | None = None
        self._begun = self._until = 0.0
        self._said: list[str] = []

    def answer(self) -> list[str]:
        with self._lock:
            if self._asking is None and monotonic() >= self._until:
                self._begun = monotonic()
                self._asking = threading.Thread(target=self._ask, name="ready", daemon=True)
                self._asking.start()
            asking, begun = self._asking, self._begun
        if asking:
            asking.join(max(0.0, begun + self.seconds - monotonic()))
        with self._lock:
            return [AWAY] if asking and self._asking is asking else self._said

    def _ask(self) -> None:
        """In a thread, so over a connection of its own: that a new one can be had is part of the question."""
        said = [AWAY]
        try:
            said = self.asks()
        except Exception:
            log.exception("Whether this host is ready could not be asked")
        finally:
            connection.close()
            with self._lock:
                if said != self._said:
                    log.warning("Ready: %s", " ".join(said) or "yes, again")
                self._said, self._asking, self._until = said, None, monotonic() + self.seconds


ready = Kept(problems)
