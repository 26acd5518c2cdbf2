"""`manage.py privacy`: write the record of processing from the table of what is kept, for docs/privacy.md."""

from typing import Any

from django.core.management.base import BaseCommand
from django.template.loader import render_to_string
from django.utils import translation

from bookings.forgetting.kept import BACKUPS_KEPT, by_whom


class Command(BaseCommand):
    help = "Print the record of processing (UK GDPR, article 30), drawn from the table of what is kept."

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override("en-gb"):
            self.stdout.write(
                render_to_string("docs/privacy.md", {"groups": by_whom(), "backups_kept": BACKUPS_KEPT}).strip()
            )
