"""The one gate to what a private link opens."""

from dataclasses import dataclass

from django.http import Http404
from django.shortcuts import get_object_or_404

from bookings import links
from bookings.links import Purpose
from bookings.models import Booking, HandOver, Visitor

_WITH = ("session__hub_year__hub", "session__venue", "session__host_school__school", "session__places")


@dataclass(frozen=True)
class Opened:
    """A booking, by its contact's link; or by a visitor's link their own place in it, or one they have given away."""

    token: str
    booking: Booking
    visitor: Visitor | None = None
    given: HandOver | None = None  # the place that this link's owner has handed over, until it is taken


def open_link(token: str) -> Opened:
    """What `token` opens. Raises Http404, the same for every token that is wrong, old, revoked or foreign."""
    link = links.read(token)
    if link is None:
        raise Http404
    by = {"public_id": link.public_id, "link_version": link.version}
    if link.purpose == Purpose.CONTACT:
        return Opened(token, get_object_or_404(Booking.objects.select_related("school", *_WITH), **by))
    if link.purpose == Purpose.VISITOR:
        related = (f"booking__{name}" for name in ("school", *_WITH))
        visitor = get_object_or_404(Visitor.objects.select_related(*related), public_id=link.public_id)
        if visitor.link_version == link.version:
            return Opened(token, visitor.booking, visitor)
        given = HandOver.objects.open().filter(visitor=visitor, from_version=link.version, from_contact=False)
        if handed := given.first():
            return Opened(token, visitor.booking, visitor, handed)
    raise Http404
