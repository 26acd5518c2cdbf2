"""What tests of what comes after a session share: who came, and rounds of the worker."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from bookings import places
from bookings.due import run_due
from bookings.models import Asked, Booking, Mail, Register, Visitor
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.factories import DAY, NOW, SessionFactory, party

SECOND, MINUTE, HOUR, A_DAY = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
FOUR = london(DAY, dt.time(16))  # when who came is written to
AFTER = london(DAY, dt.time(12))  # the session is over


def at(moment: dt.datetime) -> Callable[[], dt.datetime]:
    return lambda: moment


def a_session(day: dt.date = DAY, **fields: Any) -> ShowcaseSession:
    times = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11, 45))}
    session: ShowcaseSession = SessionFactory(**({"title": "Year 6 lesson"} | times | fields))
    return session


def confirmed(session: ShowcaseSession, *, now: dt.datetime = NOW, **asked: Any) -> Booking:
    booking = places.hold(session.pk, party(**asked), clock=at(now))
    assert booking
    return places.confirm(booking.pk, clock=at(now))


def came(session: ShowcaseSession, *, when: dt.datetime | None = None, absent: tuple[str, ...] = ()) -> None:
    """The register is recorded: everybody came but those of these addresses."""
    moment = when or (session.ends_at or FOUR) + MINUTE
    coming = Visitor.objects.coming().filter(booking__session=session, booking__status="confirmed")
    coming.exclude(email__in=absent).update(attendance="attended", marked_at=moment)
    coming.filter(email__in=absent).update(attendance="absent", marked_at=moment)
    Register.objects.get_or_create(session=session, defaults={"recorded_at": moment})


def run(*moments: dt.datetime) -> None:
    for moment in moments:
        run_due(at(moment))


def made(kind: str) -> list[tuple[str | None, dt.datetime]]:
    """Each mail of a kind, as recipient and when it was made."""
    return list(Mail.objects.filter(kind=kind).order_by("pk").values_list("recipient", "created_at"))


def to(kind: str) -> list[str | None]:
    return sorted(recipient or "" for recipient, _when in made(kind))


def the_asked(booking: Booking, form: str = "day") -> Asked:
    return Asked.objects.get(visitor__booking=booking, visitor__is_contact=True, form=form)
