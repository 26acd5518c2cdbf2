"""A step that is sent with faults: kept in the draft, and shown by its own page, so that Back never sends it again.

A browser that comes back to a page which answered a POST asks whether to send the form once more, or shows an error of
its own. So every answer to a POST leads to another page.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve, reverse

from bookings.forms import typed
from bookings.models import Draft
from bookings.models import draft as drafts
from hubs.pages import SeeOther


def same(request: HttpRequest, *, query: str = "") -> HttpResponse:
    """Look at the step that was sent: it says why nothing came of it."""
    step = reverse(step_of(request).url_name, kwargs=step_of(request).kwargs)
    return SeeOther(f"{step}?{query}" if query else step)


def again(
    request: HttpRequest, draft: Draft, form: forms.Form, *, now: dt.datetime, **pressed: bool | str
) -> HttpResponse:
    """A step has faults: keep what was typed and `pressed`, and show it once more."""
    drafts.mark_faults(draft, str(step_of(request).url_name), typed(form, request.POST) | pressed)
    drafts.keep(draft, now=now)
    return drafts.set_cookie(same(request), draft)


def look_again(request: HttpRequest, draft: Draft, *, now: dt.datetime, query: str = "") -> HttpResponse:
    """Show a step without faults, also of before. Mostly nothing is saved, for in a rush many come here."""
    if drafts.has_faults(draft):
        drafts.forget_faults(draft)
        drafts.keep(draft, now=now)
    return same(request, query=query)


def sent_to(request: HttpRequest, draft: Draft) -> Mapping[str, Any] | None:
    """What a step's form is filled in with: what is sent now, or was sent before with faults; None before either."""
    return request.POST if request.method == "POST" else drafts.with_faults(draft, str(step_of(request).url_name))


def step_of(request: HttpRequest) -> ResolverMatch:
    """Which step this is, and of which session."""
    return request.resolver_match or resolve(request.path_info)
