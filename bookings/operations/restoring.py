"""A backup brought back: nothing is written before it is known to be whole, nothing is served before it is right."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from bookings.models import Running
from bookings.operations import archive, copying_in, copying_out, fingerprints
from bookings.operations.archive import Archive, NoBackup
from bookings.operations.backing_up import FORMAT
from hubs.vocabulary.changes import changed_all

Say = Callable[[str], Any]


def look(path: Path) -> Archive:
    """What a file is, whole and for this database and this code. Writes nothing. Raises NoBackup."""
    backup = archive.read(path)
    said = backup.manifest
    if said.get("format") != FORMAT:
        raise NoBackup(f"{path} is of a format that this version does not know: it was made by {said.get('version')}.")
    if said["database"] != connection.vendor:
        raise NoBackup(f"{path} is of {said['database']}, and DATABASE_URL names {connection.vendor}.")
    if unknown := sorted(set(said["migrations"]) - _known_here()):
        raise NoBackup(
            f"{path} was made by version {said['version']}, which is newer than this code: it does not know "
            f"{', '.join(unknown[:3])}. Restore with that version."
        )
    archive.check(backup)
    return backup


def _known_here() -> set[str]:
    loader = MigrationLoader(None)
    replaced = (of for migration in loader.disk_migrations.values() for of in migration.replaces)
    return {f"{app}.{name}" for app, name in (*loader.disk_migrations, *replaced)}


def warnings(backup: Archive) -> list[str]:
    """What of it will not be as it was, a sentence each."""
    return fingerprints.differing(backup.manifest["keys"])


def restore(
    backup: Archive, keys: Sequence[Any], *, now: dt.datetime, say: Say, then: Iterable[Callable[[], Any]] = ()
) -> None:
    """Bring it back. Mail is held from its first moment on, and what is `then` to be done is done before anybody can
    see it. Killed at any moment, it leaves the database as empty as it was. Raises NoBackup."""
    copying_in.refuse_where_something_is()
    with copying_in.put_in(backup, keys):
        _compare(backup)
        if older := sorted(_known_here() - set(backup.manifest["migrations"])):
            say(f"The backup is older than this code: {len(older)} migrations are applied.")
            call_command("migrate", interactive=False, verbosity=0)
        Running.objects.keep(mail_held_at=now, backup_ended_at=as_at(backup))
        for does in then:
            does()
    changed_all()


def as_at(backup: Archive) -> dt.datetime:
    """The moment whose state the backup holds: what was written later is not in it."""
    return dt.datetime.fromisoformat(backup.manifest["as_at"])


def _compare(backup: Archive) -> None:
    """That every row came back. Tables that a later version made, or has dropped, are no business of ours."""
    there = set(connection.introspection.table_names())
    for model in copying_out.stored():
        rows = backup.manifest["rows"].get(model._meta.db_table)
        if rows is not None and model._meta.db_table in there and (found := model._base_manager.count()) != rows:
            raise NoBackup(f"{model._meta.db_table} has {found} rows, and had {rows} when the backup was made.")
