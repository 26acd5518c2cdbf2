"""What schools of a group are written. The links are put in when a mail is sent (bookings/mail/group_mails.py)."""

import datetime as dt
from typing import Any

from bookings.mail_kinds import Kind
from bookings.models import Enrolment, Invitation, Mail
from bookings.rule.outbox import new_mail
from bookings.rule.too_often import OF_NEW_ADDRESS, may_again_at
from hubs.vocabulary.email_address import email_key

STANDS = dt.timedelta(days=60)  # an invitation that could not be delivered by then is news no longer


def may_write(invitation: Invitation, kind: Kind, *, now: dt.datetime) -> bool:
    """Whether the school has not had too many of these just now, whoever pressed."""
    since = now - max(limit.within for limit in OF_NEW_ADDRESS)
    times = invitation.mails.filter(kind=kind, created_at__gt=since).values_list("created_at", flat=True)
    return may_again_at(times, OF_NEW_ADDRESS, now=now) is None


def tell_teacher(invitation: Invitation, *, now: dt.datetime) -> None:
    """The invitation itself."""
    facts = {"link_version": invitation.link_version}
    _write(invitation, Kind.GROUP_INVITED, invitation.asked_email, facts, now=now)


def tell_head(invitation: Invitation, *, now: dt.datetime) -> None:
    """The head's button."""
    facts = {"link_version": invitation.head_version, "contact": invitation.asked_name}
    _write(invitation, Kind.GROUP_HEAD, invitation.head_email, facts, now=now)


def tell_joined(invitation: Invitation, enrolments: list[Enrolment], *, now: dt.datetime) -> None:
    """One mail to the teacher who was asked, and one to each whom they named and gave an address, with all meetings."""
    told: dict[str, Any] = {"enrolments": [one.pk for one in enrolments], "contact": invitation.asked_name}
    ours = email_key(invitation.asked_email or "")
    if ours:
        facts = told | {"link_version": invitation.link_version}
        _write(invitation, Kind.GROUP_JOINED, invitation.asked_email, facts, now=now)
    for teacher in invitation.teachers.all():
        if teacher.email and email_key(teacher.email) != ours:
            facts = told | {"link_version": None, "named": True}
            _write(invitation, Kind.GROUP_JOINED, teacher.email, facts, now=now)


def _write(invitation: Invitation, kind: Kind, to: str | None, facts: dict[str, Any], *, now: dt.datetime) -> None:
    """A row of the outbox, numbered among the invitation's own: whoever writes has locked that, so that two presses
    at one moment are one."""
    if not to:
        return
    year = invitation.group.hub_year
    facts |= {"hub": year.name, "reply_to": year.contact_email, "group": invitation.group.name}
    key = f"{kind}:{invitation.pk}:{invitation.mails.filter(kind=kind).count()}"
    mail = new_mail(
        kind, to, facts, key=key, now=now, until=now + STANDS, language=invitation.language, invitation=invitation
    )
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
