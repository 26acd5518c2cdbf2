"""One mail in place of several: what one press on a whole school tells one reader of several sessions.

Each session still has its change, its transaction and its mail (docs/decisions/0032); those of one press to one reader
go as one. Each keeps its own row, so that one which is stale by then is dropped alone, and none is lost.
"""

import datetime as dt
import logging
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.utils import timezone, translation

from bookings.mail.rendering import addressed, attach_entry, context_of, written
from bookings.mail_kinds import Kind, To, mail_row
from bookings.models import Mail
from bookings.states import FROZEN, SESSION_TABLE, Verb
from hubs.vocabulary.languages import CHINESE

if TYPE_CHECKING:
    from bookings.models.outbox import MailQuerySet

log = logging.getLogger("showcase.outbox")
# A session that takes place again asks each party something of its own: those mails stay apart.
VERBS = {verb for verb, (_from, to) in SESSION_TABLE.items() if to in FROZEN}
OFF = {Kind.SESSION_CANCELLED: Verb.CANCEL_SESSION, Kind.SESSION_POSTPONED: Verb.POSTPONE}


def may_go_with_others(mail: Mail) -> bool:
    """Whether it tells of one of several sessions that were taken off by one press."""
    if not mail.facts.get("wide"):
        return False
    verb = OFF.get(Kind(mail.kind)) if mail.kind in Kind.values else None
    return (verb or mail.facts.get("verb")) in VERBS


def go_as_one(mail: Mail, other: Mail) -> bool:
    """Whether two mails are of the same press and kind, to the same reader."""
    if not may_go_with_others(mail):
        return False
    known_by = [(one.kind, one.recipient_key, one.language, one.facts.get("wide")) for one in (mail, other)]
    return known_by[0] == known_by[1]


def beside(mail: Mail, due: "MailQuerySet") -> "MailQuerySet":
    """The others of the same press and kind to the same reader."""
    same = {"kind": mail.kind, "recipient_key": mail.recipient_key, "language": mail.language}
    return due.filter(**same, facts__wide=mail.facts["wide"]).exclude(pk=mail.pk)


def gone_with(mail: Mail) -> list[Mail]:
    """The mails that went as the one message of this one, itself among them."""
    if not may_go_with_others(mail):
        return [mail]
    return [mail, *beside(mail, Mail.objects.filter(state=mail.state, answered_at=mail.answered_at, tries__gt=0))]


def first_of(mails: list[Mail]) -> Mail:
    """The one whose name the message bears among mail servers."""
    return min(mails, key=lambda mail: mail.pk)


def render(mails: list[Mail], *, now: dt.datetime) -> EmailMultiAlternatives:
    """One message of them all, the soonest session first, with each one's link and calendar entry."""
    first = mails[0]
    with translation.override(first.language), timezone.override(settings.TIME_ZONE):
        pairs = [(context_of(mail, now=now), mail) for mail in mails]
        pairs.sort(key=lambda pair: (pair[0].get("starts_at") or now, pair[1].pk))
        said = [one for one, _mail in pairs]
        days = {timezone.localdate(one["starts_at"]) for one in said if one.get("starts_at")}
        context: dict[str, Any] = said[0] | {
            "each": said,
            "n": len(said),
            "link": "",
            "day": said[0]["starts_at"] if len(days) == 1 else None,
            "off": OFF.get(Kind(first.kind), Verb(first.facts.get("verb", Verb.CANCEL_SESSION))),
            "both": first.language == CHINESE and mail_row(first.kind).to is To.TEACHER,
            "to_house": mail_row(first.kind).to in (To.OFFICE, To.TEACHER, To.SPECIALIST),
        }
        subject, text, html = written("layout/together", context)
    # The same one at every try, whichever was claimed first: so its Message-ID is, too.
    message = addressed(first_of(mails), context, subject, text, html)
    for number, (one, mail) in enumerate(pairs, start=1):
        if one["entry"]:
            attach_entry(message, mail, one["entry"], f"showcase-{number}.ics")
    return message
