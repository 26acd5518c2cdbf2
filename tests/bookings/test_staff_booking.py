"""Staff book for somebody at once: guests on held-back places, parties of any size, walk-ins."""

import datetime as dt

import pytest

from bookings import places
from bookings.models import AuditEntry, Places
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import AlreadyBooked, NeedsReason, NotBookable, SessionFull
from bookings.states import SessionStatus, Status
from bookings.verbs import staff_booking, visitors
from tests.bookings.observed import count, events, everything, mails, verbs
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

SECOND = dt.timedelta(seconds=1)


def book(session, asked=None, *, now=NOW, **how):
    return staff_booking.staff_booking(session.pk, asked or party(), by=StaffFactory(), clock=lambda: now, **how)


def test_staff_booking_is_confirmed_at_once():
    session = SessionFactory()
    booking = book(session, party(size=2))
    assert (booking.status, booking.source, booking.deadline) == (Status.CONFIRMED, "staff", None)
    assert count(session) == (2, 0, 30)
    assert events(session) == [("book", "", "confirmed", 2)]
    assert mails(session) == [("confirmed", "teacher@school.example"), ("named", "teacher+2@school.example")]
    assert list(booking.visitors.values_list("first_time", flat=True)) == [True, True]


def test_staff_booking_may_leave_out_the_address():
    session, school = SessionFactory(), SchoolFactory()
    for _walk_in in range(2):
        book(session, party(school=school, email="", visitors=(NewVisitor(),), contact_name="Walk-in"))
    assert count(session) == (2, 0, 30)
    assert mails(session) == []


def test_staff_booking_twice_from_one_form_books_once():
    session, asked = SessionFactory(), party()
    first = book(session, asked)
    before = everything(session)
    assert book(session, asked) == first
    assert everything(session) == before


def test_staff_booking_may_be_larger_than_ten():
    session = SessionFactory()
    book(session, party(visitors=(NewVisitor(),) * 25))
    assert count(session) == (25, 0, 30)


@pytest.mark.parametrize("size", [0, 31])
def test_staff_booking_takes_one_place_at_least_and_never_more_than_are_left(size):
    session = SessionFactory()
    before = everything(session)
    with pytest.raises(SessionFull):
        book(session, party(visitors=(NewVisitor(),) * size))
    assert everything(session) == before


@pytest.mark.parametrize("status", [SessionStatus.DRAFT, SessionStatus.ANNOUNCED, SessionStatus.CLOSED])
def test_staff_booking_needs_no_open_session(status):
    session = SessionFactory(room__status=status)
    book(session, now=session.ends_at)  # walk-ins are entered afterwards
    assert count(session) == (1, 0, 30)


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_staff_booking_is_refused_where_the_session_is_cancelled_or_postponed(status):
    session = SessionFactory(room__status=status)
    before = everything(session)
    with pytest.raises(NotBookable) as refused:
        book(session)
    assert refused.value.standing == status
    assert everything(session) == before


def test_staff_booking_over_the_share_needs_a_reason():
    session, school = SessionFactory(share=2), SchoolFactory()
    before = everything(session)
    for why in ("", "  "):
        with pytest.raises(NeedsReason):
            book(session, party(size=3, school=school), why=why)
    assert everything(session) == before
    book(session, party(size=3, school=school), why="Their whole department")
    assert count(session) == (3, 0, 30)
    assert AuditEntry.objects.get().why == "Their whole department"


def test_staff_booking_within_the_share_needs_no_reason():
    session = SessionFactory(share=2)
    book(session, party(size=2))
    assert AuditEntry.objects.get().why == ""


def test_staff_booking_for_an_address_that_is_booked_is_refused_in_words():
    session, school = SessionFactory(), SchoolFactory()
    book(session, party(school=school))
    before = everything(session)
    with pytest.raises(AlreadyBooked):
        book(session, party(school=school))
    assert everything(session) == before


# --- held-back places -----------------------------------------------------------------------------------------------


def test_staff_booking_moves_held_back_places_to_taken():
    session = SessionFactory(room__capacity=10, room__held_back=4)
    book(session, party(size=3), use_held_back=True)
    assert count(session) == (3, 1, 10)
    assert Places.objects.get(pk=session.pk).left(now=NOW) == 6


def test_staff_booking_leaves_held_back_places_alone_unless_told():
    session = SessionFactory(room__capacity=10, room__held_back=4)
    book(session, party(size=3))
    assert count(session) == (3, 4, 10)


@pytest.mark.parametrize("use_held_back, left", [(True, 2), (False, 3)])
def test_staff_booking_never_takes_more_than_its_kind_has(use_held_back, left):
    session = SessionFactory(room__capacity=5, room__held_back=2)
    with pytest.raises(SessionFull) as refused:
        book(session, party(size=left + 1), use_held_back=use_held_back)
    assert refused.value.left == left
    book(session, party(size=left), use_held_back=use_held_back)


def test_cancelling_used_held_back_places_keeps_them_again_until_they_come_free():
    session, staff = SessionFactory(room__capacity=10, room__held_back=4), StaffFactory()
    booking = book(session, party(size=3), use_held_back=True)
    before = session.release_at - SECOND
    places.cancel(booking.pk, clock=lambda: before, by=staff, why="Guest is ill")
    assert count(session) == (0, 4, 10)


def test_cancelling_used_held_back_places_once_they_have_come_free_frees_them():
    session, staff = SessionFactory(room__capacity=10, room__held_back=4), StaffFactory()
    booking = book(session, party(size=3), use_held_back=True)
    places.cancel(booking.pk, clock=lambda: session.release_at, by=staff, why="Guest is ill")
    assert count(session) == (0, 0, 10)
    assert verbs(session) == ["book", "free_held_back", "withdraw"]


def test_releasing_one_used_held_back_place_keeps_that_one_again():
    session = SessionFactory(room__capacity=10, room__held_back=4)
    booking = book(session, party(size=3), use_held_back=True)
    visitors.release(booking.visitors.get(position=3).pk, clock=lambda: NOW)
    assert count(session) == (2, 2, 10)


def test_staff_booking_on_held_back_places_ends_when_they_come_free():
    session = SessionFactory(room__capacity=10, room__held_back=4)
    with pytest.raises(SessionFull) as refused:
        book(session, use_held_back=True, now=session.release_at)
    assert refused.value.left == 0
    assert count(session) == (0, 0, 10)
