"""Exactly at a limit: the last letter, the last row of a page, the last moment."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail import itinerary_link
from bookings.models.letter import LONGEST_LETTER, LONGEST_SUBJECT
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import BadNews, Ended, ItineraryOver
from bookings.sessions import copying, messages
from bookings.sessions.copying import When
from bookings.verbs import hand_over, visitors
from bookings.views.hub_pages import MOST
from hubs.models import VisitingTeacher
from hubs.vocabulary.school_days import london
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


@pytest.mark.parametrize(
    "subject, message, taken",
    [
        ("x" * LONGEST_SUBJECT, "x" * LONGEST_LETTER, True),
        ("x" * (LONGEST_SUBJECT + 1), "x", False),
        ("x", "x" * (LONGEST_LETTER + 1), False),
        ("", "x", False),
        ("x", "", False),
    ],
    ids=["longest", "subject too long", "letter too long", "no subject", "no letter"],
)
def test_letter_is_as_long_as_may_be(subject, message, taken):
    session = SessionFactory()
    confirmed(session)
    words = messages.Message("all", subject, message)
    if taken:
        assert len(messages.write([session.pk], words, by=StaffFactory(), clock=lambda: NOW)) == 1
    else:
        with pytest.raises(BadNews):
            messages.write([session.pk], words, by=StaffFactory(), clock=lambda: NOW)


def test_itinerary_is_sent_until_its_last_day_has_gone():
    teacher = VisitingTeacher.objects.create(hub_year=HubYearFactory(), name_pinyin="Wang Fang", email="w@x.example")
    gone = london(dt.date(2027, 8, 1), dt.time())

    def send(now):
        itinerary_link.send(teacher.pk, key=uuid.uuid4(), by=StaffFactory(), clock=lambda: now)

    send(gone - SECOND)
    with pytest.raises(ItineraryOver):
        send(gone)


def test_place_that_was_given_back_is_handed_to_nobody():
    booking = confirmed(SessionFactory(), size=2)
    visitor = booking.visitors.get(is_contact=False)
    visitors.release(visitor.pk, clock=lambda: NOW)
    with pytest.raises(Ended):
        hand_over.hand_over(visitor.pk, NewVisitor(full_name="Cara", email="c@school.example"), clock=lambda: NOW)


def test_copy_whose_booking_would_open_as_it_closes_opens_at_once():
    """A draft is made all the same: the date that makes no sense is left out of it."""
    session = SessionFactory()
    day = When(dt.date(2027, 1, 19))

    def copy():
        made = copying.more_dates(session.pk, [day], by=StaffFactory(), clock=lambda: NOW, key=uuid.uuid4())
        return made[0]

    session.opens_at = copy().closes_at - SECOND
    session.save()
    assert copy().opens_at == session.opens_at
    session.opens_at += SECOND
    session.save()
    assert copy().opens_at is None


def test_hub_page_that_holds_all_sessions_leads_to_no_longer_list(client):
    year = HubYearFactory(hub__slug="kent")
    for _ in range(MOST):
        SessionFactory(hub_year=year)
    assert "All sessions of this hub" not in client.get("/hubs/kent/").content.decode()
    SessionFactory(hub_year=year)
    assert "All sessions of this hub" in client.get("/hubs/kent/").content.decode()
