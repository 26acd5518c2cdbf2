"""`manage.py restore FILE --key KEY`: bring a backup back into an empty database."""

import datetime as dt
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from bookings.operations import archive, restoring
from bookings.operations.archive import NoBackup
from bookings.operations.restoring import Say

NEXT = """Restored as at {as_at:%A %d %B %Y, %H:%M} UTC. What was written later is lost.
Mail is held: nothing is sent until `manage.py release_mail`, which shows what is due and may have gone out already.
Next: start web and worker, look at Home and at one session, then `manage.py release_mail`."""


class Command(BaseCommand):
    help = "Bring a backup back into an empty database. Stop web and worker first. Mail is held afterwards."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--key", type=Path, required=True, help="the file with the private key (backup_key)")

    def handle(self, *args: Any, file: Path, key: Path, **options: Any) -> None:
        try:
            bring_back(file, key, now=timezone.now(), say=self.stdout.write)
        except NoBackup as error:
            raise CommandError(str(error)) from None


def bring_back(file: Path, key: Path, *, now: dt.datetime, say: Say) -> None:
    """Bring a backup back, and say what it is, what of it is not as it was, and what is to be done. Raises NoBackup."""
    backup = restoring.look(file)
    keys = archive.keys_in(key)
    restoring.restore(backup, keys, now=now, say=say)
    say(NEXT.format(as_at=restoring.as_at(backup)))
    for warning in restoring.warnings(backup):
        say(f"The keys here are not those of the backup. {warning}")
