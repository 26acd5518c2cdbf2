"""Places that the same person has at the same time: told to the owner of the address alone, by mail and behind their
own link (rule.md#one-each). Never asked for an address that somebody else has typed."""

import datetime as dt

from django.db import models
from django.db.models import Q

from bookings.models import Visitor
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
    others = _other_places.rows(key=key, starts_at=starts_at, ends_at=ends_at, beside=beside)
    return [other.booking.session for other in others]


@AskedOften
def _other_places() -> models.QuerySet[Visitor]:
    told = Q(booking__status__in=SEATED, is_contact=True) | Q(booking__status=Status.CONFIRMED)
    places = Visitor.objects.coming().filter(
        told,
        email_key=Given("key", models.CharField()),
        booking__session__starts_at__lt=Given("ends_at", models.DateTimeField()),
        booking__session__ends_at__gt=Given("starts_at", models.DateTimeField()),
    )
    others = places.exclude(pk=Given("beside", models.BigIntegerField()))
    takes_place = others.exclude(booking__session__places__status__in=FROZEN)
    return takes_place.select_related(*(f"booking__session__{name}" for name in NAMED_BY)).order_by("pk")[:5]
