"""A line in the log for each step of signing in, right or wrong, by the number of the account and never by its address.

Which network it came from, nginx's log says of the same request. Wrong tries name what stands for what was typed.
"""

import logging
from typing import Any

from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest
from django_otp.models import Device
from django_otp.plugins.otp_static.models import StaticDevice

from hubs.models import StaffUser
from hubs.staff.signing_in import lock_out

log = logging.getLogger("showcase.signing_in")


@receiver(user_logged_in, dispatch_uid="note_password")
def password_right(sender: object, user: Any, **_: object) -> None:
    log.info("Account %s: the password was right", user.pk)


@receiver(user_login_failed, dispatch_uid="note_failure")
def password_wrong(sender: object, request: HttpRequest | None = None, **_: object) -> None:
    tried = lock_out.account(request, None)[:8] if request else "?"
    log.warning("A wrong password, or no such account (what was typed: %s)", tried)


@receiver(user_logged_out, dispatch_uid="note_leaving")
def left(sender: object, user: Any, **_: object) -> None:
    if user:
        log.info("Account %s: signed out", user.pk)


def code_right(user: StaffUser, device: Device | None) -> None:
    """The second factor was given: by the app, or by a recovery code."""
    by = "a recovery code" if isinstance(device, StaticDevice) else "the app"
    log.info("Account %s: signed in with %s", user.pk, by)


def code_wrong(user: StaffUser) -> None:
    log.warning("Account %s: a wrong code", user.pk)
