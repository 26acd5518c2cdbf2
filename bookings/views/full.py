"""A press for a place of a session that is known to be full: answered at once, so that a rush is over sooner.

That a session is full depends on nobody who asks. Each process keeps it for a moment, until something changes in that
session, and sends who presses meanwhile to the page that says it: that one looks again, judges, and counts the press.
It reads no session, no school and no answers; what a press has booked already is found all the same.
"""

import datetime as dt
import time
from functools import wraps
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from bookings.models import Booking, Draft, Places
from bookings.models import draft as drafts
from bookings.rule.reading import anything_lapses
from bookings.views.faults import look_again, same
from hubs.models import ShowcaseSession
from hubs.pages import View, private
from hubs.vocabulary import changes
from hubs.vocabulary.asked_often import AskedOften, columns

KEPT = 2.0  # seconds: longer than a rush between two changes, shorter than anybody presses again
MOST = 200  # sessions
PRESSED = "pressed"  # in the address of the page that a press was sent to


class Full(NamedTuple):
    """A session that was full, what stood in the file of changes before that was read, and until when it counts."""

    session_id: int
    mark: bytes
    until: float


_known: dict[str, Full] = {}


def told_at_once(view: View) -> View:
    """The step whose button books. Who has said how they would wait is judged as ever."""

    @private
    @wraps(view)
    def of_session(request: HttpRequest, ref: str) -> HttpResponse:
        if request.method == "POST" and not request.POST.get("wait"):
            full = _still_full(ref)
            if full and _asks_for_more(request, full):
                return same(request, query=PRESSED)
        return view(request, ref)

    return of_session


def was_pressed(request: HttpRequest) -> bool:
    """Whether this page answers a press, and not a look."""
    return PRESSED in request.GET


def found(request: HttpRequest, draft: Draft) -> HttpResponse:
    """A press has found the session of this draft full: it is told as those are that follow."""
    keep(draft.session)
    return look_again(request, draft, now=timezone.now(), query=PRESSED)


def keep(session: ShowcaseSession) -> None:
    """A press has found this session full, and nothing in it that was due. Where the clock alone brings places within
    that moment, a deadline or the release of what is held back, nothing is kept: who presses then settles it. Nor is
    what a transaction saw, which may never have been."""
    state = None if connection.in_atomic_block else changes.state()
    until = timezone.now() + dt.timedelta(seconds=KEPT)
    places = _as_it_stands.one(session=session.pk)
    is_full = places is not None and places.left(now=until) <= 0
    if state and is_full and not anything_lapses(session.pk, now=until):
        if len(_known) >= MOST:
            _known.clear()
        _known[session.ref] = Full(session.pk, state.of(session.pk), time.monotonic() + KEPT)


@AskedOften
def _as_it_stands() -> QuerySet[Places]:
    return Places.objects.select_related("session").filter(**columns(Places, "session"))


def _still_full(ref: str) -> Full | None:
    found = _known.get(ref)
    if found is None:
        return None
    state = changes.state()
    if state and state.of(found.session_id) == found.mark and time.monotonic() < found.until:
        return found
    _known.pop(ref, None)
    return None


def _asks_for_more(request: HttpRequest, full: Full) -> bool:
    """Whether this browser has a draft here that has booked nothing: one narrow query."""
    key = drafts.key_of(request)
    return key is not None and bool(_unbooked.rows(session=full.session_id, key=key))


@AskedOften
def _unbooked() -> Any:
    booked = Booking.objects.filter(request_key=OuterRef("request_key")).order_by()
    given = columns(Draft, "session", "key")
    return Draft.objects.filter(~Exists(booked), consumed_at=None, **given).values_list("pk")
