"""Staff put a booking right for whoever rings: who comes, what is said of them, their school and address."""

import datetime as dt
import uuid

import pytest

from bookings import places
from bookings.due import run_due
from bookings.mail.sending import send_due
from bookings.models import AddressChange, AuditEntry, Booking, By, HandOver, Mail, SchoolKind, Visitor
from bookings.operations.counting import miscounts
from bookings.rule.party import Correction, NewVisitor, VisitingSchool
from bookings.rule.refusals import (
    AlreadyBooked,
    Ended,
    InThisBooking,
    NeedsReason,
    NoAddress,
    NotBookable,
    NotForYourSchool,
    NothingChanged,
    SessionFull,
)
from bookings.states import SessionStatus, Status
from bookings.verbs import addresses, contact, details, hand_over, staff_booking, visitors, waiting_list
from bookings.verbs.school import change_school
from hubs.models import ShowcaseSession
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.observed import count, events, everything, mails
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
CARA = NewVisitor(full_name="Cara", email="cara@school.example", role=Roles.MATHS_LEAD, needs="A ramp")


def at(now=NOW):
    return lambda: now


def booked(session, *, size=2, email="teacher@school.example", **asked):
    made = places.hold(session.pk, party(size=size, email=email, **asked), clock=at())
    return places.confirm(made.pk, clock=at())


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=at())


def colleague_of(booking):
    return booking.visitors.coming().filter(is_contact=False).first()


def by_staff(now=NOW):
    return {"by": StaffFactory(), "clock": at(now)}


def put_in(booking, person=CARA, *, now=NOW, key=None, **how):
    return visitors.put_in(booking.pk, person, key=key or uuid.uuid4(), **by_staff(now), **how)


def last_events(session, since):
    return events(session)[since:]


# --- one person out -------------------------------------------------------------------------------------------------


def test_one_person_taken_out_gives_one_place_back_and_both_are_told():
    session = SessionFactory()
    booking = booked(session)
    before = len(mails(session))
    ben = colleague_of(booking)
    visitors.take_out(ben.pk, **by_staff(), why="Is ill")
    assert count(session) == (1, 0, 30)
    assert events(session)[-1] == ("take_out", "confirmed", "confirmed", -1)
    assert mails(session)[before:] == [("released", "teacher@school.example"), ("visitor_cancelled", ben.email)]
    entry = AuditEntry.objects.latest("pk")
    assert (entry.by, entry.why) == (By.STAFF, "Is ill")


def test_taken_out_twice_is_once():
    session = SessionFactory()
    booking = booked(session)
    ben = colleague_of(booking)
    visitors.take_out(ben.pk, **by_staff())
    before = everything(session)
    visitors.take_out(ben.pk, **by_staff())
    assert everything(session) == before


def test_contact_who_is_taken_out_stays_the_contact_of_the_others():
    session = SessionFactory()
    booking = booked(session)
    visitors.take_out(booking.visitors.get(is_contact=True).pk, **by_staff())
    booking.refresh_from_db()
    assert (booking.contact_comes, booking.contact_email, booking.party) == (False, "teacher@school.example", 1)


def test_last_one_taken_out_withdraws_the_booking_and_takes_a_reason():
    session = SessionFactory()
    booking = booked(session, size=1)
    alone, before = booking.visitors.get(), everything(session)
    with pytest.raises(NeedsReason):
        visitors.take_out(alone.pk, **by_staff(), why=" ")
    assert everything(session) == before
    visitors.take_out(alone.pk, **by_staff(), why="Cannot come")
    assert count(session) == (0, 0, 30)
    assert events(session)[-1] == ("withdraw", "confirmed", "cancelled", -1)


def test_place_of_whoever_is_taken_out_is_offered_to_who_waits():
    session = SessionFactory(room__capacity=2)
    booking = booked(session)
    waits = waiting_list.join(session.pk, party(email="waits@school.example"), clock=at()).booking
    waiting_list.wait(waits.pk, clock=at())
    visitors.take_out(colleague_of(booking).pk, **by_staff())
    waits.refresh_from_db()
    assert waits.status == Status.OFFERED
    assert count(session) == (2, 0, 2)


def test_place_that_was_held_back_is_kept_again_when_a_guest_is_taken_out():
    session = SessionFactory(room__capacity=5, room__held_back=2)
    guests = staff_booking.staff_booking(session.pk, party(size=2), **by_staff(), use_held_back=True)
    assert count(session) == (2, 0, 5)
    visitors.take_out(colleague_of(guests).pk, **by_staff())
    assert count(session) == (1, 1, 5)


def test_contact_of_a_hold_from_which_somebody_is_taken_out_reads_how_many_there_are_now():
    session = SessionFactory()
    booking = held(session, size=2)
    visitors.take_out(colleague_of(booking).pk, **by_staff())
    assert mails(session) == [("confirm", "teacher@school.example")] * 2
    assert Mail.objects.latest("pk").facts["party"] == 1
    assert count(session) == (1, 0, 30)


def test_nobody_is_taken_out_once_the_session_has_started():
    session = SessionFactory()
    booking = booked(session)
    before = everything(session)
    with pytest.raises(NotBookable):
        visitors.take_out(colleague_of(booking).pk, **by_staff(session.starts_at))
    assert everything(session) == before


def test_nobody_is_taken_out_of_what_has_lapsed():
    session = SessionFactory()
    booking = held(session, size=2)
    send_due(at())
    run_due(at(booking.deadline + dt.timedelta(days=1)))
    with pytest.raises(Ended):
        visitors.take_out(colleague_of(booking).pk, **by_staff(booking.deadline + dt.timedelta(days=1)))


# --- one person in --------------------------------------------------------------------------------------------------


def test_one_person_put_in_takes_a_place_and_both_are_told():
    session = SessionFactory(share=None)
    booking = booked(session, size=1)
    before = len(mails(session))
    put_in(booking)
    cara = Visitor.objects.get(full_name="Cara")
    assert (cara.email, cara.role, cara.needs_added, cara.first_time) == (CARA.email, CARA.role, "A ramp", True)
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("put_in", "confirmed", "confirmed", 1)
    assert mails(session)[before:] == [("confirmed", "teacher@school.example"), ("named", CARA.email)]
    told = Mail.objects.filter(kind="confirmed").latest("pk").facts
    assert (told["party"], told["visitors"], told["for_others"]) == (2, ["Test Teacher", "Cara"], False)


def test_one_form_puts_one_person_in_however_often_it_is_pressed():
    session, key = SessionFactory(share=None), uuid.uuid4()
    booking = booked(session, size=1)
    put_in(booking, key=key)
    before = everything(session)
    assert put_in(booking, key=key).booking == booking
    assert everything(session) == before


def test_contact_of_a_hold_is_told_how_many_to_confirm():
    session = SessionFactory(share=None)
    booking = held(session)
    put_in(booking)
    assert mails(session) == [("confirm", "teacher@school.example")] * 2
    assert Mail.objects.latest("pk").facts["party"] == 2


def test_nobody_is_put_into_a_room_that_is_full():
    session = SessionFactory(room__capacity=2, share=None)
    booking = booked(session)
    before = everything(session)
    with pytest.raises(SessionFull) as refused:
        put_in(booking, why="A governor")
    assert refused.value.left == 0
    assert everything(session) == before


def test_share_of_the_school_is_exceeded_with_a_reason_alone():
    session = SessionFactory(share=2)
    booking = booked(session)
    before = everything(session)
    with pytest.raises(NeedsReason):
        put_in(booking, why=" ")
    assert everything(session) == before
    put_in(booking, why="They travel together")
    assert count(session) == (3, 0, 30)
    assert AuditEntry.objects.latest("pk").why == "They travel together"


def test_somebody_is_put_in_after_the_deadline_and_beyond_ten_but_never_after_the_start():
    session = SessionFactory(share=None)
    many = party(visitors=(NewVisitor(),) * 10)
    booking = staff_booking.staff_booking(session.pk, many, **by_staff())
    put_in(booking, now=session.closes_at + dt.timedelta(hours=1))
    assert count(session) == (11, 0, 30)
    with pytest.raises(NotBookable):
        put_in(booking, now=session.starts_at)


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_nobody_is_put_into_a_session_that_is_off(status):
    session = SessionFactory(share=None)
    booking = booked(session, size=1)
    session.places.__class__.objects.filter(pk=session.pk).update(status=status)
    with pytest.raises(NotBookable):
        put_in(booking)


def test_guest_is_put_into_a_place_that_is_held_back():
    session = SessionFactory(room__capacity=3, room__held_back=2, share=None)
    guests = staff_booking.staff_booking(session.pk, party(), **by_staff(), use_held_back=True)
    put_in(guests)
    assert count(session) == (2, 0, 3)
    put_in(guests, NewVisitor(full_name="Dan"))  # nothing is held back any longer: one of the public's places
    assert count(session) == (3, 0, 3)
    with pytest.raises(SessionFull):
        put_in(guests, NewVisitor(full_name="Eve"))


@pytest.mark.parametrize("out, kept", [(1, 0), (2, 1), (3, 2)])
def test_only_places_that_were_held_back_go_back_to_those_of_guests(out, kept):
    """What a guest's booking has of the public's places goes first, and goes back to the public."""
    session = SessionFactory(room__capacity=3, room__held_back=2, share=None)
    guests = staff_booking.staff_booking(session.pk, party(size=2), **by_staff(), use_held_back=True)
    put_in(guests)
    assert count(session) == (3, 0, 3)
    for visitor in list(guests.visitors.order_by("pk"))[:out]:
        visitors.take_out(visitor.pk, why="They rang", **by_staff())
    assert count(session) == (3 - out, kept, 3)


def test_somebody_for_whom_there_is_no_place_may_wait_and_needs_to_prove_nothing():
    session = SessionFactory(room__capacity=1, share=None)
    booking = booked(session, size=1)
    added = put_in(booking, may_wait=True)
    assert added.waits
    assert (added.booking.status, added.booking.goes_with, bool(added.booking.address_proved_at)) == (
        Status.WAITING,
        booking,
        True,
    )
    assert events(session)[-1] == ("join", "", "waiting", 0)
    assert AuditEntry.objects.latest("pk").by == By.STAFF


def test_nobody_waits_to_whom_no_place_could_be_offered():
    session = SessionFactory(room__capacity=1, share=None)
    booking = staff_booking.staff_booking(session.pk, party(email=""), **by_staff())
    with pytest.raises(NoAddress):
        put_in(booking, NewVisitor(full_name="Cara"), may_wait=True)


def test_address_that_is_in_the_booking_is_not_put_in_again():
    session = SessionFactory(share=None)
    booking = booked(session)
    with pytest.raises(InThisBooking):
        put_in(booking, NewVisitor(full_name="Again", email=colleague_of(booking).email.upper()))


def test_address_of_somebody_of_the_party_who_waits_is_not_put_in_again():
    """They wait in a booking that goes with the first: another key would have them wait twice, or come and wait."""
    session = SessionFactory(share=2)
    booking = booked(session)
    assert put_in(booking, may_wait=True).waits
    for how in ({"may_wait": True}, {"why": "They rang"}):
        with pytest.raises(InThisBooking):
            put_in(booking, **how)
    with pytest.raises(InThisBooking):
        visitors.add_visitor(booking.pk, CARA, clock=at(), key=uuid.uuid4(), may_wait=True)
    assert [row.party for row in Booking.objects.order_by("pk")] == [2, 1]
    assert miscounts() == []


def test_nobody_is_put_into_a_booking_that_has_ended():
    session = SessionFactory()
    booking = booked(session)
    places.cancel(booking.pk, clock=at())
    with pytest.raises(Ended):
        put_in(booking)


# --- somebody else instead --------------------------------------------------------------------------------------------


def test_place_goes_to_somebody_else_in_a_full_session_with_what_is_known_of_them():
    session = SessionFactory(room__capacity=2)
    booking = booked(session)
    ben = colleague_of(booking)
    before = len(mails(session))
    Visitor.objects.filter(pk=ben.pk).update(needs="A lift", role=Roles.HEADTEACHER)
    hand_over.hand_over(ben.pk, CARA, **by_staff(), pressed_by="hub")
    cara = Visitor.objects.get(pk=ben.pk)
    assert (cara.full_name, cara.needs, cara.needs_added, cara.role) == ("Cara", "", "A ramp", CARA.role)
    assert count(session) == (2, 0, 2)
    assert mails(session)[before:] == [
        ("handed_to_you", CARA.email),
        ("handed_over", ben.email),
        ("place_handed", "teacher@school.example"),
    ]
    assert AuditEntry.objects.latest("pk").by == By.STAFF


def test_somebody_without_an_address_takes_a_place_over_too():
    session = SessionFactory()
    booking = booked(session)
    ben = colleague_of(booking)
    hand_over.hand_over(ben.pk, NewVisitor(full_name="Cara"), **by_staff(), pressed_by="hub")
    assert HandOver.objects.get().to_email is None
    hand_over.take_back(ben.pk, clock=at())
    assert Visitor.objects.get(pk=ben.pk).full_name == ben.full_name


# --- what is said of somebody -----------------------------------------------------------------------------------------


def correct(visitor, *, now=NOW, **said):
    return details.correct(visitor.pk, Correction(**said), **by_staff(now))


def test_details_of_a_colleague_are_put_right_and_they_are_told_that_they_were():
    session = SessionFactory()
    ben = colleague_of(booked(session))
    before = len(mails(session))
    correct(ben, full_name="Benjamin", role=Roles.HEADTEACHER, years=Years.Y6, needs="A ramp")
    ben.refresh_from_db()
    assert (ben.full_name, ben.role, ben.years, ben.needs) == ("Benjamin", Roles.HEADTEACHER, Years.Y6, "A ramp")
    assert mails(session)[before:] == [("corrected", ben.email)]
    assert events(session)[-1] == ("correct", "confirmed", "confirmed", 0)
    assert "ramp" not in str(Mail.objects.latest("pk").facts)


def test_contact_is_told_of_a_colleague_without_an_address():
    session = SessionFactory()
    booking = booked(session, size=1, visitors=(NewVisitor(), NewVisitor(full_name="Ben")))
    correct(colleague_of(booking), full_name="Benjamin")
    assert mails(session)[-1] == ("corrected", "teacher@school.example")
    assert Mail.objects.latest("pk").facts["whose"] == "Benjamin"


def test_name_of_the_contact_is_that_of_the_booking_too():
    session = SessionFactory()
    booking = booked(session)
    correct(booking.visitors.get(is_contact=True), full_name="Right Teacher", email="other@school.example")
    booking.refresh_from_db()
    me = booking.visitors.get(is_contact=True)
    assert (booking.contact_name, me.full_name, me.email) == ("Right Teacher",) * 2 + ("teacher@school.example",)


def test_what_was_arranged_is_asked_anew_once_staff_put_a_need_right():
    ben = colleague_of(booked(SessionFactory()))
    Visitor.objects.filter(pk=ben.pk).update(
        needs="A lift", needs_added="Nuts", arranged="Yes", arranged_at=NOW, arranged_by=StaffFactory()
    )
    correct(ben, needs_added="")
    ben.refresh_from_db()
    assert (ben.needs, ben.needs_added, ben.arranged, ben.arranged_at) == ("A lift", "", "Yes", None)
    correct(ben, needs="")
    ben.refresh_from_db()
    assert (ben.needs, ben.arranged) == ("", "")


def test_colleague_at_another_address_is_named_anew_and_the_old_link_dies():
    session = SessionFactory()
    ben = colleague_of(booked(session))
    correct(ben, email="benny@school.example")
    assert mails(session)[-1] == ("named", "benny@school.example")
    assert Visitor.objects.get(pk=ben.pk).link_version == ben.link_version + 1


def test_nothing_that_is_as_it_was_leaves_a_trace():
    session = SessionFactory()
    ben = colleague_of(booked(session))
    before = everything(session)
    correct(ben, full_name=ben.full_name)
    assert everything(session) == before


def test_name_is_put_right_on_the_day_too():
    session = SessionFactory()
    ben = colleague_of(booked(session))
    correct(ben, now=session.starts_at + dt.timedelta(minutes=5), full_name="Benjamin")
    assert Visitor.objects.get(pk=ben.pk).full_name == "Benjamin"


def test_address_of_another_of_the_party_is_refused():
    booking = booked(SessionFactory())
    with pytest.raises(InThisBooking):
        correct(colleague_of(booking), email="teacher@school.example")


def test_nothing_is_put_right_of_a_place_that_was_given_back():
    ben = colleague_of(booked(SessionFactory()))
    visitors.release(ben.pk, clock=at())
    with pytest.raises(Ended):
        correct(ben, full_name="Benjamin")


# --- the contact's address --------------------------------------------------------------------------------------------


def test_address_is_changed_at_once_with_a_reason_alone():
    session = SessionFactory()
    booking = booked(session)
    right = {"name": "Test Teacher", "email": "right@school.example", "mobile": ""}
    before = everything(session)
    with pytest.raises(NeedsReason):
        contact.put_right(booking.pk, **right, **by_staff())
    assert everything(session) == before
    contact.put_right(booking.pk, **right, **by_staff(), why="Typed wrong")
    assert AuditEntry.objects.latest("pk").why == "Typed wrong"


def test_first_address_of_a_booking_needs_no_reason():
    booking = staff_booking.staff_booking(SessionFactory().pk, party(email=""), **by_staff())
    right = {"name": "Test Teacher", "email": "right@school.example", "mobile": ""}
    assert contact.put_right(booking.pk, **right, **by_staff()).contact_email == "right@school.example"


def test_address_that_staff_ask_for_counts_once_its_owner_has_pressed():
    session = SessionFactory()
    booking = booked(session)
    before = len(mails(session))
    addresses.ask_for_address(booking.pk, "new@school.example", **by_staff())
    assert mails(session)[before:] == [
        ("address_asked", "teacher@school.example"),
        ("new_address", "new@school.example"),
    ]
    booking.refresh_from_db()
    assert booking.contact_email == "teacher@school.example"
    asked = AddressChange.objects.get()
    addresses.take_address(asked.pk, asked.link_version, clock=at())
    booking.refresh_from_db()
    assert booking.contact_email == "new@school.example"


def test_staff_are_told_that_an_address_has_a_place_and_nobody_is_written_to():
    session, school = SessionFactory(), SchoolFactory()
    booking = booked(session, size=1, school=school)
    booked(session, size=1, school=school, email="new@school.example")
    before = everything(session)
    with pytest.raises(AlreadyBooked):
        addresses.ask_for_address(booking.pk, "new@school.example", **by_staff())
    assert everything(session) == before


# --- the school -------------------------------------------------------------------------------------------------------


def as_school(school):
    return VisitingSchool(school=school)


def test_school_that_was_picked_wrong_is_put_right_and_the_contact_is_told():
    session, right = SessionFactory(), SchoolFactory()
    booking = booked(session)
    change_school(booking.pk, as_school(right), **by_staff())
    booking.refresh_from_db()
    assert (booking.school, booking.school_key, booking.status) == (right, f"urn:{right.urn}", Status.CONFIRMED)
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("change_school", "confirmed", "confirmed", 0)
    assert mails(session)[-1] == ("school_changed", "teacher@school.example")
    assert right.name in Mail.objects.latest("pk").facts["school"]


def test_share_of_the_right_school_is_judged_anew_and_that_of_the_wrong_one_is_free():
    session, wrong, right = SessionFactory(share=2, room__capacity=10), SchoolFactory(), SchoolFactory()
    booking = booked(session, school=wrong)
    booked(session, school=right, email="there@school.example", size=1)
    waits = waiting_list.join(session.pk, party(school=wrong, email="waits@school.example"), clock=at()).booking
    waiting_list.wait(waits.pk, clock=at())
    waits.refresh_from_db()
    assert waits.status == Status.WAITING
    before = everything(session)
    with pytest.raises(NeedsReason):
        change_school(booking.pk, as_school(right), **by_staff())
    assert everything(session) == before
    change_school(booking.pk, as_school(right), **by_staff(), why="Both come with a trainee")
    waits.refresh_from_db()
    assert waits.status == Status.OFFERED
    assert miscounts() == []


def test_who_may_book_is_judged_anew_and_passed_over_with_a_reason():
    session = SessionFactory()
    booking = booked(session)
    who = ShowcaseSession.WhoMayBook.AUTHORITIES
    ShowcaseSession.objects.filter(pk=session.pk).update(who_may_book=who)
    other = as_school(SchoolFactory())
    with pytest.raises(NotForYourSchool):
        change_school(booking.pk, other, **by_staff())
    change_school(booking.pk, other, **by_staff(), why="Their trust's other school")


def test_whole_party_has_the_school_and_its_contact_one_mail():
    session, right = SessionFactory(share=1), SchoolFactory()
    first = waiting_list.join(session.pk, party(size=2), clock=at(), fewer=True, at_least=1).booking
    places.confirm(first.pk, clock=at())
    before = len(mails(session))
    change_school(first.pk, as_school(right), **by_staff())
    assert set(Booking.objects.values_list("school", flat=True)) == {right.pk}
    assert mails(session)[before:] == [("school_changed", "teacher@school.example")]
    assert [verb for verb, *_ in events(session)[-2:]] == ["change_school"] * 2


def test_contact_who_has_a_booking_of_that_school_here_gets_no_second_one():
    session, right = SessionFactory(), SchoolFactory()
    asked = {"size": 1, "contact_comes": False, "visitors": (NewVisitor(full_name="Ben"),)}
    booking = booked(session, **asked)
    booked(session, school=right, **asked)
    before = everything(session)
    with pytest.raises(AlreadyBooked):
        change_school(booking.pk, as_school(right), **by_staff(), why="Anyway")
    assert everything(session) == before


def test_school_that_is_in_no_register_is_typed():
    booking = booked(SessionFactory())
    typed = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="St Elsewhere", place="Kent")
    change_school(booking.pk, typed, **by_staff())
    booking.refresh_from_db()
    assert (booking.school, booking.school_in_words) == (None, "St Elsewhere, Kent")


def test_same_school_is_no_change():
    booking = booked(SessionFactory())
    with pytest.raises(NothingChanged):
        change_school(booking.pk, as_school(booking.school), **by_staff())


def test_school_of_what_has_ended_stays():
    booking = booked(SessionFactory())
    places.cancel(booking.pk, clock=at())
    with pytest.raises(Ended):
        change_school(booking.pk, as_school(SchoolFactory()), **by_staff())
