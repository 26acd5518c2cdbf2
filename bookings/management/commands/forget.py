"""`manage.py forget`: delete all that has had its time, now; with --dry-run only say what would go."""

from collections import Counter
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.due import FORGETS
from bookings.forgetting import steps


class Command(BaseCommand):
    help = "Delete all that is kept of people and has had its time. run_due does it by itself, some rows a round."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--dry-run", action="store_true", help="say how much would go, and delete nothing")

    def handle(self, *args: Any, dry_run: bool, **options: Any) -> None:
        now = timezone.now()
        counted: Counter[str] = Counter()
        for goes in steps.all_due(now=now):
            counted.update(goes.by_column())
        for name, n in sorted(counted.items()):
            if n:
                self.stdout.write(f"{n:>9,}  {name}")
        if dry_run:
            self.stdout.write("Nothing has been deleted.")
            return
        while steps.forget(now=now):
            pass
        for forgets in FORGETS:
            forgets.forget(now=now)
        self.stdout.write("Deleted.")
