"""Finding a session: the form of the filters, plain GET parameters that can be shared."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from copy import deepcopy
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.public.brief import Sessions
from bookings.public.england import ByHub
from bookings.public.filters import FILTERS, Filter, Stands, month_alone, month_in_words, years_of
from bookings.public.near import RADII, USUAL, Near
from hubs.models import Hub
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import Place, miles_in_words

WITHIN = [(str(miles or "england"), miles) for miles in RADII]
MOST_MONTHS = 12


def parameters() -> tuple[str, ...]:
    """All that a public page reads of what follows the `?` of its address.

    A proxy that keeps pages keeps them by these (docs/running/nginx.conf), and tests hold both to it.
    """
    return (*(one.name for one in FILTERS), "within", "past", "page")


class Chip(NamedTuple):
    """A link above the list that narrows it, or takes that back where it is in force."""

    words: str
    n: int
    address: str
    in_force: bool


def fields_of(filters: Iterable[Filter], hubs: Iterable[Hub]) -> dict[str, forms.Field]:
    """The filters' fields; a form knows the hubs, and makes a hub of its name in the address."""
    fields = {one.name: deepcopy(one.field) for one in filters}
    by_slug = {hub.slug: hub for hub in hubs}
    hub: Any = fields["hub"]
    # Of what the type checker cannot see: `current_name` is annotated.
    hub.choices = [("", _("Any hub")), *((slug, one.current_name) for slug, one in by_slug.items())]  # type: ignore[attr-defined]
    hub.coerce = by_slug.__getitem__
    if "hubs" in fields:
        fields["hubs"].by_slug = by_slug  # type: ignore[attr-defined]  # of filters.py
    return fields


class FinderForm(forms.Form):
    """The filters. A value that makes no sense is said beside its field and left out; the list still shows."""

    use_required_attribute = False

    within = forms.ChoiceField(
        choices=[(name, name) for name, _miles in WITHIN], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, hubs: Iterable[Hub], now: dt.datetime) -> None:
        super().__init__(data)
        self.now = now
        self.fields = fields_of(FILTERS, hubs) | self.fields
        by_slug = self.fields["hubs"].by_slug  # type: ignore[attr-defined]  # set by fields_of
        self.names = {slug: str(hub.current_name) for slug, hub in by_slug.items()}
        self.is_valid()

    def clean(self) -> dict[str, Any]:
        """Dates the wrong way round are turned: nobody means a time that ends before it begins."""
        said = self.cleaned_data
        if said.get("since") and said.get("until") and said["since"] > said["until"]:
            said["since"], said["until"] = said["until"], said["since"]
            given: Any = self.data
            turned = given.copy()
            turned["since"], turned["until"] = given["until"], given["since"]
            self.data = turned
        return said

    @property
    def place(self) -> Place | None:
        return self.cleaned_data.get("near") or None

    @property
    def others(self) -> list[tuple[str, str]]:
        """Other places that what was typed may mean, or resembles where it means none that we know; with addresses."""
        found = self.place.others if self.place else meant_by(self)
        return [(one.name, self.address(near=one.typed or one.name, page=None)) for one in found]

    def first(self) -> list[forms.BoundField]:
        return self._standing(Stands.FIRST)

    def more(self) -> list[forms.BoundField]:
        return self._standing(Stands.MORE)

    def kept(self) -> list[forms.BoundField]:
        """What the form only carries along."""
        return [field for field in (*self._standing(Stands.LINK), self["within"]) if field.value()]

    def _standing(self, stands: Stands) -> list[forms.BoundField]:
        return [self[one.name] for one in FILTERS if one.stands == stands]

    @property
    def more_is_open(self) -> bool:
        return any(field.value() for field in self.more())

    @property
    def is_wrong(self) -> bool:
        """Whether a field that can be seen has a value that makes no sense."""
        return any(field.errors for field in (*self.first(), *self.more()))

    @property
    def miles(self) -> int:
        """How far from the place, in miles; what makes no sense is the usual distance."""
        return dict(WITHIN).get(self.cleaned_data.get("within", ""), USUAL)

    def distances(self, near: Near) -> list[tuple[str, int, str]]:
        """Each distance in words, with how many sessions are within it, and its address; none for the one in force."""
        return [
            (
                miles_in_words(miles) if miles else str(_("England")),
                near.counts[miles],
                "" if miles == near.radius else self.address(within=None if miles == USUAL else name, page=None),
            )
            for name, miles in WITHIN
        ]

    def wants(self, name: str) -> bool:
        """Whether a flag such as `past` stands in the address."""
        return bool(self.data.get(name))

    @property
    def page(self) -> int:
        """The page asked for, from 1; whatever else is asked is the first."""
        asked = str(self.data.get("page", ""))[:6]  # enough for any page there is, and little for int()
        return int(asked) or 1 if asked.isascii() and asked.isdigit() else 1

    def narrowing(self) -> frozenset[str]:
        """The filters in force that leave sessions out; how near is near enough is not for them to say."""
        said = self.cleaned_data
        return frozenset(one.name for one in FILTERS if one.name != "near" and said.get(one.name))

    def narrow(self, sessions: ShowcaseSessionQuerySet, *, leaving: Collection[str] = ()) -> ShowcaseSessionQuerySet:
        """The sessions that fit what was answered, but for the filters `leaving`."""
        for one in FILTERS:
            value = self.cleaned_data.get(one.name)
            if value and one.name not in leaving:
                sessions = one.narrow(sessions, value, self.now)
        return sessions

    def count(self, sessions: Sessions) -> None:
        """Say beside each class and role how many of `sessions`, narrowed by neither, it would find."""
        role, wanted = (int(self.cleaned_data.get(name) or 0) for name in ("role", "teach"))
        for_role, for_years = Counter[int](), Counter[int]()
        for (theirs, roles), n in sessions.kinds.items():
            for_role[theirs] += n if not role or not roles or roles & role else 0
            for_years[roles] += n if not wanted or theirs & wanted else 0
        self._label("teach", lambda name: _with_any_of(int(years_of(name)), for_role))
        self._label("role", lambda name: for_years[0] + _with_any_of(int(name), for_years))

    def count_hubs(self, sessions: Sessions) -> ByHub:
        """Say beside each hub how many of `sessions`, narrowed by no hub, it would find."""
        by_hub = sessions.by_hub
        self._label("hub", lambda slug: by_hub.hubs[slug].sessions)
        return by_hub

    def _label(self, field: str, counted: Callable[[str], int]) -> None:
        choices: Any = self.fields[field]
        choices.choices = [
            (name, [(one, _counted(words, counted(one))) for one, words in label])
            if isinstance(label, list)
            else (name, _counted(label, counted(name)) if name else label)
            for name, label in choices.choices
        ]

    def address(self, **changes: Any) -> str:
        """This search's query string with `changes`; None takes a parameter out."""
        kept = {name: self.data.get(name, "") for name in (*self.fields, "past", "page")}
        kept.update(changes)
        said = {name: value for name, value in kept.items() if value not in ("", None) and (name, value) != ("page", 1)}
        return f"?{urlencode(said)}" if said else "?"

    def chosen(self) -> list[tuple[str, str]]:
        """Each filter in force in words, with the address of the search without it."""
        return [(words, address) for _name, words, address in self.in_force()]

    def in_force(self) -> list[tuple[str, str, str]]:
        """Each filter in force: its name, what it says, the address of the search without it. The place comes last."""
        in_order = sorted(FILTERS, key=lambda one: one.name == "near")
        said = ((one, self.cleaned_data.get(one.name)) for one in in_order)
        return [
            (one.name, one.words(value), self.address(**_without(one.name), page=None)) for one, value in said if value
        ]

    def chips(self, sessions: Sessions) -> list[Chip]:
        """Links that narrow `sessions`, found by neither, to a month or to those with places left.

        A lone month tells nothing, and many are too many to choose from.
        """
        month, places = self.cleaned_data.get("month"), self.cleaned_data.get("places")
        by_month, free = Counter[dt.date](), 0
        for days, n in sessions.days.items():
            theirs, with_places = _months(*days), sessions.free.days[days]
            free += with_places if not month or month in theirs else 0
            by_month.update(dict.fromkeys(theirs, with_places if places else n))
        months = sorted(one for one in by_month if by_month[one] or one == month)
        if not 1 < len(months) <= MOST_MONTHS:
            months = [month] if month else []
        in_words = month_in_words if len({one.month for one in months}) < len(months) else month_alone
        chips = [
            Chip(in_words(one), by_month[one], *self._toggled("month", f"{one:%Y-%m}", in_force=one == month))
            for one in months
        ]
        if free or places:
            chips.append(Chip(str(_("With places left")), free, *self._toggled("places", 1, in_force=bool(places))))
        return chips

    def _toggled(self, name: str, value: Any, *, in_force: bool) -> tuple[str, bool]:
        return self.address(**{name: None if in_force else value}, page=None), in_force


def meant_by(form: forms.Form) -> list[Place]:
    """What may have been meant by a place that we do not know."""
    problems: Any = form.errors.get("near")
    return next(((one.params or {}).get("meant", []) for one in problems.as_data()), []) if problems else []


def _months(first: str | None, last: str | None) -> list[dt.date]:
    """The first days of the months from one day to another, of a year at most."""
    if not first or not last:
        return []
    start, end = (int(day[:4]) * 12 + int(day[5:7]) - 1 for day in (first, last))
    return [dt.date(n // 12, n % 12 + 1, 1) for n in range(start, min(end, start + MOST_MONTHS) + 1)]


def _without(name: str) -> dict[str, None]:
    """What leaves an address with one filter: a distance means nothing without its place."""
    return {"near": None, "within": None} if name == "near" else {name: None}


def _with_any_of(flags: int, counted: Counter[int]) -> int:
    """How many of those counted by their flags have one of `flags`."""
    return sum(n for theirs, n in counted.items() if theirs & flags)


def _counted(words: Any, n: int) -> str:
    return f"{words} ({n})"
