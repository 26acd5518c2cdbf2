"""A hub in one academic year as the public may know it: its sessions, host schools and the teachers who visit."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.urls import reverse
from django.utils import timezone

from bookings.public.counting import with_attended
from bookings.public.england import England, count_by_hub, england
from bookings.public.session import TONES, Showing, announced, left_in_words, with_whom
from bookings.states import FROZEN, Standing
from hubs.models import HostSchool, Hub, HubYear, ShowcaseSession, VisitingTeacher
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.models.to_come import to_come


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
    return [(OfHub if row.hub_year.hub_id == year.hub_id else SharedWithHub)(row, now) for row in with_whom(sessions)]


class Teachers(NamedTuple):
    """Visiting teachers: those who agreed to be named, and how many more there are."""

    named: list[VisitingTeacher]
    more: int

    @classmethod
    def of(cls, teachers: Iterable[VisitingTeacher]) -> "Teachers":
        everybody = list(teachers)
        named = [teacher for teacher in everybody if teacher.name_agreed_at]
        return cls(named, len(everybody) - len(named))


def teachers_of(year: HubYear) -> Teachers:
    """The visiting teachers of a year, but for those of whom only drafts tell. One query."""
    visits = HostSchool.objects.filter(visiting_teachers=OuterRef("pk"))
    taught = announced().order_by().filter(lessons__visiting_teachers=OuterRef("pk"))
    return Teachers.of(year.visiting_teachers.exclude(Exists(visits), ~Exists(visits.shown()), ~Exists(taught)))


@dataclass(frozen=True)
class Hosting:
    """A host school's visit, with its public sessions."""

    host: HostSchool
    sessions: list[ShowcaseSession]
    today: dt.date | None = None

    @property
    def has_flyer(self) -> bool:
        """Whether one of its sessions is to come."""
        return any(self.today and (one.last_day or self.today) >= self.today for one in self.sessions)

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
    """The host schools of a year, but for drafts, with those of `sessions` that are theirs, in order of their days.

    Each host has `to_come`: whether its visit is not over and no session of it has a date yet. Three queries.
    """
    theirs: dict[int | None, list[ShowcaseSession]] = {}
    for one in sessions:
        if one.places.status in FROZEN:
            continue  # its row says that it is off; here stands only when to come
        theirs.setdefault(one.host_school_id, []).append(one)
    hosts = year.host_schools.shown().select_related("school").prefetch_related("visiting_teachers", "specialists")
    in_order = hosts.order_by(F("first_day").asc(nulls_last=True), "school__name", "pk")
    return [Hosting(host, theirs.get(host.pk, []), today) for host in in_order.annotate(to_come=_without_dates(today))]


def _without_dates(today: dt.date) -> Q:
    dated = announced().order_by().filter(host_school=OuterRef("pk"), starts_at__isnull=False)
    return Q(~Exists(dated)) & to_come(today)


# The hubs, each with how many sessions it has to come and how many places those have left.


# How a hub's sessions stand on the list: the first of these that one of them does. What is off or over is not to come.
BEST = (Standing.OPEN, Standing.SOON, Standing.ANNOUNCED, Standing.FULL, Standing.ELSEWHERE, Standing.CLOSED)
# All that Places.standing and Places.left read of a session and its places.
OF_SESSION = ("opens_at", "closes_at", "starts_at", "ends_at", "last_day", "release_at", "booked_elsewhere")
OF_PLACES = ("places__status", "places__capacity", "places__held_back", "places__places_taken")


@dataclass(frozen=True)
class HubLine:
    """A hub on the list."""

    year: HubYear
    showings: list[Showing]

    @property
    def standing(self) -> Standing:
        return next(best for best in BEST if any(one.standing == best for one in self.showings))

    @property
    def tone(self) -> str:
        return TONES.get(self.standing, "")

    @property
    def words(self) -> str:
        """How many places are left, or why there are none to book: "52 places left", "Opening soon"."""
        left = sum(one.left for one in self.showings if one.is_open)
        return left_in_words(left) if left else str(self.standing.label)


def hub_lines(*, now: dt.datetime) -> list[HubLine]:
    """Every hub that has had a year, by name. Four queries."""
    to_come = defaultdict(list)
    for showing in _to_come(now):
        for hub in _run_by(showing.session):
            to_come[hub].append(showing)
    years = (
        HubYear.objects.current(today=timezone.localdate(now))
        .select_related("hub", "lead_school")
        .prefetch_related("area")
    )
    return [HubLine(year, to_come[year.hub_id]) for year in years.order_by("name", "pk")]


def map_of_hubs(*, now: dt.datetime, here: str = "") -> England | None:
    """Where every hub's sessions to come are; hubs lead to their pages, several at once to a list. Three queries."""
    today = timezone.localdate(now)
    names = {hub.slug: str(hub.current_name) for hub in Hub.objects.named(today=today)}  # type: ignore[attr-defined]  # annotated
    sessions = announced().upcoming(today=today)
    return england(count_by_hub(sessions, now=now), names, _page_of, here=[here])


def _page_of(*, hub: str | None, hubs: str | None, **narrowed: Any) -> str:
    if hub:
        return reverse("hub", args=[hub])
    said = {"hubs": hubs, **{name: value for name, value in narrowed.items() if value}}
    return f"{reverse('home')}?{urlencode(said)}"


def _to_come(now: dt.datetime) -> Iterator[Showing]:
    """Public sessions to come that are on, with no more of each row than their places need."""
    sessions = announced().upcoming(today=timezone.localdate(now)).order_by()
    lean = sessions.select_related(None).select_related("places", "hub_year")
    shared = Prefetch("also_run_by", HubYear.objects.only("hub_id"))
    showings = (
        Showing(row, now) for row in lean.only(*OF_SESSION, *OF_PLACES, "hub_year__hub_id").prefetch_related(shared)
    )
    return (one for one in showings if one.standing in BEST)


def _run_by(session: ShowcaseSession) -> set[Any]:
    return {session.hub_year.hub_id, *(year.hub_id for year in session.also_run_by.all())}
