"""Mails to staff about signing in: an invitation, a link to set a password. No row holds the link (rendering.py).

They go through the outbox as any other mail. Whether somebody has an account, and a password, is found out when the
mail is made to be sent: so the row of an invitation looks the same for everybody.
"""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.rule.outbox import new_mail
from bookings.rule.too_often import A_DAY, AN_HOUR, ASKED_FOR, BY_STAFF, TEN_MINUTES, may_again_at
from hubs.models import Hub, HubYear, Membership, StaffUser
from hubs.vocabulary.email_address import email_key

A_LINK = dt.timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT)


def invite(membership: Membership, *, by: StaffUser, now: dt.datetime) -> bool:
    """Write to somebody that they belong to a hub now, or write so again; False where that was done just now."""
    invited = Mail.objects.filter(kind=Kind.INVITED, staff=membership.user_id)
    of_this = invited.filter(dedupe_key__startswith=f"invited:{membership.pk}:")
    times = list(of_this.values_list("created_at", flat=True))
    if may_again_at(times, BY_STAFF, now=now):
        return False
    facts = {"hub": _name_of(membership.hub, now=now), "contact": by.full_name, "membership": membership.pk}
    key = f"invited:{membership.pk}:{_nth(TEN_MINUTES, now)}"
    _to_staff(Kind.INVITED, membership.user, facts, key=key, now=now, until=now + A_LINK)
    return True


def welcome(user: StaffUser, *, by: StaffUser, now: dt.datetime) -> None:
    """Write to somebody of no hub (the programme office, a superuser) that they have an account."""
    key = f"invited:user:{user.pk}:{_nth(TEN_MINUTES, now)}"
    _to_staff(Kind.INVITED, user, {"contact": by.full_name}, key=key, now=now, until=now + A_LINK)


def device_removed(user: StaffUser, *, by: StaffUser, now: dt.datetime) -> None:
    """Tell somebody that their second factor was removed: they ought to know if they did not ask for it."""
    key = f"device:{user.pk}:{now.timestamp():.0f}"
    _to_staff(Kind.DEVICE_REMOVED, user, {"contact": by.full_name}, key=key, now=now, until=now + A_LINK)


def tell_password_link(address: str, *, now: dt.datetime) -> None:
    """Send an address the link to set a password: once an hour and five times a day, silently.

    The same statements for every address. One without an account gets a row that is never sent and holds nothing of it,
    so that not even the time an answer takes tells the two apart.
    """
    user = StaffUser.objects.filter(email=email_key(address), is_active=True).first()
    asked = Mail.objects.filter(kind=Kind.PASSWORD, staff=user, staff__isnull=False, created_at__gt=now - A_DAY)
    times = list(asked.values_list("created_at", flat=True))
    too_often = may_again_at(times, ASKED_FOR, now=now) is not None
    key = f"password:{user.pk}:{_nth(AN_HOUR, now)}" if user and not too_often else f"password:{uuid.uuid4()}"
    _to_staff(Kind.PASSWORD, None if too_often else user, {}, key=key, now=now, until=now + A_DAY)


def forget(*, now: dt.datetime) -> None:
    """Rows that were made for nobody go after a day."""
    nobody = Mail.objects.filter(kind=Kind.PASSWORD, staff=None, state=Mail.State.DROPPED, created_at__lt=now - A_DAY)
    if nobody.exists():
        nobody.delete()


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """An invitation to a hub that somebody has been taken off again is not sent."""
    membership = mail.facts.get("membership")
    return membership is None or Membership.objects.filter(pk=membership).exists()


def link_of(mail: Mail) -> str:
    """Where the mail leads: to a page that sets a password, or to the sign-in page for whoever has one.

    The link is signed with the time and what it changes, so it works for three days and until a password has been set
    or they have signed in.
    """
    user = mail.staff
    if user is None:
        return ""
    if mail.kind == Kind.PASSWORD or not user.has_usable_password():
        parts = urlsafe_base64_encode(force_bytes(user.pk)), default_token_generator.make_token(user)
        return f"{settings.SITE_URL}{reverse('password-set', args=parts)}"
    return f"{settings.SITE_URL}{reverse('admin:index')}"


def _nth(period: dt.timedelta, now: dt.datetime) -> int:
    """Which of these periods it is, by the clock: two presses within one have one key."""
    return int(now.timestamp() // period.total_seconds())


def _name_of(hub: Hub, *, now: dt.datetime) -> str:
    year = HubYear.objects.current(today=timezone.localdate(now)).filter(hub=hub).first()
    return year.name if year else hub.slug


def _to_staff(
    kind: Kind, user: StaffUser | None, facts: dict[str, object], *, key: str, now: dt.datetime, until: dt.datetime
) -> None:
    """Two presses at once have one key, and one mail."""
    of: dict[str, Any] = {"staff": user, "state": Mail.State.WAITING if user else Mail.State.DROPPED}
    mail = new_mail(kind, user.email if user else None, facts, key=key, now=now, until=until, **of)
    Mail.objects.bulk_create([mail], ignore_conflicts=True)
