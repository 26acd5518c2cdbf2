"""Sending what stands in the outbox. Any number of processes may do it at once; each mail has one sender at a time.

A sender claims a row by pushing `due_at` ahead by a lease and committing, sends outside any transaction, then marks the
row. A sender killed in between leaves a row that comes due again: a mail may arrive twice, none is lost.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Callable

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from bookings.emails import render
from bookings.models import Mail
from bookings.states import Kind, Status

Clock = Callable[[], dt.datetime]
log = logging.getLogger("showcase.outbox")

LEASE = dt.timedelta(minutes=2)  # above settings.EMAIL_TIMEOUT for each of a mail's few SMTP commands
GIVE_UP_AFTER = dt.timedelta(days=3)
BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]


def send_due(clock: Clock, *, most: int = 200) -> int:
    """Send mails that are due, at most `most`, over one connection; returns how many were tried.

    A broken server ends the run: its mails come due again.
    """
    tried = 0
    connection: BaseEmailBackend | None = None
    try:
        while tried < most and (mail := _claim(clock())):
            tried += 1
            if not _still_wanted(mail, now=clock()):
                _mark(mail, Mail.State.DROPPED)
                continue
            connection = connection or get_connection()
            if not _send(mail, connection, clock):
                connection = None
    finally:
        if connection:
            connection.close()
    return tried


def _claim(now: dt.datetime) -> Mail | None:
    """The next mail that is due, ours until the lease ends, or None."""
    with transaction.atomic():
        mail = Mail.objects.due(now=now).select_for_update(skip_locked=True, of=("self",)).first()
        if mail:
            mail.due_at, mail.tries = now + LEASE, mail.tries + 1
            mail.save(update_fields=["due_at", "tries"])
    return mail


def _still_wanted(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the mail still makes sense: not too late, somebody to read it, and its booking as it was."""
    if not mail.recipient or (mail.expires_at and mail.expires_at <= now):
        return False
    cancelled = mail.booking is not None and mail.booking.status == Status.CANCELLED
    return not (cancelled and mail.kind in (Kind.CONFIRM, Kind.CONFIRMED, Kind.NAMED, Kind.ALREADY_BOOKED))


def _send(mail: Mail, connection: BaseEmailBackend, clock: Clock) -> bool:
    """Send one mail and mark it. Returns whether the connection can be used again."""
    try:
        message = render(mail, now=clock())
    except Exception as error:  # a fault of ours must not stop the mails behind it
        log.exception("Mail %s could not be rendered", mail.pk)
        _retry(mail, error, clock())
        return True
    try:
        connection.send_messages([message])
    except (smtplib.SMTPException, OSError) as error:
        if _refused_for_good(error):
            _mark(mail, Mail.State.REFUSED, answered_at=clock(), last_error=_in_words(error))
        else:
            _retry(mail, error, clock())
        connection.close()
        return False
    _mark(mail, Mail.State.SENT, answered_at=clock(), last_error="")
    return True


def _refused_for_good(error: Exception) -> bool:
    """Whether a mail server said 5xx to this recipient or this mail. Being refused ourselves is no answer to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return all(code >= 500 for code, _reason in error.recipients.values())
    return isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500


def _in_words(error: Exception) -> str:
    """The error without an address: a mail server likes to repeat it."""
    from showcase.logs import without_private

    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = "; ".join(f"{code} {reason!r}" for code, reason in error.recipients.values())
    else:
        said = str(error)
    return without_private(f"{type(error).__name__}: {said}")[:300]


def _retry(mail: Mail, error: Exception, now: dt.datetime) -> None:
    """Due again later, or given up after three days, which a person sees in the admin. No answer of the address."""
    if now >= mail.created_at + GIVE_UP_AFTER:
        _mark(mail, Mail.State.FAILED, last_error=_in_words(error))
        return
    wait = BACK_OFF[min(mail.tries, len(BACK_OFF)) - 1]
    _mark(mail, Mail.State.WAITING, due_at=now + wait, last_error=_in_words(error))


def _mark(mail: Mail, state: Mail.State, **fields: object) -> None:
    Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING).update(state=state, **fields)
