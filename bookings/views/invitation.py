"""A school's invitation to a group, behind two private links: the teacher names who comes, the head says yes.

Opening either changes nothing; each button is a verb of bookings/groups/ and leads back to the page.
"""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from bookings.forms.invitation import SendsForm
from bookings.groups import dates, enrolling, inviting
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import By, Invitation
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import FROZEN, Status
from bookings.views.access import OpenedInvitation, open_invitation
from hubs.models.session import OF_ITS_SESSION
from hubs.pages import private

S = Invitation.State


@require_safe
def page(request: HttpRequest, link: OpenedInvitation) -> HttpResponse:
    """How the invitation stands, for the teacher or for the head."""
    return _page(request, link)


def _page(
    request: HttpRequest, link: OpenedInvitation, *, form: SendsForm | None = None, why: str = "", status: int = 200
) -> HttpResponse:
    invitation = link.invitation
    if not link.is_head and form is None and invitation.state == S.INVITED:
        form = SendsForm(invitation=invitation)
    context = _context(link) | {"form": form, "why": why}
    if link.is_head:
        context["read"] = inviting.who_comes(invitation)
    if invitation.state == S.JOINED:
        context["promised"] = _promised(link)
    name = "head" if link.is_head else "teacher"
    return render(request, f"bookings/invitation/{name}.html", context, status=status)


def _context(link: OpenedInvitation) -> dict[str, Any]:
    invitation = link.invitation
    return {
        "token": link.token,
        "invitation": invitation,
        "group": invitation.group,
        "year": invitation.group.hub_year,
        "teachers": list(invitation.teachers.all()),
        "about": dates.about(invitation.group, now=timezone.now()),
        "is_head": link.is_head,
    }


def _promised(link: OpenedInvitation) -> list[dict[str, Any]]:
    """Each meeting with how it stands for the school; to the teacher, who is the contact, with their link to it."""
    rows = link.invitation.enrolments.select_related("booking", *OF_ITS_SESSION, "session__places")
    found = []
    for one in rows.order_by("session__starts_at", "pk"):
        booking, off = one.booking, one.session.places.status in FROZEN
        stands = booking is not None and booking.status == Status.CONFIRMED and not off
        ours = booking is not None and booking.email_key == link.address_key and not link.is_head
        found.append(
            {
                "session": one.session,
                "off": one.session.places.get_status_display() if off else "",
                "places": booking.party if booking and stands else 0,
                "waits": one.done_at is None,
                "problem": bool(one.problem),
                "link": links.token(Purpose.CONTACT, booking) if booking and ours else "",
            }
        )
    return found


@private
@require_http_methods(["GET", "HEAD", "POST"])
def names(request: HttpRequest, token: str) -> HttpResponse:
    """Name who comes and the head, or change that until the head has answered. With a mistake nothing is changed, and
    the page keeps what was typed."""
    link = _of_teacher(token)
    invitation = link.invitation
    if invitation.state not in inviting.ASKED:
        return redirect("booking", token)
    form = SendsForm(request.POST if request.method == "POST" else None, invitation=invitation)
    if not form.is_valid():
        return _page(request, link, form=form, status=422 if form.is_bound else 200)
    try:
        inviting.name(invitation.pk, form.sends(), clock=timezone.now)
    except Refused as refused:
        return _page(request, link, form=form, why=why_not(refused), status=409)
    return redirect("booking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def ask_again(request: HttpRequest, token: str) -> HttpResponse:
    """Send the head their button once more."""
    link = _of_teacher(token)
    if request.method == "POST" and link.invitation.state == S.NAMED:
        try:
            inviting.ask_again(link.invitation.pk, by=By.VISITOR, clock=timezone.now)
        except Refused as refused:
            return _page(request, link, why=why_not(refused), status=409)
    return redirect("booking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """The head's yes: it stands at once, and the places of all meetings are booked while they look on."""
    link = open_invitation(token)
    if not link.is_head:
        raise Http404
    if request.method == "POST":
        try:
            inviting.join(link.invitation.pk, clock=timezone.now, read=request.POST.get("read", ""))
        except Refused as refused:
            return _page(request, open_invitation(token), why=why_not(refused), status=409)
        enrolling.carry_out_now(link.invitation.pk, timezone.now)
    return redirect("booking", token)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, token: str) -> HttpResponse:
    """The school does not join: asks once."""
    link = open_invitation(token)
    if link.invitation.state in (S.JOINED, S.LEFT, S.DECLINED):
        return redirect("booking", token)
    if request.method != "POST":
        return render(request, "bookings/invitation/decline.html", _context(link))
    try:
        inviting.decline(link.invitation.pk, clock=timezone.now)
    except Refused as refused:
        return _page(request, open_invitation(token), why=why_not(refused), status=409)
    return redirect("booking", token)


def _of_teacher(token: str) -> OpenedInvitation:
    link = open_invitation(token)
    if link.is_head:
        raise Http404
    return link
