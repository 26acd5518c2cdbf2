"""Places that the same person has at the same time: told to the owner of the address alone, by mail and behind their
own link (rule.md#one-each). Never asked for an address that somebody else has typed."""

import datetime as dt

from django.db.models import Q

from bookings.models import Visitor
from bookings.states import FROZEN, SEATED, Status
from hubs.models import ShowcaseSession


def clashing(
    key: str | None, starts_at: dt.datetime | None, ends_at: dt.datetime | None, *, beside: int
) -> list[ShowcaseSession]:
    """Sessions between these times where that address has a place beside the one of visitor `beside`. One query, which
    nearly always finds none, and one more of those that it finds.

    A place that a colleague holds for somebody counts once it is confirmed: they do not know of it before.
    """
    if not key or not starts_at or not ends_at:
        return []
    told = Q(booking__status__in=SEATED, is_contact=True) | Q(booking__status=Status.CONFIRMED)
    places = Visitor.objects.coming().filter(
        told,
        email_key=key,
        booking__session__starts_at__lt=ends_at,
        booking__session__ends_at__gt=starts_at,
    )
    others = places.exclude(pk=beside).exclude(booking__session__places__status__in=FROZEN)
    pks = list(others.order_by("pk").values_list("booking__session", flat=True)[:5])
    found = ShowcaseSession.objects.with_names().in_bulk(pks) if pks else {}
    return [found[pk] for pk in pks]
