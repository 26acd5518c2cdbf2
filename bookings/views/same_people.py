"""The same people for another session: the contact of a booking picks one, and the steps begin with what is known.

What is booked in the end is a booking like any other, judged as any other. Its draft is made here by a button, behind
the cookie of that session's steps, so that no name and no link of this booking stands in an address.
"""

from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.forms import answers_again
from bookings.models import Draft
from bookings.models import draft as drafts
from bookings.models.places import can_be_booked
from bookings.public.finder import FinderForm
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.views.access import Opened
from bookings.views.party_page import context_of
from bookings.views.private import opened
from bookings.views.sessions import Finding, visible_session
from hubs.models import Hub

MOST = 10  # sessions to choose from at once: whoever wants others says more


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest, link: Opened) -> HttpResponse:
    """Sessions with places for all of them: the best after this one, or what a search finds."""
    if link.visitor:
        raise Http404
    context = context_of(link)
    if not context["same_people"]:
        return redirect("booking", link.token)
    if request.method == "POST":
        return _begin(request, context)
    now = context["showing"].now
    form = FinderForm(request.GET, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now)
    chosen = form.chosen()
    found, more = _found(form, context, searched=bool(chosen))
    context |= {"form": form, "chosen": chosen, "found": found, "more": more, "near": form.place}
    return render(request, "bookings/private/same_people.html", context)


def _found(form: FinderForm, context: dict[str, Any], *, searched: bool) -> tuple[list[Showing], bool]:
    """The sessions to choose from, and whether there are more that fit."""
    showing, size = context["showing"], len(context["visitors"])
    if not searched and (best := alternatives(showing, most=MOST, places=size)):
        return best, False
    among = can_be_booked(showing.now, places=size) & ~Q(pk=showing.session.pk)
    rows = Finding(form, among=among).page(1, MOST + 1)
    return [Showing(row, showing.now) for row in rows[:MOST]], len(rows) > MOST


def _begin(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """A draft of the session that was picked, with all that is known filled in. Raises Http404."""
    picked = request.POST.get("session", "")
    if not (picked.isascii() and picked.isalnum()):
        raise Http404
    session = visible_session(picked)
    booking = context["booking"]
    answers = answers_again(booking, context["visitors"])
    draft = Draft(session=session, school=booking.school, answers=answers)
    drafts.keep(draft, now=timezone.now())
    return drafts.set_cookie(redirect("book-who", session.ref), draft)
