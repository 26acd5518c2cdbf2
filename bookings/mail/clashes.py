"""Places that the same person has at the same time: told to the owner of the address alone, by mail and behind their
own link (rule.md#one-each). Never asked for an address that somebody else has typed."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Exists, Expression, F, OuterRef, Q

from bookings.models import Visitor
from bookings.models.visitor import VisitorQuerySet
from bookings.states import FROZEN, SEATED, Status
from hubs.models import ShowcaseSession
from hubs.models.session import NAMED_BY
from hubs.vocabulary.asked_often import AskedOften, Given


def clashing(
    key: str | None, starts_at: dt.datetime | None, ends_at: dt.datetime | None, *, beside: int
) -> list[ShowcaseSession]:
    """Sessions between these times where that address has a place beside the one of visitor `beside`. One query.

    A place that a colleague holds for somebody counts once it is confirmed: they do not know of it before.
    """
    if not key or not starts_at or not ends_at:
        return []
    others = _others_of.rows(key=key, starts_at=starts_at, ends_at=ends_at, beside=beside)
    return [other.booking.session for other in others]


def with_clashes(visitors: VisitorQuerySet) -> VisitorQuerySet:
    """Each with whether `clashing` finds anything for them (`has_clash`), which is seldom."""
    session = "booking__session"
    others = _others(*map(OuterRef, ("email_key", f"{session}__starts_at", f"{session}__ends_at", "pk")))
    return visitors.annotate(has_clash=Exists(others.order_by()))


@AskedOften
def _others_of() -> VisitorQuerySet:
    starts_at, ends_at = (Given(name, models.DateTimeField()) for name in ("starts_at", "ends_at"))
    others = _others(Given("key", models.CharField()), starts_at, ends_at, Given("beside", models.BigIntegerField()))
    return others.select_related(*(f"booking__session__{name}" for name in NAMED_BY)).order_by("pk")[:5]


def _others(key: Expression | F, starts_at: Expression | F, ends_at: Expression | F, beside: Any) -> VisitorQuerySet:
    told = Q(booking__status__in=SEATED, is_contact=True) | Q(booking__status=Status.CONFIRMED)
    places = Visitor.objects.coming().filter(
        told,
        email_key=key,
        booking__session__starts_at__lt=ends_at,
        booking__session__ends_at__gt=starts_at,
    )
    return places.exclude(pk=beside).exclude(booking__session__places__status__in=FROZEN)
