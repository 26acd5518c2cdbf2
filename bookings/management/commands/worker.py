"""`manage.py worker`: does what is due until it is told to stop. Mails leave at once; the rest has a rhythm of its own.

A look is one statement, which finds a mail within half a second. A round asks for all else that is due, and
finds whatever a look has missed: nothing depends on being woken (docs/decisions/0060).
"""

import datetime as dt
import logging
import queue
import signal
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from bookings.due import once_a_day, run_due
from bookings.mail import sending
from bookings.operations.rounds import Rounds
from bookings.rule import clock_jumps
from hubs.vocabulary import clock

log = logging.getLogger("showcase.worker")
LOOK = 0.5  # seconds between looks for a mail
ROUND, SELDOM = 15.0, 120.0  # seconds between rounds, and between those that do what is seldom due
AFTER_WORK = 1.0  # seconds, where a round has found more to do than mails: there may be more of it
AFTER_FAILURE = 5.0  # seconds, for a database that is away


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


class Work:
    """When what is done."""

    def __init__(self, every: float) -> None:
        self.every = every
        self.rounds = Rounds()
        self.checked: dt.date | None = None
        self.next_round = self.next_seldom = monotonic()

    def go_on(self, stop: Callable[[], bool]) -> None:
        """A round where one is due, else a look. Where either fails a round is next."""
        due, self.next_round = self.next_round, 0.0
        if monotonic() < due:
            if sending.is_due():
                sending.send_due(clock.now, stop=stop, seen=True)
            self.next_round = due
            return
        close_old_connections()
        clock_jumps.watch(now=clock.now())
        seldom = monotonic() >= self.next_seldom
        done = run_due(clock.now, stop=stop, seldom=seldom).other
        if self.checked != timezone.localdate():
            once_a_day(clock.now)
            self.checked = timezone.localdate()
        self.rounds.note(clock.now)
        self.next_round = monotonic() + (min(self.every, AFTER_WORK) if done else self.every)
        if done:
            self.next_seldom = 0.0
        elif seldom:
            self.next_seldom = monotonic() + SELDOM


class Command(BaseCommand):
    help = "Do what is due, until SIGTERM or Ctrl-C."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("--every", type=float, default=ROUND, help=f"seconds between rounds ({ROUND:g})")

    def handle(self, *args: Any, every: float, **options: Any) -> None:
        stop = Stop()
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, stop.tell)
        work = Work(every)
        while not stop.told():
            try:
                work.go_on(stop.told)
            except Exception:
                # The database is away, or a fault of ours: nothing is lost, the next round finds it all again.
                log.exception("This round failed; trying again")
                stop.wait(min(every, AFTER_FAILURE))
            stop.wait(min(every, LOOK))
