"""All that the page of a session says."""

import datetime as dt
from typing import Any

from django.db.models import Q

from bookings.models import SessionChange
from bookings.public.feeds import as_script, schema_event, summary
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.rule.judging import hold_deadline
from bookings.rule.words import who_may_book
from bookings.states import FROZEN, Standing, Verb
from hubs.models import Notice
from hubs.models.calendar import calendar_of_session

BEFORE_IT_CLOSES = {Standing.ANNOUNCED, Standing.SOON, Standing.OPEN, Standing.FULL}


def said_of(showing: Showing) -> dict[str, Any]:
    """All that the page of a session says."""
    found, now = showing.session, showing.now
    return page_of(showing) | {
        "notices": Notice.objects.showing(now=now).filter(Q(hub=None) | Q(hub=found.hub)),
        "lessons": found.lessons.prefetch_related("visiting_teachers", "specialists"),
        "programme": list(found.programme.all()),
        "resources": found.resources.filter(only_with_a_place=False),
        "for_whom": who_may_book(found, now=now) if showing.standing in BEFORE_IT_CLOSES else "",
        "about": summary(showing),
        "event": as_script(schema_event(showing, found.changes.filter(verb=Verb.MOVE).newest())),
    }


def page_of(showing: Showing) -> dict[str, Any]:
    """What the panel "what to do now" needs: until when places would be kept, or sessions to go to instead."""
    found, now = showing.session, showing.now
    if showing.is_open:
        calendar = calendar_of_session(found.pk)
        return {"showing": showing, "session": found, "keep_until": hold_deadline(found, calendar, now=now)}
    off = found.changes.newest() if showing.places.status in FROZEN else None
    return {"showing": showing, "session": found, "instead": alternatives(showing), "change": off} | offered_instead(
        off, now
    )


def offered_instead(change: SessionChange | None, now: dt.datetime) -> dict[str, Any]:
    """The sessions that the hub itself offers instead of one that is off, if any can be booked still."""
    offered = change.instead_now(now=now) if change else []
    return {"instead": [Showing(session, now) for session in offered], "of_hub": True} if offered else {}
