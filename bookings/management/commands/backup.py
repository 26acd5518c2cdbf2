"""`manage.py backup [DIR]`: a backup of everything, while everything goes on."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone

from bookings.models import Running
from bookings.operations.archive import NoBackup
from bookings.operations.backing_up import back_up


class Command(BaseCommand):
    help = "Write a backup of the database, files and all, encrypted, into a folder. Deletes those older than 30 days."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("folder", nargs="?", default=settings.BACKUP_DIR, help="into which (BACKUP_DIR)")

    def handle(self, *args: Any, folder: str, **options: Any) -> None:
        if not folder:
            raise CommandError("Name a folder, or set BACKUP_DIR.")
        try:
            path = back_up(Path(folder), clock=timezone.now)
        except NoBackup as error:
            raise CommandError(str(error)) from None
        except OSError as error:
            raise CommandError(f"No backup was written: {error.strerror or error} ({folder}).") from None
        self._note()
        self.stdout.write(f"{path}, {path.stat().st_size / 1e6:.1f} MB")

    def _note(self) -> None:
        """For `manage.py status`. A role that only reads backs up all the same, and says nothing."""
        try:
            Running.objects.keep(backed_up_at=timezone.now())
        except DatabaseError as error:
            self.stderr.write(f"That there is a backup could not be noted: {type(error).__name__}")
