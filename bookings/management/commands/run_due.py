"""`manage.py run_due`: do whatever is due, once. Safe in several processes at the same time."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.due import once_a_day, run_due
from bookings.rule import clock_jumps
from hubs.vocabulary import clock


class Command(BaseCommand):
    help = "Settle sessions and send mails that are due, once. --check counts every session's places too."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--check", action="store_true", help="also compare every session's count with its visitors")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        clock_jumps.watch(now=clock.now())
        done = run_due(clock.now)
        wrong = once_a_day(clock.now) if check else []
        self.stdout.write(f"{sum(done)} done" + (f", {len(wrong)} sessions miscounted" if wrong else ""))
        if wrong:
            raise SystemExit(1)
