"""How many places a session has, and how many of them are held back."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.rule.refusals import TooFewPlaces
from bookings.rule.words import why_not
from bookings.sessions import changes


class PlacesForm(forms.Form):
    """How many places a session has."""

    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=10_000, help_text=_("All of them. 0: not known yet.")
    )
    held_back = forms.IntegerField(
        label=_("Held back"),
        min_value=0,
        max_value=10_000,
        help_text=_("Of these, kept for guests and the host's own staff until they come free."),
    )


class PlacesPages(RowPages):
    """Set the number of places. No form of Django's writes it: the verb does, and whoever waits may move in."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "places"), _now("Set places")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("places", self.places_view)]

    def places_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How many places there are and how many are held back."""
        session = self.get_object_or_deny(request, object_id)
        now = {"capacity": session.places.capacity, "held_back": session.places.held_back}
        form = PlacesForm(request.POST or None, initial=now)
        if form.is_valid() and self._set_places(request, session, form):
            return self.redirect(session)
        title, rows = _now("Set places"), [_now("%(places)s taken") % {"places": session.places}]
        return self.form_page(request, form, title=title, button=title, original=session, rows=rows)

    def _set_places(self, request: HttpRequest, session: Any, form: PlacesForm) -> bool:
        wanted = form.cleaned_data
        try:
            changes.set_places(session.pk, **wanted, by=staff(request), clock=timezone.now)
        except TooFewPlaces as error:
            form.add_error("capacity", too_few_in_words(error, **wanted))
            return False
        self.message(request, _now("Places set: %(capacity)d, of which %(held_back)d held back.") % wanted)
        return True


def too_few_in_words(error: TooFewPlaces, *, capacity: int, held_back: int) -> str:
    """And how many would have to be asked for first. One place may be needed only because booking is open."""
    if error.needed == 1:
        return _now("There must be at least 1 place: it is taken or held back, or booking is open.")
    fewer = error.needed - capacity
    if held_back < fewer:  # so that holding none back would not be enough
        first = ngettext(
            "Ask visitors to give %(n)d place back first.", "Ask visitors to give %(n)d places back first.", fewer
        )
    else:
        first = ngettext(
            "Hold %(n)d place fewer back, or ask visitors to give %(n)d place back first.",
            "Hold %(n)d places fewer back, or ask visitors to give %(n)d places back first.",
            fewer,
        )
    return f"{why_not(error)} {first % {'n': fewer}}"
