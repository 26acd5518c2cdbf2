"""A session as the public sees it at one moment: how it stands, in words and in ten frames."""

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple, TypeVar

from django.db.models import Case, IntegerField, Q, When, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.models import Places
from bookings.models.places import is_open
from bookings.rule.offers import list_has_ended
from bookings.rule.words import who_may_book
from bookings.states import FROZEN, SessionStatus, Standing
from hubs.models import ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import in_miles
from hubs.vocabulary.dates import between, clock, days_between, moment
from hubs.vocabulary.kept_words import kept_by_language

TONES = {
    Standing.OPEN: "good",
    Standing.FULL: "wait",
    Standing.SOON: "wait",
    Standing.POSTPONED: "stop",
    Standing.CANCELLED: "stop",
}
COUNTED = {Standing.OPEN, Standing.FULL, Standing.SOON, Standing.CLOSED}


SEVERAL = {
    ShowcaseSession.Kind.SHOWCASE: gettext_lazy("%(n)d lessons"),
    ShowcaseSession.Kind.OPEN_CLASSROOM: gettext_lazy("%(n)d open classrooms"),
    ShowcaseSession.Kind.MASTER_CLASS: gettext_lazy("%(n)d master classes"),
    ShowcaseSession.Kind.WORKSHOP: gettext_lazy("%(n)d workshops"),
    ShowcaseSession.Kind.TALK: gettext_lazy("%(n)d talks"),
    ShowcaseSession.Kind.MEETING: gettext_lazy("%(n)d work group meetings"),
}


IN_ORDER: tuple[Any, ...] = tuple(ShowcaseSession._meta.ordering or ())


def announced() -> ShowcaseSessionQuerySet:
    """Sessions that anybody may find, with what a list shows of them."""
    return (
        ShowcaseSession.objects.public()
        .exclude(places__status=SessionStatus.DRAFT)
        .with_names()
        .select_related("places")
    )


# All that a row of a list says or is placed by (`Showing.row`, `together`): of two hundred columns these.
OF_PLACES = ("places__status", "places__capacity", "places__held_back", "places__places_taken")
OF_TIME = ("opens_at", "closes_at", "starts_at", "ends_at", "first_day", "last_day", "release_at", "booked_elsewhere")
OF_WHERE = ("easting", "northing", "place_name", "place_town")
OF_SCHOOLS = tuple(f"{of}__{name}" for of in ("venue", "host_school__school") for name in ("name", "town"))
OF_WHOM = ("suits_years", "who_may_book", "only_list", "open_to_everyone_at")
OF_ROW = (
    *("ref", "kind", "visibility", "title", "title_zh", "taught", "hub_year__name", "hub_year__hub"),
    *(*OF_TIME, *OF_WHERE, *OF_SCHOOLS, *OF_WHOM, *OF_PLACES),
)


def listed() -> ShowcaseSessionQuerySet:
    """As `announced`, with what a row of a list says and nothing else."""
    return lean(announced())


def lean(sessions: ShowcaseSessionQuerySet, *besides: str) -> ShowcaseSessionQuerySet:
    """Sessions of `announced` with what a row of a list says and nothing else but these columns."""
    of_row = sessions.select_related(None).select_related("hub_year", "venue", "host_school__school", "places")
    return of_row.only(*OF_ROW, *besides)


def bookable_first(now: dt.datetime) -> tuple[Any, ...]:
    """An order that puts before all else what can be booked, waited for or opens soon: `Showing.comes_first`."""
    elsewhere = ~Q(booked_elsewhere="") & Q(starts_at__gt=now) & ~Q(places__status__in=FROZEN)
    return (Case(When(is_open(now) | elsewhere, then=0), default=1, output_field=IntegerField()),)


def to_come(hub: str, *, now: dt.datetime) -> ShowcaseSessionQuerySet:
    """What a hub runs, alone or with others, that is not over: what can be booked first."""
    sessions = announced().run_by(hub).upcoming(today=timezone.localdate(now))
    return sessions.order_by(*bookable_first(now), *IN_ORDER)


@dataclass(frozen=True)
class Showing:
    """A session with its places, at `now`."""

    session: ShowcaseSession
    now: dt.datetime

    @property
    def places(self) -> Places:
        return self.session.places

    @property
    def today(self) -> dt.date:
        """The day in London."""
        return timezone.localdate(self.now)

    @cached_property
    def standing(self) -> Standing:
        return self.places.standing(now=self.now)

    @property
    def comes_first(self) -> bool:
        """Whether a list has it before those that nobody can book: `bookable_first`."""
        if self.is_booked_elsewhere:
            return self.session.starts_at is not None and self.session.starts_at > self.now
        return self.standing in (Standing.OPEN, Standing.FULL, Standing.SOON)

    @property
    def first_day(self) -> dt.date | None:
        return self.session.first_day

    @property
    def last_day(self) -> dt.date | None:
        return self.session.last_day

    @property
    def far(self) -> str:
        """How far it is in whole miles from what `near.measured` measured it from; empty where nobody did or can."""
        metres = getattr(self.session, "metres", None)
        return "" if metres is None else in_miles(metres)

    @property
    def is_open(self) -> bool:
        return self.standing == Standing.OPEN

    @property
    def is_booked_elsewhere(self) -> bool:
        return self.standing == Standing.ELSEWHERE

    @property
    def elsewhere(self) -> str:
        """For whom it is and until when, where it is booked elsewhere: nothing of ours will say so later."""
        if not self.is_booked_elsewhere:
            return ""
        closes_at = self.session.closes_at
        said = [who_may_book(self.session, now=self.now)]
        if closes_at:
            over = closes_at <= self.now
            said.append(_("Booking there has closed") if over else _("Book by %(at)s") % {"at": moment(closes_at)})
        return ". ".join(filter(None, said))

    @cached_property
    def left(self) -> int:
        return max(self.places.left(now=self.now), 0)

    @cached_property
    def kept(self) -> int:
        return self.places.kept(now=self.now)

    @property
    def taken(self) -> int:
        return self.places.places_taken

    @property
    def list_is_open(self) -> bool:
        """Whether the public can still ask to wait."""
        bookable = self.standing in (Standing.OPEN, Standing.FULL)
        return bookable and not list_has_ended(self.session, now=self.now)

    @property
    def shows_places(self) -> bool:
        """Whether the picture of places says something: there are some, and they can still change."""
        return self.places.capacity > 0 and self.standing in COUNTED

    @property
    def tone(self) -> str:
        """The colour of its tag."""
        return TONES.get(self.standing, "")

    @property
    def words(self) -> str:
        """How it stands, short: "6 places left", "Full", "Cancelled"."""
        return left_in_words(self.left) if self.standing == Standing.OPEN else _label(self.standing)

    @property
    def count(self) -> str:
        """The picture of places in words: "24 of 30 taken, 2 kept for guests"."""
        return _count(self.taken, self.kept, self.places.capacity)

    @property
    def hours(self) -> str:
        starts, ends = self.session.starts_at, self.session.ends_at
        return _hours(clock(starts), clock(ends)) if starts else ""

    @cached_property
    def row(self) -> dict[str, Any]:
        """What a list says of it, put into words once, in one language: a template asks for each word again, at ten
        times the cost."""
        session = self.session
        return {
            "url": session.get_absolute_url(),
            "name": session.name,
            "starts_at": timezone.localtime(session.starts_at).isoformat() if session.starts_at else "",
            "hours": self.hours,
            "where": _where(session.where_name, session.where_town),
            "far": self.far,
            "suits": _suits(session.suits) if session.suits else "",
            "hub": session.hub_year.name,
            "elsewhere": self.elsewhere,
            "taken": self.taken,
            "kept": self.kept,
            "capacity": self.places.capacity,
            "shows_places": self.shows_places,
            "tone": self.tone,
            "words": self.words,
            "count": self.count,
        }


def showings(sessions: Iterable[ShowcaseSession], now: dt.datetime) -> list[Showing]:
    """Sessions of a list as the public sees them, with what says who may book those that are not for everyone."""
    return [Showing(session, now) for session in with_whom(sessions)]


def with_whom(sessions: Iterable[ShowcaseSession]) -> list[ShowcaseSession]:
    """Sessions with the authorities or the list of schools that may book: two queries, and none where all may."""
    rows = list(sessions)
    some = [one for one in rows if one.who_may_book != ShowcaseSession.WhoMayBook.EVERYONE]
    prefetch_related_objects(some, "only_authorities", "only_list")
    return rows


@dataclass(frozen=True)
class Visit:
    """Announced sessions of one visit, that a list shows as one row: it unfolds to them."""

    showings: list[Showing]

    @property
    def first_day(self) -> dt.date | None:
        return min((one.first_day for one in self.showings if one.first_day), default=None)

    @property
    def last_day(self) -> dt.date | None:
        return max((one.last_day for one in self.showings if one.last_day), default=None)

    @property
    def row(self) -> dict[str, Any]:
        """What the list says of them: as of the first, whose place, hub and standing are those of all."""
        kinds = {one.session.kind for one in self.showings}
        what = (SEVERAL[ShowcaseSession.Kind(kinds.pop())] if len(kinds) == 1 else _("%(n)d sessions")) % {
            "n": len(self.showings)
        }
        return self.showings[0].row | {"name": what, "days": between(self.first_day, self.last_day)}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each of them; those of one name are counted, so that no two links read the same."""
        rows = [one.row | {"days": self._own_days(one)} for one in self.showings]
        alike, seen = Counter(row["name"] for row in rows), Counter[str]()
        for row in rows:
            seen[row["name"]] += 1
            row |= {"number": seen[row["name"]] if alike[row["name"]] > 1 else 0, "alike": alike[row["name"]]}
        return rows

    def _own_days(self, one: Showing) -> str:
        whole = (one.first_day, one.last_day) == (self.first_day, self.last_day)
        return "" if whole else days_between(one.first_day, one.last_day)


def together(showings: Iterable[Showing]) -> list[Showing | Visit]:
    """Sessions as rows of a list: those of one visit that are no more than announced are one row."""
    rows: dict[Any, list[Showing]] = {}
    for one in showings:
        visit = one.session.host_school_id if one.standing == Standing.ANNOUNCED else None
        rows.setdefault(("visit", visit) if visit else one.session.pk, []).append(one)
    return [Visit(same) if len(same) > 1 else same[0] for same in rows.values()]


Row = TypeVar("Row", Showing, Showing | Visit)


def by_day(rows: Iterable[Row]) -> list[tuple[Row, list[Row]]]:
    """Rows grouped by their day, or their range of days; the first of each group stands for its day."""
    groups = groupby(rows, key=lambda one: (one.first_day, one.last_day))
    return [(same_day[0], same_day) for _day, group in groups if (same_day := list(group))]


class Part(NamedTuple):
    """A part of a list: its heading, where it needs one, and its rows by day."""

    heading: str
    days: list[tuple[Showing | Visit, list[Showing | Visit]]]


def parts(showings: list[Showing], *, past: bool = False) -> list[Part]:
    """A list in the order of `bookable_first`: what can be booked, then the rest under a heading of its own."""
    first = [one for one in showings if past or one.comes_first]
    rest = [one for one in showings if not (past or one.comes_first)]
    heading = _("Not open for booking") if first else ""
    found = Part("", by_day(together(first))), Part(heading, by_day(together(rest)))
    return [part for part in found if part.days]


@kept_by_language
def left_in_words(places: int) -> str:
    return ngettext("%(n)d place left", "%(n)d places left", places) % {"n": places}


@kept_by_language
def _label(standing: Standing) -> str:
    return str(standing.label)


@kept_by_language
def _count(taken: int, kept: int, capacity: int) -> str:
    said = _("%(taken)d of %(all)d taken") % {"taken": taken, "all": capacity}
    return said + _(", %(kept)d kept for guests") % {"kept": kept} if kept else said


@kept_by_language
def _hours(start: str, end: str) -> str:
    return _("%(start)s to %(end)s") % {"start": start, "end": end}


@kept_by_language
def _where(name: str, town: str) -> str:
    return ", ".join(part for part in (name, town) if part) if name else _("Place to be announced")


@kept_by_language
def _suits(who: str) -> str:
    return _("Suits %(who)s") % {"who": who}
