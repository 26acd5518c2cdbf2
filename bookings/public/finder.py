"""Finding a session: the filters of the list, plain GET parameters that can be shared."""

import json
from collections import Counter
from collections.abc import Callable, Collection
from functools import lru_cache, reduce
from operator import or_
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils.dateformat import format as written
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from bookings.forms.fields import Line
from bookings.public.near import RADII, USUAL, Near
from hubs.models import Hub, Lesson
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import CannotPlace, Place, miles_in_words, place
from hubs.vocabulary.teaching import ROLE_LABELS, STAGES, Roles, Years, in_words, roles_in_words, year_label

ANY_YEAR = ("", _("Any year"))
NOT_THERE = {"invalid_choice": _("Choose one of these")}


def _taught() -> list[tuple[Any, Any]]:
    """Year groups and key stages to choose from, by short names that stand in addresses: y6, ks3."""
    years = [(f"y{int(year).bit_length() - 1}", year_label(year)) for year in Years.singles()]
    stages = [(f"ks{number}", _("Key Stage %(n)s") % {"n": number}) for number, _years in STAGES]
    return [ANY_YEAR, (_("Year groups"), years), (_("Key stages"), stages)]


def _years_of(name: str) -> Years:
    return dict(STAGES)[int(name[2:])] if name.startswith("ks") else Years(1 << int(name[1:]))


def suiting(sessions: ShowcaseSessionQuerySet, years: Years) -> ShowcaseSessionQuerySet:
    """Sessions that suit one of `years`, by who they are said to suit or by the class taught."""
    shared = F("years").bitand(int(years))
    taught = Lesson.objects.alias(shared=shared).filter(session=OuterRef("pk"), shared__gt=0)
    said = F("suits_years").bitand(int(years))
    return sessions.alias(said=said).filter(Q(said__gt=0) | Exists(taught))


WITHIN = [(str(miles or "england"), miles) for miles in RADII]


class FinderForm(forms.Form):
    """The filters. A value that makes no sense is said beside its field and left out; the list still shows."""

    use_required_attribute = False

    near = Line(
        label=_("Postcode, town or school"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "spellcheck": "false"}),
    )
    teach = forms.ChoiceField(label=_("I teach"), choices=_taught, required=False, error_messages=NOT_THERE)
    role = forms.ChoiceField(
        label=_("I am"),
        choices=[("", _("Anybody")), *((str(int(role)), label) for role, label in ROLE_LABELS.items())],
        required=False,
        error_messages=NOT_THERE,
    )
    since = forms.DateField(
        label=_("From"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date like 26/1/2027")},
    )
    until = forms.DateField(
        label=_("To"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("Enter a date like 26/1/2027")},
    )
    hub = forms.ChoiceField(label=_("Hub"), required=False, error_messages=NOT_THERE)

    within = forms.ChoiceField(
        choices=[(name, name) for name, _miles in WITHIN], required=False, widget=forms.HiddenInput
    )

    def __init__(self, data: Any, *, hubs: QuerySet[Hub]) -> None:
        super().__init__(data)
        self.place: Place | None = None
        self.names = {hub.slug: hub.current_name for hub in hubs}  # type: ignore[attr-defined]
        self.fields["hub"].choices = [("", _("Any hub")), *self.names.items()]  # type: ignore[attr-defined]
        self.is_valid()

    def clean_near(self) -> str:
        typed = str(self.cleaned_data["near"])
        if typed:
            try:
                self.place = place(typed)
            except CannotPlace as problem:
                raise forms.ValidationError(str(problem)) from problem
        return typed

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

    def narrow(self, sessions: ShowcaseSessionQuerySet, *, leaving: Collection[str] = ()) -> ShowcaseSessionQuerySet:
        """The sessions that fit what was answered, but for the filters `leaving`."""
        said = {name: value for name, value in self.cleaned_data.items() if value and name not in leaving}
        if "teach" in said:
            sessions = suiting(sessions, _years_of(said["teach"]))
        if "role" in said:
            wanted = F("suits_roles").bitand(int(said["role"]))
            sessions = sessions.alias(for_role=wanted).filter(Q(suits_roles=0) | Q(for_role__gt=0))
        if "since" in said:
            sessions = sessions.filter(Q(last_day__gte=said["since"]))
        if "until" in said:
            sessions = sessions.filter(Q(first_day__lte=said["until"]))
        if "hub" in said:
            sessions = sessions.run_by(said["hub"])
        return sessions

    def count(self, sessions: ShowcaseSessionQuerySet) -> None:
        """Say beside each choice of a class and of a role how many of `sessions`, narrowed by neither, it would find.

        One query, of one row for each kind of session: of thousands nearly as many rows, so they come as plain
        numbers and text.
        """
        plain = Cast("suits_years", IntegerField()), Cast("taught", TextField()), Cast("suits_roles", IntegerField())
        kinds = sessions.order_by().values_list(*plain).annotate(n=Count("pk"))
        role, years = int(self.cleaned_data.get("role") or 0), self.cleaned_data.get("teach")
        wanted = int(_years_of(years)) if years else 0
        for_role, for_years = Counter[int](), Counter[int]()
        for suits, taught, roles, n in kinds:
            theirs = suits | _years_taught(taught)
            for_role[theirs] += n if not role or not roles or roles & role else 0
            for_years[roles] += n if not wanted or theirs & wanted else 0
        self._label("teach", lambda name: _with_any_of(int(_years_of(name)), for_role))
        self._label("role", lambda name: for_years[0] + _with_any_of(int(name), for_years))

    def count_hubs(self, sessions: ShowcaseSessionQuerySet) -> None:
        """Say beside each hub how many of `sessions`, narrowed by no hub, it would find: it may run them with others.

        Two queries.
        """
        own, other = "hub_year__hub__slug", "also_run_by__hub__slug"
        sessions = sessions.order_by()
        counted = Counter(dict(sessions.values_list(own).annotate(n=Count("pk"))))
        shared = sessions.filter(also_run_by__isnull=False).values_list(own, other)
        for first, second, n in shared.annotate(n=Count("pk", distinct=True)):
            counted[second] += n if second != first else 0
        self._label("hub", lambda slug: counted[slug])

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
        """Each filter in force: its name, what it says, the address of the search without it."""
        return [
            (name, self._in_words(name, value), self.address(**_without(name), page=None))
            for name, value in self.cleaned_data.items()
            if value and name != "within"
        ]

    def _in_words(self, name: str, value: Any) -> str:
        if name == "near" and self.place:
            return str(_("near %(place)s") % {"place": self.place.name})
        if name == "hub":
            return str(self.names[value])
        if name == "role":
            return roles_in_words(Roles(int(value)))
        if name == "teach":
            return in_words(_years_of(value))
        said = _("from %(day)s") if name == "since" else _("to %(day)s")
        return str(said % {"day": written(value, pgettext("a day", "j F Y"))})


def _without(name: str) -> dict[str, None]:
    """What leaves an address with one filter: a distance means nothing without its place."""
    return {"near": None, "within": None} if name == "near" else {name: None}


def all_years(suits: int, taught: list[list[Any]]) -> int:
    """The years that a session suits and those of its classes, as a flag."""
    return reduce(or_, (years for years, _topic in taught), int(suits))


@lru_cache(maxsize=8192)
def _years_taught(taught: str) -> int:
    return all_years(0, json.loads(taught))


def _with_any_of(flags: int, counted: Counter[int]) -> int:
    """How many of those counted by their flags have one of `flags`."""
    return sum(n for theirs, n in counted.items() if theirs & flags)


def _counted(words: Any, n: int) -> str:
    return f"{words} ({n})"
