"""One list of checks, which `manage.py status`, Home and the metrics share. None of them takes a host out.

Each says one word and one sentence. A check asks one row, or one index: status is asked each minute on each host.
"""

import datetime as dt

from django.db import Error

from bookings.models import Running
from bookings.operations import of_data, of_host, of_mail, of_worker
from bookings.operations.found import Found, Word
from bookings.rule.room import Clock

CHECKS = (*of_worker.CHECKS, *of_mail.CHECKS, *of_data.CHECKS)


def of_installation(now: dt.datetime) -> list[Found]:
    """What any host would say."""
    running = Running.objects.now()
    return [check(running, now) for check in CHECKS]


def look(clock: Clock) -> list[Found]:
    """Everything, as this host sees it. Where the database does not answer, nothing more is asked of it."""
    found = [*of_host.serves(), of_host.disk()]
    if any(one.word is Word.BAD and one.name == "ready" for one in found):
        return found
    try:
        return [*found, of_host.clocks(), *of_installation(clock())]
    except Error as error:
        said = f"The database failed while it was asked: {type(error).__name__}."
        return [*found, Found("ready", Word.BAD, said, of_host=True)]
