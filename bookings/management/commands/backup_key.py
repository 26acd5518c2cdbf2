"""`manage.py backup_key FILE`: the pair of keys of backups, made away from the server."""

from pathlib import Path
from typing import Any

import pyrage
from django.core.management.base import BaseCommand, CommandError

from bookings.operations.archive import new_file


class Command(BaseCommand):
    help = "Make a pair of keys: the private one into FILE, which opens backups, the public one for BACKUP_RECIPIENT."
    requires_system_checks = ()

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, file: Path, **options: Any) -> None:
        made = pyrage.x25519.Identity.generate()
        said = f"# Opens Showcase's backups. Without it none can be read.\n# {made.to_public()}\n{made}\n"
        try:
            with new_file(file) as out:
                out.write(said.encode())
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        self.stdout.write(f"BACKUP_RECIPIENT={made.to_public()}")
        self.stderr.write(f"Keep {file} in two places, neither of them the server: backups are lost without it.")
