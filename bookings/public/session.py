"""A session as the public sees it at one moment: how it stands, in words and in ten frames."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Places
from bookings.public.near import distance_in_words
from bookings.rule.offers import list_has_ended
from bookings.states import SessionStatus, Standing
from hubs.models import ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.vocabulary.dates import clock
from hubs.vocabulary.kept_words import kept_by_language

TONES = {
    Standing.OPEN: "good",
    Standing.FULL: "wait",
    Standing.SOON: "wait",
    Standing.POSTPONED: "stop",
    Standing.CANCELLED: "stop",
}
COUNTED = {Standing.OPEN, Standing.FULL, Standing.SOON, Standing.CLOSED}


def announced() -> ShowcaseSessionQuerySet:
    """Sessions that anybody may find, with what a list shows of them."""
    return (
        ShowcaseSession.objects.public()
        .exclude(places__status=SessionStatus.DRAFT)
        .with_names()
        .select_related("places")
    )


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
    def is_open(self) -> bool:
        return self.standing == Standing.OPEN

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
    def row(self) -> dict[str, Any]:
        """What a list says of it, put into words once: a template asks for each word again, at ten times the cost."""
        session = self.session
        return {
            "url": session.get_absolute_url(),
            "name": session.name,
            "starts_at": timezone.localtime(session.starts_at).isoformat() if session.starts_at else "",
            "hours": _hours(clock(session.starts_at), clock(session.ends_at)) if session.starts_at else "",
            "where": _where(session.where_name, session.where_town),
            "far": distance_in_words(session),
            "suits": _suits(session.suits) if session.suits else "",
            "hub": session.hub_year.name,
            "taken": self.taken,
            "kept": self.kept,
            "capacity": self.places.capacity,
            "shows_places": self.shows_places,
            "tone": self.tone,
            "words": self.words,
            "count": self.count,
        }


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
