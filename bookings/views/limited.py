"""Limits by network, said on the form that was sent."""

import datetime as dt

from django import forms
from django.http import HttpRequest

from bookings import limits
from bookings.refusals import TooManyFromHere
from bookings.words import why_not


def within_limits(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime) -> bool:
    """Count this request for its network; where that is too much, the form's address field says so."""
    try:
        limits.use(request, what, now=now)
    except TooManyFromHere as refused:
        form.add_error("email", why_not(refused))
        return False
    return True


def say_limit(request: HttpRequest, form: forms.Form, what: str, *, now: dt.datetime) -> None:
    """Where the network has asked for too much by now, say so on the form; nothing is counted."""
    if refused := limits.used_up(request, what, now=now):
        form.add_error("email", why_not(refused))
