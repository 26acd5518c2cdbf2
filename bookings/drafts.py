"""A booking on its way through the steps: answers in a row, its key in a cookie limited to the steps' path."""

import datetime as dt
import uuid
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from bookings.models import Draft
from bookings.models.draft import AFTERWARDS, LIFE
from hubs.models.session import OF_ITS_SESSION

COOKIE = "draft"
# Where a step's answers are kept as they were typed, right or not; those of any other step while they have faults.
KEPT_AT, KEPT_ELSEWHERE = {"book-who": "who", "book-other": "other"}, "tried"


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
    """Save the answers, for two hours from now; after the booking has been asked for, for the rest of its hour."""
    if draft.consumed_at:
        draft.save(update_fields=["answers"])
        return
    draft.expires_at = now + LIFE
    draft.save()


def mark_faults(draft: Draft, step: str, typed: dict[str, Any]) -> None:
    """Remember what was typed at a step with faults, for its page to show until any step is answered as it should be.

    The faults themselves are found anew: how things stand may have changed, and so may the language of the page.
    """
    forget_faults(draft)
    draft.answers |= {"faulty": step, KEPT_AT.get(step, KEPT_ELSEWHERE): typed}


def with_faults(draft: Draft, step: str) -> dict[str, Any] | None:
    """What was typed at that step, if it had faults and nothing has been answered since."""
    if draft.answers.get("faulty") != step:
        return None
    typed: dict[str, Any] = draft.answers[KEPT_AT.get(step, KEPT_ELSEWHERE)]
    return typed


def has_faults(draft: Draft) -> bool:
    """Whether the last step that was answered had faults."""
    return "faulty" in draft.answers


def forget_faults(draft: Draft) -> None:
    """A step has been answered: no page shows faults, and what only stood there to be put right is gone."""
    for name in ("faulty", KEPT_ELSEWHERE):
        draft.answers.pop(name, None)


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
    forget_faults(draft)
    draft.answers.pop("other", None)  # a school that was not named in the end
    draft.consumed_at, draft.expires_at = now, now + AFTERWARDS
    draft.save()
