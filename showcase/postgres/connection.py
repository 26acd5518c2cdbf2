"""A connection to PostgreSQL whose every wait ends: for a statement, for COMMIT, for ROLLBACK, and for connecting.

The server's own time-outs come first and say why. A server that is frozen, or a network that has gone, keeps none of
them, and then the deadline here closes the connection. It never asks the server to cancel: that is one more connection
to a server that does not answer.
"""

import queue
import select
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.pq import TransactionStatus

from hubs.vocabulary import patience
from hubs.vocabulary.database_faults import is_of_a_kept_plan

SHORTEST = 2  # seconds, which libpq allows to connect
# When this machine finds that the other one is gone, and not only slow: what was sent is not even received for ten
# seconds, or nothing comes for that long and nobody answers when asked. Milliseconds, seconds, seconds, times.
NOTICED = {"tcp_user_timeout": 10_000, "keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3}


class DeadlinePassed(psycopg.OperationalError):
    """The database did not answer in time."""


class Connection(psycopg.Connection[Any]):
    """psycopg asks `wait` whenever it waits for anything but connecting."""

    longest: float | None = None  # seconds, where less than everybody's
    answered_at = 0.0  # when the server has said something last, by this machine's steady clock

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        longest = self.longest or patience.seconds()
        try:
            answer = super().wait(gen, interval, longest)
            self.answered_at = time.monotonic()
            return answer
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


class Cursor(psycopg.Cursor[Any]):
    """What the server has kept of a statement may be of no use any longer: a column has become wider, or somebody has
    said DISCARD ALL. Outside a transaction nothing is lost by that. Inside of one its end makes all of it new."""

    def execute(self, query: Any, params: Any = None, **how: Any) -> Any:
        try:
            return super().execute(query, params, **how)
        except psycopg.Error as error:
            alone = self.connection.info.transaction_status == TransactionStatus.IDLE
            if not (alone and is_of_a_kept_plan(error)):
                raise
            self.connection.execute("DEALLOCATE ALL")  # psycopg reads it, and knows of none any longer
            return super().execute(query, params, **how)


def connect(parameters: dict[str, Any], *, through_a_pooler: bool = False) -> Connection:
    """A new connection, or psycopg.OperationalError once the time is up.

    Where a pooler stands between, it prepares nothing but with `through_a_pooler`: one that hands each transaction to
    another session must know what each has prepared.

    Of several hosts each has its part of it, so that one that is dead leaves some for the others. In a thread of its
    own, since nothing else ends the wait for a name server.
    """
    longest = patience.seconds()
    hosts = str(parameters.get("host", "")).count(",") + 1
    each = max(SHORTEST, int(longest / hosts))

    def connects() -> Connection:
        made = Connection.connect(**{"connect_timeout": each} | NOTICED | parameters)
        if made.prepare_threshold is not None and not through_a_pooler:
            _prepare_nothing_if_pooled(made)
        return made

    return _within(longest, connects)


def _prepare_nothing_if_pooled(connection: Connection) -> None:
    try:
        connection.autocommit = True
        if is_pooled(connection):
            connection.prepare_threshold = None
    except psycopg.Error:
        connection.close()
        raise


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands before the server: it tells a client another number for its session than the server's,
    for the server's is many clients'."""
    told = connection.execute("SELECT pg_backend_pid()").fetchone()
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
