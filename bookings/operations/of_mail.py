"""How the outbox stands: what waits too long, and what came to nothing. A statement each, by indexes of few rows."""

import datetime as dt

from django.db.models import Min, Q
from django.db.models.functions import Coalesce

from bookings.models import Mail, Running
from bookings.operations.found import Found, Word, fine
from hubs.vocabulary.dates import moment

SLOW = dt.timedelta(minutes=15)
STUCK = dt.timedelta(hours=1)
LOOKED_BACK = dt.timedelta(days=7)  # at mails given up: Home keeps those that somebody can do something about
A_DAY = dt.timedelta(days=1)
LATE = "Emails go out late at the moment."
MANY_REFUSED = 20  # in a day: more than people mistype


def oldest_due(now: dt.datetime) -> dt.datetime | None:
    """Since when the oldest mail waits that should have gone: due now, or put off because a try failed."""
    due = Mail.objects.in_state(Mail.State.WAITING).filter(Q(due_at__lte=now) | ~Q(last_error="")).order_by()
    found: dt.datetime | None = due.aggregate(at=Min(Coalesce("again_at", "created_at")))["at"]
    return found


def came_to(*states: Mail.State, since: dt.datetime) -> int:
    """How many mails made since then came to that, by the index on both."""
    return Mail.objects.filter(state__in=states, created_at__gte=since).order_by().count()


def waits(running: Running, now: dt.datetime) -> Found:
    """A mail that waits while mail is held is what was asked for."""
    since = oldest_due(now)
    if since is None:
        return fine("emails", "No email waits.")
    said = f"The oldest email that waits was due at {moment(since)}"
    if running.mail_held_at is None and now - since > SLOW:
        word = Word.BAD if now - since > STUCK else Word.WARN
        return Found("emails", word, f"{said}: look at the mail server.", for_all=LATE if word is Word.BAD else "")
    return fine("emails", f"{said}.")


def given_up(running: Running, now: dt.datetime) -> Found:
    number = came_to(Mail.State.FAILED, Mail.State.UNSURE, since=now - LOOKED_BACK)
    said = f"Emails given up, or that may not have arrived, in the last seven days: {number}."
    return Found("given up", Word.WARN, said) if number else fine("given up", said)


def refused(running: Running, now: dt.datetime) -> Found:
    number = came_to(Mail.State.REFUSED, since=now - A_DAY)
    said = f"Emails refused by their address in the last day: {number}."
    if number >= MANY_REFUSED:
        return Found("refused", Word.WARN, f"{said} That is more than people mistype: look at what the answers say.")
    return fine("refused", said)


CHECKS = (waits, given_up, refused)
