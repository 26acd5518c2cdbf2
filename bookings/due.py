"""Whatever is due: settle sessions that nobody visits, send mails, check the count. Safe in many processes at once."""

import datetime as dt
import logging
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from bookings.afterwards import ties
from bookings.attendance import office, perhaps
from bookings.forgetting import steps
from bookings.groups import enrolling
from bookings.mail import asking_again, asking_later, asking_mails, openings, reminders, sending, staff_mails
from bookings.models import Booking, Draft, Places
from bookings.operations import ledger
from bookings.operations.counting import compare_reports, report_miscounts
from bookings.places import locked
from bookings.report import kept, median
from bookings.rule import clock_jumps
from bookings.rule.one_by_one import never, one_by_one
from bookings.rule.room import Clock
from bookings.sessions import wide_changes
from bookings.states import FROZEN
from bookings.views import limits
from hubs.models import StoredFile
from hubs.staff.signing_in import lock_out

# Each says what is due, and makes one of it: within seconds, or where two minutes more are as good.
SOON: tuple[Any, ...] = (openings, kept.COUNTRY, kept.HUBS)
SELDOM: tuple[Any, ...] = (reminders, office, asking_mails, asking_again, asking_later, perhaps)
# Each forgets some of what has had its time; files come after the rows that name them.
FORGETS: tuple[Any, ...] = (ties, limits, lock_out, staff_mails, steps, ledger, StoredFile.objects)
UNSETTLED = "Session %s could not be settled"

log = logging.getLogger("showcase.rule")


class Done(NamedTuple):
    """How many mails were tried, which a look finds too; and how much else was done, of which there may be more."""

    mails: int
    other: int


def run_due(clock: Clock, *, stop: Callable[[], bool] = never, seldom: bool = True) -> Done:
    """Do what is due once, or less once `stop` says so. Without `seldom` only what somebody waits for, or what was
    pressed for: the rest may be two minutes late (docs/decisions/0060).

    Mail goes before lapsing, so that a mail that was late is given its chance first.
    """
    done = wide_changes.carry_out(clock, stop=stop) + enrolling.carry_out(clock, stop=stop)
    mails = sending.send_due(clock, stop=stop)
    now = clock()
    if not clock_jumps.is_trusted(now=now):
        return Done(mails, done)  # nothing that the clock alone brings about: it may be days ahead
    settle = partial(_settle, clock=clock)
    settled = one_by_one(settle, _sessions_due(now), failed=UNSETTLED, stop=stop)
    if settled:
        report_miscounts(settled, now=clock())
    done += len(settled)
    for made in (*SOON, *SELDOM) if seldom else SOON:
        done += len(one_by_one(partial(_make, made, clock=clock), made.due(now), failed=UNSETTLED, stop=stop))
    if seldom:
        done += _forget(now)
    ledger.write_outside(now=now)
    return Done(mails + sending.send_due(clock, stop=stop), done)


def _forget(now: dt.datetime) -> int:
    """Forget some of what has had its time; returns of how much that is known. With nothing to do it writes nothing: on
    SQLite a DELETE would take the one lock."""
    openings.delete_outlived(now=now)
    forgotten = sum(forgets.forget(now=now) or 0 for forgets in FORGETS)
    expired = Draft.objects.filter(expires_at__lte=now)
    if expired.exists():
        expired.delete()
    return forgotten


def once_a_day(clock: Clock) -> list[int]:
    """What asks every row: the checks of counts, and the medians that reports compare with. Returns the miscounts."""
    median.refresh(now=clock())
    compare_reports(now=clock())
    return report_miscounts(now=clock())


def _sessions_due(now: dt.datetime) -> list[int]:
    """Sessions with something to settle at `now`, by indexed queries. What verbs cause, they settle themselves."""
    rows = Booking.objects
    found = (rows.lapsing(now=now), rows.list_over(now=now), rows.offerable(now=now))
    due = {pk for some in found for pk in some.values_list("session_id", flat=True).order_by().distinct()}
    kept = Places.objects.filter(held_back__gt=0, session__release_at__lte=now).exclude(status__in=FROZEN)
    return sorted({*due, *kept.values_list("session_id", flat=True)})


def _settle(session_id: int, clock: Clock) -> bool:
    """Settle one session, and say whether there was anything to do."""
    with locked(session_id, clock) as room:
        return room.writes > 0


def _make(made: Any, row_id: int, clock: Clock) -> bool:
    """Make one of what is due by now."""
    made.make(row_id, clock())
    return True
