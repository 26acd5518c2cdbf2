"""What django-axes asks of us: who is trying, what to answer when it was too often, and when to forget it.

It keeps neither an address nor a network but what stands for them, so what is typed into the wrong field (a password,
somebody else's address) is in no row and no log.
"""

import datetime as dt
import logging
from http import HTTPStatus
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from hubs.pages import own_policy, private
from hubs.vocabulary.dates import clock
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.keyed import keyed_hash

KEPT = dt.timedelta(days=1)
log = logging.getLogger("showcase.signing_in")


def account(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What stands for the account that somebody tries, known or not; the address in any case is one account."""
    said = credentials or {"email": request.POST.get("username")}
    return of_account(str(said.get("email") or said.get("username") or ""))


def of_account(address: str) -> str:
    return keyed_hash("hubs.signing_in", email_key(address))[:32]


@own_policy
@private
def page(request: HttpRequest, *_args: object) -> HttpResponse:
    """The same for every address, whether it has an account or not, and for a right password too."""
    log.warning("Too many wrong passwords (what was typed: %s)", account(request, None)[:8])
    context = admin.site.each_context(request) | {
        "title": _("Too many tries"),
        "sentences": [*_why(request), _("If you have forgotten your password, ask for a link to set a new one.")],
        "forgotten": True,
    }
    return render(request, "admin/signing_in.html", context, status=HTTPStatus.TOO_MANY_REQUESTS)


def _why(request: HttpRequest) -> list[str]:
    """Of one account from one network; or of all that a network has tried, until the hour is over."""
    if at := getattr(request, "too_many_here", None):
        return [
            _("Too many wrong passwords have come from your network within this hour."),
            _("Try again after %(at)s, or use another connection. Browsers that have signed in before are let in.")
            % {"at": clock(at)},
        ]
    minutes = int(settings.AXES_COOLOFF_TIME.total_seconds()) // 60
    wait = ngettext("Wait %(n)d minute, then try again.", "Wait %(n)d minutes, then try again.", minutes)
    return [
        _("Somebody has tried to sign in with this address too often from where you are."),
        wait % {"n": minutes},
    ]


@own_policy
@private
def busy(request: HttpRequest) -> HttpResponse:
    """More passwords are being hashed than this process has memory for; nothing was done."""
    context = admin.site.each_context(request) | {
        "title": _("Many people are signing in"),
        "sentences": [_("Nothing has gone wrong, and nothing was changed. Wait ten seconds, then try again.")],
        "to_sign_in": True,
    }
    response = render(request, "admin/signing_in.html", context, status=HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "10"
    return response


def let_try_again(address: str) -> None:
    """Whoever has set a new password from their mailbox need not wait."""
    AccessAttempt.objects.filter(username=of_account(address)).delete()


def forget(*, now: dt.datetime) -> None:
    """Tries are kept for a day, sessions until they end. A round with nothing to forget writes nothing."""
    for old in (
        AccessAttempt.objects.filter(attempt_time__lt=now - KEPT),
        Session.objects.filter(expire_date__lt=now),
    ):
        if old.exists():
            old.delete()
