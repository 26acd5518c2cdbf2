"""The demo as it is loaded on a day, and what is shown of it."""

import datetime as dt

from bookings.management import demo
from bookings.public.session import Showing
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import london


def load(*today):
    """The demo as it is loaded on that day, at noon; the moment, and how many announcements were entered."""
    now = london(dt.date(*today), dt.time(12))
    return now, demo.load(lambda: now)


def showings(now, slug=None, *, to_come=True):
    sessions = ShowcaseSession.objects.select_related("places", "hub_year__hub").order_by(
        "first_day", "starts_at", "pk"
    )
    sessions = sessions.upcoming(today=now.date()) if to_come else sessions.past(today=now.date())
    return [Showing(one, now) for one in (sessions.filter(hub_year__hub__slug=slug) if slug else sessions)]
