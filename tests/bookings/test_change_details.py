"""Putting right what a booking says of its people: names, details, addresses, and what colleagues need."""

import datetime as dt
import uuid

import pytest

from bookings import places
from bookings.due import run_due
from bookings.forgetting import steps
from bookings.models import HandOver, Places
from bookings.rule.party import Correction, NewVisitor
from bookings.rule.refusals import Ended, InThisBooking, NeedsTooLong, NotBookable
from bookings.states import SessionStatus
from bookings.verbs import details, hand_over, visitors
from hubs.vocabulary.teaching import Roles, Years
from tests.bookings.observed import count, events, everything, mails, verbs
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

LATER = NOW + dt.timedelta(hours=1)
TO_BE_NAMED = NewVisitor()
COLLEAGUE = NewVisitor(full_name="Colleague", email="colleague@school.example")


def held(session, *others, **asked):
    return places.hold(session.pk, party(visitors=(NewVisitor(), *others), **asked), clock=lambda: NOW)


def confirmed(session, *others, **asked):
    return places.confirm(held(session, *others, **asked).pk, clock=lambda: NOW)


def change(booking, *, now=LATER, name=None, mobile=None, by=None, **of_position):
    """Correct the visitors in the positions `v1`, `v2` and so on."""
    said = {booking.visitors.get(position=int(key[1:])).pk: one for key, one in of_position.items()}
    who = {"by": by} if by else {}
    return details.change_details(
        booking.pk, clock=lambda: now, contact_name=name, contact_mobile=mobile, visitors=said, **who
    )


def of(booking, position, *names):
    return booking.visitors.values_list(*names).get(position=position)


def test_change_writes_what_was_said_and_no_place_changes_hands():
    session = SessionFactory()
    booking = confirmed(session, NewVisitor(full_name="Colleague"))
    said = Correction(full_name="A Colleague", role=Roles.TRAINEE, years=Years.Y3, adds="ramp")
    change(booking, name="Tess Teacher", mobile="07700 900 982", v2=said)
    booking.refresh_from_db()
    assert (booking.contact_name, booking.contact_mobile) == ("Tess Teacher", "07700 900 982")
    assert of(booking, 1, "full_name") == ("Tess Teacher",)
    assert of(booking, 2, "full_name", "role", "years", "needs", "needs_added") == (
        "A Colleague",
        Roles.TRAINEE,
        Years.Y3,
        "",
        "ramp",
    )
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("change", "confirmed", "confirmed", 0)


def test_change_leaves_what_was_not_said_and_writes_nothing_where_nothing_is_new():
    """Two who correct at once both do: neither puts back what the other has put right."""
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    change(booking, v2=Correction(full_name="Colette"))
    change(booking, v2=Correction(role=Roles.TRAINEE))
    assert of(booking, 2, "full_name", "role") == ("Colette", Roles.TRAINEE)
    before = everything(session)
    change(booking, name="Test Teacher", mobile="", v2=Correction(full_name="Colette", role=Roles.TRAINEE))
    assert everything(session) == before


def test_contact_is_the_same_in_every_booking_of_the_party():
    session = SessionFactory(room__capacity=2)
    booking = confirmed(session)
    visitors.add_visitor(booking.pk, COLLEAGUE, clock=lambda: NOW, key=uuid.uuid4())
    waits = visitors.add_visitor(
        booking.pk, NewVisitor(full_name="Waits"), clock=lambda: NOW, key=uuid.uuid4(), may_wait=True
    ).booking
    change(booking, name="Tess Teacher")
    waits.refresh_from_db()
    assert waits.contact_name == "Tess Teacher"
    assert verbs(session)[-2:] == ["change", "change"]


def test_naming_a_visitor_of_a_confirmed_booking_tells_them_once():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    told = len(mails(session))
    named = Correction(full_name="Colleague", email="colleague@school.example")
    change(booking, v2=named)
    change(booking, v2=named)
    assert mails(session)[told:] == [("named", "colleague@school.example")]
    assert verbs(session) == ["hold", "confirm", "name"]
    person, first_time = of(booking, 2, "person_id", "first_time")
    assert (person is not None, first_time) == (True, True)


def test_naming_a_visitor_of_a_held_booking_tells_them_only_when_it_is_confirmed():
    session = SessionFactory()
    booking = held(session, TO_BE_NAMED)
    change(booking, v2=Correction(full_name="Colleague", email="colleague@school.example"))
    assert mails(session) == [("confirm", "teacher@school.example")]
    assert verbs(session) == ["hold", "change"]
    assert of(booking, 2, "person_id") == (None,)
    places.confirm(booking.pk, clock=lambda: LATER)
    assert mails(session)[1:] == [("confirmed", "teacher@school.example"), ("named", "colleague@school.example")]


def test_naming_a_visitor_without_an_address_tells_nobody_until_there_is_one():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    told = len(mails(session))
    change(booking, v2=Correction(full_name="Colleague"))
    assert mails(session)[told:] == []
    change(booking, v2=Correction(full_name="Colleague", email="colleague@school.example"))
    assert mails(session)[told:] == [("named", "colleague@school.example")]


def test_naming_two_visitors_at_once_is_one_event_and_a_mail_to_each():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED, TO_BE_NAMED)
    told = len(mails(session))
    change(
        booking, v2=Correction(full_name="B", email="b@b.example"), v3=Correction(full_name="C", email="c@c.example")
    )
    assert mails(session)[told:] == [("named", "b@b.example"), ("named", "c@c.example")]
    assert verbs(session) == ["hold", "confirm", "name"]


# --- addresses ------------------------------------------------------------------------------------------------------


def test_new_address_of_a_colleague_kills_their_link_and_names_them_anew():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    version, person = of(booking, 2, "link_version", "person_id")
    told = len(mails(session))
    change(booking, v2=Correction(email="right@school.example"))
    assert mails(session)[told:] == [("named", "right@school.example")]
    assert verbs(session)[-1] == "name"
    assert of(booking, 2, "email", "email_key", "link_version") == ("right@school.example",) * 2 + (version + 1,)
    assert of(booking, 2, "person_id") not in ((person,), (None,))


def test_same_address_written_otherwise_keeps_the_link():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    before, told = of(booking, 2, "link_version", "person_id"), len(mails(session))
    change(booking, v2=Correction(email="Colleague@School.example"))
    assert of(booking, 2, "link_version", "person_id") == before
    assert mails(session)[told:] == []


def test_new_address_in_a_held_booking_tells_nobody_before_it_is_confirmed():
    session = SessionFactory()
    booking = held(session, COLLEAGUE)
    change(booking, v2=Correction(email="right@school.example"))
    places.confirm(booking.pk, clock=lambda: LATER)
    assert mails(session)[1:] == [("confirmed", "teacher@school.example"), ("named", "right@school.example")]


@pytest.mark.parametrize("typed", ["teacher@school.example", "THIRD@school.example"])
def test_address_that_is_in_the_booking_already_is_refused_by_the_verb(typed):
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE, NewVisitor(full_name="Third", email="third@school.example"))
    before = everything(session)
    with pytest.raises(InThisBooking):
        change(booking, v2=Correction(full_name="Changed", email=typed))
    assert everything(session) == before
    assert of(booking, 2, "full_name", "email") == ("Colleague", "colleague@school.example")


def test_two_visitors_take_one_address_at_once_in_no_correction():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE, NewVisitor(full_name="Third", email="third@school.example"))
    both = Correction(email="both@school.example")
    with pytest.raises(InThisBooking):
        change(booking, v2=both, v3=both)
    change(booking, v2=Correction(email="third@school.example"), v3=Correction(email="colleague@school.example"))
    assert of(booking, 2, "email") == ("third@school.example",)


def test_address_in_the_part_of_the_party_that_waits_is_refused_too():
    session = SessionFactory(room__capacity=2)
    booking = confirmed(session, COLLEAGUE)
    waits = NewVisitor(full_name="Waits", email="waits@school.example")
    visitors.add_visitor(booking.pk, waits, clock=lambda: NOW, key=uuid.uuid4(), may_wait=True)
    with pytest.raises(InThisBooking):
        change(booking, v2=Correction(email="waits@school.example"))


def test_place_on_its_way_goes_to_the_address_that_was_put_right():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    taker = NewVisitor(full_name="Taker", email="typo@school.example")
    hand_over.hand_over(booking.visitors.get(position=2).pk, taker, clock=lambda: NOW)
    change(booking, v2=Correction(email="taker@school.example"))
    assert HandOver.objects.values_list("to_email", flat=True).get() == "taker@school.example"
    assert mails(session)[-1] == ("named", "taker@school.example")


# --- needs: the contact adds, the person decides ---------------------------------------------------------------------


def own_words(booking, words):
    details.change_own(booking.visitors.get(position=2).pk, Correction(needs=words), clock=lambda: LATER)


def test_contact_adds_to_what_a_colleague_needs_and_both_stand():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    own_words(booking, "vegetarian")
    told = len(mails(session))
    change(booking, v2=Correction(adds="ramp"))
    change(booking, v2=Correction(adds="hearing loop"))
    change(booking, v2=Correction(adds="ramp"))
    assert of(booking, 2, "needs", "needs_added") == ("vegetarian", "ramp; hearing loop")
    assert mails(session)[told:] == [("needs_added", "colleague@school.example")] * 2
    assert verbs(session)[-2:] == ["add_needs", "add_needs"]


def test_needs_typed_at_booking_are_the_contacts_words_of_a_colleague_and_the_contacts_own():
    asked = party(
        email="other@school.example", visitors=(NewVisitor(needs="loop"), NewVisitor(full_name="C", needs="ramp"))
    )
    booking = places.hold(SessionFactory().pk, asked, clock=lambda: NOW)
    assert [of(booking, n, "needs", "needs_added") for n in (1, 2)] == [("loop", ""), ("", "ramp")]


def test_who_is_named_and_has_something_added_at_once_gets_one_mail():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    told = len(mails(session))
    change(booking, v2=Correction(full_name="Colleague", email="colleague@school.example", adds="ramp"))
    assert mails(session)[told:] == [("named", "colleague@school.example")]


def test_what_is_added_before_the_booking_is_confirmed_is_told_with_the_place():
    session = SessionFactory()
    booking = held(session, COLLEAGUE)
    change(booking, v2=Correction(adds="ramp"))
    assert verbs(session)[-1] == "change"
    assert [kind for kind, _to in mails(session)] == ["confirm"]


def test_more_than_there_is_room_for_is_refused_and_nothing_written():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    change(booking, v2=Correction(adds="a" * 300))
    before = everything(session)
    with pytest.raises(NeedsTooLong):
        change(booking, v2=Correction(full_name="Changed", adds="b" * 300))
    assert everything(session) == before
    assert of(booking, 2, "full_name", "needs_added") == ("Colleague", "a" * 300)


@pytest.mark.parametrize("which, left", [("needs", ("", "ramp")), ("needs_added", ("vegetarian", ""))])
def test_person_takes_either_away_once(which, left):
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    own_words(booking, "vegetarian")
    change(booking, v2=Correction(adds="ramp"))
    entries = len(events(session))
    for _press in range(2):
        details.take_needs_away(booking.visitors.get(position=2).pk, which, clock=lambda: LATER)
    assert of(booking, 2, "needs", "needs_added") == left
    assert events(session)[entries:] == [("change", "confirmed", "confirmed", 0)]


@pytest.mark.parametrize("end", ["cancelled", "released", "started", "on its way"])
def test_own_place_is_corrected_only_while_it_is_ones_own(end):
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    visitor, now = booking.visitors.get(position=2), LATER
    if end == "cancelled":
        places.cancel(booking.pk, clock=lambda: NOW)
    elif end == "released":
        visitors.release(visitor.pk, clock=lambda: NOW)
    elif end == "started":
        now = session.starts_at
    else:
        taker = NewVisitor(full_name="Taker", email="taker@school.example")
        hand_over.hand_over(visitor.pk, taker, clock=lambda: NOW)
    before = everything(session)
    for verb in (
        lambda: details.change_own(visitor.pk, Correction(needs="ramp"), clock=lambda: now),
        lambda: details.take_needs_away(visitor.pk, "needs", clock=lambda: now),
    ):
        with pytest.raises((Ended, NotBookable)):
            verb()
    assert everything(session) == before


def test_taker_begins_with_nothing_and_says_their_own():
    session = SessionFactory()
    booking = confirmed(session, COLLEAGUE)
    own_words(booking, "vegetarian")
    change(booking, v2=Correction(adds="ramp", mobile="07700 900 982"))
    visitor = booking.visitors.get(position=2)
    hand_over.hand_over(visitor.pk, NewVisitor(full_name="T", email="t@school.example"), clock=lambda: LATER)
    assert of(booking, 2, "needs", "needs_added", "mobile") == ("", "", "")
    hand_over.take(visitor.pk, clock=lambda: LATER)
    own_words(booking, "vegan")
    assert of(booking, 2, "needs") == ("vegan",)


@pytest.mark.parametrize("days, kept", [(1, (True, True)), (2, (True, False)), (6, (True, False)), (7, (False, False))])
def test_what_somebody_needs_and_their_number_are_forgotten_on_their_days(days, kept):
    session = SessionFactory()
    booking = confirmed(session, NewVisitor(full_name="Colleague", email="colleague@school.example", needs="ramp"))
    details.change_own(
        booking.visitors.get(position=2).pk, Correction(needs="vegan", mobile="07700 900 982"), clock=lambda: LATER
    )
    steps.forget(now=session.starts_at + dt.timedelta(days=days))
    needs, added, mobile = of(booking, 2, "needs", "needs_added", "mobile")
    assert (bool(needs), bool(added), bool(mobile)) == (kept[0], kept[0], kept[1])


@pytest.mark.parametrize("days, kept", [(1, True), (2, False)])
def test_number_of_the_contact_is_forgotten_on_its_day(days, kept):
    session = SessionFactory()
    booking = places.hold(session.pk, party(contact_mobile="07700 900 982"), clock=lambda: NOW)
    run_due(lambda: session.starts_at + dt.timedelta(days=days))
    booking.refresh_from_db()
    assert bool(booking.contact_mobile) is kept


# --- who may, and when ------------------------------------------------------------------------------------------------


def test_change_never_reaches_a_visitor_of_another_booking_or_one_who_does_not_come():
    session = SessionFactory()
    mine = confirmed(session, NewVisitor(full_name="Released"), NewVisitor(full_name="Mine"))
    theirs = places.hold(session.pk, party(size=2, email="other@school.example"), clock=lambda: NOW)
    visitors.release(mine.visitors.get(position=2).pk, clock=lambda: NOW)
    ids = [mine.visitors.get(position=2).pk, theirs.visitors.get(position=2).pk]
    said = dict.fromkeys(ids, Correction(full_name="Changed"))
    details.change_details(mine.pk, clock=lambda: LATER, visitors=said)
    assert of(mine, 2, "full_name") == ("Released",)
    assert of(theirs, 2, "full_name") == ("Colleague 2",)


def test_change_by_staff_is_written_in_their_name():
    session, staff = SessionFactory(), StaffFactory()
    booking = confirmed(session, TO_BE_NAMED)
    change(booking, by=staff, v2=Correction(full_name="Colleague"))
    assert session.audit.values_list("by", "staff").first() == ("staff", staff.pk)


def test_change_is_refused_once_the_session_has_started():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    before = everything(session)
    with pytest.raises(NotBookable):
        change(booking, now=session.starts_at, v2=Correction(full_name="Too Late"))
    assert everything(session) == before


def test_change_of_a_cancelled_booking_is_refused():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    places.cancel(booking.pk, clock=lambda: NOW)
    before = everything(session)
    with pytest.raises(Ended):
        change(booking, v2=Correction(full_name="Too Late"))
    assert everything(session) == before


def test_change_is_possible_while_the_session_is_postponed():
    session = SessionFactory()
    booking = confirmed(session, TO_BE_NAMED)
    Places.objects.filter(pk=session.pk).update(status=SessionStatus.POSTPONED)
    change(booking, v2=Correction(full_name="Colleague"))
    assert of(booking, 2, "full_name") == ("Colleague",)
