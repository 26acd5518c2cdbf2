"""A hub in one academic year as the public may know it: its sessions, host schools and the teachers who visit."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.safestring import SafeString

from bookings.models.places import can_be_booked, places_left
from bookings.public.brief import Sessions, all_to_come
from bookings.public.counting import with_attended
from bookings.public.england import England, england, named_hubs
from bookings.public.gaps import Draw, Gaps
from bookings.public.session import TONES, Showing, announced, lean, left_in_words, with_whom
from bookings.states import FROZEN, Standing
from hubs.models import HostSchool, HubYear, ShowcaseSession, VisitingTeacher
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.models.to_come import to_come
from hubs.vocabulary.changes import State


def sessions_of(year: HubYear) -> ShowcaseSessionQuerySet:
    """Public sessions that the hub ran or shared in that year, with how many came, and what a row says of them."""
    return lean(with_attended(announced().run_in(year)), "visitors_reported", "schools_reported", "reported_source")


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


@dataclass(frozen=True)
class HubLine:
    """A hub on the list, as it is now."""

    year: HubYear
    found: "OfHubs"
    left: int

    @property
    def slug(self) -> str:
        return self.year.hub.slug

    @property
    def total(self) -> int:
        return sum(self.found.to_come[self.slug][standing] for standing in BEST)

    @property
    def standing(self) -> Standing:
        return next(best for best in BEST if self.found.to_come[self.slug][best])

    @property
    def tone(self) -> str:
        return TONES.get(self.standing, "")

    @property
    def words(self) -> str:
        """How many places are left, or why there are none to book: "52 places left", "Opening soon"."""
        return left_in_words(self.left) if self.left else str(self.standing.label)


@dataclass
class OfHubs:
    """What hubs have to come, by their addresses: how many by their standing, and the places left."""

    sessions: Sessions
    left_of: dict[int, int]  # by session, of those that can be booked
    to_come: defaultdict[str, Counter[Standing]] = field(default_factory=lambda: defaultdict(Counter))
    left: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.hubs_of = {row.pk: (row.hub, *self.sessions.also_run_by.get(row.pk, ())) for row in self.sessions.rows}
        for row in self.sessions.rows:
            for hub in self.hubs_of[row.pk]:
                self.to_come[hub][Standing(row.stood)] += 1
                self.left[hub] += self.left_of.get(row.pk, 0)

    def read_again(self, session_ids: Collection[int], *, now: dt.datetime) -> None:
        """That other places of these are left. One query; which of them can be booked is as it was."""
        for session_id, left in _left(ShowcaseSession.objects.filter(pk__in=session_ids), now):
            for hub in self.hubs_of[session_id]:
                self.left[hub] += left - self.left_of[session_id]
            self.left_of[session_id] = left


def of_hubs(*, now: dt.datetime) -> OfHubs:
    """What all hubs have to come, alone or with others. One query, and two where no list was asked for just before."""
    sessions = all_to_come(now=now)
    bookable = announced().upcoming(today=timezone.localdate(now)).filter(can_be_booked(now))
    free = {row.pk for row in sessions.free.rows}
    return OfHubs(sessions, {session_id: left for session_id, left in _left(bookable, now) if session_id in free})


def _left(sessions: ShowcaseSessionQuerySet, now: dt.datetime) -> Iterable[tuple[int, int]]:
    return sessions.order_by().values_list("pk", places_left(now))


def lines_of(found: OfHubs, *, today: dt.date) -> list[HubLine]:
    """Every hub that has had a year, by name. Two queries."""
    years = HubYear.objects.current(today=today).select_related("hub", "lead_school").prefetch_related("area")
    return [HubLine(year, found, found.left[year.hub.slug]) for year in years.order_by("name", "pk")]


class HubGaps(Gaps[HubLine]):
    """The places left of each hub on a list."""

    def __init__(self, state: State) -> None:
        super().__init__(state)
        self.lines: list[HubLine] = []
        self.draw: Draw[HubLine] | None = None

    def put(self, line: HubLine, draw: Draw[HubLine]) -> SafeString:
        self.lines.append(line)
        self.draw = draw
        return super().put(line, draw)

    def draw_changed(self, now: dt.datetime, state: State) -> None:
        """Ask for those sessions that have changed: one query. That none is full, or is no longer, has been seen to: it
        would be another page."""
        if not self.lines or self.draw is None:
            return
        found = self.lines[0].found
        changed = [
            one
            for one in state.sessions_since(self.state, newest=max(found.left_of, default=0))
            if one in found.left_of
        ]
        found.read_again(changed, now=now)
        for n, line in enumerate(self.lines):
            if line.left != found.left[line.slug]:
                self.lines[n] = replace(line, left=found.left[line.slug])
                self.drawn[n] = self.draw(self.lines[n])


def map_of(lines: Iterable[HubLine], found: OfHubs) -> England | None:
    """Where these hubs' sessions to come are; hubs lead to their pages, several at once to a list."""
    return england(found.sessions.by_hub, {line.slug: line.year.name for line in lines}, page_of)


def map_of_hubs(*, now: dt.datetime, here: str = "") -> England | None:
    """Where every hub's sessions to come are; hubs lead to their pages, several at once to a list. Three queries, for
    the pages of all hubs."""
    names = {hub.slug: str(hub.current_name) for hub in named_hubs(now=now)}  # type: ignore[attr-defined]  # annotated
    return england(all_to_come(now=now).by_hub, names, page_of, here=[here])


def page_of(*, hub: str | None, hubs: str | None, **narrowed: Any) -> str:
    if hub:
        return reverse("hub", args=[hub])
    said = {"hubs": hubs, **{name: value for name, value in narrowed.items() if value}}
    return f"{reverse('home')}?{urlencode(said)}"
