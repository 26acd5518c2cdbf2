"""Giving places back: the whole booking, by the visitor or by staff, or one visitor's place."""

import datetime as dt

import pytest

from bookings import places
from bookings.models import AuditEntry, By, Places
from bookings.rule.refusals import Ended, NeedsReason, NotBookable
from bookings.states import SessionStatus, Status
from bookings.verbs import visitors
from tests.bookings.observed import count, events, everything, mails, statuses, verbs
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def confirmed(session, **asked):
    return places.confirm(held(session, **asked).pk, clock=lambda: NOW)


def visitor(booking, position):
    return booking.visitors.get(position=position)


def test_cancel_of_a_hold_gives_its_places_back_and_tells_the_contact():
    session = SessionFactory()
    places.cancel(held(session, size=2).pk, clock=lambda: LATER)
    assert count(session) == (0, 0, 30)
    assert events(session) == [("hold", "", "held", 2), ("cancel", "held", "cancelled", -2)]
    assert mails(session)[1:] == [("cancelled", "teacher@school.example")]


def test_cancel_of_a_confirmed_booking_tells_everyone_who_was_named():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    told = len(mails(session))
    places.cancel(booking.pk, clock=lambda: LATER)
    assert count(session) == (0, 0, 30)
    assert mails(session)[told:] == [
        ("cancelled", "teacher@school.example"),
        ("visitor_cancelled", "teacher+2@school.example"),
    ]


def test_cancel_twice_cancels_once():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    places.cancel(booking.pk, clock=lambda: LATER)
    before = everything(session)
    assert places.cancel(booking.pk, clock=lambda: LATER).status == Status.CANCELLED
    places.cancel(booking.pk, clock=lambda: LATER, by=StaffFactory(), why="again")
    assert everything(session) == before


def test_cancel_is_refused_to_visitors_once_the_session_has_started():
    session = SessionFactory()
    booking = confirmed(session)
    before = everything(session)
    with pytest.raises(NotBookable) as refused:
        places.cancel(booking.pk, clock=lambda: session.starts_at)
    assert refused.value.standing == "over"
    assert everything(session) == before
    last_moment = session.starts_at - dt.timedelta(seconds=1)
    assert places.cancel(booking.pk, clock=lambda: last_moment).status == Status.CANCELLED


def test_cancel_by_staff_may_come_after_the_start_and_says_why():
    session, staff = SessionFactory(), StaffFactory()
    booking = confirmed(session)
    places.cancel(booking.pk, clock=lambda: session.ends_at, by=staff, why="Never came")
    entry = AuditEntry.objects.first()
    assert (entry.verb, entry.by, entry.staff, entry.why) == ("withdraw", By.STAFF, staff, "Never came")
    assert (entry.from_status, entry.to_status, entry.places) == ("confirmed", "cancelled", -1)
    assert count(session) == (0, 0, 30)


@pytest.mark.parametrize("why", ["", "   "])
def test_cancel_by_staff_needs_a_reason(why):
    session = SessionFactory()
    booking = confirmed(session)
    before = everything(session)
    with pytest.raises(NeedsReason):
        places.cancel(booking.pk, clock=lambda: LATER, by=StaffFactory(), why=why)
    assert everything(session) == before


def test_cancel_of_a_lapsed_booking_is_refused():
    session = SessionFactory()
    booking = held(session)
    with pytest.raises(NotBookable):  # the start lapses it
        places.cancel(booking.pk, clock=lambda: session.starts_at)
    assert statuses(session) == [Status.LAPSED]
    with pytest.raises(Ended):
        places.cancel(booking.pk, clock=lambda: LATER)
    with pytest.raises(Ended):
        places.cancel(booking.pk, clock=lambda: LATER, by=StaffFactory(), why="tidy")


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_cancel_is_possible_while_the_session_is_cancelled_or_postponed(status):
    session = SessionFactory()
    booking = confirmed(session)
    Places.objects.filter(pk=session.pk).update(status=status)
    assert places.cancel(booking.pk, clock=lambda: LATER).status == Status.CANCELLED


# --- one visitor's place --------------------------------------------------------------------------------------------


def test_release_gives_one_place_back_and_tells_the_contact():
    session = SessionFactory()
    booking = confirmed(session, size=3)
    told = len(mails(session))
    visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    booking.refresh_from_db()
    assert (booking.status, booking.party, booking.contact_comes) == (Status.CONFIRMED, 2, True)
    assert list(booking.visitors.coming().values_list("position", flat=True)) == [1, 3]
    assert visitor(booking, 2).released_at == LATER
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("release", "confirmed", "confirmed", -1)
    assert mails(session)[told:] == [
        ("released", "teacher@school.example"),
        ("visitor_cancelled", "teacher+2@school.example"),
    ]


def test_release_twice_releases_once():
    session = SessionFactory()
    booking = confirmed(session, size=3)
    visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    before = everything(session)
    assert visitors.release(visitor(booking, 2).pk, clock=lambda: LATER) == booking
    assert everything(session) == before


def test_release_of_the_contact_keeps_the_booking_for_the_others():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    visitors.release(visitor(booking, 1).pk, clock=lambda: LATER)
    booking.refresh_from_db()
    assert (booking.status, booking.party, booking.contact_comes) == (Status.CONFIRMED, 1, False)
    assert mails(session)[-1] == ("released", "teacher@school.example")


def test_release_of_the_contact_lets_them_come_with_another_school():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    visitors.release(visitor(booking, 1).pk, clock=lambda: LATER)
    assert places.hold(session.pk, party(), clock=lambda: LATER).status == Status.HELD


def test_release_of_the_last_place_cancels_the_booking():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    visitors.release(visitor(booking, 1).pk, clock=lambda: LATER)
    told = len(mails(session))
    visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    assert statuses(session) == [Status.CANCELLED]
    assert count(session) == (0, 0, 30)
    assert verbs(session)[-2:] == ["release", "cancel"]
    assert mails(session)[told:] == [
        ("cancelled", "teacher@school.example"),
        ("visitor_cancelled", "teacher+2@school.example"),
    ]


def test_release_in_a_booking_that_was_cancelled_changes_nothing():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    places.cancel(booking.pk, clock=lambda: LATER)
    before = everything(session)
    visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    assert everything(session) == before


def test_release_of_a_held_place_gives_it_back_and_mails_nobody():
    session = SessionFactory()
    booking = held(session, size=2)
    told = mails(session)
    visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    booking.refresh_from_db()
    assert (booking.status, booking.party, count(session)) == (Status.HELD, 1, (1, 0, 30))
    assert mails(session) == told


def test_release_of_what_has_ended_is_refused():
    session = SessionFactory()
    booking = held(session, size=2)
    with places.locked(session.pk, lambda: session.starts_at):
        pass
    before = everything(session)
    with pytest.raises(Ended):
        visitors.release(visitor(booking, 2).pk, clock=lambda: LATER)
    assert everything(session) == before


def test_release_is_refused_once_the_session_has_started():
    session = SessionFactory()
    booking = confirmed(session, size=2)
    before = everything(session)
    with pytest.raises(NotBookable):
        visitors.release(visitor(booking, 2).pk, clock=lambda: session.starts_at)
    assert everything(session) == before
