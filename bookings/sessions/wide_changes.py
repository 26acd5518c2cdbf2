"""Cancel, postpone or reinstate all of a host school's visit, or of a hub's exchange (rule.md#changes).

What staff ask for is stored with a row for each session, and carried out one session a transaction: at once, or by
`run_due`. A step's
key is that of the change of its session, so that it happens once however often and by however many it is tried.
"""

import datetime as dt
import logging
import uuid
from collections.abc import Callable, Iterable, Sequence

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q

from bookings.models import SessionChange, WideChange, WideStep
from bookings.models.change import LONGEST_MESSAGE, MOST_INSTEAD, WIDE_VERBS
from bookings.rule.one_by_one import never, one_by_one
from bookings.rule.refusals import BadNews, NothingChanged, Refused
from bookings.rule.room import Clock
from bookings.rule.words import why_not
from bookings.sessions import changes
from bookings.sessions.changes import News, plain
from bookings.states import SESSION_TABLE, Verb
from hubs.models import HostSchool, HubYear, ShowcaseSession, StaffUser
from hubs.models.session import ShowcaseSessionQuerySet

AT_ONCE = 12  # sessions: more than one school has in a visit
log = logging.getLogger("showcase.rule")

CARRIES_OUT: dict[str, Callable[..., SessionChange | None]] = {
    Verb.CANCEL_SESSION: changes.cancel_session,
    Verb.POSTPONE: changes.postpone,
    Verb.REINSTATE: changes.reinstate,
}


def sessions_of(of: HostSchool | HubYear, verb: Verb, *, today: dt.date) -> ShowcaseSessionQuerySet:
    """The sessions to come of a visit, or of a hub in a year, that `verb` can be done to now."""
    mine = ShowcaseSession.objects.filter(**_whose(of), places__status__in=SESSION_TABLE[verb][0])
    return mine.upcoming(today=today).with_names().select_related("places")


def sessions_at(year: HubYear, school_id: int, day: dt.date, verb: Verb) -> ShowcaseSessionQuerySet:
    """The hub's sessions of one day at one school that `verb` can be done to now: what snow shuts."""
    there = Q(venue=school_id) | Q(venue=None, place_name="", host_school__school=school_id)
    mine = ShowcaseSession.objects.filter(there, hub_year=year, first_day=day, last_day=day)
    return mine.filter(places__status__in=SESSION_TABLE[verb][0]).with_names().select_related("places")


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
    said = {"verb": verb, "staff": by, "message": plain(news.message), "created_at": clock()}
    with transaction.atomic():
        wide, new = WideChange.objects.get_or_create(key=news.key or uuid.uuid4(), defaults=said | _whose(of))
        if new:
            wide.instead.set(news.instead)
            WideStep.objects.bulk_create(WideStep(wide=wide, session=session) for session in sessions)
    return wide


def asked_before(of: HostSchool | HubYear, key: str) -> WideChange | None:
    """What the same form has asked for already."""
    try:
        known = WideChange.objects.filter(key=uuid.UUID(key))
    except ValueError:
        return None
    return known.filter(**_whose(of)).first()


def _whose(of: HostSchool | HubYear) -> dict[str, HostSchool | HubYear]:
    return {"host_school": of} if isinstance(of, HostSchool) else {"hub_year": of}


def carry_out_now(wide: WideChange, clock: Clock) -> int:
    """Take its steps at once, while whoever pressed looks on; returns how many were taken. What is killed on the way,
    and all of a change of very many sessions, is the worker's."""
    steps = list(wide.steps.order_by("pk").values_list("pk", "done_at"))
    if len(steps) > AT_ONCE:
        return 0
    try:
        return _take_each((step for step, done_at in steps if done_at is None), clock)
    except (InterfaceError, OperationalError):
        log.warning("Wide change %s is left to the worker: the database is away", wide.pk)
        return 0


def carry_out(clock: Clock, *, stop: Callable[[], bool]) -> int:
    """Take every step that is not taken yet, in order; returns how many. One that fails is tried again next time."""
    steps = list(WideStep.objects.filter(done_at=None).order_by("pk").values_list("pk", flat=True))
    return _take_each(steps, clock, stop=stop)


def _take_each(steps: Iterable[int], clock: Clock, stop: Callable[[], bool] = never) -> int:
    taken = one_by_one(
        lambda step: _take(step, clock), steps, failed="Step %s of a wide change could not be taken", stop=stop
    )
    return len(taken)


def _take(step_id: int, clock: Clock) -> bool:
    step = WideStep.objects.select_related("wide__staff").get(pk=step_id)
    if step.done_at:  # by somebody else meanwhile
        return False
    wide, refused = step.wide, ""
    several = wide.pk if wide.steps.count() > 1 else None
    news = News(wide.message, list(wide.instead.all()), step.key, several)
    try:
        CARRIES_OUT[wide.verb](step.session_id, by=wide.staff, clock=clock, news=news)
    except Refused as error:
        refused = why_not(error)
    return bool(WideStep.objects.filter(pk=step_id, done_at=None).update(done_at=clock(), refused=refused[:300]))
