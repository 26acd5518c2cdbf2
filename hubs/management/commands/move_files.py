"""Brings files that still lie in the folder of an earlier version into the database."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.core.management.base import BaseCommand
from django.db import transaction

from hubs.models import Resource, StoredFile
from hubs.vocabulary.files import check


class Command(BaseCommand):
    """May be run again: what has been moved is left alone. Of each file that cannot be moved it says why."""

    help = "Move the files of readings and materials from VAR_DIR/media into the database."

    def handle(self, *args: Any, **options: Any) -> None:
        stored = StoredFile.objects.values("pk")
        moved = sum(
            self._move(one) for one in Resource.objects.exclude(file="").exclude(file__in=stored).order_by("pk")
        )
        self.stdout.write(f"{moved} moved.")

    def _move(self, resource: Resource) -> bool:
        old = Path(settings.MEDIA_ROOT) / str(resource.file.name)
        try:
            with old.open("rb") as bytes_of_it, transaction.atomic():
                file = File(bytes_of_it, name=old.name)
                check(file)
                resource.file.save(old.name, file)
        except FileNotFoundError:
            return self._left(resource, "there is no such file")
        except ValidationError as error:
            return self._left(resource, " ".join(error.messages))
        old.unlink()
        return True

    def _left(self, resource: Resource, why: str) -> bool:
        name = resource.file.name
        self.stderr.write(f"{resource.session.ref}, reading or material {resource.pk} ({name}) was left: {why}")
        return False
