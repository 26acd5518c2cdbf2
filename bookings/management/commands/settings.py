"""`manage.py settings`: write the table of settings, for docs/running.md."""

from typing import Any

from django.core.management.base import BaseCommand

from showcase.environment import table


class Command(BaseCommand):
    help = "Print every setting that the environment may say, in Markdown."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(table())
