"""A booking that is made and taken back, once a minute: whether people can book, asked by booking.

A hub, a session and a booking are made by the code that makes them for people, in one transaction that is rolled back.
Nobody else's row is locked, nobody sees it, no mail of it is ever committed; no count, trail or version knows of it.
"""

import datetime as dt
import logging
import secrets

from django.db import transaction
from django.utils import timezone

from bookings.models import AuditEntry, Booking, By, Mail, SchoolKind
from bookings.places import create, hold, write
from bookings.rule.locking import lock
from bookings.rule.party import NewVisitor, Party, VisitingSchool
from bookings.rule.room import Clock, Room
from bookings.states import SessionStatus, Status, Verb
from hubs.models import Exchange, Hub, HubYear, ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays, london

AHEAD = dt.timedelta(days=30)
ADDRESS = "nobody@showcase.invalid"  # no mail can go there, were one ever to be kept

log = logging.getLogger("showcase.trial")


class NotMade(Exception):
    """The verb came back without what it is there to make."""


def attempt(clock: Clock) -> str:
    """Book once, and take it back. Returns what went wrong in a word of the program's, "" where nothing did."""
    around = transaction.atomic()
    # A verb's transaction is durable: it stands in no other but a test's, as Django calls one that is always undone.
    around._from_testcase = True  # type: ignore[attr-defined]  # Django's own, told to nobody
    try:
        with around:
            _book(clock)
            transaction.set_rollback(True)
    except Exception as error:
        log.exception("The trial booking failed")
        return type(error).__name__
    return ""


def _book(clock: Clock) -> None:
    session = _session(clock)
    there = VisitingSchool(kind=SchoolKind.TRUST, name="Trial", place="Trial")
    party = Party(contact_name="Trial", contact_email=ADDRESS, school=there, visitors=(NewVisitor(),))
    booking = hold(session.pk, party, clock=clock)
    made = booking is not None and Booking.objects.filter(pk=booking.pk, status=Status.HELD).exists()
    noted = AuditEntry.objects.filter(booking=booking, verb=Verb.HOLD).exists()
    told = Mail.objects.filter(booking=booking).exists()
    if not (made and noted and told and lock(session.pk).places_taken == 1):
        raise NotMade


def _session(clock: Clock) -> ShowcaseSession:
    """A session with one place, open, of a hub of its own."""
    now = clock()
    exchange = Exchange.objects.first() or Exchange.objects.create(year=2000, name="Trial")
    hub = Hub.objects.create(slug=f"trial-{secrets.token_hex(8)}")
    year = HubYear.objects.create(hub=hub, exchange=exchange, name="Trial", contact_email=ADDRESS)
    starts_at = london(timezone.localdate(now + AHEAD), dt.time(12))
    ends_at = starts_at + dt.timedelta(hours=1)
    session = ShowcaseSession(hub_year=year, title="Trial", place_name="Trial", starts_at=starts_at, ends_at=ends_at)
    session.fill_in_dates(SchoolDays())
    session.save()
    places = create(session, by=By.CLOCK, clock=clock, capacity=1)
    write(Room(places, now=now), Verb.OPEN, by=By.CLOCK, status=SessionStatus.OPEN)
    return session
