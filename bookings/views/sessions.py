"""The public pages of sessions: the list, one session."""

import datetime as dt
from itertools import groupby

from django.db.models import Count, Subquery, Value
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from bookings.public.directions import own_map
from bookings.public.finder import FinderForm
from bookings.public.near import Near
from bookings.public.session import Showing, announced
from bookings.public.session_page import said_of
from bookings.states import SessionStatus
from hubs.models import Hub, Notice, ShowcaseSession
from hubs.models.session import ShowcaseSessionQuerySet
from hubs.pages import private, public

PAGE = 50


def with_total(sessions: ShowcaseSessionQuerySet) -> ShowcaseSessionQuerySet:
    """Each with how many there are in all, counted once in the same query."""
    in_all = sessions.order_by().annotate(all=Value(1)).values("all").annotate(n=Count("pk")).values("n")
    return sessions.annotate(total=Subquery(in_all))


class Finding:
    """The sessions that a search finds: by day, or near a place."""

    def __init__(self, form: FinderForm, *, today: dt.date) -> None:
        self.form = form
        self.past = form.wants("past")
        self.of_time = announced().past(today=today) if self.past else announced().upcoming(today=today)
        fitting = form.narrow(self.of_time)
        self.near = Near(form.place, form.miles, fitting) if form.place else None
        self.fitting = fitting.reverse() if self.past else fitting

    def count_choices(self) -> None:
        """Say beside the choices of the form how many each would find, as far away as the list looks."""
        self.form.count(self._fitting_but("teach", "role"))
        self.form.count_hubs(self._fitting_but("hub"))

    def _fitting_but(self, *filters: str) -> ShowcaseSessionQuerySet:
        """What fits all but these filters, as near as the list looks."""
        fitting = self.form.narrow(self.of_time, leaving=filters)
        return self.near.within(fitting) if self.near else fitting

    def page(self, number: int, size: int | None = None) -> list[ShowcaseSession]:
        size = size or PAGE
        start, end = (number - 1) * size, number * size
        if self.near:
            return self.near.page(start, end, past=self.past)
        return list(with_total(self.fitting)[start:end])

    def total(self, rows: list[ShowcaseSession]) -> int:
        """How many there are in all, of which `rows` are a page."""
        if self.near:
            return self.near.total
        return rows[0].total if rows else 0  # type: ignore[attr-defined]  # annotated by with_total

    def without_one(self) -> list[tuple[str, str, int]]:
        """Each filter whose loss would find something: in words, the address without it, and how many that finds."""
        counted = [
            (words, address, self.form.narrow(self.of_time, leaving=[name]).count())
            for name, words, address in self.form.in_force()
        ]
        return [one for one in counted if one[2]]


def by_day(showings: list[Showing]) -> list[tuple[ShowcaseSession, list[Showing]]]:
    """Sessions grouped by their day, or their range of days; the first of each group stands for its day."""
    groups = groupby(showings, key=lambda one: (one.session.first_day, one.session.last_day))
    return [(same_day[0].session, same_day) for _day, group in groups if (same_day := list(group))]


@public
def find(request: HttpRequest) -> HttpResponse:
    """The list of sessions by date, or near a place; filtered. Seven queries, and as many more for a place."""
    now = timezone.now()
    form = FinderForm(request.GET, hubs=Hub.objects.named())
    found = Finding(form, today=timezone.localdate(now))
    number = form.page
    rows = found.page(number)
    if not rows and number > 1:
        return redirect(f"{request.path}{form.address(page=None)}")
    total = found.total(rows)
    found.count_choices()
    context = {
        "form": form,
        "chosen": form.chosen(),
        "past": found.past,
        "near": found.near,
        "distances": form.distances(found.near) if found.near else [],
        "days": by_day([Showing(row, now) for row in rows]),
        "total": total,
        "without_one": [] if rows else found.without_one(),
        "notices": Notice.objects.showing(now=now).filter(hub=None),
        "previous_page": form.address(page=number - 1) if number > 1 else None,
        "next_page": form.address(page=number + 1) if number * PAGE < total else None,
        "page": number,
        "pages": -(-total // PAGE),
    }
    return render(request, "bookings/find.html", context)


def visible_session(ref: str) -> ShowcaseSession:
    """The session of an address. Raises Http404."""
    return if_visible(get_object_or_404(ShowcaseSession.objects.with_names().select_related("places"), ref=ref))


def if_visible(session: ShowcaseSession) -> ShowcaseSession:
    """The session, unless it is a draft or for staff only. Raises Http404."""
    hidden = session.visibility == ShowcaseSession.Visibility.STAFF
    if hidden or session.places.status == SessionStatus.DRAFT:
        raise Http404
    return session


@public
def session(request: HttpRequest, ref: str) -> HttpResponse:
    """One session: how it stands, what to do now, and all that is public about it."""
    showing = Showing(visible_session(ref), timezone.now())
    response = render(request, "bookings/session.html", said_of(showing))
    if showing.session.visibility == ShowcaseSession.Visibility.LINK:
        response["X-Robots-Tag"] = "noindex"
    return response


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
