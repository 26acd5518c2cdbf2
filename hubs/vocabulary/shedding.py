"""Whom this process lets wait for a session's lock, and whom it answers "busy" at once.

A lock that somebody holds for long must cost no other session its page: a process has few threads, and whoever waits
has one of them. So it is shed by time waited, and never by number: a rush, in which many wait and the queue moves on,
sheds nobody (docs/decisions/0047-three-pages.md).

- Where a lock was not to be had in time, its session is shut here for `SHUT` seconds. One at a time may try it again,
  for `LONG`: who gets the lock opens it.
- Once somebody has waited for `LONG` in which nobody here has had that lock, all but two of the threads may be waiting.
  Who would be one more is told at once or, where it waits already, waits for no longer than that.
"""

import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager

from hubs.vocabulary.database_faults import Busy, is_lock_timeout

SHUT, LONG = 5.0, 1.0  # seconds
FREE = 2  # threads that wait for no lock
EVERY_SESSION = 0  # stands for all of them on SQLite, where one lock is for everything that writes


class Turn:
    """One verb that waits for its locks: since when, of which sessions as far as it is known, for how long at most
    (None: as long as the database lets it), and which of those that are shut it tries."""

    def __init__(self, since: float, known: Collection[int], most: float | None, tries: Collection[int]) -> None:
        self.since, self.known, self.most, self.tries = since, known, most, tries
        self.waits = True


class Doors:
    """What waits in this process. Safe in many threads; each call takes microseconds."""

    def __init__(self, threads: int = 4) -> None:
        self.threads = threads
        self._guard = threading.Lock()
        self._turns: set[Turn] = set()
        self._had: dict[int, float] = {}  # when the lock of a session was last had here
        self._shut: dict[int, float] = {}  # until when
        self._tried: set[int] = set()  # of those, what one of us tries again

    @contextmanager
    def turn(self, sessions: Callable[[], Collection[int]], *, known: Collection[int] = ()) -> Iterator[Turn]:
        """Around a transaction that takes the locks of `sessions`, which are asked for where it matters and not always;
        some are `known`. `has_locks` says when it has them. Raises Busy."""
        turn = self._begin(known, sessions() if self._shut else ())
        try:
            yield turn
        except Exception as error:
            if turn.waits and (turn.most is None or turn.tries) and is_lock_timeout(error):
                self._shut_off(sessions())
            raise
        finally:
            with self._guard:
                self._turns.discard(turn)
                self._tried.difference_update(turn.tries)

    def has_locks(self, turn: Turn, sessions: Collection[int]) -> None:
        """It waits no longer. What was shut and could be had is open again."""
        with self._guard:
            turn.waits = False
            self._turns.discard(turn)
            self._had |= dict.fromkeys(sessions, time.monotonic())
            for one in turn.tries:
                self._shut.pop(one, None)

    def moved(self, session: int) -> None:
        """That lock was had here, by something that had no turn."""
        with self._guard:
            self._had[session] = time.monotonic()

    def moves_on(self, turn: Turn) -> bool:
        """Whether a wait was cut short while others had the lock: then it may wait again."""
        with self._guard:
            return turn.most is not None and any(self._had.get(one, 0) > turn.since for one in turn.known)

    def _begin(self, known: Collection[int], asked: Collection[int]) -> Turn:
        now = time.monotonic()
        with self._guard:
            self._shut = {one: until for one, until in self._shut.items() if until > now}
            self._had = {one: when for one, when in self._had.items() if when > now - LONG}
            tries = [one for one in asked if one in self._shut]
            if self._tried.intersection(tries):
                raise Busy("Its lock was not to be had a moment ago.")
            most = LONG if tries else None
            if len(self._turns) >= max(1, self.threads - FREE):
                most = min(self._stands_since(turn) for turn in self._turns) + LONG - now
                if most <= 0:
                    raise Busy("Others have been waiting for locks for long.")
            turn = Turn(now, known, most, tries)
            self._turns.add(turn)
            self._tried.update(tries)
            return turn

    def _stands_since(self, turn: Turn) -> float:
        """Since when the queue that it waits in has not moved."""
        return max(turn.since, *(self._had.get(one, 0) for one in turn.known), 0)

    def _shut_off(self, sessions: Collection[int]) -> None:
        with self._guard:
            self._shut |= dict.fromkeys(sessions, time.monotonic() + SHUT)


doors = Doors()  # of this process
