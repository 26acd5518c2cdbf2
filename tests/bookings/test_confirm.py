"""Confirming a hold, by the visitor's button or by staff; and booking again after a lapse."""

import datetime as dt

import pytest

from bookings import places
from bookings.models import AuditEntry, By, Mail, Person, Places
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import AlreadyBooked, Ended, NotBookable, SchoolShareUsed, SessionFull
from bookings.states import SessionStatus, Status, Verb
from tests.bookings.observed import count, events, everything, mails, statuses, verbs
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
DAYS = dt.timedelta(days=1)


def hold(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


def lapse(booking, *, mail_answered_at=NOW):
    """Let a hold's mail be answered and its deadline pass; returns the moment after."""
    Mail.objects.filter(booking=booking).update(state=Mail.State.SENT, answered_at=mail_answered_at)
    after = booking.deadline + dt.timedelta(minutes=1)
    assert places.settle_if_due(booking.session_id, lambda: after)
    booking.refresh_from_db()
    assert booking.status == Status.LAPSED
    return after


def test_confirm_confirms_and_tells_everyone_named():
    session = SessionFactory()
    booking = hold(session, size=3)
    confirmed = places.confirm(booking.pk, clock=lambda: LATER)
    booking.refresh_from_db()
    assert (confirmed, booking.status, booking.address_proved_at) == (booking, Status.CONFIRMED, LATER)
    assert count(session) == (3, 0, 30)
    assert events(session) == [("hold", "", "held", 3), ("confirm", "held", "confirmed", 0)]
    assert mails(session)[1:] == [
        ("confirmed", "teacher@school.example"),
        ("named", "teacher+2@school.example"),
        ("named", "teacher+3@school.example"),
    ]


def test_confirm_writes_to_nobody_who_has_no_name_or_no_address():
    session = SessionFactory()
    booking = hold(session, visitors=(NewVisitor(), NewVisitor(), NewVisitor(full_name="No Address")))
    places.confirm(booking.pk, clock=lambda: LATER)
    assert mails(session)[1:] == [("confirmed", "teacher@school.example")]


def test_confirm_twice_confirms_once():
    session = SessionFactory()
    booking = hold(session, size=2)
    places.confirm(booking.pk, clock=lambda: LATER)
    before = everything(session)
    assert places.confirm(booking.pk, clock=lambda: LATER + DAYS).status == Status.CONFIRMED
    assert everything(session) == before


def test_confirm_by_staff_proves_no_address():
    session, staff = SessionFactory(), StaffFactory()
    booking = hold(session, size=2)
    confirmed = places.confirm(booking.pk, clock=lambda: LATER, by=staff)
    assert (confirmed.status, confirmed.address_proved_at) == (Status.CONFIRMED, None)
    assert verbs(session) == ["hold", "book"]
    assert AuditEntry.objects.filter(verb=Verb.BOOK).values_list("by", "staff").get() == (By.STAFF, staff.pk)
    assert mails(session)[1:] == [("confirmed", "teacher@school.example"), ("named", "teacher+2@school.example")]


def test_confirm_after_the_deadline_stands_while_the_mail_has_not_been_answered():
    session = SessionFactory()
    booking = hold(session)
    late = booking.deadline + 5 * DAYS
    assert places.confirm(booking.pk, clock=lambda: late).status == Status.CONFIRMED
    assert verbs(session) == ["hold", "confirm"]


def test_confirm_of_a_cancelled_booking_is_refused():
    session = SessionFactory()
    booking = hold(session)
    places.cancel(booking.pk, clock=lambda: NOW)
    before = everything(session)
    for by in (By.VISITOR, StaffFactory()):
        with pytest.raises(Ended):
            places.confirm(booking.pk, clock=lambda: LATER, by=by)
    assert everything(session) == before


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_confirm_waits_while_the_session_is_cancelled_or_postponed(status):
    session = SessionFactory()
    booking = hold(session)
    Places.objects.filter(pk=session.pk).update(status=status)
    with pytest.raises(NotBookable) as refused:
        places.confirm(booking.pk, clock=lambda: LATER)
    assert refused.value.standing == status
    assert statuses(session) == [Status.HELD]


@pytest.mark.parametrize("status", [SessionStatus.CLOSED, SessionStatus.ANNOUNCED])
def test_confirm_needs_no_open_session(status):
    session = SessionFactory()
    booking = hold(session)
    Places.objects.filter(pk=session.pk).update(status=status)
    assert places.confirm(booking.pk, clock=lambda: LATER).status == Status.CONFIRMED


# --- who comes again ------------------------------------------------------------------------------------------------


def test_confirm_gives_each_named_visitor_a_person_and_says_whether_it_is_their_first_time():
    first, second = SessionFactory(), SessionFactory()
    for session in (first, second):
        booking = hold(session, size=2, visitors=(NewVisitor(), NewVisitor(full_name="B", email="b@school.example")))
        places.confirm(booking.pk, clock=lambda: LATER)
    seen = [list(session.bookings.get().visitors.values_list("person_id", "first_time")) for session in (first, second)]
    assert [[first_time for _person, first_time in visitors] for visitors in seen] == [[True, True], [False, False]]
    assert [person for person, _first in seen[0]] == [person for person, _first in seen[1]]
    assert Person.objects.count() == 2


def test_confirm_takes_visitors_without_an_address_for_different_people():
    session = SessionFactory()
    same_name = NewVisitor(full_name="A Smith")
    booking = hold(session, visitors=(NewVisitor(), same_name, same_name, NewVisitor()))
    places.confirm(booking.pk, clock=lambda: LATER)
    people = list(booking.visitors.values_list("person_id", flat=True))
    assert len(set(people[:3])) == 3
    assert people[3] is None  # to be named
    assert Person.objects.count() == 1


# --- on a lapsed booking --------------------------------------------------------------------------------------------


def test_confirm_after_a_lapse_books_again_where_places_are_left():
    session = SessionFactory()
    booking = hold(session, size=2)
    after = lapse(booking)
    assert count(session) == (0, 0, 30)
    assert places.confirm(booking.pk, clock=lambda: after).status == Status.CONFIRMED
    assert count(session) == (2, 0, 30)
    assert events(session)[1:] == [("lapse", "held", "lapsed", -2), ("revive", "lapsed", "confirmed", 2)]
    assert mails(session)[2:] == [("confirmed", "teacher@school.example"), ("named", "teacher+2@school.example")]


def test_confirm_after_a_lapse_is_refused_where_the_places_are_gone():
    session = SessionFactory(room__capacity=2)
    booking = hold(session, size=2)
    after = lapse(booking)
    places.hold(session.pk, party(email="quicker@school.example"), clock=lambda: after)
    before = everything(session)
    with pytest.raises(SessionFull) as refused:
        places.confirm(booking.pk, clock=lambda: after)
    assert refused.value.left == 1
    assert everything(session) == before


def test_confirm_after_a_lapse_is_refused_where_the_share_is_used():
    session, school = SessionFactory(share=2), SchoolFactory()
    booking = hold(session, size=2, school=school)
    after = lapse(booking)
    colleague = party(school=school, email="colleague@school.example")
    places.hold(session.pk, colleague, clock=lambda: after)
    with pytest.raises(SchoolShareUsed) as refused:
        places.confirm(booking.pk, clock=lambda: after)
    assert (refused.value.share, refused.value.left) == (2, 1)


def test_confirm_after_a_lapse_is_refused_once_the_session_has_closed():
    session = SessionFactory()
    booking = hold(session)
    lapse(booking)
    with pytest.raises(NotBookable) as refused:
        places.confirm(booking.pk, clock=lambda: session.closes_at)
    assert refused.value.standing == "closed"
    assert statuses(session) == [Status.LAPSED]


def test_confirm_after_a_lapse_is_refused_where_the_address_has_booked_anew():
    session, school = SessionFactory(), SchoolFactory()
    booking = hold(session, school=school)
    after = lapse(booking)
    places.hold(session.pk, party(school=school), clock=lambda: after)
    before = everything(session)
    with pytest.raises(AlreadyBooked):
        places.confirm(booking.pk, clock=lambda: after)
    assert everything(session) == before


def test_confirm_by_staff_books_no_lapsed_booking_again():
    session = SessionFactory()
    booking = hold(session)
    after = lapse(booking)
    with pytest.raises(Ended):
        places.confirm(booking.pk, clock=lambda: after, by=StaffFactory())
    assert statuses(session) == [Status.LAPSED]


def test_confirm_settles_first_so_that_a_hold_that_is_due_lapses_and_is_booked_again():
    session = SessionFactory()
    booking = hold(session)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    places.confirm(booking.pk, clock=lambda: booking.deadline)
    assert verbs(session) == ["hold", "lapse", "revive"]
