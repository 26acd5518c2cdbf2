"""After the button: check your email; send it again; use another address. The same to the byte for every address.

The first answers until the deadline that it says, the others for an hour.
"""

import uuid
from collections.abc import Callable
from dataclasses import replace
from functools import partial, wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms import AddressForm
from bookings.models import Draft
from bookings.models import draft as drafts
from bookings.public.session import Showing
from bookings.rule import mails
from bookings.rule.party import Party
from bookings.rule.refusals import TooManyFromHere
from bookings.rule.words import why_not
from bookings.states import FROZEN
from bookings.verbs import waiting_list
from bookings.views import limits
from bookings.views.booking_steps import consume, first_where_need_be, form_page, not_now, party_of
from bookings.views.faults import again, sent_to
from bookings.views.limits import say_limit
from bookings.views.sessions import if_visible, visible_session
from hubs.pages import View, private

MOST_ADDRESSES = 3  # a draft may change its address this often: a typing error, not a mailing


def afterwards(view: Callable[[HttpRequest, Showing, Draft], HttpResponse]) -> View:
    """A page for the browser that has booked, until the deadline that was printed."""

    @private
    @wraps(view)
    def of_draft(request: HttpRequest, ref: str) -> HttpResponse:
        now = timezone.now()
        draft = drafts.find(request, ref, now=now)
        if draft is None or not draft.consumed_at:
            return redirect("book", visible_session(ref).ref)
        return view(request, Showing(if_visible(draft.session), now), draft)

    return of_draft


def for_an_hour(view: Callable[[HttpRequest, Showing, Draft], HttpResponse]) -> View:
    """What the browser that has just booked can still do; later its page says where else to ask."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(view)
    def of_draft(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
        if not draft.is_just_booked(now=showing.now):
            return redirect("book-sent", showing.session.ref)
        return view(request, showing, draft)

    return afterwards(of_draft)


@afterwards
@require_safe
def sent(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Where the mail went, and until when places are kept: as it was at the moment of asking, never from a booking."""
    return render(request, "bookings/book/sent.html", _context(showing, draft))


@for_an_hour
def send_again(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Send the same link again: twice more at most, ten minutes apart, without saying so."""
    if request.method == "POST":
        if draft.booking:
            mails.resend_link(draft.booking, now=showing.now)
        draft.answers["again"] = True
        drafts.keep(draft, now=showing.now)
    return redirect("book-sent", showing.session.ref)


@for_an_hour
def another_address(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Hold for another address instead; the first link dies."""
    if showing.places.status in FROZEN:
        return not_now(request, showing)
    form = AddressForm(sent_to(request, draft))
    if form.is_valid() and _party_at(draft, form.cleaned_data["email"]) is None:
        form.add_error("email", _("Enter a different address: this one is already in this booking"))
    if request.method != "POST":
        if form.is_valid():
            say_limit(request, form, limits.BOOKING, now=showing.now)
        return form_page(request, "bookings/book/another_address.html", showing, draft, form)
    if not form.is_valid():
        return again(request, draft, form, now=showing.now)
    try:
        count = partial(limits.use, request, limits.BOOKING, now=showing.now)
        _hold_for(draft, form.cleaned_data["email"], count, network=limits.held_from(request))
    except TooManyFromHere as refused:
        form.add_error("email", why_not(refused))
        return again(request, draft, form, now=showing.now)
    return redirect("book-sent", showing.session.ref)


def _party_at(draft: Draft, email: str) -> Party | None:
    """The party with another address of its contact; None where a colleague in it has that address."""
    return party_of(_at(draft, email))


def _at(draft: Draft, email: str) -> Draft:
    """What the draft would be at another address. Its request is a new one, and the same however often it is sent."""
    answers = draft.answers | {"who": draft.answers["who"] | {"email": email}}
    key = uuid.uuid5(draft.request_key, email)
    return Draft(session=draft.session, school=draft.school, answers=answers, request_key=key)


def _hold_for(draft: Draft, email: str, count: Callable[[], object], *, network: str) -> None:
    """Move the draft's request to `email`, as often as a typing error needs. Raises TooManyFromHere."""
    tried = int(draft.answers.get("addresses", 0))
    drafts.forget_faults(draft)
    wanted = _at(draft, email)
    said = {"again": False, "addresses": tried + 1}
    if tried >= MOST_ADDRESSES or email == draft.answers["who"]["email"]:
        draft.answers |= said
        drafts.keep(draft, now=timezone.now())
        return
    drafts.count_no_longer(draft)
    party = party_of(wanted)
    first = False
    if party is not None:
        how: Any = {"clock": timezone.now, "instead_of": draft.booking, "fewer": draft.answers.get("fewer")}
        asked = replace(party, network=network)
        ask = partial(waiting_list.at_another_address, draft.session.pk, asked, **how)
        draft.booking, first = first_where_need_be(ask, count)
    draft.answers, draft.request_key = wanted.answers | said | {"first": first}, wanted.request_key
    consume(draft, now=timezone.now(), network=network)


def _context(showing: Showing, draft: Draft) -> dict[str, Any]:
    size = int(draft.answers.get("others", 0)) + (draft.answers["who"]["coming"] == "yes")
    held = int(draft.answers.get("held", size))
    return {
        "showing": showing,
        "session": showing.session,
        "email": draft.answers["who"]["email"],
        "deadline": draft.expires_at,
        "again": draft.answers.get("again", False),
        "just_booked": draft.is_just_booked(now=showing.now),
        "held": held,
        "first": draft.answers.get("first", False),
        "waits": size - held,
    }
