"""Staff send a contact's link again, and put a name or an address right."""

import datetime as dt

import pytest
from django.http import Http404

from bookings import places
from bookings.mail import links, sending
from bookings.mail.rendering import private_link
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, By, HandOver, Mail, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import AlreadyBooked, Ended, InThisBooking, NoAddress, NotBookable, SentJustNow
from bookings.sessions import changes
from bookings.states import Status, Verb
from bookings.verbs import contact, hand_over, visitors, waiting_list
from bookings.verbs import visitors as parties
from bookings.verbs.staff_booking import staff_booking
from bookings.views.access import open_link
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
WRONG, RIGHT = "typo@school.example", "right@school.example"
MINUTE = dt.timedelta(minutes=1)


def at(moment=NOW):
    return lambda: moment


def held(session=None, **asked):
    asked = {"email": WRONG} | asked
    return places.hold((session or SessionFactory()).pk, party(**asked), clock=at())


def confirmed(session=None, **asked):
    return places.confirm(held(session, **asked).pk, clock=at())


def send_again(booking, now=NOW):
    return contact.send_again(booking.pk, by=StaffFactory(), clock=at(now))


def put_right(booking, now=NOW, **said):
    said = {"name": "Test Teacher", "email": RIGHT, "mobile": "", "why": "Typed wrong"} | said
    return contact.put_right(booking.pk, **said, by=StaffFactory(), clock=at(now))


def mails_since(entry):
    return list(Mail.objects.filter(dedupe_key__startswith=f"{entry.pk}:").values_list("kind", "recipient"))


# --- the link again -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("make, kind", [(held, Kind.CONFIRM), (confirmed, Kind.CONFIRMED)], ids=["held", "confirmed"])
def test_link_is_sent_again_to_the_contact_alone(make, kind):
    booking = make(size=2)
    send_again(booking)
    entry = AuditEntry.objects.get(verb=Verb.SEND_AGAIN)
    assert (entry.by, entry.booking) == (By.STAFF, booking)
    assert mails_since(entry) == [(kind, WRONG)]
    assert private_link(Mail.objects.latest("pk")) == links.url(links.Purpose.CONTACT, booking)


def test_who_waits_gets_the_link_again_too():
    session = SessionFactory(room__capacity=1)
    confirmed(session, email="first@school.example")
    booking = waiting_list.join(session.pk, party(email=WRONG), clock=at()).booking
    send_again(booking)
    assert Mail.objects.filter(kind=Kind.WAITING, recipient=WRONG).count() == 2


def test_link_is_not_sent_twice_within_ten_minutes_nor_six_times_a_day():
    booking = confirmed()
    send_again(booking)
    with pytest.raises(SentJustNow) as refused:
        send_again(booking, NOW + 9 * MINUTE)
    assert refused.value.at == NOW + 10 * MINUTE
    for n in range(1, 5):
        send_again(booking, NOW + n * 10 * MINUTE)
    with pytest.raises(SentJustNow) as refused:
        send_again(booking, NOW + 60 * MINUTE)
    assert refused.value.at == NOW + dt.timedelta(days=1)
    send_again(booking, NOW + dt.timedelta(days=1, seconds=1))


def test_link_has_nowhere_to_go_without_an_address():
    booking = staff_booking(SessionFactory().pk, party(email=""), by=StaffFactory(), clock=at())
    with pytest.raises(NoAddress):
        send_again(booking)


def test_link_is_not_sent_of_what_has_ended_or_is_off():
    session = SessionFactory()
    gone, stands = confirmed(session), confirmed(session, email="other@school.example")
    places.cancel(gone.pk, clock=at())
    with pytest.raises(Ended):
        send_again(gone)
    changes.postpone(session.pk, by=StaffFactory(), clock=at())
    with pytest.raises(NotBookable):
        send_again(stands)
    assert not AuditEntry.objects.filter(verb=Verb.SEND_AGAIN).exists()


# --- the address put right ------------------------------------------------------------------------------------------


def test_new_address_gets_a_new_link_and_the_old_one_is_dead(mailoutbox):
    booking = held(size=2)
    old = links.token(links.Purpose.CONTACT, booking)
    booking = put_right(booking, name="Right Name", mobile="07700 900982")
    booking.refresh_from_db()
    said = (booking.contact_name, booking.contact_email, booking.email_key, booking.contact_mobile)
    assert said == ("Right Name", RIGHT, RIGHT, "07700 900982")
    me = booking.visitors.get(is_contact=True)
    assert (me.full_name, me.email, me.email_key) == ("Right Name", RIGHT, RIGHT)
    with pytest.raises(Http404):
        open_link(old)
    assert open_link(links.token(links.Purpose.CONTACT, booking)).booking == booking
    sending.send_due(at())
    assert [message.to for message in mailoutbox] == [[RIGHT]]


def test_mail_that_was_on_its_way_to_the_old_address_is_not_sent(mailoutbox):
    """It would carry the new link."""
    booking = confirmed()
    put_right(booking)
    sending.send_due(at())
    assert set(Mail.objects.filter(recipient=WRONG).values_list("state", flat=True)) == {Mail.State.DROPPED}
    assert [message.to for message in mailoutbox] == [[RIGHT]]


def test_new_name_alone_sends_nothing_and_keeps_the_link():
    booking = confirmed()
    told = Mail.objects.count()
    put_right(booking, name="Right Name", email=WRONG.upper())
    booking.refresh_from_db()
    assert (booking.contact_name, booking.link_version, Mail.objects.count()) == ("Right Name", 1, told)
    assert AuditEntry.objects.latest("pk").verb == Verb.CHANGE


def test_hold_waits_until_its_mail_to_the_right_address_can_have_been_read():
    """An answer of the wrong address is no answer (rule.md#hold)."""
    booking = held()
    Mail.objects.update(state=Mail.State.REFUSED, answered_at=NOW)
    late = booking.deadline + MINUTE
    assert list(Booking.objects.lapsing(now=late)) == [booking]
    put_right(booking, booking.deadline - MINUTE)
    assert list(Booking.objects.lapsing(now=late)) == []
    Mail.objects.filter(recipient=RIGHT).update(state=Mail.State.SENT, answered_at=late)
    assert list(Booking.objects.lapsing(now=late + dt.timedelta(hours=3))) == [booking]


def test_address_with_a_booking_here_is_refused():
    session, school = SessionFactory(), SchoolFactory()
    held(session, school=school, email=RIGHT)
    booking = held(session, school=school)
    with pytest.raises(AlreadyBooked):
        put_right(booking)
    assert Booking.objects.get(pk=booking.pk).contact_email == WRONG
    assert Visitor.objects.filter(email=WRONG).count() == 1


def test_address_of_a_colleague_in_the_same_party_is_refused():
    booking = held(size=2)
    with pytest.raises(InThisBooking):
        put_right(booking, email=booking.visitors.get(is_contact=False).email)


def test_whole_party_has_the_new_address():
    session = SessionFactory(room__capacity=1)
    first = confirmed(session)
    late = NewVisitor(full_name="Late")
    rest = parties.add_visitor(first.pk, late, clock=at(), key=first.public_id, may_wait=True).booking
    put_right(rest)
    assert set(Booking.objects.values_list("contact_email", "link_version")) == {(RIGHT, 2)}
    assert {entry.booking for entry in AuditEntry.objects.filter(verb=Verb.READDRESS)} == {first, rest}


def test_person_behind_the_right_address_is_recognised():
    been = confirmed(email=RIGHT)
    booking = confirmed(email=WRONG)
    put_right(booking)
    one, other = been.visitors.get(), booking.visitors.get()
    assert one.person_id == other.person_id
    assert other.first_time is False


def test_place_that_the_contact_has_given_away_can_come_back_to_the_right_address():
    booking = confirmed()
    visitor = booking.visitors.get()
    hand_over.hand_over(visitor.pk, NewVisitor(full_name="Taker", email="taker@school.example"), clock=at())
    put_right(booking)
    assert HandOver.objects.get().from_email == RIGHT
    hand_over.take_back(visitor.pk, clock=at())
    assert Visitor.objects.get().email == RIGHT


def test_ended_booking_is_not_changed():
    booking = held()
    visitors.release(booking.visitors.get().pk, clock=at())
    assert Booking.objects.get().status == Status.CANCELLED
    with pytest.raises(Ended):
        put_right(booking)
