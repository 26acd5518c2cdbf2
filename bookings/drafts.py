"""A booking on its way through the steps: answers in a row, its key in a cookie limited to the steps' path."""

import datetime as dt
import uuid

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bookings.models import Draft
from bookings.models.draft import AFTERWARDS, LIFE
from hubs.models import ShowcaseSession

COOKIE = "draft"


def find(request: HttpRequest, session: ShowcaseSession, *, now: dt.datetime) -> Draft | None:
    """This browser's draft for that session, or None where there is none or it has expired."""
    try:
        key = uuid.UUID(request.COOKIES.get(COOKIE, ""))
    except ValueError:
        return None
    return Draft.objects.select_related("booking").filter(key=key, session=session, expires_at__gt=now).first()


def open_or_new(request: HttpRequest, session: ShowcaseSession, *, now: dt.datetime) -> Draft:
    """This browser's unfinished draft, or a new one that is not saved yet."""
    draft = find(request, session, now=now)
    return draft if draft and not draft.consumed_at else Draft(session=session)


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
