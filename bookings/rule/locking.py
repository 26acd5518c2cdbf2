"""The lock of a session: how it is taken, and who waits for it how long. What is done under it: bookings/places.py."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import NamedTuple

from django.db import OperationalError, connection
from django.db.models import BigIntegerField, QuerySet

from bookings.models import Booking, Places
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.database_faults import is_lock_timeout
from hubs.vocabulary.patience import transaction_that_waits
from hubs.vocabulary.shedding import EVERY_SESSION, doors


class OfBooking(NamedTuple):
    """The session that a booking is in, whichever it is once its lock is had."""

    booking_id: int


Sessions = Sequence[int | OfBooking]


def lock(session: int | OfBooking) -> Places:
    """Lock a session's places, and its own row so that no form moves its dates meanwhile.

    On SQLite the transaction itself is the lock (IMMEDIATE). Raises Places.DoesNotExist.
    """
    if isinstance(session, OfBooking):
        places = _of_booking.one(booking=session.booking_id)
    else:
        places = _of_session.one(session=session)
    if places is None:
        raise Places.DoesNotExist
    return places


@AskedOften
def _of_session() -> QuerySet[Places]:
    return _to_lock().filter(session=Given("session", BigIntegerField()))


@AskedOften
def _of_booking() -> QuerySet[Places]:
    booking = Booking.objects.filter(pk=Given("booking", BigIntegerField()))
    return _to_lock().filter(session_id=booking.order_by().values("session_id")[:1])


def _to_lock() -> QuerySet[Places]:
    return Places.objects.select_for_update(of=("self", "session"), no_key=True).select_related(*OF_ITS_SESSION)


@contextmanager
def locks(sessions: Sessions) -> Iterator[list[Places]]:
    """A transaction with these locks. Raises Busy where they would be waited for in vain: see shedding.py."""
    with ExitStack() as transaction:
        places = None
        while places is None:
            places = _try_locks(sessions, transaction)
        yield places


def _try_locks(sessions: Sessions, transaction: ExitStack) -> list[Places] | None:
    """Begin the transaction, and wait for its locks; None where the wait was cut short and may go on."""

    def named() -> list[int]:
        """Asked outside the transaction, and only while some session's lock is not to be had."""
        of_bookings = [one.booking_id for one in sessions if isinstance(one, OfBooking)]
        found = Booking.objects.filter(pk__in=of_bookings).order_by().values_list("session_id", flat=True)
        return _keys([*known, *found])

    turn, known = None, [one for one in sessions if isinstance(one, int)]
    try:
        with ExitStack() as begun:
            turn = begun.enter_context(doors.turn(named, known=_keys(known)))
            begun.enter_context(transaction_that_waits(turn.most))
            places = [lock(one) for one in sessions]
            doors.has_locks(turn, _keys([one.session_id for one in places]))
            transaction.push(begun.pop_all())
            return places
    except OperationalError as error:
        if turn is None or not is_lock_timeout(error) or not doors.moves_on(turn):
            raise
    return None


def _keys(sessions: list[int]) -> list[int]:
    return [EVERY_SESSION] if connection.vendor == "sqlite" else sessions
