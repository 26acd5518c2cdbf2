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
from bookings.admin.home.cards import Card, cards, next_ones, offer_wider, seen_by
from bookings.admin.home.setting_up import setting_up
from bookings.admin.home.standing import standing
from bookings.models import Booking, Visitor
from bookings.states import Status
from hubs.models import ShowcaseSession
from hubs.staff import scope

NEXT = 6  # sessions on Home
NOON, EVENING = 12, 18


def for_home(user: Any, *, now: dt.datetime) -> dict[str, Any]:
    """What Home says, or nothing for who sees no session."""
    if not scope.may(user, "view", ShowcaseSession):
        return {}
    coming = next_ones(user, now=now)
    first = coming.values("pk")[:NEXT]  # by their keys: sorted with all that they have, it is slow
    shown = cards(user, list(coming.filter(pk__in=first)), now=now)
    today = timezone.localdate(now)
    to_set_up = setting_up(user, now=now)
    waiting = needs.groups(user, now=now)
    return {
        "greeting": greeting(now),
        "needs": [group for group in waiting if not (to_set_up and group.name == "contact")],  # a step of it
        "standing": standing(user, now=now),
        "setting_up": to_set_up,
        "may_add": scope.may(user, "add", ShowcaseSession),
        "today": with_arrived([card for card in shown if card.session.first_day == today]),
        "cards": [card for card in shown if card.session.first_day != today],
        "hubs": by_hub(now=now) if user.is_programme_office else [],
    }


def greeting(now: dt.datetime) -> str:
    """By the hour in London."""
    hour = timezone.localtime(now).hour
    if hour < NOON:
        return _("Good morning")
    return _("Good afternoon") if hour < EVENING else _("Good evening")


def with_arrived(cards_of_today: list[Card]) -> list[tuple[Card, int]]:
    """Each with how many have arrived: one query."""
    sessions = [card.session.pk for card in cards_of_today]
    arrived = dict(
        Visitor.objects.coming()
        .filter(booking__session__in=sessions, attendance=Visitor.Attendance.ATTENDED)
        .order_by()
        .values_list("booking__session")
        .annotate(n=Count("pk"))
    )
    return [(card, arrived.get(card.session.pk, 0)) for card in cards_of_today]


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
    """Home: what needs this member of staff now, and what comes next."""
    found = for_home(request.user, now=timezone.now())
    named = {"title": found["greeting"]} if found else {}
    return admin.site.index(request, {"home": found, **named})


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
