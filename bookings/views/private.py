"""Behind a private link: the booking, or one visitor's place in it. Opening changes nothing; buttons do."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property, wraps
from typing import TYPE_CHECKING, Any

from django.db.models import Q, prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from bookings import places
from bookings.forms import ChangeForm
from bookings.mail import links
from bookings.mail.calendar_entry import calendar_entry
from bookings.mail.clashes import clashing
from bookings.mail.links import Purpose
from bookings.models import AuditEntry, Booking, HandOver, Visitor
from bookings.public.instead import alternatives
from bookings.public.session import Showing
from bookings.public.session_page import offered_instead
from bookings.rule import offers, parts, room
from bookings.rule.calendar import entry_version
from bookings.rule.party import MOST_VISITORS
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions.seen import mark_seen, unseen_changes
from bookings.states import FROZEN, LIVE, SEATED, Standing, Status, Verb
from bookings.verbs import visitors as details
from bookings.verbs import waiting_list
from bookings.views.access import Opened, open_link
from hubs.models import ShowcaseSession
from hubs.models.calendar import calendar_of_session
from hubs.pages import View, private

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
        details.release(link.visitor.pk, clock=timezone.now, by_own_link=True)
    else:
        places.cancel(link.booking.pk, clock=timezone.now)
    return redirect("booking", link.token)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_all(request: HttpRequest, link: Opened) -> HttpResponse:
    """Give back all that the party has, and leave the waiting list: asks once."""
    if link.visitor:
        raise Http404
    if request.method == "POST":
        places.cancel(link.booking.pk, clock=timezone.now, whole_party=True)
        return redirect("booking", link.token)
    context = context_of(link)
    if not any(one.booking.is_live for one in context["parts"]):
        return redirect("booking", link.token)
    return render(request, "bookings/private/cancel_all.html", context)


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: HttpRequest, link: Opened) -> HttpResponse:
    """Change names and details, by the contact's link."""
    if link.visitor:
        raise Http404
    if not link.booking.is_live:
        return redirect("booking", link.token)
    form = ChangeForm(request.POST if request.method == "POST" else None, booking=link.booking)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "bookings/private/change.html", context_of(link) | {"form": form}, status=status)
    said = form.cleaned_data
    details.change_details(
        link.booking.pk,
        clock=timezone.now,
        contact_name=said["name"],
        contact_mobile=said["mobile"],
        visitors=form.details(),
    )
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
    facts |= {"title": session.name, "calendar_of": me.pk, "starts_at": session.starts_at, "ends_at": session.ends_at}
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
    live = next((one.booking for one in context["parts"] if one.booking.is_live), link.booking)
    context["told"] = unseen_changes(live, link.visitor, showing.places)
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
    """Whether somebody is to come: a confirmed booking, by a contact's link of any of the party, of a session that
    takes place."""
    booking = link.booking
    if booking.session.places.status in FROZEN:
        return False
    if booking.status == Status.CONFIRMED or link.visitor or not _has_company(booking):
        return booking.status == Status.CONFIRMED
    return Booking.objects.of_party(booking).filter(status=Status.CONFIRMED).exists()


def _has_company(booking: Booking) -> bool:
    return bool(booking.goes_with_id or booking.has_company)  # type: ignore[attr-defined]  # annotated by the gate


def files_for(link: Opened, *, today: dt.date) -> "MarkedQuerySet[Resource]":
    """What the owner of this link may read: all that is published, once they are expected."""
    files: MarkedQuerySet[Resource] = link.booking.session.resources.published(today=today)
    return files if _is_expected(link) else files.filter(only_with_a_place=False)


def _clashes(link: Opened, visitors: list[Visitor]) -> list[ShowcaseSession]:
    """Other places at the same time of whoever this link was sent to, if they come."""
    me = link.visitor or next((visitor for visitor in visitors if visitor.is_contact), None)
    if me is None or link.given or me.released_at or me.booking.status not in SEATED:
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


def _bookings_of(link: Opened) -> list[Booking]:
    """The bookings of the party that a page tells of, with the visitors that come: what stands or can be asked for
    again, and the one whose link was opened."""
    booking = link.booking
    if link.visitor or not _has_company(booking):
        prefetch_related_objects([booking], parts.with_coming())
        return [booking]
    stands = Q(pk=booking.pk) | Q(status__in=LIVE | {Status.LAPSED})
    party = Booking.objects.of_party(booking).filter(stands).select_related("school")
    found = [booking if one == booking else one for one in party]
    prefetch_related_objects(found, parts.with_coming())
    for one in found:
        one.session = booking.session
    return found


@dataclass(frozen=True)
class PartOnPage:
    """One booking of a party as its page shows it, with the link that its own buttons post to."""

    part: parts.Part
    token: str
    showing: Showing

    @property
    def booking(self) -> Booking:
        return self.part.booking

    @property
    def visitors(self) -> Sequence[Visitor]:
        return self.part.coming

    @property
    def expected(self) -> bool:
        return self.booking.status == Status.CONFIRMED and self.showing.places.status not in FROZEN

    @property
    def can_change(self) -> bool:
        starts_at, now = self.showing.session.starts_at, self.showing.now
        started = bool(starts_at and starts_at <= now)
        return self.booking.is_live and not started and self.showing.standing != Standing.CANCELLED

    @property
    def can_add(self) -> bool:
        few = len(self.visitors) < MOST_VISITORS
        takes = self.booking.status in (Status.HELD, Status.CONFIRMED) and self.showing.list_is_open
        return few and takes and self.can_change

    @property
    def can_book_again(self) -> bool:
        return self.booking.status == Status.LAPSED and self.showing.standing == Standing.OPEN

    @property
    def can_wait(self) -> bool:
        return self.booking.status == Status.LAPSED and self.showing.list_is_open

    @cached_property
    def position(self) -> int | None:
        """On the waiting list, once the wait is confirmed."""
        return self.booking.position if self.booking.address_proved_at else None


def _while_waiting(showing: Showing) -> dict[str, Any]:
    """What whoever waits is told: how long an offer stands."""
    session = showing.session
    return {"offer": offers.terms(session, calendar_of_session(session.pk), now=showing.now)}


def context_of(link: Opened) -> dict[str, Any]:
    now = timezone.now()
    showing = Showing(link.booking.session, now)
    started = bool(showing.session.starts_at and showing.session.starts_at <= now)
    party = parts.of_party(_bookings_of(link), now=now)
    shown = [PartOnPage(one, _token_of(one.booking, link), showing) for one in party.parts]
    own = next(one for one in shown if one.booking == link.booking)
    visitors = [visitor for one in shown for visitor in one.visitors]
    expected = _is_expected(link)
    me = next((one for one in shown if any(each.is_contact for each in one.visitors)), None)
    return (_while_waiting(showing) if any(one.position for one in shown) else {}) | {
        "token": link.token,
        "booking": link.booking,
        "visitor": link.visitor,
        "given": link.given or _open_hand_over(link),
        "is_giver": bool(link.given),
        "party": party,
        "parts": shown,
        "own": own,
        "stands": any(one.can_change for one in shown),
        "confirmed": next((one.booking for one in shown if one.expected), None),
        "answers_to": next((one.token for one in shown if one.part.asks), ""),
        "visitors": visitors,
        "clashes": _clashes(link, visitors),
        "handed": {one.visitor_id: one for one in _open_hand_overs(visitors)} if not link.visitor else {},
        "can_change": own.can_change,
        "adds_to": next((one.token for one in shown if one.can_add), ""),
        "showing": showing,
        "session": showing.session,
        "started": started,
        "resources": files_for(link, today=showing.today),
        "expected": expected,
        "by_hub": _ended_by_hub(link.booking),
        "calendar": _calendar_link(link, me) if expected else "",
    }


def _token_of(booking: Booking, link: Opened) -> str:
    return link.token if booking == link.booking else links.token(Purpose.CONTACT, booking)


def _calendar_link(link: Opened, me: PartOnPage | None) -> str:
    """The link whose calendar entry is the reader's own place, where they have one."""
    if link.visitor:
        return link.token
    return me.token if me and me.expected else ""
