"""After the button: check your email; send it again; use another address. The same to the byte for every address."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms import AddressForm
from bookings.models import Draft
from bookings.models import draft as drafts
from bookings.models.draft import AFTERWARDS
from bookings.public.session import Showing
from bookings.rule import mails
from bookings.rule.judging import hold_deadline
from bookings.rule.party import Party
from bookings.states import FROZEN
from bookings.verbs import waiting_list
from bookings.views import limits
from bookings.views.booking_steps import form_page, not_now, party_of
from bookings.views.faults import again, sent_to
from bookings.views.limits import say_limit, within_limits
from bookings.views.sessions import if_visible, visible_session
from hubs.models.calendar import calendar_of_session
from hubs.pages import View, private

MOST_ADDRESSES = 3  # a draft may change its address this often: a typing error, not a mailing


def afterwards(view: View) -> View:
    """A page for the browser that has just booked, for an hour."""

    @private
    def of_draft(request: HttpRequest, ref: str) -> HttpResponse:
        now = timezone.now()
        draft = drafts.find(request, ref, now=now)
        if draft is None or not draft.consumed_at:
            return redirect("book", visible_session(ref).ref)
        return view(request, Showing(if_visible(draft.session), now), draft)

    return of_draft


@afterwards
@require_safe
def sent(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Where the mail went, and until when the places are kept: computed from the moment of asking, never from a row."""
    return render(request, "bookings/book/sent.html", _context(showing, draft))


@afterwards
@require_http_methods(["GET", "HEAD", "POST"])
def send_again(request: HttpRequest, showing: Showing, draft: Draft) -> HttpResponse:
    """Send the same link again: twice more at most, ten minutes apart, without saying so."""
    if request.method == "POST":
        if draft.booking:
            mails.resend_link(draft.booking, now=showing.now)
        draft.answers["again"] = True
        draft.save(update_fields=["answers"])
    return redirect("book-sent", showing.session.ref)


@afterwards
@require_http_methods(["GET", "HEAD", "POST"])
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
        return form_page(request, "bookings/book/another_address.html", showing, form)
    if not form.is_valid() or not within_limits(request, form, limits.BOOKING, now=showing.now):
        return again(request, draft, form, now=showing.now)
    drafts.forget_faults(draft)
    _hold_for(draft, form.cleaned_data["email"])
    return redirect("book-sent", showing.session.ref)


def _party_at(draft: Draft, email: str) -> Party | None:
    """The party with another address of its contact; None where a colleague in it has that address."""
    answers = draft.answers | {"who": draft.answers["who"] | {"email": email}}
    return party_of(Draft(session=draft.session, school=draft.school, answers=answers))


def _hold_for(draft: Draft, email: str) -> None:
    """Move the draft's request to `email`, as often as a typing error needs."""
    tried = int(draft.answers.get("addresses", 0))
    before = draft.answers["who"]["email"]
    draft.answers |= {"who": draft.answers["who"] | {"email": email}, "again": False, "addresses": tried + 1}
    if tried >= MOST_ADDRESSES or email == before:
        draft.answers["who"]["email"] = before
        draft.save(update_fields=["answers"])
        return
    draft.request_key = Draft().request_key
    party = party_of(draft)
    if party is not None:
        draft.booking = waiting_list.at_another_address(
            draft.session.pk,
            party,
            clock=timezone.now,
            instead_of=draft.booking,
            fewer=draft.answers.get("fewer"),
        )
    draft.consumed_at = timezone.now()
    draft.expires_at = draft.consumed_at + AFTERWARDS
    draft.save()


def _context(showing: Showing, draft: Draft) -> dict[str, Any]:
    asked_at = draft.consumed_at or showing.now
    size = int(draft.answers.get("others", 0)) + (draft.answers["who"]["coming"] == "yes")
    held = int(draft.answers.get("held", size))
    deadline = hold_deadline(showing.session, calendar_of_session(showing.session.pk), now=asked_at)
    return {
        "showing": showing,
        "session": showing.session,
        "email": draft.answers["who"]["email"],
        "deadline": deadline,
        "again": draft.answers.get("again", False),
        "held": held,
        "waits": size - held,
    }
