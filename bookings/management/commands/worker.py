"""`manage.py worker`: the mail worker. Calls run_due in a loop until it is told to stop."""

import datetime as dt
import logging
import queue
import signal
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from bookings.due import once_a_day, run_due
from bookings.operations.rounds import Rounds
from bookings.rule import clock_jumps
from hubs.vocabulary import clock

log = logging.getLogger("showcase.worker")
AFTER_FAILURE = 5  # rounds to wait, for a database that is away


class Stop:
    """Told by a signal, heard at once even while waiting.

    A queue and not an Event: a signal may come while this thread holds the Event's lock, and set() would wait for it
    for ever; putting into a SimpleQueue is safe there.
    """

    def __init__(self) -> None:
        self._told: queue.SimpleQueue[int] = queue.SimpleQueue()

    def tell(self, number: int, *_: object) -> None:
        self._told.put(number)

    def told(self) -> bool:
        return not self._told.empty()

    def wait(self, seconds: float) -> None:
        """Wait so long, or until told."""
        try:
            self.tell(self._told.get(timeout=seconds))
        except queue.Empty:
            return


class Command(BaseCommand):
    help = "Do what is due every few seconds, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=float, default=1.0, help="seconds between rounds (1)")

    def handle(self, *args: Any, every: float, **options: Any) -> None:
        stop = Stop()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop.tell)
        rounds = Rounds()
        checked: dt.date | None = None
        while not stop.told():
            close_old_connections()
            try:
                clock_jumps.watch(now=clock.now())
                run_due(clock.now, stop=stop.told)
                if checked != timezone.localdate():
                    once_a_day(clock.now)
                    checked = timezone.localdate()
                rounds.note(clock.now)
            except Exception:
                # The database is away, or a fault of ours: nothing is lost, the next round finds it all again.
                log.exception("This round failed; trying again")
                stop.wait(every * AFTER_FAILURE)
            stop.wait(every)
