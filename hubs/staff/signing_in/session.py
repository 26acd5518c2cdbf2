"""How long somebody stays signed in, in London time.

A register opened in the morning with a second factor stays open until 18:00, though the phone that shows it lies about
for hours. Otherwise two hours without a page end it, and twelve hours in any case.
"""

import datetime as dt

from django.contrib.sessions.backends.base import SessionBase
from django.utils import timezone
from django_otp import DEVICE_ID_SESSION_KEY

from hubs.vocabulary.school_days import london

IDLE, LONGEST = dt.timedelta(hours=2), dt.timedelta(hours=12)
HALF_WAY = dt.timedelta(minutes=10)  # for the code, once the password has been right
DAY_ENDS = dt.time(18)
_SINCE = "signed_in_at"


def begin(session: SessionBase, *, now: dt.datetime) -> None:
    """Somebody has signed in. Without a second factor in this session, as far as their password goes."""
    session[_SINCE] = now.isoformat()
    session.set_expiry(ends(since=now, now=now, verified=is_verified(session)))


def begin_half_way(session: SessionBase, *, now: dt.datetime) -> None:
    """The password was right, and the code is still to come."""
    session.pop(_SINCE, None)
    session.set_expiry(now + HALF_WAY)


def keep_open(session: SessionBase, *, now: dt.datetime) -> None:
    """Somebody is at work: put the end off, but write to the database at most once an hour."""
    if _SINCE not in session or session.get_expiry_date() - now > IDLE / 2:
        return
    until = ends(since=dt.datetime.fromisoformat(session[_SINCE]), now=now, verified=is_verified(session))
    if until > session.get_expiry_date():
        session.set_expiry(until)


def ends(*, since: dt.datetime, now: dt.datetime, verified: bool) -> dt.datetime:
    """When a session that began at `since` ends, if nobody does anything after `now`."""
    idle = min(now + IDLE, since + LONGEST)
    return max(idle, london(timezone.localdate(since), DAY_ENDS)) if verified else idle


def is_verified(session: SessionBase) -> bool:
    """Whether a second factor was given in this session; the device may have been removed since."""
    return DEVICE_ID_SESSION_KEY in session
