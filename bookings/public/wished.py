"""A wish for a search: the finder's own questions, as far as a wish can keep them, and an address to tell."""

import datetime as dt
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms import Address
from bookings.mail.searched import Search
from bookings.models.draft import FARTHEST, LONGEST_SEARCH
from bookings.public.filters import FILTERS, NOT_THERE, Filter, Stands, days_of_month
from bookings.public.finder import FinderForm, fields_of, meant_by
from bookings.public.near import RADII, USUAL
from hubs.models import Hub
from hubs.schools.whereabouts import Place, miles_in_words

KEPT = tuple(one for one in FILTERS if one.keeps)
NEAR_ENOUGH = [miles for miles in RADII if 0 < miles <= FARTHEST]


class WishForm(forms.Form):
    """What to be told of, and whom to tell. It asks for a place or a hub: England has a thousand sessions a year."""

    use_required_attribute = False

    within = forms.TypedChoiceField(label=_("How far"), coerce=int, required=False)
    email = Address(label=_("Email address"), empty=_("Enter your email address"))

    def __init__(self, data: Any, *, hubs: QuerySet[Hub], now: dt.datetime, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self.today = timezone.localdate(now)
        own = self.fields
        asked = fields_of(KEPT, hubs)
        self.fields = {"near": asked.pop("near"), "within": own["within"]} | asked | {"email": own["email"]}
        within: Any = self.fields["within"]
        within.choices = [
            (miles, _("Within %(distance)s") % {"distance": miles_in_words(miles)}) for miles in NEAR_ENOUGH
        ]
        within.error_messages |= NOT_THERE

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not (said.get("near") or said.get("hub") or self.errors.keys() & {"near", "hub"}):
            self.add_error("near", _now("Enter a postcode, a town or a school, or choose a hub"))
        if meant := meant_by(self):
            named = " · ".join(place.name for place in meant)
            self.add_error("near", _now("Did you mean one of these? %(places)s") % {"places": named})
        since, until = said.get("since"), said.get("until")
        if since and until and since > until:
            said["since"], said["until"] = until, since
        if said.get("until") and said["until"] < self.today:
            self.add_error("until", _now("Enter a day that is still to come"))
        return said

    def first(self) -> list[forms.BoundField]:
        return [self["near"], self["within"], *self._standing(Stands.FIRST)]

    def more(self) -> list[forms.BoundField]:
        return self._standing(Stands.MORE)

    def _standing(self, stands: Stands) -> list[forms.BoundField]:
        return [self[one.name] for one in KEPT if one.stands == stands and one.name != "near"]

    @property
    def more_is_open(self) -> bool:
        return any(field.value() or field.errors for field in self.more())

    def thing(self) -> Hub | Search:
        """What to be told of. All that a hub does, and nothing else, is the hub itself."""
        said = {one.name: self.cleaned_data[one.name] for one in KEPT if self.cleaned_data.get(one.name)}
        if said.keys() == {"hub"}:
            hub: Hub = said["hub"]
            return hub
        miles = self.cleaned_data["within"] or USUAL
        columns = {name: kept for one in KEPT if one.name in said for name, kept in _kept(one, said).items()}
        if "near" in said:
            columns["miles"] = miles
        hub = columns.pop("hub", None)
        return Search(self._query(said, miles), title_of(said, miles), hub, columns)

    def _query(self, said: dict[str, Any], miles: int) -> str:
        """As the list's own address has it, and the same for whoever means the same."""
        asked = {name: _plain(value) or str(self[name].value()) for name, value in said.items()}
        if "near" in said and miles != USUAL:
            asked["within"] = str(miles)
        return urlencode(asked)[:LONGEST_SEARCH]


def _kept(one: Filter, said: dict[str, Any]) -> dict[str, Any]:
    return one.keeps(said[one.name]) if one.keeps else {}


def _plain(value: Any) -> str:
    """A place as it is found again, a day as machines write it, a box as a form sends it."""
    if isinstance(value, Place):
        return value.typed or value.name
    if value is True:
        return "on"
    return value.isoformat() if isinstance(value, dt.date) else ""


def title_of(said: dict[str, Any], miles: int) -> str:
    """A search in words: "Sessions: Year 6 · near ME16 8TL · within 30 miles"."""
    words = [
        one.words(said[one.name]) for one in sorted(KEPT, key=lambda one: one.name == "near") if said.get(one.name)
    ]
    if said.get("near"):
        words.append(_now("within %(distance)s") % {"distance": miles_in_words(miles)})
    return _now("Sessions: %(search)s") % {"search": " · ".join(words)} if words else _now("Sessions")


def asked_in(form: FinderForm) -> dict[str, Any]:
    """What a search on the list gives a wish to begin with; a month as its days, all of England as the farthest."""
    said = form.cleaned_data
    asked: dict[str, Any] = {one.name: form.data.get(one.name) for one in KEPT if said.get(one.name)}
    if said.get("month"):
        first, last = days_of_month(said["month"])
        asked = {"since": first, "until": last} | asked
    if form.place:
        asked["near"] = _plain(form.place)
    return asked | {"within": form.miles or FARTHEST}


def title_of_search(form: FinderForm) -> str:
    return title_of(form.cleaned_data, form.miles or FARTHEST)
