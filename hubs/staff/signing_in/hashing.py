"""How passwords are hashed: Argon2id as OWASP has it, two at once in a process, so that no rush takes a host's memory.

A hash takes 19 MiB; Django's own takes 100 MiB and ten times as long. Hashes that were made so are verified as they
are, and made anew when their owner signs in.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime  # the usual one from Python 3.11 on
from typing import TypeVar

from django.contrib.auth.hashers import Argon2PasswordHasher

from hubs.vocabulary.busy import TooBusy

AT_ONCE = 2
PATIENCE = 2.0  # seconds that another waits for its turn
Made = TypeVar("Made")


class Turns:
    """Two threads of their own: memory that was taken stays with the thread that took it, and a server has many."""

    def __init__(self) -> None:
        self.begin_anew()
        os.register_at_fork(after_in_child=self.begin_anew)  # threads stay behind in the parent

    def begin_anew(self) -> None:
        self.threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="hashing")

    def take(self, work: Callable[..., Made], *of: str) -> Made:
        """Raises TooBusy where no turn comes within the seconds of patience; what has begun is waited for."""
        promised = self.threads.submit(work, *of)
        try:
            return promised.result(timeout=PATIENCE)
        except NotInTime:
            if promised.cancel():
                raise TooBusy from None
            return promised.result()


turns = Turns()


class Argon2(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes and one lane."""

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        return turns.take(super().encode, password, salt)

    def verify(self, password: str, encoded: str) -> bool:
        return turns.take(super().verify, password, encoded)
