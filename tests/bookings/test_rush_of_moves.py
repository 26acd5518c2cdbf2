"""Staff move bookings between two sessions in both directions at once, while people cancel, book and release."""

import random
import threading
import time

import pytest
from django.db import connection

from bookings import places
from bookings.models import AuditEntry, Booking, Places
from bookings.operations.counting import miscounts
from bookings.rule.refusals import MovedMeanwhile
from bookings.states import SEATED, Status, Verb
from bookings.verbs.another_session import to_another_session
from tests.bookings import rush
from tests.bookings.test_rush import env, told  # noqa: F401  (fixtures)
from tests.factories import NOW, HubYearFactory, SessionFactory, StaffFactory, party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def confirmed(session, name):
    made = places.hold(session.pk, party(email=f"{name}@school.example"), clock=lambda: NOW)
    return places.confirm(made.pk, clock=lambda: NOW)


def two_sessions(capacity):
    hub = HubYearFactory()
    return [SessionFactory(hub_year=hub, room__capacity=capacity) for _ in range(2)]


def moved(session):
    entries = AuditEntry.objects.filter(session=session)
    return entries.filter(verb=Verb.MOVE_IN).count(), entries.filter(verb=Verb.MOVE_OUT).count()


def test_moves_in_opposite_directions_neither_deadlock_nor_oversell(env, told):  # noqa: F811
    one, other = two_sessions(22)
    staff = StaffFactory().pk
    here = [confirmed(one, f"one{n}") for n in range(20)]
    there = [confirmed(other, f"other{n}") for n in range(20)]
    attempts = [("move", (booking.pk, other.pk, staff)) for booking in here]
    attempts += [("move", (booking.pk, one.pk, staff)) for booking in there]
    random.Random(11).shuffle(attempts)
    rush.order(env, do="all_of_it", told=told.path, attempts=attempts)
    print(f"\n{connection.vendor}: {len(attempts)} moves in {told.seconds:.2f} s, {dict(told.answers)}")
    assert set(told.answers) <= {"move", "SessionFull"}
    assert sum(told.answers.values()) == 40
    assert miscounts() == []
    for row in Places.objects.all():
        came, left = moved(row.session)
        assert row.places_taken == 20 + came - left <= row.capacity


def test_who_cancels_and_books_while_staff_move_bookings_is_counted_where_they_are(env, told):  # noqa: F811
    """A cancel that waits for the lock of the session which is left must not give that session's places back."""
    one, other = two_sessions(40)
    staff = StaffFactory().pk
    here = [confirmed(one, f"one{n}") for n in range(30)]
    attempts = [("move", (booking.pk, other.pk, staff)) for booking in here]
    attempts += [("cancel", booking.pk) for booking in here]
    attempts += [("release", booking.visitors.get().pk) for booking in here]
    attempts += [("hold", other.pk) for _ in range(30)]
    random.Random(12).shuffle(attempts)
    rush.order(env, do="all_of_it", told=told.path, attempts=attempts)
    print(f"\n{connection.vendor}: {len(attempts)} attempts in {told.seconds:.2f} s, {dict(told.answers)}")
    assert set(told.answers) <= {"move", "cancel", "release", "hold", "SessionFull", "Ended", "MovedMeanwhile"}
    assert miscounts() == []
    taken = {row.pk: row.places_taken for row in Places.objects.all()}
    for session in (one, other):
        seated = Booking.objects.filter(session=session, status__in=SEATED).count()
        added = sum(AuditEntry.objects.filter(session=session).values_list("places", flat=True))
        assert taken[session.pk] == seated == added <= 40


def test_cancel_that_waits_for_the_lock_finds_the_booking_where_it_is():
    """PostgreSQL gives it the lock of the session that it read before it waited; SQLite lets it read afterwards."""
    old, new = two_sessions(5)
    booking, staff = confirmed(old, "one"), StaffFactory()
    has_locked, said = threading.Event(), []

    def slowly():
        has_locked.set()
        time.sleep(1)
        return NOW

    def cancel():
        has_locked.wait(10)
        try:
            said.append(places.cancel(booking.pk, clock=lambda: NOW).status)
        except MovedMeanwhile:
            said.append("moved meanwhile")
        finally:
            connection.close()

    other = threading.Thread(target=cancel)
    other.start()
    to_another_session(booking.pk, new.pk, by=staff, clock=slowly)
    other.join()
    assert said == [Status.CANCELLED if connection.vendor == "sqlite" else "moved meanwhile"]
    assert miscounts() == []
