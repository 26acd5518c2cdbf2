"""The public pages of sessions: the list, one session."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Count, Q, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.public.answers import answers
from bookings.public.directions import own_map
from bookings.public.england import England, england, named_hubs
from bookings.public.finder import Chip, FinderForm, parameters
from bookings.public.gaps import rendered
from bookings.public.near import Narrowed, Near
from bookings.public.session import IN_ORDER, Showing, announced, bookable_first, lean, parts, showings
from bookings.public.session_page import said_of
from bookings.states import SessionStatus
from hubs.models import Notice, ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.pages import private, public
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.keeping import shows_one

PAGE = 50


def with_total(sessions: ShowcaseSessionQuerySet) -> ShowcaseSessionQuerySet:
    """Each with how many there are in all, counted once in the same query."""
    in_all = sessions.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return sessions.annotate(total=Subquery(in_all))


class Finding:
    """The sessions that a search finds: by day, or near a place; what can be booked `first`, where a list asks so."""

    def __init__(self, form: FinderForm, *, first: tuple[Any, ...] = (), among: Q | None = None) -> None:
        """Of all, or of those to come `among` some."""
        self.form = form
        self.past = form.wants("past") and among is None
        today = timezone.localdate(form.now)
        self.of_time = announced().past(today=today) if self.past else announced().upcoming(today=today)
        if among is not None:
            self.of_time = self.of_time.filter(among)
        fitting = form.narrow(self.of_time)
        first = () if self.past else first
        self.near = Near(form.place, form.miles, fitting, first) if form.place else None
        in_order = fitting.order_by(*first, *IN_ORDER) if first else fitting
        self.fitting = fitting.reverse() if self.past else in_order

    def count_choices(self) -> England | None:
        """Say beside the choices of the form how many each would find, as far away as the list looks.

        The hubs' stand on a map of England too, unless a place was asked for or what is past.
        """
        self.form.count(self._fitting_but("teach", "role"))
        by_hub = self.form.count_hubs(self._fitting_but("hub", "hubs"))
        if self.near or self.past:
            return None
        said = self.form.cleaned_data
        here = [one.slug for one in (said.get("hub"), *(said.get("hubs") or [])) if one]
        return england(by_hub, self.form.names, self.form.address, here=here)

    def chips(self) -> list[Chip]:
        """Links that narrow the list further. What is past is found by its dates: it is of many years."""
        return [] if self.past else self.form.chips(self._fitting_but("month", "places"))

    def _fitting_but(self, *filters: str) -> ShowcaseSessionQuerySet:
        """What fits all but these filters, as near as the list looks."""
        fitting = self.form.narrow(self.of_time, leaving=filters)
        return self.near.within(fitting) if self.near else fitting

    def page(
        self, number: int, size: int | None = None, *, narrowed: Narrowed = lambda all_: all_
    ) -> list[ShowcaseSession]:
        """The sessions of a page; `narrowed` to what is said of them."""
        size = size or PAGE
        start, end = (number - 1) * size, number * size
        if self.near:
            return self.near.page(start, end, past=self.past, narrowed=narrowed)
        return list(with_total(narrowed(self.fitting))[start:end])

    def total(self, rows: list[ShowcaseSession]) -> int:
        """How many there are in all, of which `rows` are a page."""
        if self.near:
            return self.near.total
        return rows[0].total if rows else 0  # type: ignore[attr-defined]  # annotated by with_total

    def count(self) -> int:
        """How many there are in all, where no page of them is wanted."""
        return self.near.total if self.near else self.fitting.order_by().count()

    def without_one(self) -> list[tuple[str, str, int]]:
        """Each filter whose loss would find something: in words, the address without it, and how many that finds."""
        counted = [
            (words, address, self.form.narrow(self.of_time, leaving=[name]).count())
            for name, words, address in self.form.in_force()
        ]
        return [one for one in counted if one[2]]


@public(heeds=parameters)
def find(request: HttpRequest) -> HttpResponse:
    """The list of sessions by date, or near a place; filtered. Eight queries, and as many more for a place."""
    now = timezone.now()
    return rendered(request, "bookings/find.html", lambda: _found(request, now), now=now)


def _found(request: HttpRequest, now: dt.datetime) -> dict[str, Any] | HttpResponse:
    """What the list says; or the way to its first page, where it has none of that number."""
    form = FinderForm(request.GET, hubs=named_hubs(now=now), now=now)
    found = Finding(form, first=bookable_first(now))
    number = form.page
    rows = found.page(number, narrowed=lean)
    if not rows and number > 1:
        return redirect(f"{request.path}{form.address(page=None)}")
    total = found.total(rows)
    of_hubs = found.count_choices()
    chosen = form.chosen()
    return {
        "form": form,
        "chosen": chosen,
        "searched": bool(chosen or form.is_wrong or found.past or number > 1),
        "search": form.address() if chosen or found.past or number > 1 else "",
        "wish": form.address(page=None, places=None) if chosen else "",
        "past": found.past,
        "england": of_hubs,
        "near": found.near,
        "distances": form.distances(found.near) if found.near else [],
        "chips": found.chips(),
        "parts": parts(showings(rows, now), past=found.past),
        "total": total,
        "without_one": [] if rows else found.without_one(),
        "notices": answers.get("notices", lambda: list(Notice.objects.showing(now=now).filter(hub=None)), now=now),
        "previous_page": form.address(page=number - 1) if number > 1 else None,
        "next_page": form.address(page=number + 1) if number * PAGE < total else None,
        "page": number,
        "pages": -(-total // PAGE),
    }


def visible_session(ref: str) -> ShowcaseSession:
    """The session of an address. Raises Http404."""
    session = _of_ref.one(ref=ref)
    if session is None:
        raise Http404
    return if_visible(session)


@AskedOften
def _of_ref() -> ShowcaseSessionQuerySet:
    sessions = ShowcaseSession.objects.with_names().select_related("places")
    return sessions.filter(ref=Given("ref", models.CharField()))


def if_visible(session: ShowcaseSession) -> ShowcaseSession:
    """The session, unless it is a draft or for staff only. Raises Http404."""
    hidden = session.visibility == ShowcaseSession.Visibility.STAFF
    if hidden or session.places.status == SessionStatus.DRAFT:
        raise Http404
    return session


@public(heeds=parameters)
def session(request: HttpRequest, ref: str) -> HttpResponse:
    """One session: how it stands, what to do now, and all that is public about it; and the way back to a search.

    A link on a list carries the search in its address, as the list's own address has it: so the page is the same for
    whoever has that address, and may be kept by caches; the session's one address stands in its head.
    """
    showing = Showing(visible_session(ref), timezone.now())
    response = render(request, "bookings/session.html", said_of(showing) | _back_to_search(request, showing.now))
    if showing.session.visibility == ShowcaseSession.Visibility.LINK:
        response["X-Robots-Tag"] = "noindex"
    return response if request.GET else shows_one(response, showing.session.pk)


def _back_to_search(request: HttpRequest, now: dt.datetime) -> dict[str, Any]:
    """The address of the search that led here, and how many it finds; nothing where none did."""
    if not request.GET:
        return {}
    form = FinderForm(request.GET, hubs=named_hubs(now=now), now=now)
    search = form.address()
    return {"search": search, "found": Finding(form).count()} if search != "?" else {}


@public
def short(request: HttpRequest, ref: str) -> HttpResponse:
    """The address to read out or to type, which leads to the session's page."""
    return redirect("session", ref)


class ToAMap(HttpResponseRedirect):
    """Also to the maps of a phone (geo:, RFC 5870), which are no web pages."""

    allowed_schemes = ["https", "geo"]


@private
@require_safe
def directions(request: HttpRequest, ref: str) -> HttpResponse:
    """To the map of whoever asks; kept by nobody, since it depends on their phone."""
    found = visible_session(ref)
    if not found.where_name:
        raise Http404
    return ToAMap(own_map(found, request.headers.get("User-Agent", "")))
