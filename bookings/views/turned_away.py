"""Presses on the web that were refused, counted by session, day and reason, so that a hub learns what it lacked.

Whoever read "full" and left is not counted, nor who joined the waiting list instead: that list counts them. What staff
are refused is not counted either. A press is counted where it is answered: where the page that it leads to judges,
there.
"""

import datetime as dt
import logging

from django.db import DatabaseError
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone

from bookings.models import Draft, TurnedAway
from bookings.rule.party import MOST_VISITORS
from bookings.rule.refusals import (
    ListEnded,
    NotBookable,
    NotForYourSchool,
    Refused,
    SchoolShareUsed,
    SessionFull,
    TooManyFromHere,
)
from bookings.states import Standing
from bookings.views import limits
from hubs.vocabulary.database_faults import is_waiting
from hubs.vocabulary.patience import transaction_that_waits

log = logging.getLogger("showcase.rule")
Why = TurnedAway.Why
REASONS: dict[type[Refused], Why] = {
    SessionFull: Why.FULL,
    ListEnded: Why.FULL,
    SchoolShareUsed: Why.SHARE,
    NotForYourSchool: Why.NOT_THEIRS,
}
TOO_LATE = (Standing.CLOSED, Standing.OVER)
MOMENT = 2  # seconds that it waits for a lock: a rush that moves on has all of its own counted


def count(request: HttpRequest, draft: Draft, refused: Refused, *, places: int) -> None:
    """Count that this draft was refused so many places, once, whatever it is refused afterwards.

    Called once the refusal has been committed, in a transaction of its own: it changes nobody's booking, keeps nobody
    waiting, and where it fails nobody notices. A script could make hundreds of drafts: a network adds at most 60 an
    hour and 300 a day, and each at most the ten places of a party.
    """
    why = _why(refused)
    if why is None or draft.pk is None or draft.turned_away or request.method == "HEAD":
        return
    now = timezone.now()
    try:
        with transaction_that_waits(MOMENT):
            _count(request, draft, why, min(max(places, 1), MOST_VISITORS), now=now)
    except TooManyFromHere:
        return
    except DatabaseError as error:
        if is_waiting(error):  # as in a rush on a slow machine: no fault of ours, and nobody's place
            log.warning("A refused press was not counted: others wrote for all of %s seconds.", MOMENT)
        else:
            log.exception("A refused press was not counted.")


def too_late(request: HttpRequest, draft: Draft | None, standing: Standing) -> None:
    """The same for a step pressed once booking had closed. What is off, or not open yet, turned nobody away."""
    if draft and standing in TOO_LATE:
        count(request, draft, NotBookable(standing), places=size_of(draft))


def size_of(draft: Draft) -> int:
    """For how many the draft asks, as far as it says so."""
    others, coming = draft.answers.get("others", 0), draft.answers.get("coming", True)
    return (others if isinstance(others, int) else 0) + bool(coming)


def _why(refused: Refused) -> Why | None:
    if isinstance(refused, NotBookable):
        return Why.CLOSED if refused.standing in TOO_LATE else None
    return REASONS.get(type(refused))


def _count(request: HttpRequest, draft: Draft, why: Why, places: int, *, now: dt.datetime) -> None:
    """Two presses of one draft at once: the row decides which counts."""
    if not Draft.objects.filter(pk=draft.pk, turned_away=False).update(turned_away=True):
        return
    limits.use(request, limits.TURNED_AWAY, now=now)
    of = {"session": draft.session, "day": timezone.localdate(now), "why": why}
    TurnedAway.objects.bulk_create([TurnedAway(**of)], ignore_conflicts=True)
    TurnedAway.objects.filter(**of).update(times=F("times") + 1, places=F("places") + places)
