"""The search of every staff page: a box that POSTs, and a page of what it found.

A name or an address must stand in no URL and in no log, and a page that answers a POST would break Back, for browsers
keep no staff page: so what was typed is kept for a while with who is signed in, under a key that says nothing, and the
page that shows what was found is fetched by that key. See docs/decisions/0031.
"""

import secrets
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from bookings.admin.find.finding import LONGEST, find, only_one

KEPT = "found"  # in the session
MOST_KEPT = 10  # searches that Back still finds


def asked(request: HttpRequest) -> HttpResponse:
    """Straight to the one thing that was found, or to the page of several; fetched, what can be looked for."""
    typed = request.POST.get("q", "").replace("\x00", "").strip()[:LONGEST] if request.method == "POST" else ""
    if not typed:
        return _page(request, "", [])
    if one := only_one(find(request.user, typed)):
        return HttpResponseRedirect(one.page)
    key = secrets.token_urlsafe(9)
    kept = {**request.session.get(KEPT, {}), key: typed}
    request.session[KEPT] = dict(list(kept.items())[-MOST_KEPT:])
    return HttpResponseRedirect(reverse("found", args=[key]))


def found(request: HttpRequest, key: str) -> HttpResponse:
    """What was found, found again; a key of somebody else's, or of long ago, is asked anew."""
    typed: str = request.session.get(KEPT, {}).get(key, "")
    if not typed:
        return HttpResponseRedirect(reverse("find"))
    return _page(request, typed, find(request.user, typed))


def _page(request: HttpRequest, typed: str, groups: Any) -> HttpResponse:
    context = admin.site.each_context(request) | {
        "title": _("What was found") if groups else _("Nothing was found") if typed else _("Find"),
        "typed": typed,
        "groups": groups,
    }
    return TemplateResponse(request, "admin/find/found.html", context)
