"""The public pages of hubs: the list, a hub in its current year, and a hub as it was in an earlier one."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.public.chosen_figures import sentences
from bookings.public.gaps import rendered
from bookings.public.hub_page import (
    HubGaps,
    hosts_of,
    lines_of,
    map_of,
    map_of_hubs,
    of_hubs,
    on_page_of,
    sessions_of,
    teachers_of,
)
from bookings.public.session import by_day, lean, parts, to_come
from hubs.models import HubYear, Notice, OldHubAddress, ShowcaseSession
from hubs.pages import public
from hubs.vocabulary.own_words import own_words

MOST = 50  # sessions of a kind on one page; the list at / has them all


@public
def hubs(request: HttpRequest) -> HttpResponse:
    """Every hub: those with sessions to come and how many places these have left, then the others."""
    now = timezone.now()
    return rendered(request, "hubs/hubs.html", lambda: _all_hubs(now), now=now, gaps=HubGaps)


def _all_hubs(now: dt.datetime) -> dict[str, Any]:
    found = of_hubs(now=now)
    lines = lines_of(found, today=timezone.localdate(now))
    return {
        "england": map_of(lines, found),
        "to_come": [line for line in lines if line.total],
        "others": [line for line in lines if not line.total],
    }


@public
def hub(request: HttpRequest, slug: str) -> HttpResponse:
    """One hub, as it is in its current year, and its sessions; an old address redirects."""
    now = timezone.now()
    return rendered(request, "bookings/hub.html", lambda: _of_hub(slug, now), now=now)


def _of_hub(slug: str, now: dt.datetime) -> dict[str, Any] | HttpResponse:
    """What the page of a hub says, or the way to its page."""
    today = timezone.localdate(now)
    years = list(HubYear.objects.of(slug, today=today))
    if not years:
        return _moved("hub", slug)
    year, *earlier = years
    upcoming = list(lean(to_come(slug, now=now))[: MOST + 1])
    past = list(sessions_of(year).past(today=today).reverse()[: MOST + 1])
    made = _("%(hub)s: lessons taught by teachers from Shanghai.") % {"hub": year.name}
    return _who(year, [*upcoming, *past], today) | {
        "about": own_words(year, "about") or made,
        "figures": sentences(year, year.shows, now=now),
        "parts": parts(on_page_of(year, upcoming[:MOST], now)),
        "past_days": by_day(on_page_of(year, past[:MOST], now)),
        "more": len(upcoming) > MOST,
        "more_past": len(past) > MOST,
        "notices": Notice.objects.showing(now=now).filter(Q(hub=None) | Q(hub=year.hub)),
        "earlier": earlier,
        "england": map_of_hubs(now=now, here=slug),
    }


@public
def hub_in_a_year(request: HttpRequest, slug: str, year: int) -> HttpResponse:
    """A hub as it was in an earlier year, under the names of its time; its current year stands on its own page, and
    the next one nowhere yet."""
    today = timezone.localdate()
    years = list(HubYear.objects.of(slug, today=today))
    if not years:
        return _moved("hub-year", slug, year=year)
    then = next((one for one in years if one.exchange.year == year), None)
    if then is None:
        raise Http404
    if then == years[0]:
        return redirect("hub", slug)
    now = timezone.now()
    held = list(sessions_of(then)[: MOST + 1])
    said = {"hub": then.name, "year": then.exchange.academic_year}
    made = _("%(hub)s in %(year)s: sessions, host schools and visiting teachers.") % said
    context = _who(then, held, today) | {
        "about": own_words(then, "about") or made,
        "figures": sentences(then, then.shows, now=now),
        "days": by_day(on_page_of(then, held[:MOST], now)),
        "total": sessions_of(then).count() if len(held) > MOST else len(held),
        "more": len(held) > MOST,
    }
    return render(request, "bookings/hub/year.html", context | _around(then, years))


def _around(then: HubYear, years: list[HubYear]) -> dict[str, HubYear | None]:
    """The hub as it is today, and as it was in the years before and after."""
    place = years.index(then)
    return {"today": years[0], "later": years[place - 1], "earlier": next(iter(years[place + 1 :]), None)}


def _who(year: HubYear, sessions: list[ShowcaseSession], today: dt.date) -> dict[str, Any]:
    """Who a hub was in a year: its host schools, teachers, specialists and area."""
    hosts = hosts_of(year, sessions, today=today)
    teachers = teachers_of(year)
    specialists = list(year.specialists.select_related("school"))
    return {
        "year": year,
        "hosts": hosts,
        "teachers": teachers,
        "specialists": specialists,
        "anybody": bool(hosts or any(teachers) or specialists),
        "area": [authority.name for authority in year.area.all()],
    }


def _moved(name: str, slug: str, **rest: Any) -> HttpResponse:
    """To the address that a hub has now, for good. Raises Http404."""
    old: OldHubAddress = get_object_or_404(OldHubAddress.objects.select_related("hub"), slug=slug)
    return HttpResponsePermanentRedirect(reverse(name, kwargs={"slug": old.hub.slug, **rest}))
