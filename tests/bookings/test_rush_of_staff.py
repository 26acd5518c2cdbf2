"""Two of the staff at once, and staff and visitors at once: who is put in, taken out, put right."""

import pytest

from bookings.models import AuditEntry, Booking, Visitor
from bookings.states import Verb
from tests.bookings.observed import count
from tests.bookings.test_rush import env, told  # noqa: F401  (fixtures)
from tests.bookings.test_rush_of_corrections import confirmed, rush_of
from tests.factories import SchoolFactory, SessionFactory, StaffFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_last_places_that_visitors_take_while_staff_put_people_in_are_taken_once(env, told):  # noqa: F811
    session, staff = SessionFactory(room__capacity=12), StaffFactory()
    bookings = [confirmed(session, f"ada{n}") for n in range(4)]
    attempts = [("put_in", (booking.pk, staff.pk)) for booking in bookings for _ in range(6)]
    answers = rush_of(env, told, attempts + [("hold", session.pk)] * 12)
    assert answers["put_in"] + answers["hold"] == 8
    assert set(answers) == {"put_in", "hold", "SessionFull"} - ({"hold"} if not answers["hold"] else set())
    assert count(session) == (12, 0, 12)


def test_two_of_the_staff_and_the_visitor_take_one_person_out_once(env, told):  # noqa: F811
    session, staff = SessionFactory(room__capacity=40), StaffFactory()
    bookings = [confirmed(session, f"ada{n}", "ben", "cara") for n in range(6)]
    attempts = []
    for booking in bookings:
        ben = booking.visitors.filter(is_contact=False).first()
        attempts += [("take_out", (ben.pk, staff.pk))] * 3 + [("release", ben.pk)] * 2
    answers = rush_of(env, told, attempts)
    assert set(answers) == {"take_out", "release"}
    assert AuditEntry.objects.filter(verb__in=[Verb.TAKE_OUT, Verb.RELEASE]).count() == 6
    assert count(session) == (12, 0, 40)


def test_school_that_is_put_right_while_people_come_and_go_is_one_school_and_one_count(env, told):  # noqa: F811
    session, staff, right = SessionFactory(room__capacity=40, share=None), StaffFactory(), SchoolFactory()
    bookings = [confirmed(session, f"ada{n}", "ben") for n in range(6)]
    attempts = []
    for booking in bookings:
        ben = booking.visitors.filter(is_contact=False).get()
        attempts += [("change_school", (booking.pk, staff.pk, right.pk))] * 2
        attempts += [("put_in", (booking.pk, staff.pk)), ("correct_by_staff", (ben.pk, staff.pk)), ("own", ben.pk)]
    attempts += [("cancel", bookings[0].pk)]
    answers = rush_of(env, told, attempts)
    assert set(answers) <= {
        *("change_school", "put_in", "correct_by_staff", "own", "cancel"),
        *("NothingChanged", "Ended", "InThisBooking"),
    }
    live = Booking.objects.live()
    assert set(live.values_list("school", flat=True)) == {right.pk}
    assert AuditEntry.objects.filter(verb=Verb.CHANGE_SCHOOL, booking__in=live).count() == 5
    assert Visitor.objects.coming().filter(booking__in=live).count() == count(session)[0]
