"""Error pages. Each says in one sentence what happened and where to go on."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def form_expired(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose secret no longer fits: an old page, or a browser without cookies. Nothing was changed."""
    return render(request, "errors/form_expired.html", {"here": request.path}, status=403)
