"""A mail that came back: what a delivery report says of it is written down, as if the mail server had said it at once.

Behind a relay every address is accepted first, and a wrong one comes back minutes later. The report finds its mail by
the token of its return path, which nobody can guess and only the reader's mail server has seen: who has none can say
nothing of anybody's mail.
"""

import datetime as dt
import logging

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce

from bookings.mail import together
from bookings.mail.reports import Means, Report, read
from bookings.mail.return_path import tokens_in
from bookings.models import Mail

log = logging.getLogger("showcase.outbox")
S = Mail.State
COULD_ARRIVE = (S.SENT, S.UNSURE, S.WAITING)  # one of the last if a sender died, or has not been answered


def take(raw: bytes, recipient: str, *, now: dt.datetime) -> Means:
    """Write down what a report says; returns what it says of a mail of ours. A second one changes nothing.

    `recipient` is whom it was sent to, which has the token; where that was lost on the way, the report itself has it.
    """
    report = read(raw)
    if report.means is Means.NOTHING:
        return Means.NOTHING
    tokens = tokens_in(recipient) or tokens_in(raw.decode("ascii", errors="replace"))
    mail = Mail.objects.filter(token__in=tokens).first() if len(tokens) == 1 else None
    if mail is None or not mail.recipient:
        return Means.NOTHING
    changed = _write_down(mail, report, now)
    if not changed:
        return Means.NOTHING
    log.info("Mail %s: a delivery report says that it was %s", mail.pk, report.means.value)
    return report.means


def _write_down(mail: Mail, report: Report, now: dt.datetime) -> int:
    """Of all mails that went as this one, those of which nothing worse is known. A mail that was never tried cannot
    come back."""
    with transaction.atomic():
        went = Mail.objects.filter(pk__in=[one.pk for one in together.gone_with(mail)], tries__gt=0)
        if report.means is Means.DELAYED:
            return went.filter(state__in=(S.SENT, S.UNSURE)).update(last_error=f"Delayed: {report.said}")
        said = {"last_error": f"Came back: {report.said}"}
        known = went.filter(state__in=COULD_ARRIVE)
        if report.means is Means.REFUSED:
            return known.update(state=S.REFUSED, answered_at=Coalesce(F("answered_at"), now), **said)
        return known.update(state=S.FAILED, answered_at=None, **said)
