"""A hub in one academic year as the public may know it: its sessions, host schools and the teachers who visit."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Exists, F, OuterRef, Q

from bookings.counting import with_attended
from bookings.showing import Showing, announced
from bookings.states import FROZEN, Standing
from hubs.models import HostSchool, HubYear, ShowcaseSession, VisitingTeacher
from hubs.models.session import ShowcaseSessionQuerySet


def sessions_of(year: HubYear) -> ShowcaseSessionQuerySet:
    """Public sessions that the hub ran or shared in that year, with how many came."""
    return with_attended(announced().run_in(year))


class OfHub(Showing):
    """A session on a page of the hub that runs it, which need not say in each row whose it is."""

    @property
    def row(self) -> dict[str, Any]:
        return super().row | {"hub": ""}

    @property
    def is_over(self) -> bool:
        return self.standing == Standing.OVER

    @property
    def attended(self) -> int | None:
        """How many the register counted, where `with_attended` asked."""
        return getattr(self.session, "attended", None)

    @property
    def room(self) -> int:
        """The places to draw around those who came."""
        return max(self.places.capacity, self.attended or 0)


class SharedWithHub(OfHub):
    """One that another hub runs with it: whose it is must be said."""

    @property
    def row(self) -> dict[str, Any]:
        return super().row | {"hub": self.session.hub_year.name}


def on_page_of(year: HubYear, sessions: Iterable[ShowcaseSession], now: dt.datetime) -> list[Showing]:
    """Sessions as rows of that hub's own page."""
    return [(OfHub if row.hub_year.hub_id == year.hub_id else SharedWithHub)(row, now) for row in sessions]


class Teachers(NamedTuple):
    """Visiting teachers: those who agreed to be named, and how many more there are."""

    named: list[VisitingTeacher]
    more: int

    @classmethod
    def of(cls, teachers: Iterable[VisitingTeacher]) -> "Teachers":
        everybody = list(teachers)
        named = [teacher for teacher in everybody if teacher.name_agreed_at]
        return cls(named, len(everybody) - len(named))


@dataclass(frozen=True)
class Hosting:
    """A host school's visit, with its public sessions."""

    host: HostSchool
    sessions: list[ShowcaseSession]

    @cached_property
    def teachers(self) -> Teachers:
        return Teachers.of(self.host.visiting_teachers.all())

    @property
    def dated(self) -> list[ShowcaseSession]:
        return sorted((one for one in self.sessions if one.starts_at), key=lambda one: (one.starts_at, one.pk))

    @property
    def undated(self) -> int:
        return len(self.sessions) - len(self.dated)

    @property
    def days(self) -> tuple[dt.date, dt.date] | None:
        """Its first and last day; where they are not said, those of its sessions; None while there are none."""
        if self.host.first_day and self.host.last_day:
            return self.host.first_day, self.host.last_day
        days = [day for one in self.sessions for day in (one.first_day, one.last_day) if day]
        return (min(days), max(days)) if days else None


def hosts_of(year: HubYear, sessions: Iterable[ShowcaseSession], *, today: dt.date) -> list[Hosting]:
    """The host schools of a year with those of `sessions` that are theirs, in order of their days.

    Each host has `to_come`: whether its visit is not over and no session of it has a date yet. Three queries.
    """
    theirs: dict[int | None, list[ShowcaseSession]] = {}
    for one in sessions:
        if one.places.status in FROZEN:
            continue  # its row says that it is off; here stands only when to come
        theirs.setdefault(one.host_school_id, []).append(one)
    hosts = year.host_schools.select_related("school").prefetch_related("visiting_teachers", "specialists")
    in_order = hosts.order_by(F("first_day").asc(nulls_last=True), "school__name", "pk")
    return [Hosting(host, theirs.get(host.pk, [])) for host in in_order.annotate(to_come=_without_dates(today))]


def _without_dates(today: dt.date) -> Q:
    dated = announced().order_by().filter(host_school=OuterRef("pk"), starts_at__isnull=False)
    return Q(~Exists(dated)) & (Q(last_day=None) | Q(last_day__gte=today))
