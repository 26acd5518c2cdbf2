"""What ends with an exchange, and what goes when the hub's months after it are over: its own words, and who taught.

Staff may write into a year that is over. So each hub's year is looked over again once a month.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from bookings.forgetting import when
from bookings.forgetting.goes import Goes, months_before, of_rows
from bookings.models import (
    AuditEntry,
    Certificate,
    GroupTeacher,
    Interest,
    Invitation,
    LaterAnswer,
    Letter,
    SessionChange,
    WideChange,
)
from bookings.states import Verb
from hubs.models import (
    Cost,
    HostSchool,
    HubYear,
    Lesson,
    MasterySpecialist,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.models.exchange import Exchange
from hubs.vocabulary.school_days import SCHOOL_YEAR_STARTS, academic_year

AGAIN = dt.timedelta(days=30)
YEARS_AT_ONCE = 5


def over_on(exchange: Exchange) -> dt.date:
    """The first day on which an exchange is over: its figures have been due too."""
    ends = dt.date(exchange.year + 1, SCHOOL_YEAR_STARTS, 1)
    return max(ends, exchange.reporting_date + dt.timedelta(days=1)) if exchange.reporting_date else ends


def past_limit(year: HubYear, *, today: dt.date) -> bool:
    """Whether the hub's months after the exchange are over."""
    return over_on(year.exchange) <= months_before(today, year.hub.retention_months)


def due(*, now: dt.datetime) -> tuple[list[HubYear], list[HubYear]]:
    """The hubs' years whose exchange is over, and those past the hub's limit, which have to be looked over."""
    today = timezone.localdate(now)
    begun = HubYear.objects.select_related("hub", "exchange").filter(exchange__year__lt=academic_year(today))
    stale = [Q(**{name: None}) | Q(**{f"{name}__lt": now - AGAIN}) for name in ("ended_at", "forgotten_at")]
    found = [year for year in begun.filter(stale[0] | stale[1]).order_by("pk") if over_on(year.exchange) <= today]
    ended = [year for year in found if _stale(year.ended_at, now)]
    return ended, [year for year in found if _stale(year.forgotten_at, now) and past_limit(year, today=today)]


def _stale(last: dt.datetime | None, now: dt.datetime) -> bool:
    return last is None or last < now - AGAIN


def forget(*, now: dt.datetime, most: int = YEARS_AT_ONCE) -> int:
    """Look over some hubs' years that are due, each in a transaction; returns how many rows and years that were."""
    ended, past = due(now=now)
    return sum(
        _one(year, goes(year), now=now, mark=mark)
        for years, goes, mark in ((ended, ends_with, "ended_at"), (past, words_of, "forgotten_at"))
        for year in years[:most]
    )


@transaction.atomic
def _one(year: HubYear, going: list[Goes], *, now: dt.datetime, mark: str) -> int:
    done = 0
    for goes in going:
        while some := goes.do():
            done += some
    HubYear.objects.filter(pk=year.pk).update(**{mark: now})
    return done + 1


def ends_with(year: HubYear) -> list[Goes]:
    """What ends with the exchange: who would join a group, who was invited, how to reach who taught."""
    rows = (
        Invitation.objects.filter(group__hub_year=year),
        GroupTeacher.objects.filter(invitation__group__hub_year=year),
        MasterySpecialist.objects.filter(hub_year=year),
        VisitingTeacher.objects.filter(hub_year=year),
    )
    return [Goes(Interest.objects.filter(hub_year=year)), *(of_rows(found, when.EXCHANGE) for found in rows)]


def words_of(year: HubYear) -> list[Goes]:
    """The hub's own words of an exchange, and the names of who taught and did not agree to be named."""
    teachers = VisitingTeacher.objects.filter(hub_year=year, name_agreed_at=None)
    unnamed = VisitingTeacher.history.filter(id__in=teachers.values("pk"))
    return [
        *(of_rows(rows, when.LIMIT) for rows in _of_a_hub(year)),
        *(of_rows(rows, when.NAMED) for rows in (teachers, unnamed)),
    ]


def _of_a_hub(year: HubYear) -> Iterator["QuerySet[Any]"]:
    """Rows and their versions."""
    of_session = {"session__hub_year": year}
    for model, of in ((HostSchool, "hub_year"), (ShowcaseSession, "hub_year"), (Cost, "hub_year"), (HubYear, "id")):
        yield model.objects.filter(**{of: year.pk})
        yield model.history.filter(**{of: year.pk})
    yield Lesson.objects.filter(**of_session)
    yield Lesson.history.filter(**of_session)
    yield MasterySpecialist.objects.filter(hub_year=year)
    yield LaterAnswer.objects.filter(hub_year=year)
    yield Letter.objects.filter(**of_session)
    yield SessionChange.objects.filter(**of_session)
    yield WideChange.objects.filter(Q(hub_year=year) | Q(host_school__hub_year=year))
    yield AuditEntry.objects.filter(**of_session).exclude(verb=Verb.FORGET)
    yield Certificate.objects.filter(host_school__hub_year=year).exclude(teacher__name_agreed_at__isnull=False)
