"""A member of staff who has left: their row stays, for entries of the audit point there, and nothing of them on it."""

import datetime as dt
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.auth.hashers import make_password
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from bookings.forgetting import when
from bookings.forgetting.goes import Goes, of_rows
from bookings.models import Erasure, Mail, Opened
from hubs.models import Membership, StaffUser

LEFT_FOR = dt.timedelta(days=365)
LOG_KEPT = dt.timedelta(days=365)
OLDEST = 500


def left(*, now: dt.datetime) -> "QuerySet[StaffUser]":
    """Who may sign in no longer, or belongs to no hub any more, and has not signed in for a year."""
    gone = Q(is_active=False) | Q(memberships=None, is_superuser=False, is_programme_office=False)
    last = Coalesce("last_login", "date_joined")
    found = StaffUser.objects.filter(gone, forgotten_at=None).alias(last=last)
    return found.filter(last__lt=now - LEFT_FOR).order_by("pk")


@transaction.atomic
def forget_member(user_id: int, *, now: dt.datetime) -> bool:
    """Make somebody a former member of staff. Twice is once."""
    user = StaffUser.objects.select_for_update(no_key=True).filter(pk=user_id, forgotten_at=None).first()
    if user is None:
        return False
    for goes in of_member(user):
        goes.do()
    nobody: dict[str, Any] = {"email": f"former-{user.pk}@staff.invalid", "full_name": "", "is_active": False}
    nobody |= {"is_superuser": False, "is_programme_office": False, "password": make_password(None)}
    StaffUser.objects.filter(pk=user.pk).update(**nobody, forgotten_at=now)
    Erasure.objects.note([user], at=now)
    return True


def of_member(user: StaffUser) -> list[Goes]:
    """What else is kept of a member of staff."""
    about = ContentType.objects.get_for_model(StaffUser)
    return [
        *(Goes(model._base_manager.filter(user=user)) for model in (Membership, TOTPDevice, StaticDevice)),
        of_rows(Mail.objects.filter(staff=user), when.MAILS),
        Goes(LogEntry.objects.filter(content_type=about, object_id=str(user.pk)), ("object_repr", "change_message")),
    ]


def forget(*, now: dt.datetime) -> int:
    """Forget who has left, and what the admin's log and who opened what have had for a year."""
    gone = list(left(now=now).values_list("pk", flat=True)[:OLDEST])
    return sum(forget_member(pk, now=now) for pk in gone) + old_log(now=now).do() + opened(now=now).do()


def old_log(*, now: dt.datetime) -> Goes:
    """Of the oldest entries, those that have been kept for a year: by the key, for its times have no index."""
    oldest = LogEntry.objects.order_by("pk").values("pk")[:OLDEST]
    return Goes(LogEntry.objects.filter(pk__in=oldest, action_time__lt=now - LOG_KEPT))


def opened(*, now: dt.datetime) -> Goes:
    """Who opened what, by the index on when that was."""
    return Goes(Opened.objects.filter(at__lt=now - LOG_KEPT))
