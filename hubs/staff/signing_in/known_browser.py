"""A browser in which an account has signed in before is known again, so that others who try passwords do not slow it.

Its cookie is signed, goes to the sign-in page alone, and holds a random number and keyed hashes of accounts. It
opens nothing: whoever has stolen it still needs the password, and is counted as one browser.
"""

import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from hubs.staff.signing_in.lock_out import of_account

COOKIE = "known"
SALT = "hubs.signing_in.known"  # a purpose of its own: nothing else that we sign passes for it
KEPT = 365 * 24 * 60 * 60
MOST_ACCOUNTS = 5  # of one browser, in an office that shares it


def known(request: HttpRequest) -> str:
    """The number of this browser, where the account that is typed has signed in here before; else nothing."""
    said = _said(request)
    return said["id"] if of_account(request.POST.get("username", "")) in said["of"] else ""


def remember(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The account that was typed has signed in: know this browser the next time."""
    said = _said(request)
    account = of_account(request.POST.get("username", ""))
    accounts = [account, *(one for one in said["of"] if one != account)][:MOST_ACCOUNTS]
    kept = signing.dumps({"id": said["id"] or secrets.token_hex(16), "of": accounts}, salt=SALT)
    response.set_cookie(
        COOKIE,
        kept,
        max_age=KEPT,
        path=reverse("admin:login"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def _said(request: HttpRequest) -> dict[str, Any]:
    try:
        said = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=KEPT)
    except signing.BadSignature:
        return {"id": "", "of": []}
    return dict(said)
