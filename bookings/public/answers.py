"""Answers of the database that many readers of many pages need alike, kept in this process while they are as they were.

What is kept counts or names sessions and hubs, and says of none how many places are taken. It is old once anything else
has changed, or which sessions are full (hubs/vocabulary/changes.py); after four seconds in any case, and on each ten of
the clock, as public pages are (docs/decisions/0056-lists-with-gaps.md).
"""

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection

from hubs.vocabulary import changes
from hubs.vocabulary.changes import State
from hubs.vocabulary.keeping import is_of_now

MOST = 200
T = TypeVar("T")


def state_to_keep_by() -> State | None:
    """How things stand; None where nothing may be kept. What a transaction has written nobody else may see yet."""
    return None if connection.in_atomic_block or not settings.PAGES_KEPT else changes.state()


def are_as_one(began: dt.datetime, now: dt.datetime) -> bool:
    """Whether what was read then may be said now."""
    return is_of_now((now - began).total_seconds(), began_at=began.timestamp(), now=now.timestamp())


class Answers:
    """Those that are kept, the oldest going first. Safe in many threads; nobody may change an answer."""

    def __init__(self) -> None:
        self._kept: OrderedDict[Hashable, tuple[Any, bytes, dt.datetime]] = OrderedDict()
        self._guard = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[], T], *, now: dt.datetime, before: State | None = None) -> T:
        """What `ask` answers; the key says all that it depends on but the rows and the moment. Where these have been
        read already, `before` is how things stood then: what has changed since makes the answer old."""
        state = state_to_keep_by()
        if state is None:
            return ask()
        found, mark, began = self._kept.get(key, (None, b"", now))
        if mark == state.of_lists() and are_as_one(began, now):
            return found  # type: ignore[no-any-return]
        answer = ask()
        with self._guard:
            self._kept.pop(key, None)
            self._kept[key] = answer, (before or state).of_lists(), now
            while len(self._kept) > MOST:
                self._kept.popitem(last=False)
        return answer

    def read_at(self, key: Hashable, *, now: dt.datetime) -> dt.datetime:
        """When the rows of what is kept were read; now where nothing is."""
        return self._kept.get(key, (None, b"", now))[2]

    def forget(self) -> None:
        """All of them."""
        with self._guard:
            self._kept.clear()


answers = Answers()
