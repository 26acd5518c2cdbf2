"""Sending what stands in the outbox. Any number of processes may do it at once; each mail has one sender at a time.

A sender claims rows (claiming.py), sends outside any transaction, and marks each row once it has been answered.

A mail on which the line broke stands in a lane of its own, behind every other: see docs/decisions/0050.
"""

import datetime as dt
import logging
import smtplib
from collections.abc import Callable
from typing import TYPE_CHECKING

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Max, Q, QuerySet
from django.db.models.functions import Now

from bookings.mail import together
from bookings.mail.answers import (
    BACK_OFF,
    GIVE_UP_AFTER,
    accepted,
    in_words,
    mark,
    refused_for_good,
    retry,
    taken_in_silence,
)
from bookings.mail.claiming import InHand
from bookings.mail.line import MayHaveArrived
from bookings.mail.rendering import can_be_written_to, render
from bookings.mail.still_wanted import still_wanted
from bookings.models import Mail
from bookings.rule.one_by_one import never
from bookings.rule.refusals import MailStands, MailTooLate
from bookings.rule.room import Clock
from hubs.vocabulary.asked_often import AskedOften
from hubs.vocabulary.references import mail_token

if TYPE_CHECKING:
    from bookings.models.outbox import MailQuerySet

log = logging.getLogger("showcase.outbox")

MOST = 200  # mails of one run
MOST_BROKEN = 3  # mails in a row that got no answer: then it is the server
A_DAY = dt.timedelta(days=1)

# Of this process. What cannot be given back while the database is away is given back by the next run.
in_hand = InHand()


class Unanswered(Exception):
    """The mail server said nothing of this mail: it is away, hangs, has hung up, or takes no mail of ours."""


def is_due() -> bool:
    """Whether a mail is due by the database's clock: one statement, cheap enough to be asked several times a second."""
    return bool(_due_now.rows())


@AskedOften
def _due_now() -> QuerySet[Mail, int]:
    return Mail.objects.due(now=Now()).order_by().values_list("pk", flat=True)[:1]


def send_due(clock: Clock, *, most: int = MOST, stop: Callable[[], bool] = never, seen: bool = False) -> int:
    """Send mails that are due, at most `most`, over one connection; returns how many were tried. Whether any is need
    not be asked where that was `seen` a moment ago.

    A refused mail does not hold up those behind it. A mail server that is away ends the run, and they wait a minute.
    One that takes connections and gets no further with three different mails ends it too: they wait a second, then
    two, four and so on, each time with one mail to try it by, until it answers one.
    """
    in_hand.give_back()
    in_hand.others_due = seen or None
    tried, silent = 0, None
    line: BaseEmailBackend | None = None
    try:
        while tried < most and in_hand.is_left(clock) and not stop():
            line = line or _open(clock)
            mails = in_hand.next(clock) if line else []
            if line is None or not mails:
                break
            tried += 1
            try:
                keep = _deal_with(mails, line, clock, now=in_hand.now)
                silent = 0
            except Unanswered as error:
                in_hand.give_back()
                keep, now = False, clock()
                silent = (_silent_before(mails[0], now) if silent is None else silent) + 1
                if _gets_no_further(mails[0], silent, error.__cause__ or error, now):
                    break
            if not keep:
                in_hand.give_back()
                _close(line)
                line = None
    finally:
        if line:
            _close(line)
        in_hand.give_back()
    return tried


def _silent_before(mail: Mail, now: dt.datetime) -> int:
    """How many other addresses' mails have got no answer since the last one was accepted, in the runs before this."""
    recent = Mail.objects.filter(state=Mail.State.SENT, created_at__gt=now - A_DAY)
    accepted_at = recent.aggregate(at=Max("answered_at"))["at"] or now - A_DAY
    since = Mail.objects.filter(broken_at__gt=max(accepted_at, now - BACK_OFF[-1])).order_by()
    return since.exclude(recipient_key=mail.recipient_key).values("recipient_key").distinct().count()


def _gets_no_further(mail: Mail, silent: int, error: BaseException, now: dt.datetime) -> bool:
    """Whether the run ends with a mail that got no answer, the `silent`-th in a row.

    It does where it is the server's doing; and with one that got none before, for a server that hangs costs a time-out.
    That an old mail fails once more says nothing of a fresh one, which does not wait for it.
    """
    if silent >= MOST_BROKEN:
        wait = min(dt.timedelta(seconds=2 ** min(silent - MOST_BROKEN, 10)), BACK_OFF[0])
        _wait_for_server(error, now, wait=wait, lane=Mail.objects.broken() if mail.broken_at else None)
    return silent >= MOST_BROKEN or mail.broken_at is not None


def _open(clock: Clock) -> BaseEmailBackend | None:
    """A connection to the mail server, or None where it is away: then the mails that are due wait."""
    line: BaseEmailBackend = get_connection()
    try:
        line.open()
    except (smtplib.SMTPException, OSError) as error:
        _close(line)
        _wait_for_server(error, clock())
        return None
    return line


def _close(line: BaseEmailBackend) -> None:
    try:
        line.close()
    except (smtplib.SMTPException, OSError):
        log.debug("The mail server did not say goodbye")


def _deal_with(mails: list[Mail], line: BaseEmailBackend, clock: Clock, *, now: dt.datetime) -> bool:
    """Send claimed mails to one reader as one, or drop them, as things stood at `now`. Returns whether the connection
    can be used again; raises Unanswered."""
    wanted = []
    for mail in mails:
        if not still_wanted(mail, now=now):
            mark(mail, Mail.State.DROPPED)
        elif not can_be_written_to(mail.recipient):
            mark(mail, Mail.State.REFUSED, answered_at=clock(), last_error="Nothing can be sent to this address.")
        else:
            wanted.append(mail)
    return _send(wanted, line, clock, now=now) if wanted else True


def _send(mails: list[Mail], line: BaseEmailBackend, clock: Clock, *, now: dt.datetime) -> bool:
    try:
        message = together.render(mails, now=now) if len(mails) > 1 else render(mails[0], now=now)
        line.send_messages([message])
    except MayHaveArrived as error:
        now = clock()
        for mail in mails:
            taken_in_silence(mail, error, now)
        raise Unanswered from error
    except (smtplib.SMTPException, OSError) as error:
        now, answered = clock(), isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
        for mail in mails:
            if refused_for_good(error):
                mark(mail, Mail.State.REFUSED, answered_at=now, last_error=in_words(error))
            else:
                retry(mail, error, now, broken=not answered)
        if not answered:
            raise Unanswered from error
        return False
    except Exception as error:  # a fault of ours must not stop the mails behind it
        if len(mails) > 1:  # nor those beside it: each goes by itself; what is not tried comes due again
            return all(_send([mail], line, clock, now=now) for mail in mails)
        log.exception("Mail %s could not be made", mails[0].pk)
        retry(mails[0], error, clock())
        return True
    now = clock()
    for mail in mails:
        accepted(mail, now)
    return True


def _wait_for_server(
    error: BaseException,
    now: dt.datetime,
    *,
    wait: dt.timedelta = BACK_OFF[0],
    lane: "MailQuerySet | None" = None,
) -> None:
    """Nobody can be written to: the mails that are due, or those of a `lane`, wait and say why; those too old are given
    up.

    They have not been tried, so none of them waits longer than that once the server is back.
    """
    said = in_words(error)
    log.warning("No mail can be sent: %s", said)
    lane = Mail.objects.all() if lane is None else lane
    with transaction.atomic():
        due = lane.due(now=now).select_for_update(skip_locked=True, no_key=True)
        waiting = Mail.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:MOST]))
        too_old = Q(again_at=None, created_at__lte=now - GIVE_UP_AFTER) | Q(again_at__lte=now - GIVE_UP_AFTER)
        waiting.filter(too_old).update(state=Mail.State.FAILED, last_error=said)
        waiting.filter(state=Mail.State.WAITING).update(due_at=now + wait, last_error=said)


def send_again(mail_id: int, *, now: dt.datetime) -> None:
    """Staff have a mail sent once more that was given up, with as long to try as it had at first, or one that may have
    arrived, once. Raises MailStands, or MailTooLate.

    A mail that may have arrived keeps its Message-ID, so that a double may be dropped. One that was given up gets a new
    one: a report about the old one no longer says anything.
    """
    state = Mail.State
    stopped = Mail.objects.filter(pk=mail_id, state__in=(state.FAILED, state.UNSURE))
    if stopped.filter(expires_at__lte=now).exists():
        raise MailTooLate
    again = {"state": state.WAITING, "due_at": now, "again_at": now, "broken_at": None}
    if not (
        stopped.filter(state=state.FAILED).update(**again, token=mail_token())
        or stopped.filter(state=state.UNSURE).update(**again)
    ):
        raise MailStands


def it_arrived(mail_id: int, *, now: dt.datetime) -> None:
    """Staff know that a mail has arrived of which no mail server would say so. It counts as sent from now on, for what
    it asks of its reader too. Raises MailStands."""
    unsure = Mail.objects.filter(pk=mail_id, state=Mail.State.UNSURE)
    if not unsure.update(state=Mail.State.SENT, answered_at=now):
        raise MailStands
