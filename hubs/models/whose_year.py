"""Which year it is for a hub, said once: its page, its name in mails and lists, its feeds and the staff pages ask here.

Not the newest year: whoever prepares the next one has visitors coming in this one, and the hub's page is theirs.
"""

import datetime as dt
from typing import Any, TypeVar

from django.apps import apps
from django.db.models import Case, Exists, F, IntegerField, OuterRef, Q, QuerySet, Value, When

from hubs.models.to_come import to_come
from hubs.vocabulary.school_days import academic_year

Years = TypeVar("Years", bound=QuerySet[Any])
NOT_SHOWN = "draft"  # bookings' word for a session that the public has not been told of


def in_turn(years: Years, *, today: dt.date) -> Years:
    """Years of a hub, its current one first: of those not over the earliest with public sessions to come; where
    none has any, the latest that has begun; and of a hub that has not begun yet, the earliest.

    For example: in June, with this year's sessions over and drafts for next January, it is this year still.
    """
    this = academic_year(today)
    begun = Q(exchange__year__lte=this)
    runs = Q(exchange__year__gte=this) & _has_sessions(today)
    turn = Case(When(runs, then=0), When(begun, then=1), default=2, output_field=IntegerField())
    year = F("exchange__year")
    latest_first = Case(When(turn=1, then=Value(0) - year), default=year, output_field=IntegerField())
    return years.alias(turn=turn).order_by("turn", latest_first)


def _has_sessions(today: dt.date) -> Q:
    sessions = apps.get_model("hubs", "ShowcaseSession").objects.public().order_by()
    shown = sessions.exclude(places__status=NOT_SHOWN).filter(to_come(today))
    return Q(Exists(shown.filter(hub_year=OuterRef("pk")))) | Q(Exists(shown.filter(also_run_by=OuterRef("pk"))))
