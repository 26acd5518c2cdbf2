"""What is kept of somebody, at their private link: to see, to take away, to have deleted."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forgetting import erasing, of_one
from bookings.forgetting.erasing import Whom
from bookings.models import Booking
from bookings.views.access import Opened
from bookings.views.private import opened
from hubs.pages import private


def _whom(link: Opened) -> Whom:
    return Whom(link.booking, link.visitor)


def _party(link: Opened) -> list[Whom]:
    """A contact's link is of their whole party; a visitor's of their own place."""
    if link.visitor:
        return [_whom(link)]
    found = Booking.objects.of_party(link.booking).select_related("session__hub_year", "session__places")
    return [Whom(link.booking if one == link.booking else one) for one in found]


@opened
@require_http_methods(["GET", "HEAD"])
def kept(request: HttpRequest, link: Opened) -> HttpResponse:
    """All of it, and until when."""
    whoms = _party(link)
    context = {
        "token": link.token,
        "session": link.booking.session,
        "parts": [(whom.booking, of_one.of(whom)) for whom in whoms],
        "hub": link.booking.session.hub_year,
        "can_erase": all(erasing.can_erase(whom, now=timezone.now()) for whom in whoms),
    }
    return render(request, "bookings/private/kept.html", context)


@opened
@require_http_methods(["GET", "HEAD"])
def download(request: HttpRequest, link: Opened) -> HttpResponse:
    """The same as a file."""
    said = {whom.booking.reference: of_one.as_data(of_one.of(whom)) for whom in _party(link)}
    response = JsonResponse(said, json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = 'attachment; filename="kept-of-me.json"'
    return response


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def erase(request: HttpRequest, link: Opened) -> HttpResponse:
    """Ask once more, saying what it means; then delete. The link dies with it."""
    whoms, now = _party(link), timezone.now()
    if not all(erasing.can_erase(whom, now=now) for whom in whoms):
        return redirect("booking-kept", link.token)
    if request.method == "POST":
        for whom in whoms:
            erasing.erase(erasing.as_it_stands(whom), clock=timezone.now)
        return redirect("erased")
    context = {
        "token": link.token,
        "session": link.booking.session,
        "visitor": link.visitor,
        "gives_back": any(whom.gives_back(now=now) for whom in whoms),
        "seated": any(whom.gives_back(now=now) and whom.seated for whom in whoms),
        "others": max(whom.others for whom in whoms),
    }
    return render(request, "bookings/private/erase.html", context)


@private
@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """It is done. The same for everybody, for no link leads to them any longer."""
    return render(request, "bookings/erased.html")
