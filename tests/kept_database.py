"""A migrated SQLite file in var/, kept from one run of the tests to the next: migrating takes longer than most tests.

Its name is made from all that migrations depend on, so that a changed one is migrated anew. Each process works on a
copy: a test that was killed leaves nothing to the next run.
"""

import hashlib
import shutil
import sqlite3
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(settings.BASE_DIR)
ENDINGS = ("", "-wal", "-shm", "-journal")


def kept() -> Path:
    """Where the migrated file of this very schema is, or will be."""
    made_of = [*ROOT.glob("*/migrations/*.py"), ROOT / "requirements.txt", ROOT / "showcase" / "settings.py"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(made_of))).hexdigest()
    return ROOT / "var" / f"migrated-{digest[:16]}.sqlite3"


def lay(file: Path) -> None:
    """Put a copy of the migrated file at `file`, or nothing where none has been kept yet."""
    for ending in ENDINGS:
        Path(f"{file}{ending}").unlink(missing_ok=True)
    if kept().exists():
        shutil.copy(kept(), file)


def keep() -> None:
    """Keep the database of this connection, fresh from migrating, unless another process has kept one."""
    if kept().exists():
        return
    for old in kept().parent.glob("migrated-*.sqlite3"):
        old.unlink(missing_ok=True)
    made = kept().with_suffix(f".{Path(connection.settings_dict['NAME']).stem}")
    copy = sqlite3.connect(made)
    connection.ensure_connection()
    connection.connection.backup(copy)
    copy.close()
    made.replace(kept())
