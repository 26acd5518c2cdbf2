"""Behind the link that goes to a new address: a button takes it for the booking, or the place. Opening changes nothing.

What the button answers is the same whether the address is taken or has a place here already: the mail says which.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.models import AddressChange
from bookings.public.session import Showing
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.verbs import addresses
from bookings.views.access import open_new_address
from hubs.pages import private


@require_safe
def page(request: HttpRequest, asked: AddressChange, token: str) -> HttpResponse:
    """The address, and the button; once it is pressed, that we have written there."""
    return _page(request, asked, token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def use(request: HttpRequest, token: str) -> HttpResponse:
    """Use this address from now on. Only the button does; who opens the address of it comes to the page."""
    asked = open_new_address(token)
    if request.method == "POST":
        try:
            addresses.take_address(asked.pk, asked.link_version, clock=timezone.now)
        except Refused as refused:
            return _page(request, asked, token, why=why_not(refused))
    return redirect("booking", token)


def _page(request: HttpRequest, asked: AddressChange, token: str, *, why: str = "") -> HttpResponse:
    showing = Showing(asked.booking.session, timezone.now())
    context = {"asked": asked, "token": token, "showing": showing, "session": showing.session, "why": why}
    return render(request, "bookings/private/new_address.html", context, status=409 if why else 200)
