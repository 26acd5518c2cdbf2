"""The one gate to what a private link opens."""

from dataclasses import dataclass

from django.http import Http404

from bookings import links
from bookings.links import Purpose
from bookings.models import Booking, Visitor

_WITH = ("session__hub_year__hub", "session__venue", "session__host_school__school", "session__places")


@dataclass(frozen=True)
class Opened:
    """A booking, by its contact's link; or by a visitor's link their own place in it."""

    token: str
    booking: Booking
    visitor: Visitor | None = None


def open_link(token: str) -> Opened:
    """What `token` opens. Raises Http404, the same for every token that is wrong, old, revoked or foreign."""
    link = links.read(token)
    if link is None:
        raise Http404
    by = {"public_id": link.public_id, "link_version": link.version}
    if link.purpose == Purpose.CONTACT:
        booking = Booking.objects.select_related("school", *_WITH).filter(**by).first()
        if booking:
            return Opened(token, booking)
    elif link.purpose == Purpose.VISITOR:
        related = (f"booking__{name}" for name in ("school", *_WITH))
        visitor = Visitor.objects.select_related(*related).filter(**by).first()
        if visitor:
            return Opened(token, visitor.booking, visitor)
    raise Http404
