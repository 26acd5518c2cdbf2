"""What will happen to a session by itself, and when: each moment from the function or the field by which it happens."""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import near_day, near_moment
from bookings.attendance import office
from bookings.mail import reminders
from bookings.rule import fair_share, offers
from bookings.states import OFFERING, SessionStatus, Status
from hubs.vocabulary.school_days import london


class Event(NamedTuple):
    """One of them. A day without a time is one of which the night does it."""

    at: dt.datetime
    what: str
    when: str


Moment = tuple[dt.datetime | None, str]


def events(facts: Facts) -> list[Event]:
    """All that is to come, the next first."""
    found = [moment for source in SOURCES for moment in source(facts)]
    to_come = sorted((at, what) for at, what in found if at is not None and at > facts.now)
    return [Event(at, what, near_moment(at, now=facts.now)) for at, what in to_come] + _erased(facts)


def _booking(facts: Facts) -> Iterator[Moment]:
    """When booking opens, for whom, and until when."""
    session = facts.session
    if session.booked_elsewhere or facts.is_off:
        return
    if facts.status == SessionStatus.OPEN:
        yield session.opens_at, _("Booking opens")
        yield session.closes_at, _("Booking closes")
    if facts.status in OFFERING:
        if fair_share.share_of(session, now=facts.now) is not None:
            yield session.share_until, _("Each school may take as many places as are left")
        if fair_share.is_for_some(session, now=facts.now):
            yield session.open_to_everyone_at, _("Every school may book")


def _kept(facts: Facts) -> Iterator[Moment]:
    """When places kept for guests come free."""
    if not facts.is_off and (kept := facts.places.kept(now=facts.now)):
        free = ngettext("%(n)d place kept for guests comes free", "%(n)d places kept for guests come free", kept)
        yield facts.session.release_at, free % {"n": kept}


def _answers(facts: Facts) -> Iterator[Moment]:
    """Until when whoever has not answered may: nothing lapses in a session that is off."""
    if facts.is_off:
        return
    for status, one, several in (
        (Status.OFFERED, _("An offered place is kept no longer"), _("The first of %(n)d offers ends")),
        (Status.HELD, _("An unconfirmed booking lapses"), _("The first of %(n)d unconfirmed bookings lapses")),
    ):
        deadlines = [booking.deadline for booking in facts.bookings if booking.status == status and booking.deadline]
        if deadlines:
            yield min(deadlines), one if len(deadlines) == 1 else several % {"n": len(deadlines)}


def _list(facts: Facts) -> Iterator[Moment]:
    if facts.numbers.waiting and not facts.is_off:
        yield offers.list_ends_at(facts.session), _("The waiting list ends")


def _mails(facts: Facts) -> Iterator[Moment]:
    """The reminders, and the register for the school's office."""
    if facts.numbers.confirmed or facts.numbers.unconfirmed:
        for days, at in reminders.still_to_come(facts.session, told=facts.told):
            week = days == reminders.WEEK
            yield at, _("A reminder goes to everyone: in a week") if week else _("A reminder goes to everyone")
    withdrawn = bool(facts.office_link and facts.office_link.withdrawn_at)
    told, calendar = facts.told, facts.calendar
    for of, at in office.still_to_tell(facts.session, calendar, told=told, withdrawn=withdrawn):
        again = of == office.AGAIN
        yield at, _("It goes again, if somebody has come or gone") if again else _("The register goes to the office")


def _session(facts: Facts) -> Iterator[Moment]:
    if facts.is_to_come:
        yield facts.session.starts_at, _("The session starts")
        yield facts.session.ends_at, _("The session ends")


def _erased(facts: Facts) -> list[Event]:
    """What people need is erased in the night that begins that day."""
    day = facts.needs_go_on
    if not facts.in_need or day is None or day <= facts.today:
        return []
    return [Event(london(day, dt.time()), _("What people need is erased"), near_day(day, now=facts.now))]


SOURCES: tuple[Callable[[Facts], Iterator[Moment]], ...] = (_booking, _kept, _answers, _list, _mails, _session)
