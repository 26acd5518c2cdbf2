"""Error pages. Each says in one sentence what happened and where to go on."""

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import REASON_BAD_ORIGIN, REASON_NO_CSRF_COOKIE, REASON_NO_REFERER
from django.shortcuts import render

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
    """A fault of ours. The page stands on nothing that may be broken: no database, no request."""
    return render(None, "errors/500.html", status=500)
