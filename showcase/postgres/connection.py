"""A connection to PostgreSQL whose every wait ends: for a statement, for COMMIT, for ROLLBACK, and for connecting.

The server's own time-outs come first and say why. A server that is frozen, or a network that has gone, keeps none of
them, and then the deadline here closes the connection. It never asks the server to cancel: that is one more connection
to a server that does not answer.
"""

import queue
import select
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen

from hubs.vocabulary import patience

SHORTEST = 2  # seconds, which libpq allows to connect


class DeadlinePassed(psycopg.OperationalError):
    """The database did not answer in time."""


class Connection(psycopg.Connection[Any]):
    """psycopg asks `wait` whenever it waits for anything but connecting."""

    longest: float | None = None  # seconds, where less than everybody's

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        longest = self.longest or patience.seconds()
        try:
            return super().wait(gen, interval, longest)
        except psycopg.errors._WaitTimeout:
            self.pgconn.finish()
            raise DeadlinePassed(f"The database did not answer within {longest:g} seconds.") from None

    @property
    def is_lost(self) -> bool:
        """Whether the connection has ended, as far as it can be known without asking the server."""
        with suppress(psycopg.OperationalError):
            while self._has_something_to_say():
                self.pgconn.consume_input()
        return self.pgconn.status != psycopg.pq.ConnStatus.OK

    def _has_something_to_say(self) -> bool:
        if self.pgconn.status != psycopg.pq.ConnStatus.OK:
            return False
        asked = select.poll()
        asked.register(self.pgconn.socket, select.POLLIN)
        return bool(asked.poll(0))


def connect(parameters: dict[str, Any]) -> Connection:
    """A new connection, or psycopg.OperationalError once the time is up.

    Of several hosts each has its part of it, so that one that is dead leaves some for the others. In a thread of its
    own, since nothing else ends the wait for a name server.
    """
    longest = patience.seconds()
    hosts = str(parameters.get("host", "")).count(",") + 1
    each = max(SHORTEST, int(longest / hosts))
    return _within(longest, lambda: _asked(Connection.connect(**{"connect_timeout": each} | parameters)))


def _asked(connection: Connection) -> Connection:
    """It prepares no statement where a pooler hands each transaction to another session: that one has not got them."""
    connection.autocommit = True
    if connection.prepare_threshold is not None and is_pooled(connection):
        connection.prepare_threshold = None
    return connection


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands before the server: it tells a client another number for its session than the server's,
    for the server's is many clients'."""
    told = connection.execute("SELECT pg_backend_pid()", prepare=False).fetchone()
    return told != (connection.info.backend_pid,)


def _within(longest: float, connects: Callable[[], Connection]) -> Connection:
    answers: queue.SimpleQueue[Connection | Exception] = queue.SimpleQueue()
    given_up = threading.Event()

    def try_it() -> None:
        try:
            made: Connection | Exception = connects()
        except Exception as error:
            made = error
        answers.put(made)
        if given_up.is_set() and isinstance(made, Connection):
            made.close()

    threading.Thread(target=try_it, daemon=True, name="connecting").start()
    try:
        answer = answers.get(timeout=longest)
    except queue.Empty:
        given_up.set()
        raise DeadlinePassed(f"The database could not be reached within {longest:g} seconds.") from None
    if isinstance(answer, Exception):
        raise answer
    return answer
