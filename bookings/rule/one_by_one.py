"""Doing something to each of many: one that cannot be done must not keep the others waiting."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from django.db import InterfaceError, OperationalError

from hubs.vocabulary.database_faults import is_waiting

log = logging.getLogger("showcase.rule")


def never() -> bool:
    """Whoever is not told to stop."""
    return False


def one_by_one(
    does: Callable[[Any], object], rows: Iterable[Any], *, failed: str, stop: Callable[[], bool] = never
) -> list[Any]:
    """Do it to each by its id, until told to stop; returns those of which `does` says that there was something to do.

    One that somebody else is busy with, or that fails (`failed` says so in the log, with its id), is left for the next
    round. Raises InterfaceError or OperationalError where the database is away for all of them.
    """
    return [row for row in rows if not stop() and _done(does, row, failed)]


def _done(does: Callable[[Any], object], row: Any, failed: str) -> bool:
    try:
        return bool(does(row))
    except (InterfaceError, OperationalError) as error:
        if not is_waiting(error):
            raise
        log.warning("%s: somebody else is busy with it, so the next round does it", failed % row)
        return False
    except Exception:
        log.exception(failed, row)
        return False
