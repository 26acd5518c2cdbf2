"""`manage.py status`: how everything stands, a word and a sentence each. Exits with 0 (fine), 1 (warn) or 2 (bad).

With `--alert`, from a timer on each host and not from the worker, whoever runs the site is told of what is bad.
"""

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from bookings.operations import alerts, heartbeat
from bookings.operations.found import Found, Word, worst
from bookings.operations.status import look
from hubs.vocabulary import clock


class Command(BaseCommand):
    help = "Say how this host and the installation stand; exit with 0 where all is fine, 1 to look at, 2 if it is bad."

    def add_arguments(self, parser: Any) -> None:
        told = "mail what is bad to ALERT_EMAIL, once an hour; fetch HEARTBEAT_URL where nothing is"
        parser.add_argument("--alert", action="store_true", help=told)
        parser.add_argument("--json", action="store_true", help="as one object, for programs")

    def handle(self, *args: Any, **options: Any) -> None:
        found = look(clock.now)
        if options["alert"]:
            self.tell(found)
        if options["json"]:
            said = {one.name: {"word": one.word.name.lower(), "said": one.said} for one in found}
            self.stdout.write(json.dumps(said, ensure_ascii=False))
        else:
            for one in sorted(found, key=lambda one: -one.word):
                self.stdout.write(f"{one.word.name.lower():5} {one.name}: {one.said}")
        raise SystemExit(int(worst(found)))

    def tell(self, found: list[Found]) -> None:
        """A held installation says nothing and gives no sign of life: it is a copy, or nobody is told anything."""
        alerts.tell(found, timezone.now)  # of this host: the database may be what is away
        if settings.HEARTBEAT_URL and worst(found) < Word.BAD and not any(is_held(one) for one in found):
            heartbeat.beat(settings.HEARTBEAT_URL)


def is_held(one: Found) -> bool:
    return one.name == "mail held" and one.word is not Word.FINE
