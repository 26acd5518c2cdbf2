"""Behind a private link: the booking, or one visitor's place in it. Opening changes nothing; buttons do."""

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import places
from bookings.forms import who_reads_needs
from bookings.mail import links
from bookings.mail.arriving import colleagues
from bookings.mail.calendar_entry import calendar_entry
from bookings.mail.clashes import clashing
from bookings.mail.links import Purpose
from bookings.models import AddressChange, AuditEntry, Booking, HandOver, SchoolKind, Visitor
from bookings.public.directions import open_street_map
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.public.session_page import offered_instead
from bookings.rule import offers, room
from bookings.rule.calendar import entry_version
from bookings.rule.fair_share import share_of
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions.seen import mark_seen, unseen_changes
from bookings.states import FROZEN, SEATED, Standing, Status, Verb
from bookings.verbs import visitors as details
from bookings.verbs import waiting_list
from bookings.views.access import Opened, open_link
from hubs.models import ShowcaseSession
from hubs.models.calendar import calendar_of_session
from hubs.pages import View, private
from hubs.vocabulary.teaching import in_words, listed, roles_in_words

if TYPE_CHECKING:
    from hubs.models import Resource
    from hubs.models.marked import MarkedQuerySet


def opened_by_giver_too(view: Callable[..., HttpResponse]) -> View:
    """A page behind a private link; refusals are told on the booking's own page."""

    @private
    @wraps(view)
    def of_link(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        link = open_link(token)
        try:
            return view(request, link, **kwargs)
        except Refused as refused:
            return booking_page(request, open_link(token), refused=refused, status=409)

    return of_link


def opened(view: Callable[..., HttpResponse]) -> View:
    """The same, but not for whoever has given the place away: they only see it, and can take it back."""

    @wraps(view)
    def of_owner(request: HttpRequest, link: Opened, **kwargs: Any) -> HttpResponse:
        if link.given:
            raise Http404
        return view(request, link, **kwargs)

    return opened_by_giver_too(of_owner)


@opened_by_giver_too
@require_http_methods(["GET", "HEAD"])
def booking(request: HttpRequest, link: Opened) -> HttpResponse:
    """The booking as it stands, and what can be done now."""
    return booking_page(request, link)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, link: Opened) -> HttpResponse:
    """Confirm; on a lapsed booking, book again. Only the button does: who opens the address comes to the booking."""
    if link.visitor:
        raise Http404
    if request.method == "POST":
        places.confirm(link.booking.pk, clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def wait(request: HttpRequest, link: Opened) -> HttpResponse:
    """Confirm that a party waits; on a lapsed booking, wait again. Only the button does."""
    if link.visitor:
        raise Http404
    if request.method == "POST":
        waiting_list.wait(link.booking.pk, clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, link: Opened) -> HttpResponse:
    """Give the places back: asks once. By a visitor's link, that place alone."""
    if request.method != "POST":
        if not link.booking.is_live or (link.visitor and link.visitor.released_at):
            return redirect("booking", link.token)
        return render(request, "bookings/private/cancel.html", context_of(link))
    if link.visitor:
        details.release(link.visitor.pk, clock=timezone.now)
    else:
        places.cancel(link.booking.pk, clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def seen(request: HttpRequest, link: Opened) -> HttpResponse:
    """ "I have seen this", or "Yes, we can come". Only the button says so; a number that is none says nothing."""
    newest = request.POST.get("change", "")
    if newest.isascii() and newest.isdecimal() and len(newest) < 19:
        mark_seen(link.booking, link.visitor, int(newest), clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD"])
def calendar(request: HttpRequest, link: Opened) -> HttpResponse:
    """The place as a calendar entry to save."""
    me = link.visitor or link.booking.visitors.coming().filter(is_contact=True).first()
    session = link.booking.session
    if me is None or not session.starts_at or not _is_expected(link):
        raise Http404
    version = entry_version(session.places, link.booking, me)
    facts: dict[str, Any] = room.session_facts(session, sequence=version)
    facts |= {"title": session.name, "calendar_of": me.pk, "colleagues": colleagues(link.booking, me)}
    facts |= {name: getattr(session, name) for name in ("starts_at", "ends_at", "arrival_at")}
    entry = calendar_entry(facts, attendee=me.email or "", created_at=timezone.now())
    response = HttpResponse(entry, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="showcase.ics"'
    return response


def booking_page(
    request: HttpRequest, link: Opened, *, refused: Refused | None = None, status: int = 200
) -> HttpResponse:
    """The page of a booking or place; with the reason where something could not be done."""
    context = context_of(link)
    showing = context["showing"]
    if refused:
        places = 1 if link.visitor else link.booking.party
        context |= {"why": why_not(refused), "instead": alternatives(showing, places=places)}
    context["saved"] = "saved" in request.GET
    context["told"] = unseen_changes(link.booking, link.visitor, showing.places)
    if showing.places.status in FROZEN:
        context |= offered_instead(context["told"].newest, showing.now)
    return render(request, _template(link), context, status=status)


def _template(link: Opened) -> str:
    if link.given:
        return "bookings/private/given.html"
    return "bookings/private/place.html" if link.visitor else "bookings/private/booking.html"


def _ended_by_hub(booking: Booking) -> AuditEntry | None:
    """What staff did where it was they who cancelled the booking; no query where it is not cancelled."""
    if booking.status != Status.CANCELLED:
        return None
    return AuditEntry.objects.filter(booking=booking, verb=Verb.WITHDRAW).first()


def _is_expected(link: Opened) -> bool:
    """Whether somebody is to come: a confirmed booking of a session that takes place."""
    booking = link.booking
    return booking.status == Status.CONFIRMED and booking.session.places.status not in FROZEN


def files_for(link: Opened, *, today: dt.date) -> "MarkedQuerySet[Resource]":
    """What the owner of this link may read: all that is published, once they are expected."""
    files: MarkedQuerySet[Resource] = link.booking.session.resources.published(today=today)
    return files if _is_expected(link) else files.filter(only_with_a_place=False)


def _clashes(link: Opened, visitors: list[Visitor]) -> list[ShowcaseSession]:
    """Other places at the same time of whoever this link was sent to, if they come."""
    me = link.visitor or next((visitor for visitor in visitors if visitor.is_contact), None)
    if me is None or link.given or me.released_at or link.booking.status not in SEATED:
        return []
    session = link.booking.session
    return clashing(me.email_key, session.starts_at, session.ends_at, beside=me.pk)


def _open_hand_overs(visitors: list[Visitor]) -> list[HandOver]:
    """Hand-overs that are not taken yet; no query where no place has ever changed hands, which makes its link new."""
    changed = [visitor for visitor in visitors if visitor.link_version > 1]
    return list(HandOver.objects.open().filter(visitor__in=changed)) if changed else []


def _open_hand_over(link: Opened) -> HandOver | None:
    """The hand-over by which a visitor has their place, while it can still be taken back."""
    return next(iter(_open_hand_overs([link.visitor])), None) if link.visitor else None


def _with_it(booking: Booking) -> list[Booking]:
    """The other live bookings of the same party: part of it has places, part of it waits."""
    if not (booking.goes_with_id or booking.has_company):  # type: ignore[attr-defined]  # annotated by the gate
        return []
    first = booking.goes_with_id or booking.pk
    party = Booking.objects.live().filter(Q(pk=first) | Q(goes_with=first)).exclude(pk=booking.pk)
    return list(party.order_by("pk"))


def _new_address(link: Opened) -> AddressChange | None:
    """The address that this link's owner has asked for and not taken yet; no query where they have asked for none."""
    owner: Any = link.visitor or link.booking
    if link.given or not owner.has_asked:  # annotated by the gate
        return None
    return AddressChange.objects.of(link.booking, link.visitor).open().first()


def _about(link: Opened) -> dict[str, Any]:
    """What is said of a named visitor, in words, on the page of their own place."""
    if link.visitor is None or link.given:
        return {}
    return {
        "role": roles_in_words(link.visitor.role),
        "years": in_words(link.visitor.years),
        "who_reads_needs": who_reads_needs(link.booking.session),
    }


def _while_waiting(booking: Booking, showing: Showing, visitors: list[Visitor]) -> dict[str, Any]:
    """What whoever waits is told: how long an offer stands, when the school may have more, and who it is that waits
    where that is not the contact."""
    session, now = showing.session, showing.now
    others = [visitor.full_name for visitor in visitors if visitor.full_name and not visitor.is_contact]
    shares = booking.school_kind != SchoolKind.NONE and share_of(session, now=now) is not None
    return {
        "offer": offers.terms(session, calendar_of_session(session.pk), now=now),
        "share_lifts_at": session.share_until if shares else None,
        "waits_for": listed(others) if booking.goes_with_id and len(others) == len(visitors) else "",
    }


def context_of(link: Opened) -> dict[str, Any]:
    now = timezone.now()
    showing = Showing(link.booking.session, now)
    started = bool(showing.session.starts_at and showing.session.starts_at <= now)
    visitors = list(Visitor.objects.coming().filter(booking=link.booking))
    expected = _is_expected(link)
    comes = bool(link.visitor or any(one.is_contact for one in visitors))
    position = link.booking.position if link.booking.address_proved_at else None
    return (
        _about(link)
        | (_while_waiting(link.booking, showing, visitors) if position else {})
        | {
            "token": link.token,
            "booking": link.booking,
            "visitor": link.visitor,
            "given": link.given or _open_hand_over(link),
            "new_address": _new_address(link),
            "is_giver": bool(link.given),
            "visitors": visitors,
            "clashes": _clashes(link, visitors),
            "handed": {one.visitor_id: one for one in _open_hand_overs(visitors)} if not link.visitor else {},
            "can_change": link.booking.is_live and not started and showing.standing not in (Standing.CANCELLED,),
            "can_add": link.booking.status in (Status.HELD, Status.CONFIRMED) and showing.list_is_open,
            "showing": showing,
            "session": showing.session,
            "started": started,
            "can_book_again": link.booking.status == Status.LAPSED and showing.standing == Standing.OPEN,
            "can_wait": link.booking.status == Status.LAPSED and showing.list_is_open,
            "position": position,
            "with_it": []
            if link.visitor
            else [(one, links.token(Purpose.CONTACT, one)) for one in _with_it(link.booking)],
            "resources": files_for(link, today=showing.today),
            "expected": expected,
            "by_hub": _ended_by_hub(link.booking),
            "comes": comes,
            "calendar": expected and comes,
            "open_street_map": open_street_map(showing.session),
        }
    )
