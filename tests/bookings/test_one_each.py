"""One each: a live booking for an address, a school and a session; and a contact comes once (rule.md#one-each)."""

import pytest
from django.db import IntegrityError, transaction

from bookings import places
from bookings.models import Booking, SchoolKind
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.rule.room import Room
from bookings.states import LIVE, Status, Verb
from tests.bookings.observed import count, mails, statuses
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db

OTHERS_ONLY = {"contact_comes": False, "visitors": (NewVisitor(full_name="Colleague"),)}


def hold(session, **asked):
    return places.hold(session.pk, party(**asked), clock=lambda: NOW)


@pytest.mark.parametrize("first, second", [({}, {}), ({}, OTHERS_ONLY), (OTHERS_ONLY, {}), (OTHERS_ONLY, OTHERS_ONLY)])
def test_address_books_once_for_a_school(first, second):
    session, school = SessionFactory(), SchoolFactory()
    assert hold(session, school=school, **first) is not None
    assert hold(session, school=school, **second) is None
    assert count(session) == (1, 0, 30)


@pytest.mark.parametrize(
    "first, second, books",
    [({}, {}, False), ({}, OTHERS_ONLY, True), (OTHERS_ONLY, {}, True), (OTHERS_ONLY, OTHERS_ONLY, True)],
)
def test_address_comes_itself_with_one_school_and_may_book_others_for_more(first, second, books):
    session = SessionFactory()
    hold(session, **first)
    assert (hold(session, **second) is not None) == books
    assert count(session) == (1 + books, 0, 30)


def test_address_that_somebody_else_typed_is_not_checked():
    session = SessionFactory()
    hold(session, email="boss@school.example")
    named = NewVisitor(full_name="The Boss", email="boss@school.example")
    assert hold(session, email="assistant@school.example", visitors=(NewVisitor(), named)) is not None
    assert count(session) == (3, 0, 30)


def test_address_books_every_session():
    school, sessions = SchoolFactory(), [SessionFactory(), SessionFactory()]
    assert [hold(session, school=school) is not None for session in sessions] == [True, True]


def test_addresses_that_differ_only_in_form_are_one():
    session, school = SessionFactory(), SchoolFactory()
    hold(session, school=school, email="Straße@school.example")
    assert hold(session, school=school, email=" STRASSE@School.Example ") is None
    assert mails(session)[-1] == ("already_booked", "Straße@school.example")


def test_places_without_a_school_are_one_school_to_this_rule_and_each_address_books_once():
    session, none = SessionFactory(), VisitingSchool(kind=SchoolKind.NONE)
    assert hold(session, visiting=none) is not None
    assert hold(session, visiting=none) is None
    assert hold(session, visiting=none, email="other@school.example") is not None


# --- what the database says of it -----------------------------------------------------------------------------------


def row(session, school, **values):
    of_row = {"status": Status.CONFIRMED, "party": 1, "school": school, "school_key": f"urn:{school.urn}"}
    return Booking(session=session, contact_email="teacher@school.example", created_at=NOW, **(of_row | values))


@pytest.mark.parametrize("same_school, contact_comes", [(True, False), (True, True), (False, True)])
def test_database_refuses_a_second_live_booking(same_school, contact_comes):
    session, school = SessionFactory(), SchoolFactory()
    first = hold(session, school=school, **({} if contact_comes else OTHERS_ONLY))
    second = row(session, school if same_school else SchoolFactory(), contact_comes=contact_comes)
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
    assert list(Booking.objects.all()) == [first]


@pytest.mark.parametrize("status", sorted(LIVE))
def test_database_refuses_it_in_every_live_status(status):
    session, school = SessionFactory(), SchoolFactory()
    hold(session, school=school)
    second = row(session, school, status=status, deadline=NOW, joined_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()


def test_database_lets_ended_bookings_and_those_that_go_with_another_be():
    session, school = SessionFactory(), SchoolFactory()
    first = hold(session, school=school)
    row(session, school, status=Status.CANCELLED).save()
    row(session, school, status=Status.LAPSED).save()
    row(session, school, status=Status.WAITING, joined_at=NOW, goes_with=first, contact_comes=False).save()
    assert statuses(session) == ["held", "cancelled", "lapsed", "waiting"]


def test_write_leaves_nothing_behind_where_the_database_refuses():
    session, school = SessionFactory(), SchoolFactory()
    hold(session, school=school)
    with pytest.raises(IntegrityError), transaction.atomic():
        places.write(Room(places.lock(session.pk), NOW), Verb.BOOK, [row(session, school, status="")], by="clock")
    assert count(session) == (1, 0, 30)
    assert statuses(session) == ["held"]
