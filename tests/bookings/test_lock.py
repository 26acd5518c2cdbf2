"""Lock, then clock, then settle, then judge: one transaction a verb, and what it leaves behind when it refuses."""

import datetime as dt
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction

from bookings import places
from bookings.models import AuditEntry, Booking, By, Mail, Places
from bookings.rule import room
from bookings.rule.reading import what_is_beside
from bookings.rule.refusals import SessionFull
from bookings.sessions import changes
from bookings.states import Status, Verb
from hubs.models import ShowcaseSession
from tests.bookings.observed import count, everything, statements, statuses, verbs
from tests.factories import NOW, SessionFactory, StaffFactory, party


class Breakdown(Exception):
    """Something that is no refusal."""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["hold", "confirm", "cancel", "set places"])
def test_clock_is_read_once_and_inside_the_transaction(verb):
    session = SessionFactory()
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    read = []

    def clock():
        read.append(connection.in_atomic_block)
        return NOW

    call(verb, session, booking, clock)
    assert read == [True]


def call(verb, session, booking, clock):
    match verb:
        case "hold":
            places.hold(session.pk, party(email="next@school.example"), clock=clock)
        case "confirm":
            places.confirm(booking.pk, clock=clock)
        case "cancel":
            places.cancel(booking.pk, clock=clock)
        case "set places":
            changes.set_places(session.pk, capacity=9, held_back=0, by=StaffFactory(), clock=clock)


@pytest.mark.django_db(transaction=True)
def test_clock_is_read_after_the_lock_is_had():
    session = SessionFactory()

    def hold(leaving):
        read = []

        def clock():
            read.append(leaving.is_set())
            return NOW

        places.hold(session.pk, party(), clock=clock)
        return read

    assert beside_a_locked_session(session, hold) == [True]
    assert statuses(session) == [Status.CONFIRMED, Status.HELD]


@pytest.mark.django_db(transaction=True)
def test_form_of_a_session_waits_for_the_lock():
    session = SessionFactory()

    def save(leaving):
        ShowcaseSession.objects.filter(pk=session.pk).update(title="A new title")
        return leaving.is_set()

    assert beside_a_locked_session(session, save) is True


def beside_a_locked_session(session, work):
    """What `work` returns, done in another thread and connection while this one books under the lock.

    `work` is told when this one is about to commit: whoever does not wait for the lock has been and gone by then.
    """
    leaving = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        with places.locked(session.pk, lambda: NOW) as room:
            waiting = pool.submit(in_own_connection, work, leaving)
            time.sleep(0.3)  # for it to come to the lock
            book(room, "first@school.example")
            leaving.set()
        return waiting.result(30)


def in_own_connection(work, *args):
    try:
        return work(*args)
    finally:
        connection.close()


def book(room, email):
    booking = party(email=email).booking(room.session, now=room.now)
    places.write(room, Verb.BOOK, [booking], by=By.CLOCK, visitors=party(email=email).rows())


@pytest.mark.django_db
def test_what_was_read_for_a_verb_is_read_anew_once_something_was_written(django_assert_num_queries):
    session, asked = SessionFactory(), party()
    with places.locked(session.pk, lambda: NOW, reads=what_is_beside(asked)) as locked:
        with django_assert_num_queries(0):
            assert locked.read() == []
        places.write(locked, Verb.BOOK, [asked.booking(session, now=NOW)], by=By.CLOCK, visitors=asked.rows())
        assert [one.status for one in locked.read()] == [Status.CONFIRMED]


# --- what a refusal and a breakdown leave behind --------------------------------------------------------------------


def due_to_lapse(session):
    """A hold that lapses with the next verb; returns that moment."""
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    return booking.deadline


@pytest.mark.django_db(transaction=True)
def test_refusal_commits_what_was_settled_and_is_raised_after():
    session = SessionFactory(room__capacity=1)
    at = due_to_lapse(session)
    with pytest.raises(SessionFull):
        places.hold(session.pk, party(size=2, email="next@school.example"), clock=lambda: at)
    assert connection.in_atomic_block is False
    with ThreadPoolExecutor(1) as pool:  # as another connection sees it
        assert pool.submit(in_own_connection, statuses, session).result() == [Status.LAPSED]
    assert count(session) == (0, 0, 1)


@pytest.mark.django_db
def test_refusal_after_a_write_takes_everything_back():
    session = SessionFactory()
    at = due_to_lapse(session)
    before = everything(session)
    with pytest.raises(SessionFull), places.locked(session.pk, lambda: at) as room:
        places.write(room, Verb.SET_PLACES, by=By.CLOCK, capacity=99)
        raise SessionFull(0)
    assert everything(session) == before


@pytest.mark.django_db
def test_breakdown_takes_everything_back():
    session = SessionFactory()
    at = due_to_lapse(session)
    before = everything(session)
    with pytest.raises(Breakdown), places.locked(session.pk, lambda: at):
        raise Breakdown
    assert everything(session) == before


@pytest.mark.django_db
@pytest.mark.parametrize("model", [AuditEntry, Mail])
def test_breakdown_in_the_last_statement_leaves_no_half_of_a_booking(model, monkeypatch):
    session = SessionFactory()
    before = everything(session)

    def breaks(*args, **kwargs):
        raise Breakdown

    monkeypatch.setattr(model.objects, "bulk_create", breaks)
    with pytest.raises(Breakdown):
        places.hold(session.pk, party(size=3), clock=lambda: NOW)
    assert everything(session) == before


@pytest.mark.django_db
def test_stale_form_of_a_session_leaves_the_count_alone():
    session = SessionFactory()
    stale = ShowcaseSession.objects.select_related("places").get(pk=session.pk)
    for n in range(5):
        places.hold(session.pk, party(email=f"{n}@school.example"), clock=lambda: NOW)
    stale.title = "A new title"
    stale.save()
    assert count(session) == (5, 0, 30)


@pytest.mark.django_db
def test_write_adds_to_the_row_and_not_to_what_was_read():
    session = SessionFactory()
    with transaction.atomic():
        stale = room.Room(Places.objects.get(pk=session.pk), NOW)
        for n in range(3):
            stale.places.places_taken = 25
            book(stale, f"{n}@school.example")
    assert count(session) == (3, 0, 30)


# --- how much is done under the lock --------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize("beside", [1, 25])
@pytest.mark.parametrize("verb, number", [("hold", 7), ("confirm", 8), ("cancel", 7)])
def test_statements_under_the_lock_are_few_and_do_not_grow(verb, number, beside):
    session = SessionFactory(share=2)
    mine = places.hold(session.pk, party(email="mine@school.example", size=2), clock=lambda: NOW)
    if verb == "cancel":
        places.confirm(mine.pk, clock=lambda: NOW)
    for n in range(beside):
        places.hold(session.pk, party(email=f"{n}@school.example"), clock=lambda: NOW)
    asked = party(email="next@school.example", size=2)
    with statements() as made:
        if verb == "hold":
            places.hold(session.pk, asked, clock=lambda: NOW + dt.timedelta(hours=1))
        else:
            getattr(places, verb)(mine.pk, clock=lambda: NOW + dt.timedelta(hours=1))
    assert len(made.under_lock) == number, "\n".join(sql[:100] for sql in made.under_lock)
    assert Booking.objects.filter(session=session).count() == beside + 1 + (verb == "hold")
    assert verbs(session)[-1] == verb
