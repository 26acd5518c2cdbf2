"""`manage.py trust_clock`: after the machine's clock jumped, a person says that it is right now."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.models import Booking, Running
from bookings.rule import clock_jumps


class Command(BaseCommand):
    help = "Say that this machine's clock is right: what is due lapses again (SQLite alone)."

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        held = Running.objects.now().clock_held_at is not None
        clock_jumps.trust(now=now)
        due = Booking.objects.lapsing(now=now).count()
        was = "Held until now." if held else "Nothing was held."
        self.stdout.write(f"It is {timezone.localtime(now):%A %d %B %Y, %H:%M}. {was}")
        self.stdout.write(f"{due} holds and offers are past their deadline: the worker's next round lets them lapse.")
