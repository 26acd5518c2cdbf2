"""Places that one network holds and nobody has confirmed: how many, by whom, and a button that lets them go."""

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
from bookings.models import AuditEntry, Booking
from bookings.sessions import one_network
from bookings.sessions.one_network import Held
from hubs.vocabulary.dates import moment
from hubs.vocabulary.longest import longest


class LetGoForm(forms.Form):
    """Why, which stands in the trail and is told to nobody."""

    why = forms.CharField(
        label=_("Why"), max_length=longest(AuditEntry, "why"), help_text=_("For the trail. They are not told it.")
    )


class OneNetworkPages(RowPages):
    """Look at what one network holds, and let it go."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if one_network.is_so(row.pk, now=timezone.now()):
            yield self.url_of(row.pk, "one_network"), _now("Places of one network")

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Whoever may cancel its bookings: the page names who asked."""
        return bool(super().has_permission(request, row) and request.user.has_perm("bookings.change_booking", row))

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("one_network", self.one_network_view)]

    def one_network_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Numbers and parties, never the network itself."""
        session = self.get_object_or_deny(request, object_id)
        held = one_network.held_by_one(session.pk, now=timezone.now())
        form = LetGoForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            self._let_go(request, session, form.cleaned_data["why"])
            return self.redirect(session)
        if held is None:
            self.message(request, _now("No network holds most of what nobody has confirmed here any longer."))
            return self.redirect(session)
        return self.form_page(
            request,
            form,
            title=_now("Places of one network"),
            button=ngettext("Let %(n)d place go", "Let %(n)d places go", held.places) % {"n": held.places},
            original=session,
            rows=[*_in_words(held), *(_party(one) for one in held.bookings)],
            hidden=[("bookings", one.reference) for one in held.bookings],
            danger=True,
        )

    def _let_go(self, request: HttpRequest, session: Any, why: str) -> None:
        shown = request.POST.getlist("bookings")
        gone = one_network.let_go(session.pk, shown, by=staff(request), clock=timezone.now, why=why)
        places = sum(one.party for one in gone)
        said = ngettext("%(n)d place is free again.", "%(n)d places are free again.", places) % {"n": places}
        self.message(request, said if gone else _now("Nothing was let go: all of it has been confirmed or has ended."))


def _in_words(held: Held) -> list[str]:
    said = {"places": held.places, "of": held.of, "at": moment(held.since)}
    typed = sum(1 for one in held.bookings if one.school is None)
    by_hand = ngettext(
        "%(n)d party typed the name of its school.", "%(n)d parties typed the names of their schools.", typed
    )
    return [
        _now("%(places)d of %(of)d places that nobody has confirmed were asked for from one network, since %(at)s.")
        % said,
        by_hand % {"n": typed} if typed else _now("All of them gave a school of the register."),
        _now("It may be a script. It may also be a school whose email is slow: ring one of them before you press."),
        _now("Who is let go is told, and has the place again by the same link while there is room."),
    ]


def _party(booking: Booking) -> str:
    many = ngettext("%(n)d place", "%(n)d places", booking.party) % {"n": booking.party}
    return ", ".join(part for part in (booking.contact_name, booking.school_in_words, many) if part)
