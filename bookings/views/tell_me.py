"""Tell me when booking opens: an address in, a mail out, the same for every address; and what its link opens."""

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.afterwards import news
from bookings.forms import AddressForm
from bookings.mail import links, openings
from bookings.mail.links import Purpose
from bookings.mail.searched import Search
from bookings.models import TellMe
from bookings.public.finder import FinderForm
from bookings.public.session import Showing
from bookings.public.wished import WishForm, asked_in, title_of_search
from bookings.states import Standing
from bookings.views import certificates, feedback, invitation, itinerary, limits, new_address, office, unproved
from bookings.views import private as private_pages
from bookings.views.access import (
    is_unsubscribed,
    open_asked,
    open_certificate,
    open_consent,
    open_invitation,
    open_itinerary,
    open_new_address,
    open_office,
    open_unproved,
    open_wish,
)
from bookings.views.limits import within_limits
from bookings.views.sessions import visible_session
from hubs.models import HostSchool, Hub, OldHubAddress, ShowcaseSession
from hubs.pages import View, private
from hubs.vocabulary.languages import spoken

TO_COME = (Standing.ANNOUNCED, Standing.SOON)
Finds = Callable[..., openings.Thing | HttpResponse]


def of_session(ref: str) -> openings.Thing | HttpResponse:
    """A session whose booking is still to open; any other says on its own page how it stands. Raises Http404."""
    session = visible_session(ref)
    return session if Showing(session, timezone.now()).standing in TO_COME else redirect("session", ref)


def of_hub(slug: str) -> openings.Thing | HttpResponse:
    """A hub that has had a year; an old address redirects. Raises Http404."""
    hub = Hub.objects.named(today=timezone.localdate()).filter(slug=slug).first()
    if hub:
        return hub
    old = get_object_or_404(OldHubAddress.objects.select_related("hub"), slug=slug)
    return redirect("tell-me-hub", old.hub.slug, permanent=True)


def of_visit(slug: str, pk: int) -> openings.Thing | HttpResponse:
    """A host school's visit in its hub's current year. Raises Http404: also where it is a draft."""
    visits = HostSchool.objects.shown().select_related("school", "hub_year__hub")
    visit = get_object_or_404(visits, pk=pk, hub_year__hub__slug=slug)
    if visit.hub_year != openings.year_of(visit.hub_year.hub, now=timezone.now()):
        return redirect("hub", slug)
    return visit


def _ask(request: HttpRequest, thing: openings.Thing) -> HttpResponse:
    """Ask for an address, and mail it the link that confirms."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid() or not _kept(request, form, thing):
        context = _about(thing) | {"form": form}
        return render(request, "bookings/tell_me/ask.html", context, status=422 if form.is_bound else 200)
    return redirect(f"{request.path}sent/")


@transaction.atomic
def _kept(request: HttpRequest, form: AddressForm | WishForm, thing: openings.Thing) -> bool:
    """Keep the wish if the network may ask for one more mail; counted together with it."""
    may = within_limits(request, form, limits.MAIL, now=timezone.now())
    if may:
        openings.ask(form.cleaned_data["email"], thing, language=spoken(), now=timezone.now())
    return may


def _sent(request: HttpRequest, thing: openings.Thing) -> HttpResponse:
    """The same for every address."""
    return render(request, "bookings/tell_me/sent.html", _about(thing))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def search(request: HttpRequest) -> HttpResponse:
    """Ask to be told of what a search finds, beginning with the one that the list was asked for."""
    now = timezone.now()
    if request.method == "POST":
        form = WishForm(request.POST, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now)
        if form.is_valid() and _kept(request, form, form.thing()):
            return _sent_to(form.thing())
    else:
        asked = FinderForm(request.GET, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now)
        form = WishForm(None, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now, initial=asked_in(asked))
    return render(request, "bookings/tell_me/search.html", {"form": form}, status=422 if form.is_bound else 200)


def _sent_to(thing: Hub | Search) -> HttpResponse:
    if isinstance(thing, Hub):
        return redirect("tell-me-hub-sent", thing.slug)
    return redirect(f"{reverse('tell-me-search-sent')}?{thing.query}")


@private
@require_safe
def search_sent(request: HttpRequest) -> HttpResponse:
    """The same for every address, with the search as it was understood."""
    now = timezone.now()
    form = FinderForm(request.GET, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now)
    return _sent(request, Search(form.address().removeprefix("?"), title_of_search(form)))


def _pages(finds: Finds) -> tuple[View, View]:
    """The form and the page after it, about what `finds` finds by its address, or where that leads instead."""

    def page(view: Callable[..., HttpResponse]) -> View:
        def found(request: HttpRequest, **address: Any) -> HttpResponse:
            thing = finds(**address)
            return thing if isinstance(thing, HttpResponse) else view(request, thing)

        return found

    asks = require_http_methods(["GET", "HEAD", "POST"])(page(_ask))
    return private(asks), private(require_safe(page(_sent)))


session, session_sent = _pages(of_session)
hub, hub_sent = _pages(of_hub)
visit, visit_sent = _pages(of_visit)


def _about(thing: openings.Thing) -> dict[str, Any]:
    """What a page says of the thing: its name, its own page, and whether booking of it is still to open."""
    if isinstance(thing, ShowcaseSession):
        showing = Showing(thing, timezone.now())
        said = {"session": thing, "showing": showing, "to_come": showing.standing in TO_COME}
        return said | {"title": thing.name, "url": thing.get_absolute_url()}
    if isinstance(thing, Search):
        return {"title": thing.title, "url": f"{reverse('home')}?{thing.query}", "to_come": True}
    hub = thing.hub_year.hub if isinstance(thing, HostSchool) else thing
    return {
        "title": openings.title_of(thing, now=timezone.now()),
        "url": reverse("hub", args=[hub.slug]),
        "to_come": True,
    }


# --- behind the mailed link ------------------------------------------------------------------------------------------


@private
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """Every private link has the same form of address: what it opens stands in the token."""
    link = links.read(token)
    if link and link.purpose == Purpose.UNSUBSCRIBE:
        if agreed := open_consent(token):
            return feedback.consent(request, agreed, token)
        return _wish(request, open_wish(token), token)
    if link and link.purpose == Purpose.FEEDBACK:
        return feedback.form_page(request, open_asked(token), token)
    if link and link.purpose == Purpose.NEW_ADDRESS:
        return new_address.page(request, open_new_address(token), token)
    if link and link.purpose == Purpose.UNPROVED:
        return unproved.page(request, open_unproved(token), token)
    if link and link.purpose == Purpose.OFFICE:
        return office.coming(request, open_office(token), token)
    if link and link.purpose == Purpose.ITINERARY:
        return itinerary.itinerary_page(request, open_itinerary(token), token)
    if link and link.purpose in (Purpose.INVITATION, Purpose.HEAD):
        return invitation.page(request, open_invitation(token))
    if link and link.purpose == Purpose.CERTIFICATE:
        return certificates.page(request, open_certificate(token), token)
    return private_pages.booking(request, token)


@require_safe
def _wish(request: HttpRequest, wish: TellMe, token: str) -> HttpResponse:
    """A wish as it stands, with the buttons that confirm and end it. Opening changes nothing."""
    others = [
        (_about(openings.thing_of(other))["title"], _token(other), other.proved_at) for other in openings.beside(wish)
    ]
    context = _about(openings.thing_of(wish)) | {"wish": wish, "token": token, "others": others}
    return render(request, "bookings/tell_me/wish.html", context)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: HttpRequest, token: str) -> HttpResponse:
    """Yes, tell me. Only the button does; who opens the address comes to the wish."""
    wish = open_wish(token)
    if request.method == "POST":
        openings.prove(wish, now=timezone.now())
    return redirect("booking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop telling me; stop a hub's news. Twice is once: the link of what is forgotten says so."""
    agreed = open_consent(token)
    if request.method != "POST":
        if not agreed:
            open_wish(token)
        return redirect("booking", token)
    if agreed:
        news.stop(agreed, now=timezone.now())
    elif not is_unsubscribed(token):
        openings.stop(open_wish(token), now=timezone.now())
    return redirect("tell-me-stopped")


@private
@require_safe
def stopped(request: HttpRequest) -> HttpResponse:
    """The wish is forgotten, and its link with it."""
    return render(request, "bookings/tell_me/stopped.html")


def _token(wish: TellMe) -> str:
    return links.token(Purpose.UNSUBSCRIBE, wish)
