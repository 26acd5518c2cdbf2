"""The ledger of erasures outside the database: a file beside the backups, a line each.

The worker writes it within its round, a quarter of a minute after an erasure. So what may be lost is an erasure of the
last seconds before a machine dies with all its disks; what lies on another machine is as old as its last copy.
"""

import datetime as dt
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db.models import Count, Max

from bookings.forgetting.again import AGAIN, check, erase_again
from bookings.forgetting.kept import BACKUPS_KEPT
from bookings.models import Erasure
from bookings.operations.archive import NoBackup, flush_folder

FILE = "showcase-erasures.jsonl"
KEPT = dt.timedelta(days=BACKUPS_KEPT + 5)  # longer than any backup that could need it

Line = tuple[str, str, str, str]  # of what, whose, which row, when


class Compared:
    """What this process has last found to agree: a round with nothing new reads neither the file nor its rows."""

    seen: tuple[Any, ...] | None = None


def forget(*, now: dt.datetime) -> int:
    """Entries that no backup needs any longer. A round with nothing to do only reads."""
    old = list(Erasure.objects.filter(at__lt=now - KEPT).values_list("pk", flat=True)[:500])
    return Erasure.objects.filter(pk__in=old).delete()[0] if old else 0


def write_outside(*, now: dt.datetime) -> None:
    """Bring the file up to what stands in the database, where there is a folder for it. What stands there alone stays:
    a database may have been brought back without it."""
    if not settings.BACKUP_DIR:
        return
    folder = Path(settings.BACKUP_DIR)
    rows = Erasure.objects.aggregate(Count("pk"), Max("pk"))  # before they are read: what comes meanwhile is news
    if Compared.seen != (rows, _version(folder / FILE)):
        write(folder, now=now)
        Compared.seen = (rows, _version(folder / FILE))


def _version(path: Path) -> tuple[Any, ...] | None:
    """What changes with whatever is done to the file."""
    if not path.exists():
        return None
    stat = path.stat()
    return str(path), stat.st_ino, stat.st_size, stat.st_mtime_ns


def write(folder: Path, *, now: dt.datetime) -> None:
    """Also where nobody has been erased yet: an empty ledger is another thing than one that is lost."""
    found = set(_lines(Erasure.objects.filter(at__gte=now - KEPT)))
    path = folder / FILE
    there = set(read(path)) if path.exists() else None
    if there is not None and found <= there:
        return
    kept = sorted(line for line in found | (there or set()) if dt.datetime.fromisoformat(line[3]) >= now - KEPT)
    unfinished = folder / f".{FILE}.{os.getpid()}"
    with unfinished.open("w") as out:
        out.writelines(json.dumps(line) + "\n" for line in kept)
        out.flush()
        os.fsync(out.fileno())
    unfinished.rename(path)
    flush_folder(folder)


def _lines(rows: Iterable[Erasure]) -> list[Line]:
    return [(one.of, one.column, one.row, one.at.astimezone(dt.timezone.utc).isoformat()) for one in rows]


def read(path: Path) -> list[Line]:
    """What a file says, in the order in which it was done. Raises NoBackup where it is not whole."""
    try:
        lines = [_line(json.loads(text)) for text in path.read_text().splitlines()]
        return sorted((line for line in lines if line[0] in AGAIN), key=lambda line: line[3])
    except (OSError, ValueError, TypeError) as error:
        raise NoBackup(f"The ledger of erasures {path} cannot be read ({type(error).__name__}).") from None


def _line(said: list[str]) -> Line:
    of, column, row, at = map(str, said)
    dt.datetime.fromisoformat(at)
    check(of, row)
    return of, column, row, at


def erase_anew(lines: Iterable[Line]) -> int:
    """Erase again what this database does not know to have been erased; returns how many rows that were."""
    known, done = set(_lines(Erasure.objects.all())), 0
    for line in lines:
        if line not in known:
            of, column, row, at = line
            one = Erasure(of=of, column=column, row=row, at=dt.datetime.fromisoformat(at))
            done += erase_again(one)
            if not Erasure.objects.filter(of=of, column=column, row=row, at=one.at).exists():
                one.save()
    return done


def numbered() -> dict[str, int]:
    """The highest row number that the ledger names of each model whose rows have no random id: later rows must not get
    one of them, or another ledger would erase somebody else."""
    highest: dict[str, int] = {}
    for of, row in Erasure.objects.values_list("of", "row"):
        if row.isdecimal():
            highest[of] = max(highest.get(of, 0), int(row))
    return highest
