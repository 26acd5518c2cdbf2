"""Of what a report is, and who may see it: one of a few fixed selections, and no filter that one could narrow.

The staff of a hub read its own in the hub's copy. The programme office reads every hub's, and the whole country's, only
in the copy that leaves. A superuser reads all.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, TextChoices
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.states import SessionStatus
from hubs.models import Exchange, HostSchool, Hub, HubYear, ShowcaseSession, WorkGroup
from hubs.staff import scope


class Of(TextChoices):
    """What a report can be of; the words stand in its address."""

    COUNTRY = "country", _("all hubs")
    HUB = "hub", _("all exchanges of a hub")
    EXCHANGE = "exchange", _("a hub in an exchange")
    VISIT = "visit", _("a host school’s visit")
    SESSION = "session", _("a session")
    GROUP = "group", _("a work group")


# Where a selection's row stands, and where its hub and its sessions are found from there.
MODELS: dict[str, type[Model]] = {
    Of.COUNTRY: Exchange,
    Of.HUB: Hub,
    Of.EXCHANGE: HubYear,
    Of.VISIT: HostSchool,
    Of.SESSION: ShowcaseSession,
    Of.GROUP: WorkGroup,
}
OF_HUB_YEAR: dict[str, str] = {
    Of.COUNTRY: "exchange",
    Of.HUB: "hub",
    Of.EXCHANGE: "pk",
    Of.VISIT: "host_schools",
    Of.SESSION: "sessions",
    Of.GROUP: "groups",
}
NAMED_WITH: dict[str, tuple[str, ...]] = {
    Of.EXCHANGE: ("hub", "exchange", "lead_school"),
    Of.VISIT: ("school", "hub_year__hub", "hub_year__exchange"),
    Of.SESSION: ("hub_year__hub", "hub_year__exchange", "host_school__school", "venue"),
    Of.GROUP: ("hub_year__hub", "hub_year__exchange"),
}


@dataclass(frozen=True)
class Selection:
    """The row that a report is of. `exact`: whether its whole totals can leave exactly (decision 0042)."""

    of: str
    row: Any
    today: dt.date

    @property
    def pk(self) -> int:
        return int(self.row.pk)

    @property
    def exact(self) -> bool:
        """A hub in an exchange alone: what is smaller is a part of it, what is larger is a sum of such."""
        return self.of == Of.EXCHANGE

    @property
    def is_wide(self) -> bool:
        """Whether it is of several hubs, or of several exchanges of one."""
        return self.of in (Of.COUNTRY, Of.HUB)

    @property
    def is_whole(self) -> bool:
        """Whether it is of whole exchanges, and not of a part of one."""
        return self.is_wide or self.of == Of.EXCHANGE

    @property
    def takes_the_rest(self) -> bool:
        """Whether what belongs to no session is its: costs of the whole exchange, answers to no lesson."""
        return True

    @property
    def hub_year(self) -> HubYear | None:
        """The hub's year, where it is of one alone."""
        if self.of == Of.EXCHANGE:
            return self.row  # type: ignore[no-any-return]
        return None if self.is_wide else self.row.hub_year

    @property
    def name(self) -> str:
        """What it is of, in words."""
        if self.of == Of.COUNTRY:
            return _now("All hubs, %(exchange)s") % {"exchange": self.row.academic_year}
        if self.of == Of.HUB:
            newest = self.row.years.order_by("-exchange__year").values_list("name", flat=True).first()
            return _now("%(hub)s, all exchanges") % {"hub": newest or self.row.slug}
        if self.of == Of.EXCHANGE:
            return f"{self.row.name}, {self.row.exchange.academic_year}"
        return f"{self.row}" if self.of == Of.VISIT else f"{self.row.name}, {self.row.hub_year}"

    def sessions(self, path: str = "") -> Q:
        """Its sessions, from a row that leads to one by `path` ("booking__session"): of showcases without the meetings
        of groups, which have a table of their own; and never a draft."""
        at = f"{path}__" if path else ""
        inside: dict[str, dict[str, Any]] = {
            Of.COUNTRY: {f"{at}hub_year__exchange": self.pk, f"{at}group": None},
            Of.HUB: {f"{at}hub_year__hub": self.pk, f"{at}group": None},
            Of.EXCHANGE: {f"{at}hub_year": self.pk, f"{at}group": None},
            Of.VISIT: {f"{at}host_school": self.pk, f"{at}group": None},
            Of.SESSION: {path or "pk": self.pk},
            Of.GROUP: {f"{at}group": self.pk},
        }
        return Q(**inside[self.of]) & ~Q(**{f"{at}places__status": SessionStatus.DRAFT})

    def hub_years(self, path: str = "") -> Q:
        """The hubs by year that it belongs to, from a row that leads to one by `path`."""
        return Q(**{f"{path}__{OF_HUB_YEAR[self.of]}" if path else OF_HUB_YEAR[self.of]: self.pk})


@dataclass(frozen=True)
class Meetings(Selection):
    """Of an exchange, a hub or the country the meetings of its groups: what `Selection` leaves out."""

    @property
    def takes_the_rest(self) -> bool:
        return False

    def sessions(self, path: str = "") -> Q:
        at = f"{path}__" if path else ""
        inside = self.hub_years(f"{at}hub_year") & Q(**{f"{at}group__isnull": False})
        return inside & ~Q(**{f"{at}places__status": SessionStatus.DRAFT})


def may_read_any(user: Any) -> bool:
    """Whether somebody may read a report of anything."""
    return bool(user.is_superuser or user.is_programme_office or scope.hubs_with(user, scope.STAFF))


def may_read_own(user: Any, selection: Selection) -> bool:
    """Whether somebody may read the hub's own copy: its staff, and of the whole country nobody but a superuser."""
    if user.is_superuser:
        return True
    if selection.of == Of.COUNTRY:
        return False
    return bool(scope.hubs_with(user, scope.STAFF) & _hubs(selection))


def selection(user: Any, of: str, pk: int, *, today: dt.date) -> Selection | None:
    """What somebody asks a report of; None where there is none for them."""
    if of not in MODELS or not may_read_any(user):
        return None
    rows: Any = MODELS[of]._default_manager.select_related(*NAMED_WITH.get(of, ()))
    row = rows.filter(pk=pk).first()
    if row is None:
        return None
    found = Selection(of, row, today)
    allowed = user.is_superuser or user.is_programme_office or may_read_own(user, found)
    return found if allowed else None


def _hubs(found: Selection) -> set[int]:
    if found.of == Of.HUB:
        return {found.pk}
    year = found.hub_year
    return {year.hub_id} if year else set()
