"""`manage.py hold_mail`: send nothing from now on, on every host, until release_mail."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.operations.held_mail import hold


class Command(BaseCommand):
    help = "Hold all mail, on every host, until `release_mail`. Booking goes on, and nothing lapses meanwhile."

    def handle(self, *args: Any, **options: Any) -> None:
        new = hold(now=timezone.now())
        self.stdout.write("Mail is held: `manage.py release_mail`." if new else "Mail was held already.")
