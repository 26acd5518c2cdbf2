"""Who of a party comes: add a colleague, remove one, hand a place over, take it, take it back.

By the contact's link for any of the party, by position; by a visitor's own link for that place alone.
"""

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings.forms import ColleagueForm, TakerForm
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.mail_kinds import PressedBy
from bookings.models import Visitor
from bookings.public import access
from bookings.rule.judging import Outlook
from bookings.rule.party import NewVisitor, school_of
from bookings.rule.refusals import SchoolShareUsed, SessionFull
from bookings.rule.words import why_not
from bookings.verbs import hand_over, visitors
from bookings.verbs import visitors as parties
from bookings.views.access import Opened
from bookings.views.party_page import context_of
from bookings.views.private import opened, opened_by_giver_too


def place_of(link: Opened, position: int | None) -> Visitor:
    """The place that an address means. Raises Http404 where the link does not open it."""
    if link.visitor or position is None:
        if link.visitor is None or position is not None:
            raise Http404
        return link.visitor
    found = link.booking.visitors.coming().filter(position=position).first()
    if found is None:
        raise Http404
    return found


def done(token: str, what: str) -> HttpResponse:
    """Back to the booking, which says that it is done. Whoever makes such an address by hand reads a sentence, and
    changes nothing."""
    response = redirect("booking", token)
    response["Location"] += f"?done={what}"
    return response


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest, link: Opened) -> HttpResponse:
    """Add a colleague: to the booking, or to the waiting list. Nobody comes to wait who was not asked about first."""
    if link.visitor:
        raise Http404
    sent = request.POST if request.method == "POST" else None
    form = ColleagueForm(sent, session=link.booking.session, initial={"key": uuid.uuid4()})
    if not form.is_valid():
        return _add_page(request, link, form, status=_status(form))
    said = form.cleaned_data
    colleague = NewVisitor(full_name=said["name"], email=said["email"], needs=said["needs"])
    if access.untold(request.POST, link.booking.session, [said["needs"]]):
        return _add_page(request, link, form, status=409, whom=said["name"])
    may_wait = "wait" in request.POST
    try:
        added = parties.add_visitor(link.booking.pk, colleague, clock=timezone.now, key=said["key"], may_wait=may_wait)
    except (SessionFull, SchoolShareUsed):
        return _add_page(request, link, form, status=409, whom=said["name"])
    token = links.token(Purpose.CONTACT, added.booking) if added.waits else link.token
    return done(token, "waits" if added.waits else "added")


def _add_page(request: HttpRequest, link: Opened, form: ColleagueForm, *, status: int, whom: str = "") -> HttpResponse:
    """Whether one more would have a place or wait, said before anything is typed; and `whom` to ask about."""
    context = context_of(link)
    outlook = Outlook(link.booking.session.places, school_of(link.booking), context["showing"].now, link.booking.code)
    refused = outlook.refused(1)
    waits = why_not(refused) if isinstance(refused, (SessionFull, SchoolShareUsed)) else ""
    context |= {"form": form, "share": outlook.share, "waits": waits, "whom": whom}
    if whom:
        context |= access.told(context["showing"], [form.cleaned_data["needs"]])
    return render(request, "bookings/private/add.html", context, status=status)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, link: Opened, position: int) -> HttpResponse:
    """Give one visitor's place back, by the contact's link: asks once."""
    visitor = place_of(link, position)
    if request.method != "POST":
        return render(request, "bookings/private/remove.html", context_of(link) | {"one": visitor})
    visitors.release(visitor.pk, clock=timezone.now)
    return done(link.token, "removed")


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest, link: Opened, position: int | None = None) -> HttpResponse:
    """Hand a place over to a colleague."""
    visitor = place_of(link, position)
    form = TakerForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = context_of(link) | {"form": form, "one": visitor}
        return render(request, "bookings/private/hand_over.html", context, status=_status(form))
    said = form.cleaned_data
    to = NewVisitor(full_name=said["name"], email=said["email"])
    hand_over.hand_over(visitor.pk, to, clock=timezone.now, pressed_by="visitor" if link.visitor else "contact")
    return done(link.token, "handed-over")


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def take(request: HttpRequest, link: Opened) -> HttpResponse:
    """The new person takes the place: only the button does."""
    visitor = place_of(link, None)
    if request.method == "POST":
        hand_over.take(visitor.pk, clock=timezone.now)
        return done(link.token, "taken")
    return redirect("booking", link.token)


@opened_by_giver_too
@require_http_methods(["GET", "HEAD", "POST"])
def take_back(request: HttpRequest, link: Opened, position: int | None = None) -> HttpResponse:
    """The place goes back to whoever gave it: asks once."""
    visitor = place_of(link, position)
    if request.method != "POST":
        return render(request, "bookings/private/take_back.html", context_of(link) | {"one": visitor})
    hand_over.take_back(visitor.pk, clock=timezone.now, pressed_by=_pressed_by(link))
    if link.given:
        visitor.refresh_from_db()
        return done(links.token(Purpose.VISITOR, visitor), "taken-back")
    return done(link.token, "taken-back") if position else redirect("session", link.booking.session.ref)


def _pressed_by(link: Opened) -> PressedBy:
    """Whose link takes a place back: of whom it is again, of whom it was given to, or the contact's."""
    if link.given:
        return "visitor"
    return "taker" if link.visitor else "contact"


def _status(form: ColleagueForm | TakerForm) -> int:
    return 422 if form.is_bound and form.errors else 200
