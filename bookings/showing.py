"""A session as the public sees it at one moment: how it stands, in words and in ten frames."""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Places
from bookings.offers import list_has_ended
from bookings.states import Standing
from hubs.models import ShowcaseSession

TONES = {
    Standing.OPEN: "good",
    Standing.FULL: "wait",
    Standing.SOON: "wait",
    Standing.POSTPONED: "stop",
    Standing.CANCELLED: "stop",
}
COUNTED = {Standing.OPEN, Standing.FULL, Standing.SOON, Standing.CLOSED}


@dataclass(frozen=True)
class Showing:
    """A session with its places, at `now`."""

    session: ShowcaseSession
    now: dt.datetime

    @property
    def places(self) -> Places:
        return self.session.places

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
        if self.standing == Standing.OPEN:
            return ngettext("%(n)d place left", "%(n)d places left", self.left) % {"n": self.left}
        return str(self.standing.label)

    @property
    def count(self) -> str:
        """The picture of places in words: "24 of 30 taken, 2 kept for guests"."""
        said = _("%(taken)d of %(all)d taken") % {"taken": self.taken, "all": self.places.capacity}
        if self.kept:
            said += _(", %(kept)d kept for guests") % {"kept": self.kept}
        return said
