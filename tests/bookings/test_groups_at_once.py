"""Heads who press at once: two of one school, two schools for the last places, and one who leaves meanwhile."""

import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from bookings.due import run_due
from bookings.groups import enrolling, inviting, meetings
from bookings.models import AuditEntry, Booking, Enrolment, Mail
from bookings.operations.counting import miscounts
from bookings.rule.refusals import Refused
from bookings.states import SEATED, Verb
from tests.factories import HubYearFactory, StaffFactory
from tests.groups import clock, group_of, joined, meetings_of, named, plan

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*presses):
    """What each answers, pressed in a thread of its own."""

    def press(does):
        try:
            return does()
        except Refused as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(len(presses)) as pool:
        return list(pool.map(press, presses))


def says_yes(invitation):
    def press():
        inviting.join(invitation.pk, clock=clock)
        return enrolling.carry_out_now(invitation.pk, clock)

    return press


def group_with(*, capacity, number=3):
    group, staff = group_of(HubYearFactory()), StaffFactory()
    return group, staff, meetings_of(group, staff, capacity=capacity, number=number)


def test_one_head_who_presses_four_times_at_once_books_each_meeting_once():
    group, staff, made = group_with(capacity=12)
    invitation = named(group, staff)
    at_once(*[says_yes(invitation)] * 4, lambda: run_due(clock))
    run_due(clock)
    assert Booking.objects.count() == AuditEntry.objects.filter(verb=Verb.ENROL).count() == len(made)
    assert Mail.objects.filter(kind="group_joined").count() == 2
    assert Enrolment.objects.filter(told_at=None).count() == 0
    assert miscounts() == []


def test_two_heads_press_at_once_for_the_last_places_and_neither_yes_is_lost():
    group, staff, made = group_with(capacity=2)
    schools = [named(group, staff, email=f"lead@s{n}.example") for n in range(2)]
    at_once(*[says_yes(one) for one in schools], lambda: run_due(clock))
    run_due(clock)
    for session in made:
        assert sum(Booking.objects.filter(session=session, status__in=SEATED).values_list("party", flat=True)) == 2
    assert [one.state for one in group.invitations.all()] == ["joined", "joined"]
    assert enrolling.problems(group.pk).count() == len(made)
    group.refresh_from_db()
    assert group.schools.schools.count() == 2
    assert miscounts() == []


def test_yes_and_meetings_made_at_the_same_moment_know_of_each_other():
    group, staff, _made = group_with(capacity=12, number=1)
    invitation = named(group, staff)
    key = uuid.uuid4()

    def makes():
        meetings.make_meetings(group.pk, plan(3)[1:], by=staff, clock=clock, key=key)

    at_once(says_yes(invitation), makes, makes)
    run_due(clock)
    assert group.meetings.count() == 3
    assert Booking.objects.filter(status__in=SEATED).count() == 3
    assert miscounts() == []


def test_school_that_is_taken_out_while_its_places_are_booked_keeps_none():
    group, staff, _made = group_with(capacity=12)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)

    def leaves():
        return inviting.leave(invitation.pk, by=staff, clock=clock, why="The head rang.")

    at_once(lambda: enrolling.carry_out_now(invitation.pk, clock), leaves, lambda: run_due(clock))
    run_due(clock)
    assert Booking.objects.filter(status__in=SEATED).count() == 0
    assert miscounts() == []


def test_worker_that_dies_between_any_two_statements_of_a_school_books_the_rest_later(monkeypatch):
    """Killed after each number of meetings, and after the booking but before it was written down."""
    group, staff, made = group_with(capacity=12)
    invitation = named(group, staff)
    inviting.join(invitation.pk, clock=clock)
    real = enrolling.enrol

    class Killed(BaseException):
        pass

    for before in (True, False, True, False):

        def dies(*args, before=before, **how):
            if before:
                raise Killed
            real(*args, **how)
            raise Killed

        monkeypatch.setattr(enrolling, "enrol", dies)
        with pytest.raises(Killed):
            run_due(clock)
    monkeypatch.setattr(enrolling, "enrol", real)
    run_due(clock)
    assert Booking.objects.count() == len(made)
    assert Mail.objects.filter(kind="group_joined").count() == 2


def test_second_school_joins_beside_the_first():
    group, staff, made = group_with(capacity=0)
    joined(group, staff)
    joined(group, staff, email="lead@other.example")
    assert Booking.objects.count() == 2 * len(made)
