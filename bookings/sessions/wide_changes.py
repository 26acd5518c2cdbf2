"""Cancel, postpone or reinstate all of a host school's visit, or of a hub's exchange (rule.md#changes).

What staff ask for is stored with a row for each session. `run_due` carries it out, one session a transaction. A step's
key is that of the change of its session, so that it happens once however often and by however many it is tried.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Sequence

from django.db import InterfaceError, OperationalError, transaction

from bookings.models import SessionChange, WideChange, WideStep
from bookings.models.change import LONGEST_MESSAGE, MOST_INSTEAD, WIDE_VERBS
from bookings.rule.refusals import BadNews, NothingChanged, Refused
from bookings.rule.room import Clock
from bookings.rule.words import why_not
from bookings.sessions import changes
from bookings.sessions.changes import News, plain
from bookings.states import SESSION_TABLE, Verb
from hubs.models import HostSchool, HubYear, ShowcaseSession, StaffUser
from hubs.models.session import ShowcaseSessionQuerySet

log = logging.getLogger("showcase.rule")

CARRIES_OUT: dict[str, Callable[..., SessionChange | None]] = {
    Verb.CANCEL_SESSION: changes.cancel_session,
    Verb.POSTPONE: changes.postpone,
    Verb.REINSTATE: changes.reinstate,
}


def sessions_of(of: HostSchool | HubYear, verb: Verb, *, today: dt.date) -> ShowcaseSessionQuerySet:
    """The sessions to come of a visit, or of a hub in a year, that `verb` can be done to now."""
    whose = {"host_school": of} if isinstance(of, HostSchool) else {"hub_year": of}
    mine = ShowcaseSession.objects.filter(**whose, places__status__in=SESSION_TABLE[verb][0])
    return mine.upcoming(today=today).with_names().select_related("places")


def ask_for(
    of: HostSchool | HubYear,
    verb: Verb,
    sessions: Sequence[ShowcaseSession],
    *,
    by: StaffUser,
    clock: Clock,
    news: News,
) -> WideChange:
    """Store a change of several sessions; the same key again is the same change. Raises NothingChanged or BadNews."""
    if verb not in WIDE_VERBS or not sessions:
        raise NothingChanged
    if len(news.message) > LONGEST_MESSAGE or len(news.instead) > MOST_INSTEAD or set(news.instead) & set(sessions):
        raise BadNews
    whose = {"host_school": of} if isinstance(of, HostSchool) else {"hub_year": of}
    said = {"verb": verb, "staff": by, "message": plain(news.message), "created_at": clock()}
    with transaction.atomic():
        wide, new = WideChange.objects.get_or_create(key=news.key or uuid.uuid4(), defaults=said | whose)
        if new:
            wide.instead.set(news.instead)
            WideStep.objects.bulk_create(WideStep(wide=wide, session=session) for session in sessions)
    return wide


def carry_out(clock: Clock, *, stop: Callable[[], bool]) -> int:
    """Take every step that is not taken yet, in order; returns how many. One that fails is tried again next time."""
    steps = list(WideStep.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True))
    return sum(_take(step, clock) for step in steps if not stop())


def _take(step_id: int, clock: Clock) -> bool:
    step = WideStep.objects.select_related("wide__staff").get(pk=step_id)
    if step.done_at:  # by somebody else meanwhile
        return False
    wide, refused = step.wide, ""
    news = News(wide.message, list(wide.instead.all()), step.key)
    try:
        CARRIES_OUT[wide.verb](step.session_id, by=wide.staff, clock=clock, news=news)
    except Refused as error:
        refused = why_not(error)
    except (InterfaceError, OperationalError):
        raise  # the database is away for all of them
    except Exception:
        log.exception("Step %s of a wide change could not be taken", step_id)
        return False
    return bool(WideStep.objects.filter(pk=step_id, done_at=None).update(done_at=clock(), refused=refused[:300]))
