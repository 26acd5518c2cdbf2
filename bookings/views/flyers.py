"""Flyers, to print or to save as PDF from the browser: public pages like those that they lead to."""

from collections.abc import Callable
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation

from bookings.public import flyer
from bookings.public.session import Showing
from bookings.views.sessions import visible_session
from hubs.models import HostSchool, ShowcaseSession
from hubs.pages import public
from hubs.vocabulary.languages import ENGLISH


@public
def of_session(request: HttpRequest, ref: str) -> HttpResponse:
    """The flyer of a session; one that nobody can come to any more says so on its own page. Raises Http404."""
    showing = Showing(visible_session(ref), timezone.now())
    if not flyer.invites(showing):
        return redirect("session", ref)
    session = showing.session
    prefetch_related_objects([session], "lessons__visiting_teachers", "lessons__specialists")
    response = _page(request, lambda: flyer.of_session(showing), session=session, back=session.get_absolute_url())
    if session.visibility == ShowcaseSession.Visibility.LINK:
        response["X-Robots-Tag"] = "noindex"
    return response


@public
def of_visit(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The flyer of a visit; one that nobody can come to any more is on its hub's page. Raises Http404: also where it is
    a draft."""
    visits = HostSchool.objects.shown().select_related("school", "hub_year__hub")
    visit = get_object_or_404(visits, pk=pk, hub_year__hub__slug=slug)
    sessions, now = list(flyer.sessions_of_visit(visit)), timezone.now()
    if not any(flyer.invites(Showing(session, now)) for session in sessions):
        return redirect("hub", slug)
    back = visit.hub_year.hub.get_absolute_url()
    return _page(request, lambda: flyer.of_visit(visit, sessions, now=now), back=back)


def _page(request: HttpRequest, make: Callable[[], flyer.Flyer], **context: Any) -> HttpResponse:
    """A flyer in the page's language; the text for a newsletter is English, as newsletters of hubs are."""
    with translation.override(ENGLISH):
        newsletter = make().text
    return render(
        request, "bookings/flyer.html", context | {"flyer": make(), "newsletter": newsletter, "path": request.path}
    )
