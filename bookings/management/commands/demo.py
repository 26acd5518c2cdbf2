"""`manage.py demo`: load the demo, or what is missing of it."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookings.management import demo


class Command(BaseCommand):
    help = "Load four real announcements as a demo. Run it again at will: nothing is doubled."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("The demo signs staff in with a password that everybody knows: set SHOWCASE_DEMO=1.")
        self.stdout.write(f"{demo.load()} announcements entered")
