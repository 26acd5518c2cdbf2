"""Behind the link of "ten bookings wait for you": all that an address has asked for and nobody has confirmed.

Opening it changes nothing. One button confirms what is ticked; a page of its own asks before the rest is dropped.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms import SeveralForm
from bookings.models import Booking
from bookings.rule.words import why_not
from bookings.verbs import unproved
from bookings.views.access import open_unproved
from hubs.models.session import OF_ITS_SESSION
from hubs.pages import private
from hubs.vocabulary.dates import moment, short_day


def waiting_of(one: Booking) -> list[Booking]:
    """All of the same address that nobody has confirmed, the soonest session first: two queries."""
    found = Booking.objects.filter(email_key=one.email_key).unproved(now=timezone.now())
    return list(found.select_related("school", *OF_ITS_SESSION).order_by("session__first_day", "pk"))


@require_safe
def page(request: HttpRequest, one: Booking, token: str) -> HttpResponse:
    """What waits."""
    return _page(request, waiting_of(one), token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm what is ticked. What cannot be is said, with why."""
    waiting = waiting_of(open_unproved(token))
    if request.method != "POST":
        return redirect("booking", token)
    form = _form(waiting, request.POST)
    if not form.is_valid():
        return _page(request, waiting, token, form=form)
    ticked = [one for one in waiting if one.reference in form.cleaned_data["bookings"]]
    refused = unproved.confirm_all(ticked, clock=timezone.now)
    if refused:
        said = [(one, why_not(error)) for one, error in refused]
        return _page(request, waiting_of(open_unproved(token)), token, refused=said)
    return redirect("booking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def drop(request: HttpRequest, token: str) -> HttpResponse:
    """Drop what the page has shown: asks once."""
    waiting = waiting_of(open_unproved(token))
    if request.method == "POST":
        shown = request.POST.getlist("bookings")
        unproved.drop_all([one for one in waiting if one.reference in shown], clock=timezone.now)
        return redirect("booking", token)
    if not waiting:
        return redirect("booking", token)
    context = {"token": token, "waiting": waiting, "lines": [(one, _in_words(one)) for one in waiting]}
    return render(request, "bookings/private/drop_unproved.html", context)


def _page(
    request: HttpRequest,
    waiting: list[Booking],
    token: str,
    *,
    form: SeveralForm | None = None,
    refused: list[tuple[Booking, str]] | None = None,
) -> HttpResponse:
    context: dict[str, Any] = {"token": token, "waiting": waiting, "refused": refused or []}
    context["form"] = form or _form(waiting)
    status = 422 if form else 409 if refused else 200
    return render(request, "bookings/private/unproved.html", context, status=status)


def _form(waiting: list[Booking], data: Any = None) -> SeveralForm:
    return SeveralForm(data, choices=[(one.reference, _in_words(one)) for one in waiting])


def _in_words(one: Booking) -> str:
    """As in "Year 6 lesson, Tue 26 January: 2 places from Ash Primary School"."""
    session = one.session
    many = ngettext("%(n)d place", "%(n)d places", one.party) % {"n": one.party}
    when = moment(session.starts_at) if session.starts_at else short_day(session.first_day)
    return ", ".join(part for part in (session.name, when, many, one.school_in_words) if part)
