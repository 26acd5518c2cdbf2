"""Sending what stands in the outbox. Any number of processes may do it at once; each mail has one sender at a time.

A sender claims a row by pushing `due_at` ahead by a lease and committing, sends outside any transaction, then marks the
row. A sender killed in between leaves a row that comes due again: a mail may arrive twice, none is lost.
"""

import datetime as dt
import logging
import re
import smtplib
from collections.abc import Callable

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q

from bookings.attendance import office
from bookings.mail import asking_mails, cards, group_mails, itinerary_link, openings, reminders, staff_mails, together
from bookings.mail.rendering import can_be_written_to, render
from bookings.mail_kinds import Session, Stale, To, mail_row
from bookings.models import AddressChange, Mail, Visitor
from bookings.rule.refusals import MailStands, MailTooLate
from bookings.rule.room import Clock
from bookings.sessions import teachers
from bookings.states import FROZEN
from hubs.vocabulary.logs import without_private

log = logging.getLogger("showcase.outbox")

# Five waits of settings.EMAIL_TIMEOUT, and as long again: a mail is claimed once the connection stands, so what is left
# is MAIL, RCPT, DATA, the mail itself and the answer to it.
LEASE = dt.timedelta(minutes=3)
GIVE_UP_AFTER = dt.timedelta(days=3)
BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]
MOST = 200  # mails of one run
MOST_BROKEN = 3  # mails in a row that got no answer: then it is the server


def arranged_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether what was arranged still answers what they need."""
    return Visitor.objects.coming().filter(pk=mail.facts["arranged_for"], arranged_at__isnull=False).exists()


def new_address_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether pressing the link of this mail would still make the address theirs."""
    asked = AddressChange.objects.open().filter(pk=mail.facts["address_change"])
    return asked.filter(link_version=mail.facts["link_version"]).exists()


def unproved_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether anything of theirs waits to be confirmed."""
    return cards.unproved_of(mail).exists()


# What the table of mails calls stale, asked when a mail is sent.
STILL_TRUE: dict[Stale, Callable[..., bool]] = {
    Stale.REMINDER: reminders.still_true,
    Stale.OPENING: openings.still_true,
    Stale.INVITATION: staff_mails.still_true,
    Stale.ARRANGED: arranged_still_true,
    Stale.NEW_ADDRESS: new_address_still_true,
    Stale.REGISTER: office.still_true,
    Stale.OFFICE_CHANGE: office.change_still_true,
    Stale.ITINERARY: itinerary_link.still_true,
    Stale.ASKS: asking_mails.still_true,
    Stale.TEACHER_CHANGE: teachers.change_still_true,
    Stale.GROUP: group_mails.still_true,
    Stale.UNPROVED: unproved_still_true,
}
# 5xx for a reason that is ours, not the address's: policy ("relaying denied", "sign in first") and limits (RFC 3463).
OUR_FAULT = re.compile(r"\b5\.(7\.\d+|3\.\d+|4\.5)\b")


# What is asked of a mail when it is sent.
WITH = ("booking", "visitor", "wish", "staff", "visiting_teacher", "invitation", "session__places")


class Unanswered(Exception):
    """The mail server said nothing of this mail: it is away, hangs, has hung up, or takes no mail of ours."""


def never() -> bool:
    return False


def send_due(clock: Clock, *, most: int = MOST, stop: Callable[[], bool] = never) -> int:
    """Send mails that are due, at most `most`, over one connection; returns how many were tried.

    A refused mail does not hold up those behind it. A mail server that is away ends the run, and they wait a minute.
    """
    tried = broken = 0
    line: BaseEmailBackend | None = None
    most = Mail.objects.due(now=clock())[:most].count()  # what comes due meanwhile is the next run's
    try:
        while tried < most and not stop():
            line = line or _open(clock)
            mail = _claim(clock()) if line else None
            if line is None or mail is None:
                break
            tried += 1
            try:
                keep = _deal_with([mail, *_claim_beside(mail, clock())], line, clock)
                broken = 0
            except Unanswered as error:
                keep, broken = False, broken + 1
                if broken >= MOST_BROKEN:
                    _wait_for_server(error.__cause__ or error, clock())
                    break
            if not keep:
                _close(line)
                line = None
    finally:
        if line:
            _close(line)
    return tried


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


def _claim(now: dt.datetime) -> Mail | None:
    """The next mail that is due, ours until the lease ends, or None.

    On SQLite the transaction itself is the lock (IMMEDIATE).
    """
    with transaction.atomic():
        due = Mail.objects.due(now=now).select_related(*WITH)
        mail = due.select_for_update(skip_locked=True, of=("self",), no_key=True).first()
        if mail:
            mail.due_at, mail.tries = now + LEASE, mail.tries + 1
            mail.save(update_fields=["due_at", "tries"])
    return mail


def _claim_beside(mail: Mail, now: dt.datetime) -> list[Mail]:
    """The mails that go with a claimed one, claimed too: what one press tells one reader of several sessions."""
    if not together.may_go_with_others(mail):
        return []
    with transaction.atomic():
        due = Mail.objects.due(now=now).select_related(*WITH)
        locked = together.beside(mail, due).select_for_update(skip_locked=True, of=("self",), no_key=True)
        found = list(locked)
        for one in found:
            one.due_at, one.tries = now + LEASE, one.tries + 1
            one.save(update_fields=["due_at", "tries"])
    return found


def _deal_with(mails: list[Mail], line: BaseEmailBackend, clock: Clock) -> bool:
    """Send claimed mails to one reader as one, or drop them. Returns whether the connection can be used again; raises
    Unanswered."""
    wanted = []
    for mail in mails:
        if not _still_wanted(mail, now=clock()):
            _mark(mail, Mail.State.DROPPED)
        elif not can_be_written_to(mail.recipient):
            _mark(mail, Mail.State.REFUSED, answered_at=clock(), last_error="Nothing can be sent to this address.")
        else:
            wanted.append(mail)
    return _send(wanted, line, clock) if wanted else True


def _still_wanted(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the mail still makes sense: not too late, somebody to read it, and its booking as it says."""
    if not mail.recipient or (mail.expires_at and mail.expires_at <= now):
        return False
    if mail.staff and not mail.staff.is_active:
        return False
    if mail.visitor and not _still_theirs(mail, mail.visitor):
        return False
    row = mail_row(mail.kind)
    to_owner = mail.booking and not mail.visitor and row.to is not To.NEW_ADDRESS
    if to_owner and mail.booking and mail.recipient_key != mail.booking.email_key:
        return False  # it has another address by now: the link is not for whoever has the old one
    if row.stale and not STILL_TRUE[row.stale](mail, now=now):
        return False
    stands = row.stands
    if mail.visitor and mail.visitor.released_at:  # and so it says: the place has gone, whatever became of the booking
        stands = None
    if mail.booking is None or stands is None:
        return True
    return mail.booking.status in stands and _session_is_as_it_says(mail)


def _session_is_as_it_says(mail: Mail) -> bool:
    """Whether the session has not changed since: a newer mail has told so everyone who has a place or waits.

    What tells of an end (cancelled, released, handed over) stands in any case: nobody tells them of what came later.
    """
    needs = mail_row(mail.kind).session
    if mail.session is None or needs is Session.ANY:
        return True
    if mail.booking and mail.booking.session_id != mail.session_id:  # staff have moved it, and another mail says so
        return False
    places = mail.session.places
    if places.status in FROZEN and needs is Session.ON:
        return False
    return bool(mail.facts.get("version", places.calendar_sequence) >= places.calendar_sequence)


def _still_theirs(mail: Mail, visitor: Visitor) -> bool:
    """Whether a mail to a visitor about their place finds it theirs; one that says it has gone always may."""
    if not mail_row(mail.kind).of_place:
        return True
    return visitor.released_at is None and mail.recipient_key == visitor.email_key


def _send(mails: list[Mail], line: BaseEmailBackend, clock: Clock) -> bool:
    try:
        message = together.render(mails, now=clock()) if len(mails) > 1 else render(mails[0], now=clock())
        line.send_messages([message])
    except (smtplib.SMTPException, OSError) as error:
        for mail in mails:
            if _refused_for_good(error):
                _mark(mail, Mail.State.REFUSED, answered_at=clock(), last_error=_in_words(error))
            else:
                _retry(mail, error, clock())
        if not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
            raise Unanswered from error
        return False
    except Exception as error:  # a fault of ours must not stop the mails behind it
        if len(mails) > 1:  # nor those beside it: each goes by itself; what is not tried comes due again
            return all(_send([mail], line, clock) for mail in mails)
        log.exception("Mail %s could not be made", mails[0].pk)
        _retry(mails[0], error, clock())
        return True
    for mail in mails:
        _mark(mail, Mail.State.SENT, answered_at=clock(), last_error="")
    return True


def _refused_for_good(error: Exception) -> bool:
    """Whether a mail server said 5xx to this recipient or this mail. Being refused ourselves is no answer to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _reason in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        codes = [error.smtp_code]
    else:
        return False
    return all(code >= 500 for code in codes) and not OUR_FAULT.search(_in_words(error))


def _in_words(error: BaseException) -> str:
    """The error without an address: a mail server likes to repeat it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return without_private(f"{type(error).__name__}: {error}")[:300]
    said = "; ".join(
        f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers
    )
    return without_private(f"{type(error).__name__}: {said}")[:300]


def _retry(mail: Mail, error: Exception, now: dt.datetime) -> None:
    """Due again later, or given up after three days, which a person sees in the admin. No answer of the address.

    Not where somebody else has claimed the mail since: then it is theirs to say.
    """
    wait = BACK_OFF[min(mail.tries, len(BACK_OFF)) - 1]
    since = mail.again_at or mail.created_at
    state = Mail.State.FAILED if now >= since + GIVE_UP_AFTER else Mail.State.WAITING
    ours = Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, tries=mail.tries)
    ours.update(state=state, due_at=now + wait, last_error=_in_words(error))


def _mark(mail: Mail, state: Mail.State, **fields: object) -> None:
    """What became of a mail, once: what another sender has said of it stands."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING).update(state=state, **fields)


def _wait_for_server(error: BaseException, now: dt.datetime) -> None:
    """Nobody can be written to: the mails that are due wait a minute and say why; those too old are given up.

    They have not been tried, so none of them waits longer than that once the server is back.
    """
    said = _in_words(error)
    log.warning("No mail can be sent: %s", said)
    with transaction.atomic():
        due = Mail.objects.due(now=now).select_for_update(skip_locked=True, no_key=True)
        waiting = Mail.objects.filter(pk__in=list(due.values_list("pk", flat=True)[:MOST]))
        too_old = Q(again_at=None, created_at__lte=now - GIVE_UP_AFTER) | Q(again_at__lte=now - GIVE_UP_AFTER)
        waiting.filter(too_old).update(state=Mail.State.FAILED, last_error=said)
        waiting.filter(state=Mail.State.WAITING).update(due_at=now + BACK_OFF[0], last_error=said)


def send_again(mail_id: int, *, now: dt.datetime) -> None:
    """Staff have a mail that was given up sent once more, with as long to try as it had at first. Raises MailStands, or
    MailTooLate."""
    failed = Mail.objects.filter(pk=mail_id, state=Mail.State.FAILED)
    if failed.filter(expires_at__lte=now).exists():
        raise MailTooLate
    if not failed.update(state=Mail.State.WAITING, due_at=now, again_at=now):
        raise MailStands
