"""A booking on its way through the steps: answers in a row, its key in a cookie limited to the steps' path."""

import datetime as dt
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bookings.models import Draft
from bookings.models.draft import AFTERWARDS, LIFE
from hubs.models.session import OF_ITS_SESSION

COOKIE = "draft"


def find(request: HttpRequest, ref: str, *, now: dt.datetime) -> Draft | None:
    """This browser's draft for that session, with all that a step shows: one query. None where there is none."""
    try:
        key = uuid.UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None
    drafts = Draft.objects.select_related("school", "session__places", *OF_ITS_SESSION)
    try:  # not first(): putting one row of two hundred columns in order costs more than finding it
        return drafts.get(key=key, session__ref=ref, expires_at__gt=now)
    except Draft.DoesNotExist:
        return None


def keep(draft: Draft, *, now: dt.datetime) -> None:
    """Save the answers, for two hours from now."""
    draft.expires_at = now + LIFE
    draft.save()


def set_cookie(response: HttpResponse, draft: Draft) -> HttpResponse:
    """Give the browser its draft's key."""
    response.set_cookie(
        COOKIE,
        str(draft.key),
        max_age=LIFE,
        path=reverse("book", args=[draft.session.ref]),
        httponly=True,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
    )
    return response


def consume(draft: Draft, *, now: dt.datetime) -> None:
    """The booking has been asked for: the draft stays an hour for "send it again" and "another address"."""
    draft.consumed_at, draft.expires_at = now, now + AFTERWARDS
    draft.save()
