"""Files of a session, and photographs of visiting teachers: each to whoever may see it, as long as it is published."""

from mimetypes import guess_type

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.views.access import Opened
from bookings.views.party_page import files_for
from bookings.views.private import opened_by_giver_too
from bookings.views.sessions import visible_session
from hubs.models import Photograph, Resource, ShowcaseSession
from hubs.models.marked import MarkedQuerySet
from hubs.pages import public


@public  # type: ignore[arg-type]  # a file is sent as it is read
def resource(request: HttpRequest, ref: str, pk: int) -> HttpResponseBase:
    """Something to read before a session, for anybody."""
    session = visible_session(ref)
    return _sent(request, session.resources.public(now=timezone.now()), pk, session)


@opened_by_giver_too  # type: ignore[arg-type]
@require_http_methods(["GET", "HEAD"])
def of_booking(request: HttpRequest, link: Opened, pk: int) -> HttpResponseBase:
    """A file of a session for whoever is to come, and after it for whoever had a place, whether they came or not."""
    return _sent(request, files_for(link, now=timezone.now()), pk, link.booking.session)


def _sent(request: HttpRequest, files: MarkedQuerySet[Resource], pk: int, session: ShowcaseSession) -> HttpResponseBase:
    """The file, always to be saved and never shown inside our own pages; a sentence where it has been lost."""
    found = get_object_or_404(files, pk=pk)
    if not found.file:
        raise Http404
    try:
        return FileResponse(found.file.open(), as_attachment=True, filename=found.saved_as)
    except FileNotFoundError:
        return render(request, "bookings/file_lost.html", {"session": session, "resource": found}, status=404)


@public
def photograph(request: HttpRequest, name: str) -> HttpResponse:
    """A visiting teacher's photograph, as long as they agree: caches ask again within seconds, as for a page."""
    found = Photograph.objects.published(today=timezone.localdate()).filter(file=name).first()
    if found is None:
        raise Http404
    try:
        with found.file.open() as file:
            return HttpResponse(file.read(), content_type=guess_type(name)[0])
    except FileNotFoundError:
        raise Http404 from None
