"""Sessions for other sites and programs: JSON, calendars, a list to embed, and what search engines ask for.

Anybody may read them from anywhere; they carry what the public pages say and nothing else.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.constants import SELF
from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap as django_sitemap
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.public.feeds import address_of, as_json, calendar_of
from bookings.public.finder import FinderForm, parameters
from bookings.public.session import Showing, announced, parts, showings, to_come
from bookings.views.sessions import PAGE, Finding, visible_session
from hubs.models import Hub, HubYear, Notice, OldHubAddress
from hubs.pages import public
from hubs.vocabulary.languages import PREFIX
from hubs.vocabulary.own_words import own_words

MOST_IN_A_FEED = 200


def from_anywhere(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """What other sites' own scripts may read: it is public and knows nobody."""

    @wraps(view)
    def open_to_all(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response

    return open_to_all


def _found(request: HttpRequest, now: dt.datetime) -> tuple[FinderForm, list[Showing], bool]:
    """The sessions of a search, as the list at / has them: a page of them, and whether there are more."""
    form = FinderForm(request.GET, hubs=Hub.objects.named(today=timezone.localdate(now)), now=now)
    found = Finding(form)
    rows = found.page(form.page, MOST_IN_A_FEED)
    more = found.count() > form.page * MOST_IN_A_FEED
    return form, showings(rows, now), more


@from_anywhere
@public(heeds=parameters)
def sessions_json(request: HttpRequest) -> HttpResponse:
    """Sessions to come, with the filters of the list at /, 200 a page; `next` is the next page's address."""
    now = timezone.now()
    form, found, more = _found(request, now)
    notices = Notice.objects.showing(now=now).filter(hub=None)
    said = {
        "sessions": [as_json(one) for one in found],
        "notices": [{"text": own_words(notice, "text"), "link": notice.link or None} for notice in notices],
        "next": address_of(reverse("sessions-json") + form.address(page=form.page + 1)) if more else None,
    }
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False})


@from_anywhere
@public(heeds=parameters)
def sessions_calendar(request: HttpRequest) -> HttpResponse:
    """The calendar of a search."""
    now = timezone.now()
    form, found, _more = _found(request, now)
    words = ", ".join(words for words, _address in form.chosen())
    name = _("Showcase sessions: %(search)s") % {"search": words} if words else _("Showcase sessions")
    return _as_calendar(found, name, now)


@from_anywhere
@public
def hub_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """The calendar of a hub's sessions, those of its last ninety days too: a cancelled one must not just vanish."""
    now = timezone.now()
    year = year_of(slug)
    since = timezone.localdate(now) - dt.timedelta(days=90)
    sessions = announced().run_by(year.hub.slug).upcoming(today=since)[:MOST_IN_A_FEED]
    return _as_calendar(showings(sessions, now), year.name, now)


@from_anywhere
@public
def session_calendar(request: HttpRequest, ref: str) -> HttpResponse:
    """One session, to put into a calendar before booking. Raises Http404 while it has no start and end."""
    now = timezone.now()
    showing = Showing(visible_session(ref), now)
    if not (showing.session.starts_at and showing.session.ends_at):
        raise Http404
    response = _as_calendar([showing], showing.session.name, now)
    response["Content-Disposition"] = 'attachment; filename="session.ics"'
    return response


def _as_calendar(found: Iterable[Showing], name: str, now: dt.datetime) -> HttpResponse:
    return HttpResponse(calendar_of(found, name=name, now=now), content_type="text/calendar; charset=utf-8")


@public
def embed(request: HttpRequest, slug: str) -> HttpResponse:
    """A hub's sessions to show inside its own site: no form, no cookie, links open outside the frame."""
    now = timezone.now()
    year = year_of(slug)
    sessions = to_come(year.hub.slug, now=now)[:PAGE]
    notices = Notice.objects.showing(now=now).filter(Q(hub=None) | Q(hub=year.hub))
    found = parts(showings(sessions, now))
    response = render(request, "bookings/embed.html", {"year": year, "parts": found, "notices": notices})
    response["X-Robots-Tag"] = "noindex"
    # Ours too: the hub's settings show it as it will look.
    origins = [SELF, *year.hub.embed_origins.split()]
    response._csp_replace = {"frame-ancestors": origins}  # type: ignore[attr-defined]  # django-csp's own
    return response


def year_of(slug: str) -> HubYear:
    """A hub as it is now, by its address or one that it had. Raises Http404."""
    today = timezone.localdate()
    year = HubYear.objects.of(slug, today=today).first()
    if year is None:
        old = get_object_or_404(OldHubAddress.objects.select_related("hub"), slug=slug)
        year = HubYear.objects.of(old.hub.slug, today=today).first()
    if year is None:
        raise Http404
    return year


# --- search engines ---------------------------------------------------------------------------------------------------


class Ours(Sitemap):  # type: ignore[type-arg]  # no subscript when it runs
    """Addresses by the name that we go by, whatever name we were asked by; each in both languages."""

    i18n = True
    alternates = True

    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        return str(urlsplit(settings.SITE_URL).netloc)


class Pages(Ours):
    def items(self) -> list[str]:
        return ["home", "hubs", "privacy", "accessibility"]

    def location(self, item: str) -> str:
        return reverse(item)


class Hubs(Ours):
    def items(self) -> Any:
        return Hub.objects.named(today=timezone.localdate())


class EarlierYears(Ours):
    """Hubs as they were; the current year's page is the hub's own."""

    def items(self) -> Any:
        earlier = HubYear.objects.earlier(today=timezone.localdate())
        return earlier.select_related("hub", "exchange").order_by("pk")

    def location(self, item: HubYear) -> str:
        return reverse("hub-year", args=[item.hub.slug, item.exchange.year])


class Sessions(Ours):
    def items(self) -> Any:
        return announced().select_related(None).order_by("pk").only("ref")


@public(heeds=lambda: ["p"])
def sitemap(request: HttpRequest) -> HttpResponse:
    """Every public page."""
    maps: dict[str, Any] = {"pages": Pages, "hubs": Hubs, "years": EarlierYears, "sessions": Sessions}
    return django_sitemap(request, maps).render()


@public
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines need not ask for. Private pages say noindex themselves."""
    private = [start + page for start in ("", PREFIX) for page in ("/bookings/", "/sessions/*/book/")]
    lines = ["User-agent: *", "Disallow: /admin/", *(f"Disallow: {path}" for path in private)]
    return HttpResponse("\n".join([*lines, f"Sitemap: {address_of(reverse('sitemap'))}", ""]), "text/plain")
