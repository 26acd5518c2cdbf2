"""`manage.py prepare_demo`: all that script/server needs before it serves, in one start of Python."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bookings import demo


class Command(BaseCommand):
    help = "Migrate, load the demo into an empty database, collect static files; print how staff sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This prepares the demo alone: set SHOWCASE_DEMO=1.")
        call_command("migrate", verbosity=0)
        if demo.is_empty():
            demo.load()
        call_command("collectstatic", interactive=False, verbosity=0)
        address, password = demo.SIGN_IN
        self.stdout.write(f"Mail of the demo: {settings.SITE_URL}/dev/mail/")
        self.stdout.write(f"Staff sign in at {settings.SITE_URL}/admin/ as {address} with the password {password}")
