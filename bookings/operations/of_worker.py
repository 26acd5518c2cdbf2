"""Whether the worker is at work, and what it found when it last tried a booking; what it has been told not to do."""

import datetime as dt

from bookings.models import Running
from bookings.operations.found import Found, Word, fine
from hubs.vocabulary.dates import moment

LATE = dt.timedelta(minutes=2)
DEAD = dt.timedelta(minutes=10)
NO_WORKER = "Emails go out late at the moment, and places do not come free by themselves."


def worker(running: Running, now: dt.datetime) -> Found:
    """A round is noted every 15 seconds; one that sends many mails takes its minutes."""
    if running.round_at is None:
        return Found(
            "worker", Word.BAD, "No worker has run yet: emails wait, and places do not come free.", for_all=NO_WORKER
        )
    age = now - running.round_at
    last = f"The worker’s last round was at {moment(running.round_at)}"
    if age > DEAD:
        return Found("worker", Word.BAD, f"{last}: emails wait, and places do not come free.", for_all=NO_WORKER)
    if age > LATE:
        return Found("worker", Word.WARN, f"{last}.")
    return fine("worker", f"{last}, on {running.round_host}.")


def trial(running: Running, now: dt.datetime) -> Found:
    """What became of the booking that is made and taken back. While no worker runs, that is what is wrong."""
    if running.trial_said:
        said = f"A trial booking failed with {running.trial_said}: people may not be able to book. The log says more."
        return Found("booking", Word.BAD, said, for_all="It may not be possible to book at the moment.")
    if running.trial_at is None:
        return fine("booking", "No trial booking has been made yet.")
    return fine("booking", f"A trial booking at {moment(running.trial_at)} went through.")


def mail_held(running: Running, now: dt.datetime) -> Found:
    if running.mail_held_at is None:
        return fine("mail held", "Mail is sent.")
    since = moment(running.mail_held_at)
    said = f"No email has been sent since {since}: all of them are held. manage.py release_mail shows what waits."
    return Found("mail held", Word.WARN, said, for_all=f"No email has been sent since {since}: all of them are held.")


def clock_held(running: Running, now: dt.datetime) -> Found:
    if running.clock_held_at is None:
        return fine("clock held", "Deadlines are kept.")
    since = moment(running.clock_held_at)
    said = (
        f"No hold or offer has lapsed since {since}, when the clock jumped. Put it right, then manage.py trust_clock."
    )
    return Found("clock held", Word.BAD, said, for_all=f"Holds and offers stand since {since}, past their deadlines.")


CHECKS = (worker, trial, mail_held, clock_held)
