"""`manage.py check_mail ADDRESS`: one mail straight to the mail server, and what the sender's domain needs."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.mail.checking import CannotSend, records, send_one


class Command(BaseCommand):
    help = "Send one mail to ADDRESS past the outbox; say what happened at each step, and what SPF, DKIM, DMARC need."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("address")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        failed = False
        try:
            for line in send_one(address):
                self.stdout.write(line)
        except CannotSend:
            failed = True
        self.stdout.write("Not sent." if failed else f"Sent. Look whether it arrives at {address}.")
        self.stdout.write("")
        for line in records():
            self.stdout.write(line)
        if failed:
            raise SystemExit(1)
