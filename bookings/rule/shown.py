"""What the page with the Book button said of a session, so that nobody books another day or place than they read.

The page sends it back, sealed; the rule compares it under the lock.
"""

from typing import NamedTuple

from django.core import signing
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, day
from hubs.vocabulary.money import pounds

SALT = "bookings.shown"


class Shown(NamedTuple):
    """Day, time, place and cost. Moments are ISO strings in UTC."""

    starts_at: str
    ends_at: str
    place: str
    cost_pence: int


class Change(NamedTuple):
    """What is different from what was shown, in words."""

    what: str
    was: str
    now: str


def of(session: ShowcaseSession) -> Shown:
    """What is shown of the session as it is."""
    starts_at, ends_at = (at.isoformat() if at else "" for at in (session.starts_at, session.ends_at))
    parts = (session.where_name, session.place_address, session.where_town, session.where_postcode)
    return Shown(starts_at, ends_at, ", ".join(part for part in parts if part), session.cost_pence)


def sealed(session: ShowcaseSession) -> str:
    """The same, for a form to carry."""
    return signing.Signer(salt=SALT).sign_object(of(session))


def opened(text: str) -> Shown | None:
    """What a form brings back, or None where it brings nothing of ours."""
    try:
        return Shown(*signing.Signer(salt=SALT).unsign_object(text))
    except (signing.BadSignature, TypeError, ValueError):
        return None


def changes(before: Shown | None, session: ShowcaseSession) -> list[Change]:
    """What has changed since `before` was shown."""
    if before is None:
        return []
    was, now = _in_words(before), _in_words(of(session))
    return [Change(what, was[what], now[what]) for what in now if was[what] != now[what]]


def _in_words(shown: Shown) -> dict[str, str]:
    starts_at, ends_at = parse_datetime(shown.starts_at), parse_datetime(shown.ends_at)
    times = {"start": clock(starts_at), "end": clock(ends_at)}
    return {
        _("Day"): day(starts_at),
        _("Time"): _("%(start)s to %(end)s") % times,
        _("Place"): shown.place,
        _("Cost"): _("%(cost)s for each visitor") % {"cost": pounds(shown.cost_pence)}
        if shown.cost_pence
        else _("Free"),
    }
