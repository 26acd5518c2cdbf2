"""The filters of the list, a row each: whoever adds one adds its row, and nothing else.

A row says what the filter is called in an address, how it is asked for, which sessions fit, and what a page says of it
while it is in force. A test gives each a value.
"""

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, NamedTuple

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, F, OuterRef, Q
from django.utils.dateformat import format as written
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from bookings.forms.fields import Line
from bookings.models.places import can_be_booked
from hubs.models import Lesson
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.schools.whereabouts import CannotPlace, Place, place
from hubs.vocabulary.access import Has
from hubs.vocabulary.longest import not_kept
from hubs.vocabulary.teaching import ROLE_LABELS, STAGES, Roles, Years, in_words, roles_in_words, year_label

NOT_THERE = {"invalid_choice": _("Choose one of these")}
MOST_SLUGS = 2000  # characters of an address that names hubs
BAD_DATE = {"invalid": _("Enter a date like 26/1/2027")}


class Stands(Enum):
    """Where a filter is asked for."""

    FIRST = "first"  # in the form, seen at once
    MORE = "more"  # in the form, folded away
    LINK = "link"  # by a link above the list; the form only keeps it


class Filter(NamedTuple):
    """One filter of the list."""

    name: str
    field: forms.Field
    narrow: Callable[[ShowcaseSessionQuerySet, Any, dt.datetime], ShowcaseSessionQuerySet]  # by its value, at a moment
    words: Callable[[Any], str]
    stands: Stands = Stands.FIRST
    keeps: Callable[[Any], dict[str, Any]] | None = None  # what a wish for the search keeps of it; None: it does not


class PlaceField(Line):
    """A postcode, town or school: somewhere on the map."""

    def clean(self, value: Any) -> Place | None:
        typed = super().clean(value)
        try:
            return place(typed) if typed else None
        except CannotPlace as problem:
            raise ValidationError(str(problem), params={"meant": problem.meant}) from problem


class HubsField(Line):
    """Hubs by the names in their addresses, one after the other; those that are none are left out.

    The map leads here, where one counter stands for several. The form knows the hubs.
    """

    by_slug: Mapping[str, Any] = {}

    def clean(self, value: Any) -> list[Any]:
        asked = super().clean(value).split(",")
        return [self.by_slug[slug] for slug in dict.fromkeys(asked) if slug in self.by_slug]


def _taught() -> list[tuple[Any, Any]]:
    """Year groups and key stages to choose from, by short names that stand in addresses: y6, ks3."""
    years = [(f"y{int(year).bit_length() - 1}", year_label(year)) for year in Years.singles()]
    stages = [(f"ks{number}", _("Key Stage %(n)s") % {"n": number}) for number, _years in STAGES]
    return [("", _("Any year")), (_("Year groups"), years), (_("Key stages"), stages)]


def years_of(name: str) -> Years:
    return dict(STAGES)[int(name[2:])] if name.startswith("ks") else Years(1 << int(name[1:]))


def _suiting(sessions: ShowcaseSessionQuerySet, years: Years, now: dt.datetime) -> ShowcaseSessionQuerySet:
    """Sessions that suit one of `years`, by who they are said to suit or by the class taught."""
    shared = F("years").bitand(int(years))
    taught = Lesson.objects.alias(shared=shared).filter(session=OuterRef("pk"), shared__gt=0)
    said = F("suits_years").bitand(int(years))
    return sessions.alias(said=said).filter(Q(said__gt=0) | Exists(taught))


def _for_role(sessions: ShowcaseSessionQuerySet, role: Roles, now: dt.datetime) -> ShowcaseSessionQuerySet:
    wanted = F("suits_roles").bitand(int(role))
    return sessions.alias(for_role=wanted).filter(Q(suits_roles=0) | Q(for_role__gt=0))


def _in_month(sessions: ShowcaseSessionQuerySet, first: dt.date, now: dt.datetime) -> ShowcaseSessionQuerySet:
    """Those of which a day may fall in the month that begins on `first`."""
    first, last = days_of_month(first)
    return sessions.filter(last_day__gte=first, first_day__lte=last)


def days_of_month(first: dt.date) -> tuple[dt.date, dt.date]:
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def month_in_words(first: dt.date) -> str:
    return written(first, pgettext("a month", "F Y"))


def month_alone(first: dt.date) -> str:
    """The month where its year goes without saying."""
    return written(first, pgettext("a month alone", "F"))


def _day(words: Any) -> Callable[[dt.date], str]:
    return lambda day: str(words % {"day": written(day, pgettext("a day", "j F Y"))})


def _date_field(label: Any) -> forms.DateField:
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    return forms.DateField(label=label, required=False, widget=widget, error_messages=BAD_DATE)


FILTERS = (
    Filter(
        "near",
        PlaceField(
            label=_("Postcode, town or school"),
            required=False,
            max_length=not_kept(100),
            widget=forms.TextInput(attrs={"autocomplete": "postal-code", "spellcheck": "false"}),
        ),
        narrow=lambda sessions, _place, _at: sessions,  # how far is far depends on how many are near: see near.py
        words=lambda place: _now("near %(place)s") % {"place": place.name},
        keeps=lambda place: {"easting": place.easting, "northing": place.northing},
    ),
    Filter(
        "teach",
        forms.TypedChoiceField(
            label=_("I teach"), choices=_taught, coerce=years_of, required=False, error_messages=NOT_THERE
        ),
        narrow=_suiting,
        words=in_words,
        keeps=lambda years: {"years": years},
    ),
    Filter(
        "role",
        forms.TypedChoiceField(
            label=_("I am"),
            choices=[("", _("Anybody")), *((str(int(role)), label) for role, label in ROLE_LABELS.items())],
            coerce=lambda value: Roles(int(value)),
            required=False,
            error_messages=NOT_THERE,
        ),
        narrow=_for_role,
        words=roles_in_words,
        stands=Stands.MORE,
        keeps=lambda role: {"roles": role},
    ),
    Filter(
        "since",
        _date_field(_("From")),
        narrow=lambda sessions, day, _at: sessions.filter(last_day__gte=day),
        words=_day(_("from %(day)s")),
        stands=Stands.MORE,
        keeps=lambda day: {"since": day},
    ),
    Filter(
        "until",
        _date_field(_("To")),
        narrow=lambda sessions, day, _at: sessions.filter(first_day__lte=day),
        words=_day(_("to %(day)s")),
        stands=Stands.MORE,
        keeps=lambda day: {"until": day},
    ),
    Filter(
        "step_free",
        forms.BooleanField(label=_("Step-free access"), required=False),
        narrow=lambda sessions, _yes, _at: sessions.filter(step_free=Has.YES),
        words=lambda _yes: _now("with step-free access"),
        stands=Stands.MORE,
        keeps=lambda _yes: {"step_free": True},
    ),
    Filter(
        "hub",
        # The form knows the hubs, and makes a hub of its name in the address.
        forms.TypedChoiceField(label=_("Hub"), required=False, error_messages=NOT_THERE),
        narrow=lambda sessions, hub, _at: sessions.run_by(hub.slug),
        words=lambda hub: str(hub.current_name),
        keeps=lambda hub: {"hub": hub},
    ),
    Filter(
        "hubs",
        HubsField(required=False, max_length=not_kept(MOST_SLUGS), widget=forms.HiddenInput),
        narrow=lambda sessions, hubs, _at: sessions.run_by_any(hub.slug for hub in hubs),
        words=lambda hubs: " · ".join(str(hub.current_name) for hub in hubs),
        stands=Stands.LINK,
    ),
    Filter(
        "month",
        forms.DateField(required=False, input_formats=["%Y-%m"], widget=forms.HiddenInput),
        narrow=_in_month,
        words=month_in_words,
        stands=Stands.LINK,
    ),
    Filter(
        "places",
        forms.BooleanField(required=False, widget=forms.HiddenInput),
        narrow=lambda sessions, _yes, at: sessions.filter(can_be_booked(at)),
        words=lambda _yes: _now("with places left"),
        stands=Stands.LINK,
    ),
)
