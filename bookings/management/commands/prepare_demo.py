"""`manage.py prepare_demo`: all that script/server needs before it serves, in one start of Python."""

import hashlib
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from bookings.management import demo


class Command(BaseCommand):
    help = "Migrate, load the demo into an empty database, collect static files; print how staff sign in."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This prepares the demo alone: set SHOWCASE_DEMO=1.")
        call_command("migrate", verbosity=0)
        if demo.is_empty():
            demo.load()
        collect_static()
        address, password = demo.SIGN_IN
        self.stdout.write(f"Mail of the demo: {settings.SITE_URL}/dev/mail/")
        self.stdout.write(f"Staff sign in at {settings.SITE_URL}/admin/ as {address} with the password {password}")


def collect_static() -> None:
    """Collect and compress static files where a source has changed: it takes seconds, and every start waits for it."""
    sources = [
        f"{path} {Path(storage.path(path)).stat().st_mtime_ns}"
        for finder in get_finders()
        for path, storage in finder.list([])
    ]
    fingerprint = hashlib.sha256("\n".join([django.__version__, *sorted(sources)]).encode()).hexdigest()
    stamp = Path(settings.STATIC_ROOT) / ".collected"
    if not stamp.exists() or stamp.read_text() != fingerprint:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(fingerprint)
