"""The public pages of sessions: the list, one session."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.db import models
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import cached_property
from django.views.decorators.http import require_safe

from bookings.public.answers import answers, state_to_keep_by
from bookings.public.brief import Sessions, all_to_come, in_brief
from bookings.public.directions import own_map
from bookings.public.england import England, england, named_hubs
from bookings.public.finder import Chip, FinderForm, parameters
from bookings.public.gaps import rendered
from bookings.public.near import Near, measured
from bookings.public.session import Showing, announced, lean, parts, showings
from bookings.public.session_page import details_of, rows_read_at, said_of
from bookings.states import SessionStatus
from hubs.models import Notice, ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.pages import private, public
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.keeping import made_before, shows_one

PAGE = 50
Narrowed = Callable[[ShowcaseSessionQuerySet], ShowcaseSessionQuerySet]  # to the columns that a page needs


class Finding:
    """The sessions that a search finds: by day, or near a place; what can be booked first, where a list asks so."""

    def __init__(self, form: FinderForm, *, first: bool = False, among: Q | None = None) -> None:
        """Of all, or of those to come `among` some."""
        self.form, self.among = form, among
        self.past = form.wants("past") and among is None
        today = timezone.localdate(form.now)
        self.of_time = announced().past(today=today) if self.past else announced().upcoming(today=today)
        if among is not None:
            self.of_time = self.of_time.filter(among)
        self._fitting: dict[frozenset[str], Sessions] = {}
        fitting = self._but()
        in_order = fitting.backwards if self.past else fitting.bookable_first if first else fitting
        self.near = Near(form.place, form.miles, in_order) if form.place else None
        self.found = self.near.found[self.near.radius] if self.near else in_order

    def count_choices(self) -> England | None:
        """Say beside the choices of the form how many each would find, as far away as the list looks.

        The hubs' stand on a map of England too, unless a place was asked for or what is past.
        """
        self.form.count(self._near_but("teach", "role"))
        by_hub = self.form.count_hubs(self._near_but("hub", "hubs"))
        if self.near or self.past:
            return None
        said = self.form.cleaned_data
        here = [one.slug for one in (said.get("hub"), *(said.get("hubs") or [])) if one]
        return england(by_hub, self.form.names, self.form.address, here=here)

    def chips(self) -> list[Chip]:
        """Links that narrow the list further. What is past is found by its dates: it is of many years."""
        return [] if self.past else self.form.chips(self._near_but("month", "places"))

    def page(
        self, number: int, size: int | None = None, *, narrowed: Narrowed = lambda all_: all_
    ) -> list[ShowcaseSession]:
        """The sessions of a page; `narrowed` to what is said of them."""
        size = size or PAGE
        start, end = (number - 1) * size, number * size
        keys = self.near.keys(start, end, past=self.past) if self.near else self.found.keys(start, end)
        rows = {one.pk: one for one in narrowed(self.of_time.filter(pk__in=keys).order_by())} if keys else {}
        page = [rows[key] for key in keys if key in rows]
        return [measured(one, self.near.place) for one in page] if self.near else page

    def count(self) -> int:
        """How many there are in all."""
        return len(self.found)

    def without_one(self) -> list[tuple[str, str, int]]:
        """Each filter whose loss would find something: in words, the address without it, and how many that finds."""
        counted = [(words, address, len(self._but(name))) for name, words, address in self.form.in_force()]
        return [one for one in counted if one[2]]

    @cached_property
    def _all(self) -> Sessions:
        """All of its time, whatever is searched for."""
        now = self.form.now
        return in_brief(announced().past(today=timezone.localdate(now)), now=now) if self.past else all_to_come(now=now)

    def _but(self, *filters: str) -> Sessions:
        """What fits all but these filters. One query, for which fit; none where all do."""
        narrowing = self.form.narrowing() - set(filters)
        if narrowing not in self._fitting:
            all_fit = not narrowing and self.among is None
            fitting = self.form.narrow(self.of_time, leaving=filters).order_by().values_list("pk", flat=True)
            self._fitting[narrowing] = self._all if all_fit else self._all.only(fitting)
        return self._fitting[narrowing]

    def _near_but(self, *filters: str) -> Sessions:
        """The same, as near as the list looks."""
        fitting = self._but(*filters)
        return self.near.within(fitting) if self.near else fitting


@public(heeds=parameters)
def find(request: HttpRequest) -> HttpResponse:
    """The list of sessions by date, or near a place; filtered. At most seven queries, and as many more for a place."""
    now = timezone.now()
    return rendered(request, "bookings/find.html", lambda: _found(request, now), now=now)


def _found(request: HttpRequest, now: dt.datetime) -> dict[str, Any] | HttpResponse:
    """What the list says; or the way to its first page, where it has none of that number."""
    form = FinderForm(request.GET, hubs=named_hubs(now=now), now=now)
    found = Finding(form, first=True)
    number = form.page
    rows = found.page(number, narrowed=lean)
    if not rows and number > 1:
        return redirect(f"{request.path}{form.address(page=None)}")
    total = found.count()
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
    before = state_to_keep_by()
    showing = Showing(visible_session(ref), timezone.now())
    said = said_of(showing)
    if before:
        said["details"] = details_of(showing, said, before)
    said |= _back_to_search(request, showing.now)
    response = render(request, "bookings/session.html", said)
    if before and (old := (showing.now - rows_read_at(showing)).total_seconds()) > 0:
        response = made_before(response, old)
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
