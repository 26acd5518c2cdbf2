"""The waiting list: asking, proving, offers in order, smaller parties, shares, its end (rule.md#waiting-list)."""

import datetime as dt

import pytest
from django.db import IntegrityError, transaction

from bookings import places
from bookings.due import run_due
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places
from bookings.rule import offers
from bookings.rule.refusals import AlreadyBooked, Ended, ListEnded, NotBookable, SessionFull
from bookings.sessions import changes
from bookings.states import SessionStatus, Status
from bookings.verbs import contact, staff_booking, visitors, waiting_list
from bookings.verbs.another_session import to_another_session
from hubs.models import ShowcaseSession
from hubs.vocabulary.school_days import SchoolDays, london
from tests.bookings.observed import count, everything, mails, statuses, verbs
from tests.factories import DAY, NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR = (dt.timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))


def at(now):
    return lambda: now


def full(capacity=1, **fields):
    """A session whose places are all confirmed, one booking each."""
    session = SessionFactory(room__capacity=capacity, **fields)
    taken = []
    for n in range(capacity):
        booking = places.hold(session.pk, party(email=f"seated{n}@school.example"), clock=at(NOW))
        taken.append(places.confirm(booking.pk, clock=at(NOW)))
    return session, taken


def join(session, email="waits@school.example", *, now=NOW, fewer=False, instead_of=None, **asked):
    wanted = party(email=email, **asked)
    return waiting_list.join(session.pk, wanted, clock=at(now), fewer=fewer, instead_of=instead_of).booking


def waiting(session, email="waits@school.example", *, now=NOW, **asked):
    """Somebody on the list who has pressed the link."""
    return waiting_list.wait(join(session, email, now=now, **asked).pk, clock=at(now))


def status_of(booking):
    booking.refresh_from_db()
    return booking.status


def answered(at_, kind=Kind.OFFERED):
    Mail.objects.filter(kind=kind).update(state=Mail.State.SENT, answered_at=at_)


# --- asking ---------------------------------------------------------------------------------------------------------


def test_joining_takes_no_place_and_mails_the_link():
    session, _taken = full()
    booking = join(session)
    assert (booking.status, booking.joined_at, booking.address_proved_at) == (Status.WAITING, NOW, None)
    assert count(session) == (1, 0, 1)
    assert mails(session)[-1] == ("waiting", "waits@school.example")
    assert verbs(session)[-1] == "join"


def test_joining_twice_with_one_request_joins_once():
    session, _taken = full()
    wanted = party(email="waits@school.example")
    first, second = (waiting_list.join(session.pk, wanted, clock=at(NOW)) for _ in range(2))
    assert first.booking == second.booking
    assert Booking.objects.waiting().count() == 1


def test_address_that_waits_already_is_told_by_mail_alone():
    session, _taken = full()
    school = SchoolFactory()
    join(session, school=school)
    again = waiting_list.join(session.pk, party(email="waits@school.example", school=school), clock=at(NOW))
    assert again == (None, 0)
    assert mails(session)[-1] == ("already_booked", "waits@school.example")
    assert Booking.objects.waiting().count() == 1


@pytest.mark.parametrize("status", [SessionStatus.CLOSED, SessionStatus.CANCELLED, SessionStatus.ANNOUNCED])
def test_nobody_joins_where_booking_is_not_open(status):
    session, _taken = full()
    Places.objects.filter(pk=session.pk).update(status=status)
    before = everything(session)
    with pytest.raises(NotBookable):
        join(session)
    assert everything(session) == before


def test_nobody_joins_once_the_list_has_ended():
    session, _taken = full()
    ShowcaseSession.objects.filter(pk=session.pk).update(waiting_closes_at=NOW)
    with pytest.raises(ListEnded):
        join(session)


def test_another_address_joins_instead_and_the_first_link_dies():
    session, _taken = full()
    school = SchoolFactory()
    first = join(session, "wrnog@school.example", school=school)
    wanted = party(email="wrong@school.example", school=school)
    second = waiting_list.at_another_address(session.pk, wanted, clock=at(NOW + MINUTE), instead_of=first, fewer=False)
    assert (status_of(first), first.link_version) == (Status.CANCELLED, 2)
    assert (second.status, second.contact_email) == (Status.WAITING, "wrong@school.example")


def test_party_that_has_part_of_its_places_moves_both_to_another_address():
    session = SessionFactory(room__capacity=1)
    school = SchoolFactory()
    first = join(session, "wrnog@school.example", school=school, size=2, fewer=True)
    wanted = party(email="wrong@school.example", school=school, size=2)
    second = waiting_list.at_another_address(session.pk, wanted, clock=at(NOW), instead_of=first, fewer=True)
    assert statuses(session) == [Status.CANCELLED, Status.CANCELLED, Status.HELD, Status.WAITING]
    assert (second.party, count(session)) == (1, (1, 0, 1))


def split(session, school, *, chosen, **asked):
    """A party of two from the school that has one place: who was chosen is held, the other waits."""
    wanted = party(email="waits@school.example", school=school, size=2, seated_first=chosen, **asked)
    first = waiting_list.join(session.pk, wanted, clock=at(NOW), fewer=True, at_least=1).booking
    return first, Booking.objects.get(goes_with=first)


@pytest.mark.parametrize("chosen, comes", [((0,), (True, False)), ((1,), (False, True))])
def test_who_was_chosen_has_the_place_and_the_other_waits_with_it(chosen, comes):
    session, school = SessionFactory(share=1), SchoolFactory()
    held, waits = split(session, school, chosen=chosen)
    assert (held.status, waits.status) == (Status.HELD, Status.WAITING)
    assert (held.contact_comes, waits.contact_comes) == comes
    assert (held.visitors.get().is_contact, waits.visitors.get().is_contact) == comes
    places.confirm(held.pk, clock=at(NOW))
    assert count(session) == (1, 0, 30)
    run_due(at(session.share_until))
    assert (status_of(held), status_of(waits)) == ("confirmed", "offered")


def test_fewer_places_than_were_read_of_are_no_booking():
    session, school = SessionFactory(room__capacity=1), SchoolFactory()
    before = everything(session)
    wanted = party(size=3, school=school, seated_first=(1, 2))
    with pytest.raises(SessionFull) as refused:
        waiting_list.join(session.pk, wanted, clock=at(NOW), fewer=True, at_least=2)
    assert (refused.value.left, everything(session)) == (1, before)


def test_more_places_than_were_read_of_are_held():
    session, school = SessionFactory(), SchoolFactory()
    wanted = party(size=3, school=school, seated_first=(1, 2))
    assert waiting_list.join(session.pk, wanted, clock=at(NOW), fewer=True, at_least=2).held == 3
    booking = Booking.objects.get()
    assert [one.is_contact for one in booking.visitors.order_by("position")] == [True, False, False]


def test_contact_who_waits_comes_no_second_time():
    """Neither with another school, nor where staff put their address right; the database refuses it too."""
    session, school = SessionFactory(share=1), SchoolFactory()
    _held, waits = split(session, school, chosen=(1,))
    other = party(email="waits@school.example", school=SchoolFactory())
    assert places.hold(session.pk, other, clock=at(NOW)) is None
    assert mails(session)[-1] == ("already_booked", "waits@school.example")
    elsewhere = places.hold(session.pk, party(email="else@school.example"), clock=at(NOW))
    with pytest.raises(AlreadyBooked):
        said = {"name": "A", "email": "waits@school.example", "mobile": "", "why": "Typed wrong"}
        contact.put_right(elsewhere.pk, **said, by=StaffFactory(), clock=at(NOW))
    with pytest.raises(IntegrityError), transaction.atomic():
        Booking.objects.filter(pk=elsewhere.pk).update(email_key=waits.email_key)


def test_contact_who_waits_is_not_moved_to_where_they_come_already():
    session, school = SessionFactory(share=1), SchoolFactory()
    there = SessionFactory(hub_year=session.hub_year)
    places.hold(there.pk, party(email="waits@school.example", school=SchoolFactory()), clock=at(NOW))
    held, _waits = split(session, school, chosen=(1,))
    with pytest.raises(AlreadyBooked):
        to_another_session(held.pk, there.pk, by=StaffFactory(), clock=at(NOW), why="they rang")


# --- who is offered what --------------------------------------------------------------------------------------------


def test_place_given_back_is_offered_at_once_to_the_first_who_has_pressed_the_link():
    session, (seated,) = full()
    unproved = join(session, "early@school.example")
    first = waiting(session, "first@school.example", now=NOW + MINUTE)
    second = waiting(session, "second@school.example", now=NOW + 2 * MINUTE)
    places.cancel(seated.pk, clock=at(NOW + HOUR))
    assert [status_of(one) for one in (unproved, first, second)] == ["waiting", "offered", "waiting"]
    assert count(session) == (1, 0, 1)
    assert mails(session)[-1] == ("offered", "first@school.example")
    assert verbs(session)[-2:] == ["cancel", "offer"]


def test_queue_place_counts_from_asking_not_from_pressing():
    session, (seated,) = full()
    first = join(session, "first@school.example")
    second = waiting(session, "second@school.example", now=NOW + MINUTE)
    waiting_list.wait(first.pk, clock=at(NOW + HOUR))
    assert (Booking.objects.get(pk=first.pk).position, second.position) == (1, 2)
    places.cancel(seated.pk, clock=at(NOW + HOUR))
    assert (status_of(first), status_of(second)) == ("offered", "waiting")


def test_pressing_where_places_are_free_is_offered_them_at_once():
    session, (seated,) = full()
    booking = join(session)
    places.cancel(seated.pk, clock=at(NOW))
    assert status_of(booking) == "waiting"
    waiting_list.wait(booking.pk, clock=at(NOW + MINUTE))
    assert status_of(booking) == "offered"
    assert verbs(session)[-2:] == ["prove", "offer"]


def test_pressing_twice_is_once():
    session, _taken = full()
    booking = waiting(session)
    before = everything(session)
    waiting_list.wait(booking.pk, clock=at(NOW + MINUTE))
    assert everything(session) == before


def test_party_that_does_not_fit_is_skipped_and_keeps_its_position():
    session, taken = full(capacity=2)
    pair = waiting(session, "pair@school.example", size=2)
    single = waiting(session, "single@school.example", now=NOW + MINUTE)
    places.cancel(taken[0].pk, clock=at(NOW + HOUR))
    assert (status_of(pair), status_of(single), pair.position) == ("waiting", "offered", 1)
    places.cancel(single.pk, clock=at(NOW + 2 * HOUR))
    places.cancel(taken[1].pk, clock=at(NOW + 2 * HOUR))
    assert status_of(pair) == "offered"


def test_place_that_no_waiting_party_can_use_is_open_to_the_public():
    session, taken = full(capacity=2)
    waiting(session, "pair@school.example", size=2)
    places.cancel(taken[0].pk, clock=at(NOW + HOUR))
    booked = places.hold(session.pk, party(email="public@school.example"), clock=at(NOW + HOUR))
    assert booked.status == Status.HELD


def test_nobody_books_past_a_party_that_could_use_the_place():
    """Held-back places come free: nobody has settled since, and the public asks first."""
    session = SessionFactory(room__capacity=3, room__held_back=2)
    places.hold(session.pk, party(email="one@school.example"), clock=at(NOW))
    booking = waiting(session, size=2)
    now = session.release_at
    with pytest.raises(SessionFull):
        places.hold(session.pk, party(email="public@school.example"), clock=at(now))
    assert status_of(booking) == "offered"


def test_party_that_would_come_with_fewer_is_offered_part_and_the_rest_keeps_its_position():
    session, taken = full(capacity=2)
    trio = waiting(session, "trio@school.example", size=3, fewer=True)
    later = waiting(session, "later@school.example", now=NOW + MINUTE)
    places.cancel(taken[0].pk, clock=at(NOW + HOUR))
    rest = Booking.objects.get(goes_with=trio)
    assert (status_of(trio), trio.party, rest.status, rest.party) == ("offered", 1, "waiting", 2)
    assert (rest.joined_at, rest.position, later.position) == (trio.joined_at, 1, 2)
    assert list(trio.visitors.values_list("full_name", flat=True)) == ["Test Teacher"]
    assert list(rest.visitors.values_list("full_name", flat=True)) == ["Colleague 2", "Colleague 3"]
    places.cancel(taken[1].pk, clock=at(NOW + 2 * HOUR))
    rest.refresh_from_db()
    last = Booking.objects.get(goes_with=trio, status="waiting")
    assert (rest.status, rest.party, last.party, status_of(later)) == ("offered", 1, 1, "waiting")


def test_party_books_what_there_is_and_waits_for_the_rest():
    session = SessionFactory(room__capacity=1)
    joined = waiting_list.join(session.pk, party(size=2), clock=at(NOW), fewer=True)
    rest = Booking.objects.get(goes_with=joined.booking)
    assert (joined.held, joined.booking.status, joined.booking.party) == (1, Status.HELD, 1)
    assert (rest.status, rest.party, rest.contact_comes) == (Status.WAITING, 1, False)
    assert [kind for kind, _to in mails(session)] == ["confirm"]
    places.confirm(joined.booking.pk, clock=at(NOW + MINUTE))
    rest.refresh_from_db()
    assert rest.address_proved_at == NOW + MINUTE
    assert verbs(session) == ["hold", "join", "confirm", "prove"]


def test_party_that_would_take_fewer_has_all_where_all_fit():
    session = SessionFactory()
    joined = waiting_list.join(session.pk, party(size=2), clock=at(NOW), fewer=True)
    assert (joined.held, joined.booking.party, statuses(session)) == (2, 2, [Status.HELD])


def test_share_keeps_a_school_from_an_offer_until_it_is_lifted():
    session, (one, _two) = full(capacity=2, share=1)
    school = one.school
    same = waiting(session, "same@school.example", school=school)
    places.confirm(one.pk, clock=at(NOW))
    places.cancel(_two.pk, clock=at(NOW + HOUR))
    assert status_of(same) == "waiting"
    run_due(at(session.share_until - SECOND))
    assert status_of(same) == "waiting"
    run_due(at(session.share_until))
    assert status_of(same) == "offered"


def test_share_for_good_lets_a_school_have_a_place_only_for_one_that_it_gives_back():
    session, (one, two) = full(capacity=2, share=1, share_for_good=True)
    same = waiting(session, "same@school.example", school=one.school)
    places.cancel(two.pk, clock=at(NOW + HOUR))
    run_due(at(session.closes_at))
    assert status_of(same) == "waiting"
    places.cancel(one.pk, clock=at(session.closes_at))
    assert status_of(same) == "offered"


def test_two_waiting_parties_of_one_school_share_its_share_between_them():
    session, taken = full(capacity=2, share=1)
    school = SchoolFactory()
    first = waiting(session, "first@school.example", school=school)
    second = waiting(session, "second@school.example", now=NOW + MINUTE, school=school)
    for booking in taken:
        places.cancel(booking.pk, clock=at(NOW + HOUR))
    assert (status_of(first), status_of(second)) == ("offered", "waiting")


def test_larger_room_is_offered_to_the_list_first():
    session, _taken = full()
    booking = waiting(session)
    changes.set_places(session.pk, capacity=2, held_back=0, by=StaffFactory(), clock=at(NOW))
    assert status_of(booking) == "offered"


def test_released_place_of_a_party_is_offered():
    session = SessionFactory(room__capacity=2)
    pair = places.confirm(places.hold(session.pk, party(size=2), clock=at(NOW)).pk, clock=at(NOW))
    booking = waiting(session)
    visitors.release(pair.visitors.get(position=2).pk, clock=at(NOW + HOUR))
    assert status_of(booking) == "offered"


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_nothing_is_offered_and_no_list_ends_in_a_frozen_session(status):
    session, (seated,) = full()
    waiting(session)
    places.cancel(seated.pk, clock=at(NOW), by=StaffFactory(), why="Test")
    session, (seated,) = full()
    booking = waiting(session)
    Places.objects.filter(pk=session.pk).update(status=status)
    run_due(at(session.ends_at))
    assert status_of(booking) == "waiting"


# --- how long an offer stands ---------------------------------------------------------------------------------------


def offered(session, seated, *, now, **asked):
    booking = waiting(session, **asked)
    places.cancel(seated.pk, clock=at(now))
    booking.refresh_from_db()
    assert booking.status == "offered"
    return booking


def test_offer_stands_ten_hours_on_the_school_clock():
    session, (seated,) = full()
    friday = london(dt.date(2027, 1, 8), dt.time(17))
    booking = offered(session, seated, now=friday)
    assert booking.deadline == london(dt.date(2027, 1, 11), dt.time(17))  # an hour on Friday, nine on Monday


def test_offer_after_the_booking_deadline_stands_two_hours():
    session, (seated,) = full()
    now = session.closes_at + HOUR
    booking = offered(session, seated, now=now)
    assert booking.deadline == now + 2 * HOUR


def test_offer_never_stands_past_the_end_of_the_list():
    session, (seated,) = full()
    now = session.waiting_closes_at - HOUR
    assert offered(session, seated, now=now).deadline == session.waiting_closes_at


def test_school_clock_skips_nights_weekends_holidays_and_closed_days():
    closed = SchoolDays(closed=((dt.date(2027, 1, 12), dt.date(2027, 1, 12)),))
    monday = london(dt.date(2027, 1, 11), dt.time(20))
    assert closed.hours_after(monday, 10) == london(dt.date(2027, 1, 13), dt.time(18))
    assert closed.hours_after(monday, 10.5) == london(dt.date(2027, 1, 14), dt.time(8, 30))
    christmas = london(dt.date(2026, 12, 21), dt.time(13))
    assert SchoolDays().hours_after(christmas, 6) == london(dt.date(2027, 1, 4), dt.time(9))
    spring = london(dt.date(2027, 3, 26), dt.time(12))  # Good Friday; the clocks change on Sunday, Monday is a holiday
    assert SchoolDays().hours_after(spring, 1) == london(dt.date(2027, 3, 30), dt.time(9))


def test_offer_lapses_at_its_deadline_and_goes_to_the_next():
    session, (seated,) = full()
    second = waiting(session, "second@school.example", now=NOW + MINUTE)
    first = offered(session, seated, now=NOW + HOUR)
    answered(NOW + HOUR)
    run_due(at(first.deadline - SECOND))
    assert (status_of(first), status_of(second)) == ("offered", "waiting")
    run_due(at(first.deadline))
    assert (status_of(first), status_of(second)) == ("lapsed", "offered")
    told = [one for one in mails(session) if one[0] in ("lapsed", "offered")]
    assert told == [
        ("offered", "waits@school.example"),
        ("lapsed", "waits@school.example"),
        ("offered", "second@school.example"),
    ]


def test_offer_whose_mail_came_late_leaves_two_hours():
    session, (seated,) = full()
    first = offered(session, seated, now=NOW + HOUR)
    answered(first.deadline)
    run_due(at(first.deadline + 2 * HOUR - SECOND))
    assert status_of(first) == "offered"
    run_due(at(first.deadline + 2 * HOUR))
    assert status_of(first) == "lapsed"


def test_offer_without_any_mail_ends_with_the_list():
    session, (seated,) = full()
    first = offered(session, seated, now=NOW + HOUR)
    Mail.objects.filter(kind=Kind.OFFERED).update(state=Mail.State.FAILED)
    run_due(at(session.waiting_closes_at - SECOND))
    assert status_of(first) == "offered"
    run_due(at(session.waiting_closes_at))
    assert status_of(first) == "lapsed"


def test_second_offer_counts_from_its_own_mail():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    answered(NOW + HOUR)
    late = booking.deadline
    other = waiting(session, "other@school.example", now=NOW + 2 * HOUR)
    run_due(at(late))
    assert (status_of(booking), status_of(other)) == ("lapsed", "offered")
    waiting_list.wait(booking.pk, clock=at(late + MINUTE))
    places.cancel(other.pk, clock=at(late + 2 * MINUTE))
    booking.refresh_from_db()
    assert booking.status == "offered"
    with places.locked(session.pk, at(booking.deadline)):
        pass
    assert status_of(booking) == "offered"  # its new mail has not been answered yet


# --- what becomes of an offer ---------------------------------------------------------------------------------------


def test_accepting_confirms():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    places.confirm(booking.pk, clock=at(NOW + 2 * HOUR))
    assert status_of(booking) == "confirmed"
    assert verbs(session)[-1] == "accept"
    assert mails(session)[-1] == ("confirmed", "waits@school.example")


def test_declined_offer_goes_to_the_next():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    second = waiting(session, "second@school.example", now=NOW + HOUR)
    places.cancel(booking.pk, clock=at(NOW + 2 * HOUR))
    assert (status_of(booking), status_of(second)) == ("cancelled", "offered")
    assert verbs(session)[-2:] == ["decline", "offer"]


def test_leaving_the_list_frees_nothing():
    session, _taken = full()
    booking = waiting(session)
    places.cancel(booking.pk, clock=at(NOW))
    assert (status_of(booking), verbs(session)[-1], count(session)) == ("cancelled", "leave", (1, 0, 1))


def test_lapsed_party_waits_again_at_the_end_of_the_list():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    other = waiting(session, "other@school.example", now=NOW + 2 * HOUR)
    answered(NOW + HOUR)
    deadline = booking.deadline
    run_due(at(deadline))
    third = waiting(session, "third@school.example", now=deadline)
    waiting_list.wait(booking.pk, clock=at(deadline + MINUTE))
    booking.refresh_from_db()
    assert (booking.status, booking.joined_at, booking.position) == ("waiting", deadline + MINUTE, 2)
    assert (status_of(other), third.position) == ("offered", 1)


def test_waiting_again_where_places_are_free_is_offered_them_at_once():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    answered(NOW + HOUR)
    run_due(at(booking.deadline))
    assert (status_of(booking), count(session)) == ("lapsed", (0, 0, 1))
    waiting_list.wait(booking.pk, clock=at(booking.deadline + MINUTE))
    assert (status_of(booking), verbs(session)[-2:]) == ("offered", ["rejoin", "offer"])


def test_rest_of_a_party_that_waits_again_stands_at_the_end_too_and_is_written_to_in_its_language():
    session, (one, two) = full(capacity=2)
    trio = waiting(session, "trio@school.example", size=3, fewer=True, language="zh-hans")
    Booking.objects.filter(pk=trio.pk).update(status="lapsed", deadline=NOW)
    later = waiting(session, "later@school.example", now=NOW + MINUTE)
    waiting_list.wait(trio.pk, clock=at(NOW + HOUR))
    places.cancel(one.pk, clock=at(NOW + 2 * HOUR))
    places.cancel(two.pk, clock=at(NOW + 3 * HOUR))
    assert (status_of(later), status_of(trio)) == ("offered", "offered")
    rest = Booking.objects.get(goes_with=trio)
    assert (rest.joined_at, rest.language) == (NOW + HOUR, "zh-hans")
    after = waiting(session, "after@school.example", now=NOW + 30 * MINUTE)
    assert (after.position, rest.position) == (1, 2)
    run_due(at(session.waiting_closes_at))
    told = Mail.objects.get(kind="lapsed", booking=trio)
    assert (told.language, status_of(rest)) == ("zh-hans", "lapsed")
    ended = AuditEntry.objects.filter(booking__in=[trio, rest], verb__in=["lapse", "end_list"])
    assert sorted(told.facts["tells"]) == sorted(ended.values_list("pk", flat=True))


def test_waiting_again_is_judged_as_a_new_booking():
    session, (seated,) = full()
    booking = offered(session, seated, now=NOW + HOUR)
    answered(NOW + HOUR)
    run_due(at(booking.deadline))
    again = places.hold(
        session.pk, party(email="waits@school.example", school=booking.school), clock=at(booking.deadline)
    )
    with pytest.raises(AlreadyBooked):
        waiting_list.wait(booking.pk, clock=at(booking.deadline))
    places.cancel(again.pk, clock=at(booking.deadline))
    with pytest.raises(NotBookable):
        waiting_list.wait(booking.pk, clock=at(session.closes_at))


def test_cancelled_booking_cannot_wait():
    _session, (seated,) = full()
    places.cancel(seated.pk, clock=at(NOW))
    with pytest.raises(Ended):
        waiting_list.wait(seated.pk, clock=at(NOW))


def test_staff_confirm_who_waits_where_there_is_a_place():
    session, (seated,) = full()
    booking = join(session)
    with pytest.raises(SessionFull):
        places.confirm(booking.pk, clock=at(NOW), by=StaffFactory())
    places.cancel(seated.pk, clock=at(NOW))
    places.confirm(booking.pk, clock=at(NOW), by=StaffFactory())
    assert (status_of(booking), count(session)) == ("confirmed", (1, 0, 1))


def test_staff_booking_does_not_disturb_the_list():
    session, _taken = full()
    booking = waiting(session)
    with pytest.raises(SessionFull):
        staff_booking.staff_booking(session.pk, party(email="x@y.example"), by=StaffFactory(), clock=at(NOW))
    assert status_of(booking) == "waiting"


# --- the end --------------------------------------------------------------------------------------------------------


def test_list_ends_with_a_mail_at_16_on_the_school_day_before():
    session, _taken = full()
    assert session.waiting_closes_at == london(DAY - dt.timedelta(days=1), dt.time(16))
    booking = waiting(session)
    run_due(at(session.waiting_closes_at - SECOND))
    assert status_of(booking) == "waiting"
    run_due(at(session.waiting_closes_at))
    assert status_of(booking) == "lapsed"
    assert verbs(session)[-1] == "end_list"
    assert mails(session)[-1] == ("list_ended", "waits@school.example")


def test_place_that_comes_back_after_the_end_is_offered_to_nobody():
    session, (seated,) = full()
    booking = waiting(session)
    places.cancel(seated.pk, clock=at(session.waiting_closes_at + MINUTE))
    assert status_of(booking) == "lapsed"
    assert "offer" not in verbs(session)


def test_list_without_a_set_end_ends_at_the_start():
    session, _taken = full()
    ShowcaseSession.objects.filter(pk=session.pk).update(waiting_closes_at=None)
    booking = waiting(session)
    run_due(at(session.starts_at))
    assert status_of(booking) == "lapsed"


def test_list_has_ended_reads_the_earlier_of_both():
    session = ShowcaseSession(starts_at=NOW, waiting_closes_at=NOW + HOUR)
    assert offers.list_has_ended(session, now=NOW)
    assert not offers.list_has_ended(ShowcaseSession(), now=NOW)


# --- by how many statements -----------------------------------------------------------------------------------------


def test_offers_take_as_many_statements_for_thirty_as_for_one():
    from tests.bookings.observed import statements

    made = []
    for number in (1, 30):
        session = SessionFactory(room__capacity=30, room__held_back=30, share=None)
        for n in range(number):
            waiting(session, f"{n}@school.example", now=NOW + n * SECOND)
        with statements() as seen, places.locked(session.pk, at(session.release_at)):
            pass
        assert statuses(session) == [Status.OFFERED] * number
        made.append(len(seen.under_lock))
    assert made[0] == made[1]
