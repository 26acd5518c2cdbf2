"""Where the pages behind private links lead to the form of what somebody made of it."""

import datetime as dt
from dataclasses import dataclass

from bookings.afterwards.asking import Stands, closes_at, stands
from bookings.attendance import register
from bookings.mail import links
from bookings.mail.links import Purpose
from bookings.models import Asked, Booking, Visitor
from bookings.models.feedback import Form
from bookings.states import FROZEN
from hubs.models import ShowcaseSession


@dataclass(frozen=True)
class Way:
    """The way to one form: a link where it has been opened, a button where it has not."""

    visitor: Visitor
    token: str = ""  # of the form
    answered: bool = False
    own: bool = True  # else of a colleague without an address, who gets it through their contact


def forms_for(booking: Booking, visitor: Visitor | None, *, now: dt.datetime) -> list[Way]:
    """The forms that are open to whoever holds the link of a place, or of a whole party: their own, and of colleagues
    who have no address of their own. Two queries once the session is over, and none before."""
    session = booking.session
    if session.places.status in FROZEN or not register.is_over(session, now=now):
        return []
    found = [visitor] if visitor else list(Visitor.objects.of_party(booking).select_related("booking"))
    mine = [one for one in found if visitor or one.is_contact or not one.email]
    asked = {one.visitor_id: one for one in Asked.objects.filter(visitor__in=mine, form=Form.DAY)}
    ways = [_way(one, asked.get(one.pk), session, own=one.is_contact or bool(visitor), now=now) for one in mine]
    return [way for way in ways if way]


def _way(visitor: Visitor, asked: Asked | None, session: ShowcaseSession, *, own: bool, now: dt.datetime) -> Way | None:
    visitor.booking.session = session
    in_time = session.last_day is not None and now < closes_at(session.last_day)
    if stands(visitor, now=now) is not Stands.OPEN:
        return None
    if asked is None:
        return Way(visitor, own=own) if in_time else None
    if asked.closes_at <= now:
        return None
    return Way(visitor, links.token(Purpose.FEEDBACK, asked), asked.answered_at is not None, own)
