"""`manage.py remove_second_factor`: for the superuser who has lost their device, and whom no colleague can help."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from hubs.models import StaffUser
from hubs.staff.signing_in import second_factor
from hubs.vocabulary.email_address import email_key


class Command(BaseCommand):
    help = "Remove a lost second factor and its recovery codes. The password stays."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="the email address that they sign in with")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        user = StaffUser.objects.filter(email=email_key(address)).first()
        if user is None:
            raise CommandError("Nobody signs in with this address.")
        second_factor.remove(user, by=user)
        self.stdout.write("Removed. At the next sign-in a new device is set up where one is needed.")
