"""What has changed, said to every process of this host: so that what is kept in memory is known to be old at once.

A small file in VAR_DIR has a number for each session (by its id, so that several share one), one for any session, one
for which of them have places left, and one for anything else. Whoever changes something puts new numbers there,
*after* its commit. Whoever keeps something takes the state *before* reading the rows, keeps its mark beside, and
compares later: another mark, another page.

The numbers are random and not counted: two who write at once cannot bring an old one back, and half a number, read
while it is written, is one that nobody has kept. Another host has another file, so nothing is kept for more than
seconds; and where the file cannot be had, `state` says None, and nothing may be kept at all
(docs/decisions/0055-pages-kept-in-memory.md).
"""

import logging
import os
import secrets
import threading
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from django.conf import settings

WIDTH = 8  # bytes of a number
ANYTHING, WHICH_ARE_FULL, ANY_SESSION, FIRST = 0, 1, 2, 3  # which number is whose; from FIRST on they are of sessions
NUMBERS = 2048
SIZE = NUMBERS * WIDTH

log = logging.getLogger("showcase.changes")


class State(NamedTuple):
    """All numbers, as they were at one moment."""

    numbers: bytes

    def of_all(self) -> bytes:
        """The mark of what shows many sessions: another one after any change."""
        return self.numbers[: FIRST * WIDTH]

    def of_lists(self) -> bytes:
        """The mark of what counts sessions, and those with places left, but says of none how many are taken."""
        return self.numbers[: (WHICH_ARE_FULL + 1) * WIDTH]

    def of_anything_else(self) -> bytes:
        """The mark of what no place changes: of hubs and their days, of what staff say of sessions."""
        return self.numbers[:WIDTH]

    def of(self, session_id: int) -> bytes:
        """The mark of what shows this one: another one after its changes, and after what was no session's."""
        at = _number_of(session_id) * WIDTH
        return self.numbers[:WIDTH] + self.numbers[at : at + WIDTH]

    def sessions_since(self, before: "State", *, newest: int) -> list[int]:
        """The ids, up to the `newest`, of sessions that have changed since that state, and of some that have not."""
        ours, theirs = (memoryview(one.numbers).cast("q") for one in (self, before))
        numbers = [n for n in range(FIRST, NUMBERS) if ours[n] != theirs[n]]
        return [one for n in numbers for one in range(n - FIRST, newest + 1, NUMBERS - FIRST)]


def _number_of(session_id: int) -> int:
    return FIRST + session_id % (NUMBERS - FIRST)


class Changes:
    """The numbers in one file, which is opened once it is asked for. Safe in many threads and processes."""

    def __init__(self, path: Callable[[], Path]) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._file: int | None = None
        self._is_told = False

    def changed(self, session_ids: Iterable[int], *, on_lists: bool = True) -> None:
        """The places of these sessions have changed, and it is committed; `on_lists`: more than how many are taken."""
        self._write({ANY_SESSION, *map(_number_of, session_ids), *([WHICH_ARE_FULL] if on_lists else [])})

    def changed_all(self) -> None:
        """Something else has changed, which any page may show, and it is committed."""
        self._write({ANYTHING})

    def state(self) -> State | None:
        """How things stand. None: it cannot be told, and nothing may be kept."""
        try:
            with self._guard:
                numbers = os.pread(self._opened(), SIZE, 0)
        except OSError as error:
            self._tell(error)
            return None
        return State(numbers) if len(numbers) == SIZE else None

    def _write(self, numbers: set[int]) -> None:
        """Where this fails, what others have kept is a few seconds old."""
        try:
            with self._guard:
                file = self._opened()
                for number in numbers:
                    os.pwrite(file, secrets.token_bytes(WIDTH), number * WIDTH)
        except OSError as error:
            self._tell(error)

    def _opened(self) -> int:
        """The file of that name: anew where somebody has deleted it meanwhile, and all its numbers where they have cut
        it short."""
        if self._file is not None:
            about = os.fstat(self._file)
            if not about.st_nlink:
                gone, self._file = self._file, None
                os.close(gone)
            elif about.st_size < SIZE:
                os.pwrite(self._file, secrets.token_bytes(SIZE), 0)
        if self._file is None:
            self._file = _open(self._path())
        return self._file

    def _tell(self, error: OSError) -> None:
        """Once a process: that pages are made anew for each reader is to be known, and no reason to stop."""
        if not self._is_told:
            self._is_told = True
            log.warning("No page is kept in memory, for the file of changes cannot be used: %s", error.strerror)


def _open(path: Path) -> int:
    """The file, as long as it must be. What stands in it already stays."""
    file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
    try:
        if os.fstat(file).st_size < SIZE:
            os.truncate(file, SIZE)  # only ever longer: nothing is lost by two who do it at once
    except OSError:
        os.close(file)
        raise
    return file


ours = Changes(lambda: Path(settings.VAR_DIR, "changes"))
changed, changed_all, state = ours.changed, ours.changed_all, ours.state
