"""Behind a private link: the booking, or one visitor's place in it. Opening changes nothing; buttons do."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import places
from bookings.mail.arriving import colleagues
from bookings.mail.calendar_entry import calendar_entry
from bookings.public.instead import alternatives
from bookings.public.session_page import offered_instead
from bookings.public.sheet import sheet_of
from bookings.rule import room
from bookings.rule.calendar import entry_version
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions.seen import NOTHING_TO_SEE, mark_seen, unseen_changes
from bookings.states import FROZEN
from bookings.verbs import visitors as details
from bookings.verbs import waiting_list
from bookings.views.access import Opened, booking_of_contact, open_link
from bookings.views.party_page import context_of, is_expected
from hubs.pages import View, private
from hubs.vocabulary.ids import AN_ID


def opened_by_giver_too(view: Callable[..., HttpResponse]) -> View:
    """A page behind a private link; refusals are told on the booking's own page."""

    @private
    @wraps(view)
    def of_link(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        link = open_link(token)
        try:
            return view(request, link, **kwargs)
        except Refused as refused:
            return booking_page(request, open_link(token), refused=refused, status=409)

    return of_link


def opened(view: Callable[..., HttpResponse]) -> View:
    """The same, but not for whoever has given the place away: they only see it, and can take it back."""

    @wraps(view)
    def of_owner(request: HttpRequest, link: Opened, **kwargs: Any) -> HttpResponse:
        if link.given:
            raise Http404
        return view(request, link, **kwargs)

    return opened_by_giver_too(of_owner)


def pressed_by_contact(press: Callable[[HttpRequest, int], None]) -> Callable[..., HttpResponse]:
    """What only the button of a contact's page does: whoever opens its address comes to the booking."""

    @private
    @require_http_methods(["GET", "HEAD", "POST"])
    @wraps(press)
    def of_contact(request: HttpRequest, token: str) -> HttpResponse:
        booking_id = booking_of_contact(token)
        try:
            if request.method == "POST":
                press(request, booking_id)
        except Refused as refused:
            return booking_page(request, open_link(token), refused=refused, status=409)
        return redirect("booking", token)

    return of_contact


@opened_by_giver_too
@require_http_methods(["GET", "HEAD"])
def booking(request: HttpRequest, link: Opened) -> HttpResponse:
    """The booking as it stands, and what can be done now."""
    return booking_page(request, link)


@pressed_by_contact
def confirm(request: HttpRequest, booking_id: int) -> None:
    """Confirm; on a lapsed booking, book again."""
    places.confirm(booking_id, clock=timezone.now, only=request.POST.getlist("answers") or None)


@pressed_by_contact
def wait(_request: HttpRequest, booking_id: int) -> None:
    """Confirm that a party waits; on a lapsed booking, wait again."""
    waiting_list.wait(booking_id, clock=timezone.now)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, link: Opened) -> HttpResponse:
    """Give the places back: asks once. By a visitor's link, that place alone."""
    if request.method != "POST":
        if not link.booking.is_live or (link.visitor and link.visitor.released_at):
            return redirect("booking", link.token)
        return render(request, "bookings/private/cancel.html", context_of(link))
    if link.visitor:
        details.release(link.visitor.pk, clock=timezone.now, pressed_by="visitor")
    else:
        places.cancel(link.booking.pk, clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_all(request: HttpRequest, link: Opened) -> HttpResponse:
    """Give back all that the party has, and leave the waiting list: asks once."""
    if link.visitor:
        raise Http404
    if request.method == "POST":
        places.cancel(link.booking.pk, clock=timezone.now, whole_party=True)
        return redirect("booking", link.token)
    context = context_of(link)
    if not any(one.booking.is_live for one in context["parts"]):
        return redirect("booking", link.token)
    return render(request, "bookings/private/cancel_all.html", context)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def seen(request: HttpRequest, link: Opened) -> HttpResponse:
    """ "I have seen this", or "Yes, we can come". Only the button says so; a number that is none says nothing."""
    newest = request.POST.get("change", "")
    if AN_ID.fullmatch(newest):
        mark_seen(link.booking, link.visitor, int(newest), clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD"])
def calendar(request: HttpRequest, link: Opened) -> HttpResponse:
    """The place as a calendar entry to save."""
    me = link.visitor or link.booking.visitors.coming().filter(is_contact=True).first()
    session = link.booking.session
    if me is None or not session.starts_at or not is_expected(link):
        raise Http404
    version = entry_version(session.places, link.booking, me)
    facts: dict[str, Any] = room.session_facts(session, sequence=version)
    facts |= {"title": session.name, "calendar_of": me.pk, "colleagues": colleagues(link.booking, me)}
    facts |= {name: getattr(session, name) for name in ("starts_at", "ends_at", "arrival_at")}
    entry = calendar_entry(facts, attendee=me.email or "", created_at=timezone.now())
    response = HttpResponse(entry, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="showcase.ics"'
    return response


@opened
@require_http_methods(["GET", "HEAD"])
def sheet(request: HttpRequest, link: Opened) -> HttpResponse:
    """The visitors' sheet, to print for the morning: for whoever has a place."""
    if not is_expected(link):
        raise Http404
    return render(request, "bookings/sheet.html", sheet_of(link.booking.session))


def booking_page(
    request: HttpRequest, link: Opened, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page of a booking or place; with the reason where something could not be done."""
    context = context_of(link)
    showing = context["showing"]
    if refused:
        places = 1 if link.visitor else link.booking.party
        context |= {"why": why_not(refused), "instead": alternatives(showing, places=places)}
    context["saved"] = "saved" in request.GET
    context["done"] = request.GET.get("done", "")
    live = next((one.booking for one in context["parts"] if one.booking.is_live), link.booking)
    context["told"] = unseen_changes(live, link.visitor, showing.places) if link.has_changes else NOTHING_TO_SEE
    if showing.places.status in FROZEN:
        context |= offered_instead(context["told"].newest, showing.now)
    return render(request, _template(link), context, status=status)


def _template(link: Opened) -> str:
    if link.given:
        return "bookings/private/given.html"
    return "bookings/private/place.html" if link.visitor else "bookings/private/booking.html"
