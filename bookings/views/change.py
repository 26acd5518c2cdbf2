"""Correcting who comes: by the contact's link the whole booking, by a visitor's own link what is said of them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.forms import ChangeForm, OwnPlaceForm
from bookings.models import Visitor
from bookings.public import access
from bookings.rule.refusals import InThisBooking
from bookings.verbs import details
from bookings.views.access import Opened
from bookings.views.party_page import context_of
from bookings.views.private import opened

# What a person can take away again, by the value of the button.
TAKEN_AWAY = {"own": "needs", "added": "needs_added"}


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, link: Opened) -> HttpResponse:
    """Names, roles, addresses, needs: only what was changed is corrected."""
    if not link.booking.is_live:
        return redirect("booking", link.token)
    return _own_place(request, link, link.visitor) if link.visitor else _booking(request, link)


def _booking(request: HttpRequest, link: Opened) -> HttpResponse:
    form = ChangeForm(request.POST if request.method == "POST" else None, booking=link.booking)
    if form.is_valid() and not access.untold(request.POST, link.booking.session, form.written_needs()):
        changed = form.changed("name", "mobile")
        try:
            details.change_details(
                link.booking.pk,
                clock=timezone.now,
                contact_name=changed.get("name"),
                contact_mobile=changed.get("mobile"),
                visitors=form.corrections(),
            )
        except InThisBooking:  # since the form was looked at
            for visitor in form.with_new_address():
                form.say_doubled(visitor)
        else:
            return _saved(link)
    return _page(request, link, form, "bookings/private/change.html")


def _own_place(request: HttpRequest, link: Opened, visitor: Visitor) -> HttpResponse:
    context = context_of(link)
    if context["given"] or visitor.released_at:
        return redirect("booking", link.token)
    sent = request.POST if request.method == "POST" else None
    form = OwnPlaceForm(sent, visitor=visitor, session=link.booking.session)
    if not form.is_valid() or access.untold(request.POST, link.booking.session, form.written_needs()):
        return _page(request, link, form, "bookings/private/own_place.html")
    details.change_own(visitor.pk, form.correction(), clock=timezone.now)
    return _saved(link)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def needs(request: HttpRequest, link: Opened) -> HttpResponse:
    """A person takes away what they or their contact have said of their needs. Only the button does."""
    which = TAKEN_AWAY.get(request.POST.get("take_away", ""))
    if request.method != "POST" or which is None or link.visitor is None:
        return redirect("booking", link.token)
    details.take_needs_away(link.visitor.pk, which, clock=timezone.now)
    return _saved(link)


def _page(request: HttpRequest, link: Opened, form: ChangeForm | OwnPlaceForm, template: str) -> HttpResponse:
    context = context_of(link) | {"form": form}
    if not form.is_bound or form.errors:
        return render(request, template, context, status=422 if form.is_bound else 200)
    context |= access.told(context["showing"], form.written_needs())
    return render(request, template, context, status=409)


def _saved(link: Opened) -> HttpResponse:
    """Back to the booking, which says that it is done."""
    response = redirect("booking", link.token)
    response["Location"] += "?saved"
    return response
