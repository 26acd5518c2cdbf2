"""What becomes of a mail by what a mail server says of it: accepted, refused for good, again later, or nothing at all.

A mail that was taken without an answer may have arrived. It is tried twice more, ten minutes and then an hour later:
ten minutes is how long a server may think about what it has been given (RFC 5321, 4.5.3.2.6), and a third try tells one
that was ill from one that dislikes this mail. Every try has the same Message-ID, so that a receiver may drop a double.
Then a person says whether it arrived: it is neither sent nor refused.
"""

import datetime as dt
import re
import smtplib
from typing import TYPE_CHECKING, Any

from django.db.models import BigAutoField, DateTimeField

from bookings.mail.line import MayHaveArrived
from bookings.models import Mail
from hubs.vocabulary.asked_often import DoneOften, Given
from hubs.vocabulary.logs import without_private
from hubs.vocabulary.one_line import one_line

if TYPE_CHECKING:
    from bookings.models.outbox import MailQuerySet

GIVE_UP_AFTER = dt.timedelta(days=3)
BACK_OFF = [dt.timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 30, 60)]
# Between the times that a mail is handed over and no answer comes: after these waits the machine has had its tries.
AFTER_SILENCE = [dt.timedelta(minutes=10), dt.timedelta(hours=1)]
# 5xx for a reason that is ours, not the address's: policy ("relaying denied", "sign in first") and limits (RFC 3463).
OUR_FAULT = re.compile(r"(?<![\d.])5\.(7\.\d+|3\.\d+|4\.5)(?!\.?\d)")


def refused_for_good(error: Exception) -> bool:
    """Whether a mail server said 5xx to this recipient or this mail. Being refused ourselves is no answer to it."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        codes = [code for code, _reason in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPDataError):
        codes = [error.smtp_code]
    else:
        return False
    return all(code >= 500 for code in codes) and not OUR_FAULT.search(in_words(error))


def in_words(error: BaseException) -> str:
    """The error without an address, which a mail server likes to repeat, and without what no column can hold."""
    return one_line(without_private(_in_words(error)))[:300]


def _in_words(error: BaseException) -> str:
    if isinstance(error, MayHaveArrived):
        return f"Taken without an answer. {_in_words(error.__cause__) if error.__cause__ else error}"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        answers: list[tuple[int, bytes | str]] = list(error.recipients.values())
    elif isinstance(error, smtplib.SMTPResponseException):
        answers = [(error.smtp_code, error.smtp_error)]
    else:
        return f"{type(error).__name__}: {error}"
    said = "; ".join(
        f"{code} {text.decode(errors='replace') if isinstance(text, bytes) else text}" for code, text in answers
    )
    return f"{type(error).__name__}: {said}"


def mark(mail: Mail, state: Mail.State, **fields: object) -> None:
    """What became of a mail, once: what another sender has said of it stands."""
    Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING).update(state=state, **fields)


def accepted(mail: Mail, now: dt.datetime) -> None:
    """`mark`, of nearly every mail: a mail server has taken it."""
    _accepted(mail=mail.pk, at=now)


@DoneOften
def _accepted() -> "tuple[MailQuerySet, dict[str, Any]]":
    waiting = Mail.objects.filter(pk=Given("mail", BigAutoField()), state=Mail.State.WAITING)
    return waiting, {"state": Mail.State.SENT, "answered_at": Given("at", DateTimeField()), "last_error": ""}


def retry(mail: Mail, error: Exception, now: dt.datetime, *, broken: bool = False) -> None:
    """Due again later, or given up after three days, which a person sees in the admin. No answer of the address.

    `broken` where the server said nothing of it. Not where somebody else has claimed the mail since: then it is theirs
    to say.
    """
    wait = BACK_OFF[min(mail.tries, len(BACK_OFF)) - 1]
    since = mail.again_at or mail.created_at
    state = Mail.State.FAILED if now >= since + GIVE_UP_AFTER else Mail.State.WAITING
    broken_at = now if broken else mail.broken_at
    _ours(mail).update(state=state, due_at=now + wait, broken_at=broken_at, last_error=in_words(error))


def taken_in_silence(mail: Mail, error: Exception, now: dt.datetime) -> None:
    """The server was given all of it and did not answer: tried again after a while, and then a person's to say."""
    fields = {"unanswered": mail.unanswered + 1, "broken_at": now, "last_error": in_words(error)}
    if mail.unanswered < len(AFTER_SILENCE):
        _ours(mail).update(due_at=now + AFTER_SILENCE[mail.unanswered], **fields)
    else:
        _ours(mail).update(state=Mail.State.UNSURE, **fields)


def _ours(mail: Mail) -> "MailQuerySet":
    return Mail.objects.filter(pk=mail.pk, state=Mail.State.WAITING, tries=mail.tries)
