"""A booking goes to another session of its hub: places, people, mails, calendars and links go with it."""

import datetime as dt

import pytest
from icalendar import Calendar

from bookings import places
from bookings.mail import links, rendering, sending
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places, SessionChange, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import AlreadyBooked, Ended, NeedsReason, NotBookable, OtherHub, SessionFull
from bookings.sessions import changes as session_changes
from bookings.sessions import seen
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs import another_session, hand_over, staff_booking
from bookings.verbs.waiting_list import join, wait
from tests.bookings.observed import count, events, mails, statuses
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


def at(moment=NOW):
    return lambda: moment


@pytest.fixture
def hub():
    return HubYearFactory()


@pytest.fixture
def old(hub):
    return SessionFactory(hub_year=hub, room__capacity=3)


@pytest.fixture
def new(hub, old):
    day = dt.timedelta(days=2)
    return SessionFactory(hub_year=hub, room__capacity=3, starts_at=old.starts_at + day, ends_at=old.ends_at + day)


def held(session, **asked):
    return places.hold(session.pk, party(**asked), clock=at())


def confirmed(session, **asked):
    return places.confirm(held(session, **asked).pk, clock=at())


def waiting(session, **asked):
    return wait(join(session.pk, party(**asked), clock=at()).booking.pk, clock=at())


def move(booking, to, **how):
    return another_session.to_another_session(booking.pk, to.pk, by=StaffFactory(), clock=at(LATER), **how)


def a_booking_that_is(status, session):
    if status in (Status.WAITING, Status.OFFERED):
        filler = confirmed(session, size=3, email="filler@school.example")
        booking = waiting(session, size=2)
        if status == Status.OFFERED:
            places.cancel(filler.pk, clock=at())
        return Booking.objects.get(pk=booking.pk)
    return {Status.HELD: held, Status.CONFIRMED: confirmed}[status](session, size=2)


# --- places and history ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [Status.CONFIRMED, Status.HELD, Status.OFFERED, Status.WAITING])
def test_move_takes_places_there_and_gives_them_back_here(old, new, status):
    booking = a_booking_that_is(status, old)
    taken = count(old)[0] - booking.seats
    before = mails(new)
    move(booking, new)
    assert (count(old)[0], count(new)[0]) == (taken, 2)
    assert statuses(new) == [Status.CONFIRMED]
    assert events(old)[-1] == (Verb.MOVE_OUT, status, status, -booking.seats)
    assert events(new)[-1] == (Verb.MOVE_IN, status, Status.CONFIRMED, 2)
    to_visitor = Kind.PLACE_MOVED if status == Status.CONFIRMED else Kind.NAMED
    told = [(Kind.BOOKING_MOVED, "teacher@school.example"), (to_visitor, "teacher+2@school.example")]
    assert mails(new) == before + told


@pytest.mark.parametrize("status", [Status.LAPSED, Status.CANCELLED])
def test_ended_booking_does_not_move(old, new, status):
    booking = held(old)
    if status == Status.CANCELLED:
        places.cancel(booking.pk, clock=at())
    else:
        Booking.objects.update(status=status)
        Places.objects.filter(pk=old.pk).update(places_taken=0)
    with pytest.raises(Ended):
        move(booking, new)
    assert Booking.objects.get().session == old


def test_move_is_in_the_name_of_whoever_did_it_with_the_reason(old, new):
    staff = StaffFactory()
    booking = confirmed(old)
    another_session.to_another_session(booking.pk, new.pk, by=staff, clock=at(), why="She rang")
    both = AuditEntry.objects.filter(verb__in=(Verb.MOVE_OUT, Verb.MOVE_IN)).order_by("pk")
    assert [(entry.session, entry.staff, entry.why) for entry in both] == [
        (old, staff, "She rang"),
        (new, staff, "She rang"),
    ]


def test_moving_twice_moves_once(old, new):
    booking = confirmed(old)
    move(booking, new)
    told = Mail.objects.count()
    assert move(booking, new).session == new
    assert (Mail.objects.count(), count(new)[0]) == (told, 1)


def test_places_that_come_free_are_offered_to_the_waiting_list_at_once(old, new):
    booking = confirmed(old, size=3)
    waits = waiting(old, email="next@school.example")
    move(booking, new)
    assert Booking.objects.get(pk=waits.pk).status == Status.OFFERED


def test_places_of_a_session_that_is_off_can_go_elsewhere(old, new):
    booking = confirmed(old)
    session_changes.cancel_session(old.pk, by=StaffFactory(), clock=at())
    move(booking, new)
    assert (count(old)[0], count(new)[0]) == (0, 1)


# --- what refuses it --------------------------------------------------------------------------------------------------


def nothing_moved(old, new, verb=Verb.MOVE_OUT):
    assert not AuditEntry.objects.filter(verb=verb).exists()
    assert not Booking.objects.filter(session=new, source="web", contact_email="teacher@school.example").exists()


def test_full_session_takes_nobody(old, new):
    booking = confirmed(old, size=2)
    confirmed(new, size=2, email="other@school.example")
    with pytest.raises(SessionFull) as refused:
        move(booking, new)
    assert refused.value.left == 1
    nothing_moved(old, new)


@pytest.mark.parametrize("status", [SessionStatus.CANCELLED, SessionStatus.POSTPONED])
def test_session_that_is_off_takes_nobody(old, new, status):
    booking = confirmed(old)
    Places.objects.filter(pk=new.pk).update(status=status)
    with pytest.raises(NotBookable):
        move(booking, new)
    nothing_moved(old, new)


def test_nobody_leaves_a_session_that_has_begun(old, new):
    booking = confirmed(old)
    with pytest.raises(NotBookable):
        another_session.to_another_session(booking.pk, new.pk, by=StaffFactory(), clock=at(old.starts_at))
    nothing_moved(old, new)


def test_another_hub_gets_nobody(old):
    booking, abroad = confirmed(old), SessionFactory()
    with pytest.raises(OtherHub):
        move(booking, abroad)
    nothing_moved(old, abroad)


def test_contact_with_a_booking_there_is_refused(old, new):
    school = SchoolFactory()
    booking = confirmed(old, school=school)
    held(new, school=school)
    with pytest.raises(AlreadyBooked):
        move(booking, new)
    assert Booking.objects.get(pk=booking.pk).session == old


def test_share_is_exceeded_with_a_reason_only(hub, old):
    school = SchoolFactory()
    new = SessionFactory(hub_year=hub, share=2)
    booking = confirmed(old, size=2, school=school)
    confirmed(new, email="other@school.example", school=school)
    with pytest.raises(NeedsReason):
        move(booking, new)
    move(booking, new, why="Their class teaches it")
    assert count(new)[0] == 3


def test_held_back_place_is_used_where_staff_say_so(hub, old):
    new = SessionFactory(hub_year=hub, room__capacity=3, room__held_back=2)
    booking = confirmed(old, size=2)
    with pytest.raises(SessionFull):
        move(booking, new)
    move(booking, new, use_held_back=True)
    assert count(new) == (2, 0, 3)
    assert Booking.objects.get().uses_held_back


def test_held_back_place_left_behind_is_kept_again(hub, new):
    old = SessionFactory(hub_year=hub, room__held_back=2)
    booking = staff_booking.staff_booking(old.pk, party(size=2), by=StaffFactory(), clock=at(), use_held_back=True)
    assert count(old) == (2, 0, 30)
    move(booking, new)
    assert (count(old), count(new)) == ((0, 2, 30), (2, 0, 3))
    assert not Booking.objects.get().uses_held_back


# --- a party of several bookings ------------------------------------------------------------------------------------


def a_party_in_two(session):
    """One has a place, the other two wait: they go with the first."""
    confirmed(session, size=2, email="filler@school.example")
    first = join(session.pk, party(size=3), clock=at(), fewer=True).booking
    places.confirm(first.pk, clock=at())
    return first, Booking.objects.get(goes_with=first)


def test_who_goes_with_a_booking_moves_with_it(old, new):
    first, rest = a_party_in_two(old)
    move(first, new)
    assert count(new)[0] == 3
    rest.refresh_from_db()
    assert (rest.session, rest.status, rest.goes_with) == (new, Status.CONFIRMED, first)


def test_party_moves_whole_or_not_at_all(old, new):
    first, _rest = a_party_in_two(old)
    confirmed(new, email="other@school.example")
    with pytest.raises(SessionFull):
        move(first, new)
    nothing_moved(old, new)


def test_who_goes_with_another_moves_alone_and_stands_alone(old, new):
    first, rest = a_party_in_two(old)
    move(rest, new)
    rest.refresh_from_db()
    assert (rest.session, rest.status, rest.goes_with) == (new, Status.CONFIRMED, None)
    assert Booking.objects.get(pk=first.pk).session == old
    assert (count(old)[0], count(new)[0]) == (3, 2)


# --- what people are told -------------------------------------------------------------------------------------------


def entry_of(mail):
    message = rendering.render(mail, now=LATER)
    attached = [content for name, content, _type in message.attachments if name == "showcase.ics"]
    return next(iter(Calendar.from_ical(attached[0]).walk("VEVENT")))


def test_mail_says_both_sessions(old, new):
    booking = confirmed(old)
    move(booking, new)
    message = rendering.render(Mail.objects.get(kind=Kind.BOOKING_MOVED), now=LATER)
    assert message.subject.startswith("Your booking has moved: ")
    assert "Thursday 28 January" in message.subject
    said = " ".join(str(message.body).split())
    for words in ("Thursday 28 January 2027", "you are no longer expected", "Tuesday 26 January 2027"):
        assert words in said
        assert words in " ".join(str(message.alternatives[0][0]).split())
    assert old.where_name in said
    assert links.url(links.Purpose.CONTACT, booking) in said


def test_colleague_is_told_with_the_link_that_they_have(old, new):
    booking = confirmed(old, size=2)
    colleague = booking.visitors.get(is_contact=False)
    move(booking, new)
    message = rendering.render(Mail.objects.get(kind=Kind.PLACE_MOVED), now=LATER)
    assert links.url(links.Purpose.VISITOR, colleague) in message.body
    assert "Tuesday 26 January" in message.body


@pytest.mark.parametrize("changes", [0, 1, 3])
def test_calendar_entry_is_the_same_one_and_newer_than_any_before(old, new, changes):
    """Also where the session that was left has been changed more often than the other."""
    booking = confirmed(old, size=2)
    for _ in range(changes):
        session_changes.postpone(old.pk, by=StaffFactory(), clock=at())
        session_changes.reinstate(old.pk, by=StaffFactory(), clock=at())
    sent = [entry_of(mail) for mail in Mail.objects.filter(booking=booking) if mail.facts.get("calendar_of")]
    move(booking, new)
    for kind, visitor in ((Kind.BOOKING_MOVED, True), (Kind.PLACE_MOVED, False)):
        moved = entry_of(Mail.objects.get(kind=kind))
        me = Visitor.objects.get(booking=booking, is_contact=visitor)
        before = [one["SEQUENCE"] for one in sent if one["UID"] == moved["UID"]]
        assert moved["UID"].startswith(f"visitor-{me.pk}@")
        assert moved["SEQUENCE"] > max(before)
        assert moved["DTSTART"].dt == new.starts_at


def test_calendar_entry_is_newer_still_after_moving_back_and_cancelling(old, new):
    booking = confirmed(old)
    first = entry_of(Mail.objects.get(kind=Kind.CONFIRMED))["SEQUENCE"]
    move(booking, new)
    second = entry_of(Mail.objects.get(kind=Kind.BOOKING_MOVED))["SEQUENCE"]
    move(booking, old)
    third = entry_of(Mail.objects.filter(kind=Kind.BOOKING_MOVED).latest("pk"))["SEQUENCE"]
    places.cancel(booking.pk, clock=at(LATER))
    last = entry_of(Mail.objects.get(kind=Kind.CANCELLED))["SEQUENCE"]
    assert first < second < third < last


def test_private_page_and_its_calendar_show_the_new_session(old, new, client, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", at(LATER))
    booking = confirmed(old)
    address = links.url(links.Purpose.CONTACT, booking).removeprefix("http://testserver").partition("/bookings/")[2]
    move(booking, new)
    page = client.get(f"/bookings/{address}").content.decode()
    assert "Thursday 28 January" in page.replace("\xa0", " ")
    entry = next(iter(Calendar.from_ical(client.get(f"/bookings/{address}calendar.ics").content).walk("VEVENT")))
    assert entry["SEQUENCE"] == entry_of(Mail.objects.get(kind=Kind.BOOKING_MOVED))["SEQUENCE"]


def test_mails_about_the_session_that_was_left_are_not_sent_any_more(old, new, mailoutbox):
    booking = confirmed(old, size=2)
    move(booking, new)
    sending.send_due(at(LATER))
    about_old = Mail.objects.filter(session=old).values_list("kind", "state")
    assert dict(about_old) == {
        Kind.CONFIRM: Mail.State.DROPPED,
        Kind.CONFIRMED: Mail.State.DROPPED,
        Kind.NAMED: Mail.State.DROPPED,
    }
    assert sorted(message.to[0] for message in mailoutbox) == ["teacher+2@school.example", "teacher@school.example"]


def test_what_happened_to_a_session_before_somebody_came_is_no_news_to_them(old, new):
    booking = confirmed(old)
    session_changes.postpone(new.pk, by=StaffFactory(), clock=at(NOW + dt.timedelta(minutes=10)))
    change = session_changes.reinstate(new.pk, by=StaffFactory(), clock=at(NOW + dt.timedelta(minutes=20)))
    booking = move(booking, new)
    assert list(SessionChange.objects.since(booking)) == []
    assert list(seen.not_seen(change)) == []


def test_place_on_its_way_to_a_colleague_goes_on(old, new):
    booking = confirmed(old, size=2)
    visitor = booking.visitors.get(is_contact=False)
    hand_over.hand_over(visitor.pk, NewVisitor(full_name="Taker", email="taker@school.example"), clock=at())
    move(booking, new)
    hand_over.take(visitor.pk, clock=at(LATER))
    assert Visitor.objects.get(pk=visitor.pk).full_name == "Taker"
    assert ("taker@school.example", new) in [
        (mail.recipient, mail.session) for mail in Mail.objects.filter(kind=Kind.PLACE_MOVED)
    ]
