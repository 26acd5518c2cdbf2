"""Error pages. Each says in one sentence what happened and where to go on."""

import logging
import sys

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE, REASON_NO_REFERER
from django.shortcuts import render
from django.templatetags.static import static

from showcase.trouble.page import page

log = logging.getLogger("showcase.trouble")

# How Django begins to say that a form is not from a page of ours, or that nobody knows where it is from.
FROM_ELSEWHERE = tuple(reason.partition(" - ")[0] for reason in (REASON_BAD_ORIGIN, REASON_NO_REFERER))


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that is from elsewhere, without its cookie, or whose secret no longer fits. Nothing was changed."""
    if reason.startswith(FROM_ELSEWHERE):
        template = "errors/form_from_elsewhere.html"
    elif reason == REASON_NO_CSRF_COOKIE:
        template = "errors/form_without_cookie.html"
    else:
        template = "errors/form_expired.html"
    return render(request, template, {"here": request.path}, status=403)


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
    """A database that is busy or away has pages of its own (showcase/trouble/page.py), and all else is a fault of ours.

    Django asks for this page wherever an error comes from, a view, a template or a middleware, and while it is handled:
    no middleware of ours would see them all. What is said of a fault of ours stands on nothing that may be broken.
    """
    try:
        of_the_database = page(request, sys.exc_info()[1])
    except Exception:
        log.exception("A page of the database's troubles could not be made")
        of_the_database = None
    return of_the_database or render(None, "errors/500.html", {"style": _style()}, status=500)


def _style() -> str:
    """Where the style sheet is; nothing where that is what is broken."""
    try:
        return static("sheets/public.css")
    except Exception:
        log.exception("The style sheet could not be found")
        return ""
