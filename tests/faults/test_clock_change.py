"""The weekends on which the clocks change are told as any other weekend is.

What happens (who lapses, which mail goes, what is offered) happens at the same hour of the clock on the wall as a week
before, and once: the worker comes by every hour of that night, and an hour before, at and after each that matters.
"""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.due import run_due
from bookings.models import AuditEntry, Booking, Mail
from bookings.verbs import waiting_list
from hubs.vocabulary.school_days import london
from tests.factories import SessionFactory, party

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
STEP = dt.timedelta(hours=1)
WEEK = dt.timedelta(days=7)
HOURS = [(-2, 11), (1, 9), (1, 16), (1, 18), (3, 9)]  # days from that Sunday: after the booking, what is told, the end
CHANGES = {"spring": dt.date(2028, 3, 26), "autumn": dt.date(2027, 10, 31)}


def at(moment):
    return lambda: moment


def hours(sunday):
    """When the worker comes by, from Friday to Wednesday."""
    night = [london(sunday - dt.timedelta(days=1), dt.time(22)) + n * STEP for n in range(10)]
    told = {london(sunday + dt.timedelta(days=days), dt.time(hour)) for days, hour in HOURS}
    return sorted({*night, *(hour + n * STEP for hour in told for n in (-1, 0, 1))})


def story(sunday, monkeypatch):
    """What became of three bookings for Tuesday morning, from Friday to Wednesday: (what, whose, wall clock)."""
    friday, tuesday = sunday - dt.timedelta(days=2), sunday + dt.timedelta(days=2)
    lesson = {"starts_at": london(tuesday, dt.time(9, 30)), "ends_at": london(tuesday, dt.time(11, 30))}
    session = SessionFactory(room__capacity=2, **lesson)
    moment = london(friday, dt.time(10))
    monkeypatch.setattr(timezone, "now", at(moment))
    sure = places.hold(session.pk, party(size=1, email="sure@school.example"), clock=at(moment))
    places.confirm(sure.pk, clock=at(moment))
    places.hold(session.pk, party(size=1, email="unsure@school.example"), clock=at(moment))
    waits = waiting_list.join(session.pk, party(size=1, email="waits@school.example"), clock=at(moment)).booking
    waiting_list.wait(waits.pk, clock=at(moment))
    for hour in hours(sunday):
        run_due(at(hour))
    names = dict(Booking.objects.filter(session=session).values_list("pk", "email_key"))
    told = [
        *((entry.verb, names.get(entry.booking_id), entry.at) for entry in AuditEntry.objects.filter(session=session)),
        *((mail.kind, mail.recipient, mail.created_at) for mail in Mail.objects.filter(session=session)),
    ]
    return sorted((str(what), str(who), timezone.localtime(when).replace(tzinfo=None)) for what, who, when in told)


@pytest.mark.parametrize("change", CHANGES)
def test_weekend_of_the_change_is_told_as_the_one_before(change, monkeypatch):
    sunday = CHANGES[change]
    before, after = story(sunday - WEEK, monkeypatch), story(sunday, monkeypatch)
    assert len(before) >= 8
    assert [(what, who, when - WEEK) for what, who, when in after] == before
    assert {day.utcoffset() for day in (london(sunday - WEEK, dt.time(12)), london(sunday, dt.time(12)))} == {
        dt.timedelta(0),
        dt.timedelta(hours=1),
    }
