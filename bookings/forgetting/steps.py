"""What is done to forget: what kept.py says, some rows a round, by indexes.

Each function gives what would go; `forget` does it. What hangs together goes in one transaction, under the lock that
verbs take, so that nobody's booking is half forgotten however the worker is killed.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, Min, OuterRef, Q, QuerySet
from django.utils import timezone

from bookings.afterwards import ties
from bookings.attendance import perhaps
from bookings.forgetting import exchanges, staff, when
from bookings.forgetting.goes import Goes, months_before, of_rows
from bookings.models import (
    AddressChange,
    Asked,
    AuditEntry,
    Booking,
    By,
    Certificate,
    DayAnswer,
    Draft,
    HandOver,
    Mail,
    OfficeLink,
    Person,
    Visitor,
)
from bookings.models.visitor import NEEDS_KEPT
from bookings.places import write
from bookings.rule.locking import lock
from bookings.rule.room import Room
from bookings.states import FROZEN, Verb
from hubs.models import Hub, Photograph, Resource, ShowcaseSession
from hubs.vocabulary.school_days import london

SESSIONS_AT_ONCE = 20
MAILS_KEPT = dt.timedelta(days=92)
AT_NAMES = (when.NAMES, when.MOBILE, when.NEEDS)


def past_names(today: dt.date) -> "QuerySet[Booking]":
    """Bookings whose names have had their time, and stand: the hub's months after the session, and not before the day
    on which the exchange's figures are due. One that has no day counts from when it was made."""
    months = Hub.objects.order_by().values_list("retention_months", flat=True).distinct()
    over = Q(pk__in=[])
    for kept in months:
        last = months_before(today, kept)
        undated = Q(session__last_day=None, created_at__lt=london(last, dt.time.min))
        over |= Q(session__hub_year__hub__retention_months=kept) & (Q(session__last_day__lte=last) | undated)
    due = Q(session__hub_year__exchange__reporting_date=None)
    due |= Q(session__hub_year__exchange__reporting_date__lt=today)
    return Booking.objects.filter(over, due, forgotten_at=None)


def of_bookings(bookings: "QuerySet[Booking]") -> list[Goes]:
    """All that is kept of the people of those bookings."""
    their = Visitor.objects.filter(booking__in=bookings)
    return [
        *(of_rows(rows, *AT_NAMES) for rows in _their_rows(bookings, their)),
        Goes(Draft.objects.filter(booking__in=bookings)),
    ]


def _their_rows(bookings: "QuerySet[Booking]", their: "QuerySet[Visitor]") -> Iterator["QuerySet[Any]"]:
    yield bookings
    yield their
    yield HandOver.objects.filter(visitor__in=their)
    yield AddressChange.objects.filter(booking__in=bookings)
    yield Certificate.objects.filter(visitor__in=their)
    yield Mail.objects.filter(booking__in=bookings)
    yield AuditEntry.objects.filter(booking__in=bookings)
    yield DayAnswer.objects.filter(session__in=bookings.order_by().values("session"))


def forget_names(*, now: dt.datetime, most: int = SESSIONS_AT_ONCE) -> int:
    """Forget the people of some sessions that are long over, each in a transaction of its own."""
    due = _sessions_due(timezone.localdate(now), most)
    for session_id in due:
        perhaps.make(session_id, now)  # who may be whom is found out while there are names, of any of them
    return sum(forget_session(session_id, now=now) for session_id in due)


def _sessions_due(today: dt.date, most: int) -> list[int]:
    """Sessions with bookings to forget: those long over by the index on their days, and then by that on bookings which
    have not been forgotten. Those without a day are few."""
    long_over = Hub.objects.aggregate(months=Min("retention_months"))["months"] or 0
    stands = past_names(today).filter(session=OuterRef("pk")).order_by()
    dated = ShowcaseSession.objects.order_by().filter(last_day__lte=months_before(today, long_over))
    undated = ShowcaseSession.objects.order_by().filter(last_day=None)
    found = (rows.filter(Exists(stands)).values_list("pk", flat=True)[:most] for rows in (dated, undated))
    return [pk for pks in found for pk in pks]


@transaction.atomic
def forget_session(session_id: int, *, now: dt.datetime) -> int:
    """Forget everybody of those bookings of a session that are due, under the session's lock. Returns how many bookings
    that were; the audit says how many people."""
    room = Room(lock(session_id), now=now)
    due = past_names(timezone.localdate(now)).filter(session=session_id)
    bookings = list(due.values_list("pk", flat=True))
    people = Visitor.objects.filter(booking__in=bookings).count()
    if bookings:
        forget_bookings(bookings, now=now)
        write(room, Verb.FORGET, by=By.CLOCK, why=how_many(people))
    return len(bookings)


def how_many(people: int) -> str:
    """What the audit says: never whom."""
    return f"{people} {'person' if people == 1 else 'people'}"


def forget_bookings(pks: list[int], *, now: dt.datetime) -> None:
    """Empty all that is kept of the people of these bookings; the caller holds their session's lock."""
    bookings = Booking.objects.filter(pk__in=pks)
    keys = _address_keys(bookings)
    ties.cut(list(Asked.objects.filter(visitor__booking__in=pks).values_list("voice", flat=True)))
    for goes in of_bookings(bookings):
        while goes.do():
            pass
    drop_unsendable(bookings)
    bookings.update(forgotten_at=now)
    Visitor.objects.filter(booking__in=pks).update(link_version=F("link_version") + 1)
    bookings.update(link_version=F("link_version") + 1)
    forget_persons(keys)


def drop_unsendable(bookings: "QuerySet[Booking]") -> None:
    """A mail whose address was erased before it was sent is not needed any longer."""
    waiting = Mail.objects.filter(booking__in=bookings, recipient=None, state=Mail.State.WAITING)
    waiting.update(state=Mail.State.DROPPED)


def _address_keys(bookings: "QuerySet[Booking]") -> set[str]:
    of_visitors = Visitor.objects.filter(booking__in=bookings, email_key__isnull=False)
    return {*of_visitors.order_by().values_list("email_key", flat=True)} - {None}  # type: ignore[return-value]  # none is None


def forget_persons(keys: Iterable[str]) -> None:
    """The address behind a random id dies with the last booking of that address."""
    stands = Visitor.objects.filter(email_key=OuterRef("email_key"))
    Person.objects.filter(~Exists(stands), email_key__in=set(keys)).delete()


# --- what goes by itself ----------------------------------------------------------------------------------------------


def by_themselves(*, now: dt.datetime) -> list[Goes]:
    """What goes row by row: numbers, needs, mails that are about no booking, files whose consent has ended."""
    today = timezone.localdate(now)
    offices = OfficeLink.objects.filter(session__last_day__lte=today - NEEDS_KEPT).exclude(given_to="", known_at=None)
    off = Booking.objects.filter(held_from__isnull=False, session__places__status__in=FROZEN)  # nothing lapses there
    mails = Mail.objects.filter(booking=None, recipient__isnull=False, created_at__lt=now - MAILS_KEPT)
    return [
        of_rows(Booking.objects.past_mobile(now=now), when.MOBILE),
        of_rows(Visitor.objects.past_mobile(now=now), when.MOBILE),
        of_rows(Visitor.objects.past_needs(now=now), when.NEEDS),
        of_rows(off, when.UNPROVED),
        of_rows(offices, when.NEEDS),
        of_rows(mails, when.MAILS),
        *(Goes(model.objects.filter(agreed_until__lte=today)) for model in (Photograph, Resource)),
    ]


def forget(*, now: dt.datetime) -> int:
    """Do some of what is due at `now`; returns how many rows that were. A round with nothing to do only reads."""
    done = sum(goes.do() for goes in by_themselves(now=now))
    return done + forget_names(now=now) + exchanges.forget(now=now) + staff.forget(now=now)


def all_due(*, now: dt.datetime) -> list[Goes]:
    """Everything that is due at `now`: to be counted, not done."""
    ended, past = exchanges.due(now=now)
    return [
        *by_themselves(now=now),
        *of_bookings(past_names(timezone.localdate(now))),
        *(goes for year in ended for goes in exchanges.ends_with(year)),
        *(goes for year in past for goes in exchanges.words_of(year)),
        *(goes for user in staff.left(now=now) for goes in staff.of_member(user)),
        staff.old_log(now=now),
        staff.opened(now=now),
    ]
