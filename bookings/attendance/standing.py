"""How a session's register stands: open, recorded, or not recorded. Everybody who counts who came asks here.

Five school days after the session a register that nobody has recorded counts as *not recorded*: never as 0, never as
absent. Recorded after that, it counts. A cancelled or postponed session has none; a reinstated one has its own again.
"""

import datetime as dt
from collections.abc import Mapping
from enum import Enum

from django.db.models import F, Q
from django.utils import timezone

from bookings.models import Register
from bookings.states import FROZEN, SessionStatus
from hubs.models import ClosedDay, ShowcaseSession
from hubs.models.calendar import calendars_of_hubs
from hubs.vocabulary.school_days import SchoolDays

NAGS_AFTER, NOT_RECORDED_AFTER = 2, 5  # school days
TAKES_PLACE = sorted(set(SessionStatus) - FROZEN)
_USUAL = SchoolDays()
Calendars = Mapping[int, SchoolDays]


class RegisterStands(Enum):
    """How one session's register stands."""

    OFF = "the session is cancelled or postponed"
    TO_COME = "the session is not over"
    OPEN = "somebody may still record it"
    RECORDED = "recorded: who is marked absent did not come"
    NOT_RECORDED = "nobody has recorded it, and it counts as neither came nor absent"


def recorded_row(session: ShowcaseSession) -> Register | None:
    """The row that says so, if it is of the day on which the session was: one that moved to a later day is open."""
    row = Register.objects.filter(session=session).select_related("recorded_by").first()
    return row if row and session.starts_at and row.recorded_at >= session.starts_at else None


def stands(
    session: ShowcaseSession, calendar: SchoolDays, *, now: dt.datetime, row: Register | None = None
) -> RegisterStands:
    """One session's, by its hub's calendar; with its `row` where that has been read: else one query."""
    if session.places.status in FROZEN:
        return RegisterStands.OFF
    if session.ends_at is None or session.ends_at > now or session.last_day is None:
        return RegisterStands.TO_COME
    if row or recorded_row(session):
        return RegisterStands.RECORDED
    late = session.last_day < _first_open_day(calendar, now=now)
    return RegisterStands.NOT_RECORDED if late else RegisterStands.OPEN


def recorded(of: str = "") -> Q:
    """Of sessions, or of what leads to them by `of`: those whose register is recorded."""
    at, status = _path(of, "register__recorded_at"), _path(of, "places__status")
    return Q(**{f"{at}__gte": F(_path(of, "starts_at")), f"{status}__in": TAKES_PLACE})


def not_recorded(*, now: dt.datetime, of: str = "", calendars: Calendars | None = None) -> Q:
    """Those whose register counts as not recorded by now, by each hub's own calendar: one query to ask for these."""
    known = closed_calendars() if calendars is None else calendars
    days = {hub: _first_open_day(calendar, now=now) for hub, calendar in known.items()}
    return _unrecorded(of, now=now) & _before(of, days, _first_open_day(_USUAL, now=now))


def nags(*, now: dt.datetime, calendars: Calendars | None = None) -> Q:
    """Sessions that were over two school days ago, and nobody has recorded their register since."""
    known = closed_calendars() if calendars is None else calendars
    days = {hub: _first_quiet_day(calendar, now=now) for hub, calendar in known.items()}
    return _unrecorded("", now=now) & _before("", days, _first_quiet_day(_USUAL, now=now))


def closed_calendars() -> dict[int, SchoolDays]:
    """The calendars of those hubs that have closed days of their own; any other has the usual one."""
    return calendars_of_hubs(ClosedDay.objects.order_by().values_list("hub", flat=True).distinct())


def _unrecorded(of: str, *, now: dt.datetime) -> Q:
    none, before = _path(of, "register"), _path(of, "register__recorded_at__lt")
    stale = Q(**{none: None}) | Q(**{before: F(_path(of, "starts_at"))})
    over = Q(**{_path(of, "ends_at__lte"): now, _path(of, "places__status__in"): TAKES_PLACE})
    return stale & over


def _before(of: str, days: Mapping[int, dt.date], usual: dt.date) -> Q:
    """Sessions before a day that depends on their hub: hubs of one day are asked for together."""
    hub, day = _path(of, "hub_year__hub"), _path(of, "last_day__lt")
    hubs_of: dict[dt.date, list[int]] = {}
    for one, of_hub in days.items():
        if of_hub != usual:
            hubs_of.setdefault(of_hub, []).append(one)
    special = [one for hubs in hubs_of.values() for one in hubs]
    found = Q(**{day: usual}) & (~Q(**{f"{hub}__in": special}) if special else Q())
    for of_hub, hubs in hubs_of.items():
        found |= Q(**{f"{hub}__in": hubs, day: of_hub})
    return found


def _first_open_day(calendar: SchoolDays, *, now: dt.datetime) -> dt.date:
    """The first day of which a session's register is still open today: five whole school days must have passed."""
    return calendar.before(timezone.localdate(now), NOT_RECORDED_AFTER)


def _first_quiet_day(calendar: SchoolDays, *, now: dt.datetime) -> dt.date:
    """The first day of a session of which nobody is reminded yet: two school days later they are."""
    return calendar.before(timezone.localdate(now) + dt.timedelta(days=1), NAGS_AFTER)


def _path(of: str, name: str) -> str:
    return f"{of}__{name}" if of else name
