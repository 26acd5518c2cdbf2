"""Several people keep one register at the same moment, each with a connection of their own."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from django.db import connection, transaction

from bookings.attendance import recording, register
from bookings.attendance.recording import Said
from bookings.attendance.register import Mark
from bookings.models import AuditEntry, Register, Visitor
from bookings.rule.party import NewVisitor
from bookings.verbs import staff_booking
from hubs.vocabulary.school_days import london
from tests.factories import DAY, NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 24
HERE = london(DAY, dt.time(8, 45))


@pytest.fixture
def session():
    return SessionFactory(room__capacity=60, share=None)


@pytest.fixture
def visitors(session):
    named = tuple(NewVisitor(full_name=f"Visitor {n}") for n in range(PEOPLE))
    asked = party(email="", contact_comes=False, visitors=named)
    made = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: NOW)
    return list(made.visitors.values_list("pk", flat=True))


def in_a_thread(does, *args, **kwargs):
    """Do it on a connection of its own."""
    try:
        return does(*args, **kwargs)
    finally:
        connection.close()


def test_mark_that_had_to_wait_for_another_does_not_write_over_it(session, visitors):
    """Somebody records the register in the moment in which Ada is marked as arrived and that is not committed yet."""
    by, marked = StaffFactory(), Event()

    def arrives():
        with transaction.atomic():
            register.mark(session, Mark(visitors[0], "attended", "expected"), by=by, now=session.ends_at)
            marked.set()
            closing.wait(5)
            closing_waits.wait(0.5)  # until the other one waits for this row; nothing tells of that

    closing, closing_waits = Event(), Event()

    def closes():
        marked.wait(5)
        closing.set()
        return recording.record(session.pk, by=by, clock=lambda: session.ends_at).absent

    with ThreadPoolExecutor(2) as pool:
        one = pool.submit(in_a_thread, arrives)
        other = pool.submit(in_a_thread, closes)
        one.result()
        assert other.result() == PEOPLE - 1
    assert Visitor.objects.get(pk=visitors[0]).attendance == "attended"
    assert Visitor.objects.filter(attendance="absent").count() == PEOPLE - 1


def test_several_people_mark_at_once_and_each_visitor_is_marked_by_one(session, visitors):
    staff = [StaffFactory() for _n in range(4)]

    def marks_everybody(by):
        return sum(
            register.mark(session, Mark(pk, "attended", "expected"), by=by, now=HERE)
            for pk in visitors[:: 1 if by.pk % 2 else -1]
        )

    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda by: in_a_thread(marks_everybody, by), staff))
    rows = Visitor.objects.all()
    assert (sum(done), rows.filter(attendance="attended").count()) == (PEOPLE, PEOPLE)
    assert [rows.filter(marked_by=by).count() for by in staff] == done


def test_undo_of_mark_all_leaves_whom_somebody_puts_right_meanwhile(session, visitors):
    """Everybody was marked; while somebody undoes that for Ada alone, somebody else undoes it for all."""
    by, later = StaffFactory(), HERE + dt.timedelta(minutes=1)
    register.mark_all(session, by=by, now=HERE)
    undone, waits = Event(), Event()

    def undoes_one():
        with transaction.atomic():
            register.mark(session, Mark(visitors[0], "expected", "attended"), by=by, now=later)
            undone.set()
            waits.wait(0.5)

    def undoes_all():
        undone.wait(5)
        return register.undo_all(session, HERE, by=StaffFactory(), now=later)

    with ThreadPoolExecutor(2) as pool:
        one, other = pool.submit(in_a_thread, undoes_one), pool.submit(in_a_thread, undoes_all)
        one.result()
        assert other.result() == PEOPLE - 1
    assert Visitor.objects.get(pk=visitors[0]).marked_by == by


def test_two_who_mark_everybody_at_once_do_not_wait_for_each_other_for_ever(session, visitors):
    def marks_and_undoes(by):
        for _time in range(10):
            register.mark_all(session, by=by, now=HERE)
            register.undo_all(session, HERE, by=by, now=HERE)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda by: in_a_thread(marks_and_undoes, by), [StaffFactory() for _n in range(4)]))
    assert set(Visitor.objects.values_list("attendance", flat=True)) <= {"expected", "attended"}


def test_two_people_record_at_once_while_others_mark_and_it_is_recorded_once(session, visitors):
    """One presses "Record", one ticks who did not come, one still taps at the door: nobody waits for ever, whoever was
    seen came, and there is one row and one entry of it."""
    end = session.ends_at
    said = [Said(pk, "expected", pk % 2 == 0) for pk in visitors]

    def records(_n):
        return recording.record(session.pk, by=StaffFactory(), clock=lambda: end)

    def ticks(_n):
        return recording.record(session.pk, by=StaffFactory(), clock=lambda: end, said=said)

    def taps(_n):
        for pk in reversed(visitors):
            register.mark(session, Mark(pk, "attended", "expected"), by=None, now=end)

    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(in_a_thread, does, 0) for does in (records, ticks, taps, records, ticks, taps)]
        for one in work:
            one.result()
    assert (Register.objects.count(), AuditEntry.objects.filter(verb="record").count()) == (1, 1)
    assert set(Visitor.objects.values_list("attendance", flat=True)) == {"attended"}  # all were seen


def test_undo_that_waits_for_the_recording_leaves_nobody_expected(session, visitors):
    """Ada's mark is taken back in the moment in which the register is recorded: she is absent then, not expected."""
    end = session.ends_at
    register.mark_all(session, by=StaffFactory(), now=HERE)

    def undoes(pk):
        register.mark(session, Mark(pk, "expected", "attended"), by=StaffFactory(), now=end)

    def records(_n):
        recording.record(session.pk, by=StaffFactory(), clock=lambda: end)

    with ThreadPoolExecutor(6) as pool:
        work = [pool.submit(in_a_thread, undoes, pk) for pk in visitors[:10]]
        work.insert(5, pool.submit(in_a_thread, records, 0))
        for one in work:
            one.result()
    assert Visitor.objects.filter(attendance="absent").count() == 10
    assert not Visitor.objects.filter(attendance="expected").exists()
