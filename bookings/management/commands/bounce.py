"""`manage.py bounce`: a delivery report, from the mail server's pipe on stdin, marks the mail that it is about."""

import os
import sys
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError
from django.utils import timezone

from bookings.mail import bounces

# Bytes that are read: what a report says stands before the mail that it sends back. Of more, made to be slow to read,
# Python's own library takes minutes; the time grows with the square of the length.
MOST = 128 * 1024
TRY_AGAIN = os.EX_TEMPFAIL


class Command(BaseCommand):
    help = "Read a delivery report from stdin. The address that it came to follows, or stands in ORIGINAL_RECIPIENT."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("recipient", nargs="*", help="the address that the report was sent to")

    def handle(self, *args: Any, recipient: list[str], **options: Any) -> None:
        """Ends well whatever was sent, or the mail server would write to whoever sent it; with EX_TEMPFAIL where it
        should try again."""
        raw = sys.stdin.buffer.read(MOST)
        while sys.stdin.buffer.read(MOST):  # a pipe that is closed early looks like a failure
            pass
        sent_to = " ".join(recipient) or os.environ.get("ORIGINAL_RECIPIENT", "")
        try:
            said = bounces.take(raw, sent_to, now=timezone.now())
        except (DatabaseError, InterfaceError):
            self.stderr.write("The database is away: try again.")
            raise SystemExit(TRY_AGAIN) from None
        self.stdout.write(f"This report says {said.value}.")
