"""Changing what a booking says of its people: names, details, and an address where there was none."""

import datetime as dt

import pytest

from bookings import places
from bookings.models import Places
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import Ended, NotBookable
from bookings.states import SessionStatus
from bookings.verbs import visitors as details
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.observed import count, events, everything, mails, verbs
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
TO_BE_NAMED = NewVisitor()


def held(session, *others):
    return places.hold(session.pk, party(visitors=(NewVisitor(), *others)), clock=lambda: NOW)


def confirmed(session, *others):
    return places.confirm(held(session, *others).pk, clock=lambda: NOW)


def change(booking, *, now=LATER, name="Test Teacher", mobile="", by=None, **of_position):
    """Change the visitors in the positions `v1`, `v2` and so on."""
    visitors = {booking.visitors.get(position=int(key[1:])).pk: said for key, said in of_position.items()}
    who = {"by": by} if by else {}
    return details.change_details(
        booking.pk, clock=lambda: now, contact_name=name, contact_mobile=mobile, visitors=visitors, **who
    )


def of(booking, position, *names):
    return booking.visitors.values_list(*names).get(position=position)


def test_change_writes_what_was_said_and_no_place_changes_hands():
    session = SessionFactory()
    booking = confirmed(session, NewVisitor(full_name="Colleague"))
    said = NewVisitor(full_name="A Colleague", role=Roles.TRAINEE, years=Years.Y3, needs="ramp", seen_before=True)
    change(booking, name="Tess Teacher", mobile="07700 900 982", v2=said)
    booking.refresh_from_db()
    assert (booking.contact_name, booking.contact_mobile) == ("Tess Teacher", "07700 900 982")
    assert of(booking, 2, "full_name", "role", "years", "needs", "seen_before") == (
        "A Colleague",
        Roles.TRAINEE,
        Years.Y3,
        "ramp",
        True,
    )
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("change", "confirmed", "confirmed", 0)


def test_naming_a_visitor_of_a_confirmed_booking_tells_them_once():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    told = len(mails(session))
    named = NewVisitor(full_name="Colleague", email="colleague@school.example")
    change(booking, v2=named)
    change(booking, v2=named)
    assert mails(session)[told:] == [("named", "colleague@school.example")]
    assert verbs(session)[-2:] == ["name", "change"]
    person, first_time = of(booking, 2, "person_id", "first_time")
    assert (person is not None, first_time) == (True, True)


def test_naming_a_visitor_of_a_held_booking_tells_them_only_when_it_is_confirmed():
    session = SessionFactory()
    booking = held(session, TO_BE_NAMED)
    change(booking, v2=NewVisitor(full_name="Colleague", email="colleague@school.example"))
    assert mails(session) == [("confirm", "teacher@school.example")]
    assert verbs(session) == ["hold", "change"]
    assert of(booking, 2, "person_id") == (None,)
    places.confirm(booking.pk, clock=lambda: LATER)
    assert mails(session)[1:] == [("confirmed", "teacher@school.example"), ("named", "colleague@school.example")]


def test_naming_a_visitor_without_an_address_tells_nobody_until_there_is_one():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    told = len(mails(session))
    change(booking, v2=NewVisitor(full_name="Colleague"))
    assert mails(session)[told:] == []
    change(booking, v2=NewVisitor(full_name="Colleague", email="colleague@school.example"))
    assert mails(session)[told:] == [("named", "colleague@school.example")]


def test_naming_two_visitors_at_once_is_one_event_and_a_mail_to_each():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED, TO_BE_NAMED)
    told = len(mails(session))
    change(
        booking, v2=NewVisitor(full_name="B", email="b@b.example"), v3=NewVisitor(full_name="C", email="c@c.example")
    )
    assert mails(session)[told:] == [("named", "b@b.example"), ("named", "c@c.example")]
    assert verbs(session) == ["hold", "confirm", "name"]


@pytest.mark.parametrize("typed", ["", "somebody.else@school.example"])
def test_address_that_was_given_once_is_not_changed(typed):
    session = SessionFactory()
    booking = confirmed(session, NewVisitor(full_name="Colleague", email="colleague@school.example"))
    told = len(mails(session))
    change(booking, v2=NewVisitor(full_name="Colleague", email=typed))
    assert of(booking, 2, "email", "email_key") == ("colleague@school.example", "colleague@school.example")
    assert mails(session)[told:] == []


def test_change_never_reaches_a_visitor_of_another_booking_or_one_who_does_not_come():
    session = SessionFactory()
    mine = confirmed(session, NewVisitor(full_name="Released"), NewVisitor(full_name="Mine"))
    theirs = places.hold(session.pk, party(size=2, email="other@school.example"), clock=lambda: NOW)
    details.release(mine.visitors.get(position=2).pk, clock=lambda: NOW)
    ids = [mine.visitors.get(position=2).pk, theirs.visitors.get(position=2).pk]
    visitors = dict.fromkeys(ids, NewVisitor(full_name="Changed"))
    details.change_details(
        mine.pk, clock=lambda: LATER, contact_name="Test Teacher", contact_mobile="", visitors=visitors
    )
    assert of(mine, 2, "full_name") == ("Released",)
    assert of(theirs, 2, "full_name") == ("Colleague 2",)


def test_change_by_staff_is_written_in_their_name():
    session, staff = SessionFactory(), StaffFactory()
    booking = confirmed(session, TO_BE_NAMED)
    change(booking, by=staff, v2=NewVisitor(full_name="Colleague"))
    assert session.audit.values_list("by", "staff").first() == ("staff", staff.pk)


def test_change_is_refused_once_the_session_has_started():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    before = everything(session)
    with pytest.raises(NotBookable):
        change(booking, now=session.starts_at, v2=NewVisitor(full_name="Too Late"))
    assert everything(session) == before


def test_change_of_a_cancelled_booking_is_refused():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    places.cancel(booking.pk, clock=lambda: NOW)
    before = everything(session)
    with pytest.raises(Ended):
        change(booking, v2=NewVisitor(full_name="Too Late"))
    assert everything(session) == before


def test_change_is_possible_while_the_session_is_postponed():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    Places.objects.filter(pk=session.pk).update(status=SessionStatus.POSTPONED)
    change(booking, v2=NewVisitor(full_name="Colleague"))
    assert of(booking, 2, "full_name") == ("Colleague",)
