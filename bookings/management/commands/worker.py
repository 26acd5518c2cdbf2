"""`manage.py worker`: the mail worker. Calls run_due in a loop until it is told to stop."""

import datetime as dt
import logging
import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand
from django.db import Error, close_old_connections
from django.utils import timezone

from bookings.due import report_miscounts, run_due

log = logging.getLogger("showcase.worker")


class Command(BaseCommand):
    help = "Do what is due every few seconds, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between rounds (1)")

    def handle(self, *args: Any, every: float, **options: Any) -> None:
        stop = threading.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: stop.set())
        checked: dt.date | None = None
        while not stop.is_set():
            close_old_connections()
            try:
                run_due(timezone.now)
                if checked != timezone.localdate():
                    report_miscounts()
                    checked = timezone.localdate()
            except Error:
                # The database is away: nothing is lost, the next round finds it all again.
                log.exception("This round failed; trying again")
                stop.wait(5)
            stop.wait(every)
