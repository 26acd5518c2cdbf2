"""What the worker says of itself: that it is at work, and whether a booking can be made. Seldom: where a round follows
upon a round, because there is much to do, not each of them writes."""

import datetime as dt
import socket
from time import monotonic

from django.db.models import Q

from bookings.models import Running
from bookings.operations.trial import attempt
from bookings.rule.room import Clock

NOTED = 15.0  # seconds between two notes of a worker's
TRIAL = dt.timedelta(seconds=60)


class Rounds:
    """One worker's memory of what it has said."""

    def __init__(self) -> None:
        self.host = socket.gethostname()[:253]
        self._noted: float | None = None

    def note(self, clock: Clock) -> None:
        """A round has gone well. Tries a booking where no worker has for a minute."""
        if self._noted is not None and monotonic() - self._noted < NOTED:
            return
        now = clock()
        Running.objects.keep(round_at=now, round_host=self.host)
        self._noted = monotonic()
        if _is_ours_to_try(now):
            Running.objects.filter(pk=1).update(trial_said=attempt(clock)[:100])


def _is_ours_to_try(now: dt.datetime) -> bool:
    """Whether this worker is the one that tries: of several, whoever says so first."""
    due = Q(trial_at=None) | Q(trial_at__lte=now - TRIAL) | Q(trial_at__gt=now)  # of a clock that was ahead
    return Running.objects.filter(due, pk=1).update(trial_at=now) == 1
