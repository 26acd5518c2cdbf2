"""The three pages, and a fourth for whoever only looked. Each needs the request and the address, and no statement.

So nothing here asks who somebody is: no session, no user, no message. The secret that the form's next press needs is in
the browser's cookie.
"""

import logging
from http import HTTPStatus

from django.contrib.admin import site
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils import translation

from hubs.pages import private
from hubs.vocabulary.database_faults import is_full, is_read_only
from hubs.vocabulary.languages import ENGLISH, language_of
from showcase.trouble.carried import carried
from showcase.trouble.outcome import Outcome, outcome

log = logging.getLogger("showcase.trouble")

# Seconds after which the next press may well succeed.
AGAIN_AFTER = {Outcome.REFUSED: 5, Outcome.NOT_DONE: 10, Outcome.NOT_KNOWN: 10}
STAFF = "/admin/"
# What somebody pressed, by the name of the address. All else saves something.
PRESSED = {
    "book": {"book-check", "book-address"},
    "cancel": {"booking-cancel", "booking-cancel-all", "visitor-remove"},
    "confirm": {"booking-confirm", "booking-take", "new-address-use", "tell-me-prove", "invitation-join"},
}


def page(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """What the press of this request came to, or None where the error is a fault of ours."""
    came_to = outcome(request, error)
    if came_to is None:
        return None
    log.error("%s at %s: %s", came_to.value, _name(request) or "no address", type(error).__name__)
    for_staff = request.path_info.startswith(STAFF)
    with translation.override(ENGLISH if for_staff else language_of(request.path_info)):
        response = (_for_staff if for_staff else _for_all)(request, came_to, error)
    response["Retry-After"] = str(AGAIN_AFTER[came_to])
    return response


@private
def _for_all(request: HttpRequest, came_to: Outcome, error: BaseException | None) -> HttpResponse:
    text = render_to_string("errors/trouble.html", _said(request, came_to))
    return HttpResponse(text, status=HTTPStatus.SERVICE_UNAVAILABLE)


@private
def _for_staff(request: HttpRequest, came_to: Outcome, error: BaseException | None) -> HttpResponse:
    """The same in the frame of the staff's pages; they also read what whoever runs the site has to hear."""
    frame = {"site_header": site.site_header, "site_title": site.site_title}
    why = {"is_full": is_full(error), "is_read_only": is_read_only(error)}
    text = render_to_string("admin/trouble.html", _said(request, came_to) | frame | why)
    return HttpResponse(text, status=HTTPStatus.SERVICE_UNAVAILABLE)


def _said(request: HttpRequest, came_to: Outcome) -> dict[str, object]:
    looked = request.method != "POST"
    sent = None if looked else carried(request)
    return {
        "looked": looked,
        "came_to": came_to.name,
        "pressed": next((what for what, names in PRESSED.items() if _name(request) in names), "save"),
        "seconds": AGAIN_AFTER[came_to],
        "here": request.path,
        "address": request.get_full_path(),
        "carried": sent,
        "csrf_token": get_token(request) if sent else "",
    }


def _name(request: HttpRequest) -> str:
    """The address by its name alone: what stands in it may be a private link."""
    return request.resolver_match.url_name or "" if request.resolver_match else ""
