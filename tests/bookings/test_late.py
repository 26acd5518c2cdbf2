"""What late means is frozen by the verb: by the deadline that stood then, for confirmed places, of what takes place."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.attendance import recording
from bookings.attendance.lateness import came, cancelled_late, missed, with_register
from bookings.models import Booking, Visitor
from bookings.rule.party import NewVisitor
from bookings.sessions import changes
from bookings.states import Status
from bookings.verbs import staff_booking, visitors, waiting_list
from hubs.models import ShowcaseSession
from tests.answers import in_a_line
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", share=None)


def books(session, size=1, email="ada@school.example"):
    held = places.hold(session.pk, party(size=size, email=email), clock=lambda: NOW)
    return places.confirm(held.pk, clock=lambda: NOW)


def late():
    return Visitor.objects.filter(cancelled_late()).count()


@pytest.mark.parametrize("before, is_late", [(MINUTE, False), (dt.timedelta(0), True)])
def test_cancel_is_late_from_the_deadline_on_and_stays_as_it_was_judged(session, before, is_late):
    booking, at = books(session, 2), session.closes_at - before
    cancelled = places.cancel(booking.pk, clock=lambda: at)
    cancelled.refresh_from_db()
    assert (cancelled.ended_at, cancelled.ended_late) == (at, is_late)
    assert late() == (2 if is_late else 0)
    other = session.starts_at if is_late else at - MINUTE
    ShowcaseSession.objects.filter(pk=session.pk).update(closes_at=other)
    assert late() == (2 if is_late else 0)


def test_withdrawn_by_staff_for_who_rings_is_late_too(session):
    booking = books(session)
    places.cancel(booking.pk, by=StaffFactory(), why="They rang.", clock=lambda: session.closes_at)
    assert late() == 1


@pytest.mark.parametrize("by_staff", [False, True])
def test_one_place_given_back_is_late_by_itself(session, by_staff):
    booking = books(session, 3)
    first, second, _third = booking.visitors.all()
    visitors.release(first.pk, clock=lambda: session.closes_at - MINUTE)
    if by_staff:
        visitors.take_out(second.pk, by=StaffFactory(), clock=lambda: session.closes_at)
    else:
        visitors.release(second.pk, clock=lambda: session.closes_at)
    assert list(booking.visitors.values_list("released_late", flat=True)) == [False, True, None]
    assert late() == 1
    booking.refresh_from_db()
    assert (booking.ended_at, booking.ended_late) == (None, None)


def test_last_place_given_back_ends_the_booking_and_is_counted_once(session):
    booking = books(session, 2)
    for visitor in booking.visitors.all():
        visitors.release(visitor.pk, clock=lambda: session.closes_at)
    assert (Booking.objects.get().ended_late, late()) == (True, 2)


def test_what_was_never_confirmed_is_nobodys_late_cancel(session):
    held = places.hold(session.pk, party(email="held@school.example"), clock=lambda: NOW)
    full = SessionFactory(room__capacity=1)
    books(full)
    waiting_list.join(full.pk, party(email="waits@school.example"), clock=lambda: NOW)
    for booking in (held, Booking.objects.get(status=Status.WAITING)):
        places.cancel(booking.pk, clock=lambda: session.closes_at)
    assert set(Booking.objects.exclude(status=Status.CONFIRMED).values_list("ended_late", flat=True)) == {False}
    assert late() == 0


def test_lapsed_booking_that_comes_back_has_not_ended(session):
    held = places.hold(session.pk, party(), clock=lambda: NOW)
    Booking.objects.update(status=Status.LAPSED, ended_at=NOW, ended_late=False)
    type(session.places).objects.update(places_taken=0)
    booking = places.confirm(held.pk, clock=lambda: NOW + MINUTE)
    booking.refresh_from_db()
    assert (booking.status, booking.ended_at, booking.ended_late) == (Status.CONFIRMED, None, None)


def test_session_that_is_off_has_no_late_cancel_and_a_reinstated_one_has_its_own_again(session):
    early, later = books(session), books(session, email="bo@school.example")
    places.cancel(early.pk, clock=lambda: session.closes_at)
    by, at = StaffFactory(), session.closes_at + MINUTE
    changes.cancel_session(session.pk, by=by, clock=lambda: at)
    assert late() == 0
    places.cancel(later.pk, clock=lambda: at + MINUTE)
    changes.reinstate(session.pk, by=by, clock=lambda: at + 2 * MINUTE)
    assert late() == 1  # who cancelled while it was off did what the hub had done
    assert Booking.objects.get(pk=later.pk).ended_late is False


def test_late_cancels_and_who_did_not_come_are_counted_apart(session):
    cancelled, stays = books(session), books(session, 3, email="bo@school.example")
    places.cancel(cancelled.pk, clock=lambda: session.closes_at)
    Visitor.objects.filter(booking=stays, position=1).update(attendance="attended", marked_at=session.starts_at)
    one = with_register(ShowcaseSession.objects.all()).get()
    assert (one.came, one.missed, one.late_cancels) == (None, None, 1)
    recording.record(session.pk, by=StaffFactory(), clock=lambda: session.ends_at)
    one = with_register(ShowcaseSession.objects.all()).get()
    assert (one.came, one.missed, one.late_cancels) == (1, 2, 1)
    counted = [Visitor.objects.filter(of).count() for of in (came(), missed(), cancelled_late())]
    assert counted == [1, 2, 1]


def test_staff_read_both_on_the_sessions_page_and_on_a_persons(session, monkeypatch):
    asked = party(
        email="ada@school.example", contact_name="Ada Lee", visitors=(NewVisitor(), NewVisitor(full_name="Bo Day"))
    )
    staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    other = SessionFactory(hub_year=session.hub_year, title="Year 3 lesson", share=None)
    second = staff_booking.staff_booking(
        other.pk, party(email="ada@school.example", school=SchoolFactory()), by=StaffFactory(), clock=lambda: NOW
    )
    places.cancel(second.pk, clock=lambda: other.closes_at)
    recording.record(session.pk, by=StaffFactory(), clock=lambda: session.ends_at)
    monkeypatch.setattr(timezone, "now", lambda: session.ends_at)
    client = Client()
    client.force_login(staff_of(session.hub))
    page = in_a_line(client.get(reverse("admin:hubs_showcasesession_overview", args=[other.pk])))
    assert "1 person cancelled late: after booking had closed." in page
    page = in_a_line(client.get(reverse("admin:hubs_showcasesession_overview", args=[session.pk])))
    assert "0 came, 2 did not: recorded at" in page
    booking = Booking.objects.get(session=session)
    page = in_a_line(client.get(reverse("admin:bookings_booking_person", args=[booking.pk])))
    assert "Did not come to 1 session. Cancelled late once." in page
    assert "Cancelled late: after booking had closed" in page
