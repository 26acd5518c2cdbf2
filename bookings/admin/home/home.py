"""Home and Today: what needs a member of staff now, and the sessions that are next."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Count, Sum
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.home import needs
from bookings.admin.home.cards import cards, next_ones, offer_wider, seen_by
from bookings.models import Booking
from bookings.states import Status
from hubs.models import ShowcaseSession
from hubs.staff import scope

NEXT = 6  # sessions on Home


def for_home(user: Any, *, now: dt.datetime) -> dict[str, Any]:
    """What Home says, or nothing for who sees no session."""
    if not scope.may(user, "view", ShowcaseSession):
        return {}
    return {
        "needs": list(needs.counted(user, now=now)),
        "cards": cards(user, list(next_ones(user, now=now)[:NEXT]), now=now),
        "hubs": by_hub(now=now) if user.is_programme_office else [],
    }


def by_hub(*, now: dt.datetime) -> list[dict[str, Any]]:
    """The sessions to come of every hub in numbers, for the programme office: two queries and no name."""
    to_come = ShowcaseSession.objects.upcoming(today=timezone.localdate(now)).order_by("hub_year__name")
    counts = to_come.values("hub_year", "hub_year__name").annotate(
        sessions=Count("pk"), taken=Sum("places__places_taken"), capacity=Sum("places__capacity")
    )
    waiting = dict(
        Booking.objects.filter(status=Status.WAITING)
        .order_by()
        .values_list("session__hub_year")
        .annotate(n=Count("pk"))
    )
    return [row | {"waiting": waiting.get(row["hub_year"], 0)} for row in counts]


def home(request: HttpRequest) -> TemplateResponse:
    """Home: what needs this member of staff now, above the lists."""
    return admin.site.index(request, {"home": for_home(request.user, now=timezone.now())})


def today(request: HttpRequest) -> HttpResponse:
    """The sessions of today and tomorrow, with large buttons: for a phone at half past six on a morning of snow."""
    if not scope.may(request.user, "view", ShowcaseSession):
        raise PermissionDenied
    now = timezone.now()
    first = timezone.localdate(now)
    days = [first, first + dt.timedelta(days=1)]
    found = seen_by(request.user).filter(first_day__in=days, starts_at__isnull=False)
    shown = cards(request.user, list(found.order_by("first_day", "starts_at", "pk")), now=now)
    offer_wider(shown, now=now)
    context = admin.site.each_context(request) | {
        "title": _("Today"),
        "days": [
            (label, day, [card for card in shown if card.session.first_day == day])
            for label, day in zip((_("Today"), _("Tomorrow")), days, strict=True)
        ],
    }
    return TemplateResponse(request, "admin/today.html", context)
