"""Error pages. Each says in one sentence what happened and where to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret no longer fits: an old page, or a browser without cookies. Nothing was changed."""
    return render(request, "errors/form_expired.html", {"here": request.path}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Something that no page of ours sends."""
    return render(request, "errors/400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Somewhere this person may not go."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """No such page; the same for a private link that is wrong, old or somebody else's."""
    response = render(request, "errors/404.html", status=404)
    response["Cache-Control"] = "no-store"
    return response


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours. The page stands on nothing that may be broken: no database, no request."""
    return render(None, "errors/500.html", status=500)
