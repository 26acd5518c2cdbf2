"""A backup into a folder, while everything goes on; and which of those that lie there are kept.

All of the last day are kept, and of the 30 days before the last of each. One that was begun and killed has another
name, which the next one takes away.
"""

import datetime as dt
import fcntl
import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from bookings.forgetting.kept import BACKUPS_KEPT
from bookings.operations import archive, copying_out, fingerprints, ledger
from bookings.operations.archive import NoBackup
from bookings.rule.room import Clock

ALL_OF = dt.timedelta(days=1)
STAMP = "%Y-%m-%dT%H-%M-%SZ"
OURS = re.compile(r"showcase-(\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ)\.tar")
FORMAT = 1


def back_up(folder: Path, *, clock: Clock) -> Path:
    """Write a backup, then delete those that have had their time. Raises NoBackup."""
    to, now = archive.recipients(settings.BACKUP_RECIPIENT), clock()
    with _alone_in(folder):
        _take_away_unfinished(folder)
        path = folder / f"showcase-{now.astimezone(dt.timezone.utc):{STAMP}}.tar"
        if path.exists():
            raise NoBackup(f"{path} is there already.")
        with copying_out.copied(settings.VAR_DIR, clock) as copy:

            def manifest() -> dict[str, object]:
                copy.whole()
                return _about(now, clock()) | copy.of

            archive.write(path, copy.name, copy.stream, to, manifest)
        ledger.write(folder, now=now)
        for old in outlived(ours_in(folder), now=now):
            old.unlink(missing_ok=True)
    return path


def _about(begun: dt.datetime, ended: dt.datetime) -> dict[str, object]:
    return {
        "format": FORMAT,
        "version": settings.VERSION,
        "begun_at": begun.isoformat(),
        "ended_at": ended.isoformat(),
        "readable_by": list(settings.BACKUP_RECIPIENT),
        "keys": fingerprints.of_settings(),
    }


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One at a time: a timer does not ask whether the last one has ended. The lock goes with the process."""
    if not folder.is_dir():
        raise NoBackup(f"There is no folder {folder}.")
    descriptor = os.open(folder / ".backup.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise NoBackup(f"Another backup is being written to {folder}.") from None
    finally:
        os.close(descriptor)


def _take_away_unfinished(folder: Path) -> None:
    """What a killed backup left: half a file there, and on SQLite a copy in clear here."""
    for path in folder.glob(f".*{archive.UNFINISHED}"):
        if OURS.fullmatch(path.name[1 : -len(archive.UNFINISHED)]):
            path.unlink(missing_ok=True)
    for left in Path(settings.VAR_DIR).glob(f"{copying_out.INSIDE}*"):
        shutil.rmtree(left, ignore_errors=True)


def ours_in(folder: Path) -> dict[Path, dt.datetime]:
    """The backups in a folder, by their names, and when each was made."""
    found = ((path, OURS.fullmatch(path.name)) for path in folder.iterdir())
    utc = dt.timezone.utc
    return {path: dt.datetime.strptime(name[1], STAMP).replace(tzinfo=utc) for path, name in found if name}


def outlived(backups: dict[Path, dt.datetime], *, now: dt.datetime) -> Sequence[Path]:
    """Those that are not kept: older than 30 days, or older than a day and not the last of theirs."""
    last_of = {timezone.localdate(at): path for path, at in sorted(backups.items(), key=lambda one: one[1])}
    return [
        path
        for path, at in backups.items()
        if at < now - dt.timedelta(days=BACKUPS_KEPT) or (at < now - ALL_OF and last_of[timezone.localdate(at)] != path)
    ]
