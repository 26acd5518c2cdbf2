"""Parties change: a colleague is added, one is removed, a place is handed over and taken back (3.5, 3.11, 3.13)."""

import datetime as dt
import uuid

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail.rendering import render
from bookings.mail.sending import send_due
from bookings.mail_kinds import Kind
from bookings.models import Booking, HandOver, Mail, Places, Visitor
from bookings.rule.party import NewVisitor
from bookings.rule.refusals import (
    AlreadyBooked,
    Ended,
    InThisBooking,
    ListEnded,
    NotBookable,
    PartyTooLarge,
    SchoolShareUsed,
    SessionFull,
)
from bookings.sessions import changes
from bookings.states import SessionStatus, Status
from bookings.verbs import hand_over, staff_booking, waiting_list
from bookings.verbs import visitors as details
from bookings.verbs import visitors as parties
from hubs.models import ShowcaseSession
from tests.bookings.observed import count, events, everything, mails, verbs
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.factories import NOW, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db

CARA = NewVisitor(full_name="Cara Colleague", email="cara@school.example")
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def now():
    return NOW


def booked(session, **asked):
    return places.confirm(places.hold(session.pk, party(**asked), clock=now).pk, clock=now)


def add(booking, colleague=CARA, *, key=None, may_wait=True):
    return parties.add_visitor(booking.pk, colleague, clock=now, key=key or uuid.uuid4(), may_wait=may_wait)


def names(booking):
    return list(booking.visitors.coming().values_list("full_name", flat=True))


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def link_of(visitor, page="", version=None):
    return f"/bookings/{token(Purpose.VISITOR, visitor, version=version)}/{page}"


def reads(client, address, status=200):
    response = client.get(address)
    assert response.status_code == status
    return Page(response)


# --- a colleague is added -------------------------------------------------------------------------------------------


def test_colleague_takes_a_place_and_is_told():
    session = SessionFactory()
    booking = booked(session)
    assert add(booking) == (booking, False)
    booking.refresh_from_db()
    assert (booking.party, names(booking)) == (2, ["Test Teacher", "Cara Colleague"])
    assert count(session) == (2, 0, 30)
    assert events(session)[-1] == ("add", "confirmed", "confirmed", 1)
    assert mails(session)[-1] == ("named", "cara@school.example")


def test_colleague_of_a_hold_is_told_only_once_it_is_confirmed():
    session = SessionFactory()
    booking = places.hold(session.pk, party(), clock=now)
    add(booking)
    assert [kind for kind, _to in mails(session)] == ["confirm"]
    places.confirm(booking.pk, clock=now)
    assert ("named", "cara@school.example") in mails(session)


def test_colleague_is_added_once_by_two_presses():
    session = SessionFactory()
    booking, key = booked(session), uuid.uuid4()
    add(booking, key=key)
    before = everything(session)
    add(booking, key=key)
    assert everything(session) == before


def test_colleague_of_a_full_session_waits_in_a_booking_of_their_own_tied_to_the_first():
    session = SessionFactory(room__capacity=1)
    booking, key = booked(session), uuid.uuid4()
    one, waits = add(booking, key=key)
    assert add(booking, key=key) == (one, True)
    assert (waits, one.status, one.party, one.goes_with, one.address_proved_at) == (True, "waiting", 1, booking, NOW)
    assert (names(one), one.school_key, one.contact_email) == (
        ["Cara Colleague"],
        booking.school_key,
        booking.contact_email,
    )
    assert mails(session)[-1] == ("waiting", booking.contact_email)
    changes.set_places(session.pk, capacity=2, held_back=0, by=StaffFactory(), clock=now)
    one.refresh_from_db()
    assert one.status == "offered"


def test_colleague_added_to_a_booking_of_held_back_places_takes_one_of_the_publics():
    session = SessionFactory(room__capacity=3, room__held_back=1, share=None)
    booking = staff_booking.staff_booking(session.pk, party(), by=StaffFactory(), clock=now, use_held_back=True)
    assert count(session) == (1, 0, 3)
    assert add(booking) == (booking, False)
    assert count(session) == (2, 0, 3)


def test_colleague_whose_school_has_its_share_waits():
    session = SessionFactory(share=1)
    assert add(booked(session)).waits is True
    assert count(session) == (1, 0, 30)


def test_colleague_is_not_added_to_what_cannot_grow():
    session = SessionFactory(share=None)
    ten = booked(session, size=10)
    with pytest.raises(PartyTooLarge):
        add(ten)
    gone = booked(session, email="gone@school.example")
    places.cancel(gone.pk, clock=now)
    with pytest.raises(Ended):
        add(gone)
    two = booked(session, email="two@school.example", size=2)
    for email in ("TWO@school.example", "two+2@school.example"):
        with pytest.raises(InThisBooking):
            add(two, NewVisitor(full_name="Twice", email=email))
    Places.objects.filter(pk=session.pk).update(status=SessionStatus.CLOSED)
    with pytest.raises(NotBookable):
        add(two)


@pytest.mark.parametrize("of", [1, 2, 3])
def test_colleague_is_added_after_another_has_given_their_place_back(client, of):
    booking = booked(SessionFactory(share=None), size=3)
    before = [name for n, name in enumerate(names(booking), start=1) if n != of]
    client.post(link(booking, f"visitors/{of}/remove/"))
    answers = {"key": uuid.uuid4(), "name": "Cara Colleague", "email": "cara@school.example"}
    assert client.post(link(booking, "add/"), answers)["Location"] == link(booking) + "?done=added"
    assert names(booking) == [*before, "Cara Colleague"]
    assert count(booking.session) == (3, 0, 30)


def test_contact_who_does_not_come_is_no_colleague_of_the_booking():
    session = SessionFactory(share=None)
    sent = booked(session, contact_comes=False, visitors=(NewVisitor(full_name="Ben", email="ben@school.example"),))
    with pytest.raises(InThisBooking):
        add(sent, NewVisitor(full_name="Test Teacher", email="TEACHER@school.example"))
    assert (names(sent), count(session)) == (["Ben"], (1, 0, 30))


def test_colleague_does_not_join_a_list_that_has_ended():
    session = SessionFactory(room__capacity=1)
    booking = booked(session)
    ShowcaseSession.objects.filter(pk=session.pk).update(waiting_closes_at=NOW)
    with pytest.raises(ListEnded):
        add(booking)


def test_contact_adds_a_colleague_on_the_page(client):
    booking = booked(SessionFactory())
    page = reads(client, link(booking, "add/"))
    answers = page.fields | {"name": "", "email": "cara", "needs": "n" * 301}
    response = client.post(link(booking, "add/"), answers)
    assert response.status_code == 422
    assert "Enter their full name" in Page(response).text
    assert set(Page(response).errors) == {"name", "email", "needs"}
    answers |= {"name": "Cara Colleague", "email": "cara@school.example", "needs": ""}
    for _press in range(2):
        assert client.post(link(booking, "add/"), answers)["Location"] == link(booking) + "?done=added"
    assert names(booking) == ["Test Teacher", "Cara Colleague"]
    assert "Cara Colleague" in reads(client, link(booking)).text


@pytest.mark.parametrize("session, refusal", [({"room__capacity": 1}, SessionFull), ({"share": 1}, SchoolShareUsed)])
def test_colleague_for_whom_there_is_no_place_does_not_wait_unasked(session, refusal):
    session = SessionFactory(**session)
    booking = booked(session)
    before = everything(session)
    with pytest.raises(refusal):
        add(booking, may_wait=False)
    assert everything(session) == before


def test_contact_is_asked_whether_the_colleague_is_to_wait_and_until_when(client):
    booking = booked(SessionFactory(share=1))
    said = "Each school may take 1 place at this session until 8:00 on Tuesday 19 January, and yours has them."
    page = reads(client, link(booking, "add/"))
    assert said in page.text
    assert "There is no place for a colleague now. We ask you before we put them on the waiting list." in page.text
    assert page.buttons == ["Continue"]
    before = every_row()
    answers = page.fields | {"name": "Cara Colleague"}
    response = client.post(link(booking, "add/"), answers)
    page = Page(response)
    assert (response.status_code, every_row()) == (409, before)
    assert "Put Cara Colleague on the waiting list?" in page.text
    assert "Cara Colleague has not been added." in page.text
    assert "Your school may take more from 8:00 on Tuesday 19 January." in page.text
    assert page.buttons == ["Put Cara Colleague on the waiting list"]
    assert page.links["No, leave it as it is"] == link(booking)
    assert page.fields == answers
    one = client.post(link(booking, "add/"), page.fields | {"wait": "1"})["Location"]
    text = reads(client, one).text
    assert "Cara Colleague Number 1 on the waiting list You are waiting for 1 place." in text
    assert "Your school may take more from 8:00 on Tuesday 19 January." in text


def test_share_for_good_is_never_said_to_lift(client):
    booking = booked(SessionFactory(share=1, share_for_good=True))
    page = reads(client, link(booking, "add/"))
    assert "Each school may take 1 place at this session, and yours has them." in page.text
    assert "Your school may take more only once one of its places is given back." in page.text
    answers = page.fields | {"name": "Cara Colleague", "wait": "1"}
    text = reads(client, client.post(link(booking, "add/"), answers)["Location"]).text
    assert "Each school may take 1 place at this session, and that stays so." in text
    assert "may take more" not in text


def test_colleague_for_whom_a_place_comes_free_meanwhile_takes_it(client):
    booking = booked(SessionFactory(room__capacity=1))
    fields = reads(client, link(booking, "add/")).fields | {"name": "Cara Colleague", "wait": "1"}
    changes.set_places(booking.session_id, capacity=2, held_back=0, by=StaffFactory(), clock=now)
    assert client.post(link(booking, "add/"), fields)["Location"] == link(booking) + "?done=added"
    assert names(booking) == ["Test Teacher", "Cara Colleague"]


def test_contact_is_led_to_the_colleagues_place_on_the_list(client):
    booking = booked(SessionFactory(room__capacity=1))
    assert "Every place at this session is taken." in reads(client, link(booking, "add/")).text
    answers = reads(client, link(booking, "add/")).fields | {"name": "Cara Colleague", "wait": "1"}
    one = client.post(link(booking, "add/"), answers)["Location"]
    for either in (one, link(booking)):
        assert "Cara Colleague Number 1 on the waiting list" in reads(client, either).text


# --- one is removed -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["held", "confirmed", "waiting"])
def test_contact_removes_one_of_the_party(client, status):
    session = SessionFactory(room__capacity=0 if status == "waiting" else 30, room__status="announced")
    Places.objects.filter(pk=session.pk).update(capacity=30 if status != "waiting" else 1, status="open")
    if status == "waiting":
        booking = waiting_list.join(session.pk, party(size=2), clock=now).booking
    else:
        booking = places.hold(session.pk, party(size=2), clock=now)
        if status == "confirmed":
            places.confirm(booking.pk, clock=now)
    page = reads(client, link(booking, "visitors/2/remove/"))
    assert page.buttons == ["Give the place back"]
    assert client.post(link(booking, "visitors/2/remove/"))["Location"] == link(booking) + "?done=removed"
    booking.refresh_from_db()
    assert (booking.party, booking.status, names(booking)) == (1, status, ["Test Teacher"])
    assert client.post(link(booking, "visitors/2/remove/")).status_code == 404


def test_last_of_a_waiting_party_leaves_the_list():
    session = SessionFactory(room__capacity=1)
    booking = waiting_list.join(session.pk, party(), clock=now).booking
    details.release(booking.visitors.get().pk, clock=now)
    assert verbs(session)[-1] == "leave"


def test_visitors_link_does_not_reach_the_others(client):
    booking = booked(SessionFactory(), size=2)
    ben = booking.visitors.get(position=2)
    before = every_row()
    for page in ("add/", "visitors/1/remove/", "visitors/1/hand-over/", "visitors/2/hand-over/"):
        assert client.get(link_of(ben, page)).status_code == 404
        assert client.post(link_of(ben, page), {"name": "X"}).status_code == 404
    assert every_row() == before


# --- a place is handed over -----------------------------------------------------------------------------------------


def give(booking, position=1, to=CARA, *, at=NOW):
    visitor = booking.visitors.get(position=position)
    hand_over.hand_over(visitor.pk, to, clock=lambda: at)
    visitor.refresh_from_db()
    return visitor


def test_contact_hands_over_their_own_place_and_still_governs_the_booking():
    session = SessionFactory(room__capacity=1)
    booking = booked(session)
    visitor = give(booking)
    booking.refresh_from_db()
    assert (visitor.full_name, visitor.email, visitor.is_contact) == ("Cara Colleague", "cara@school.example", False)
    assert (booking.contact_comes, booking.party, count(session)) == (False, 1, (1, 0, 1))
    assert events(session)[-1] == ("hand_over", "confirmed", "confirmed", 0)
    assert mails(session)[-2:] == [
        ("handed_to_you", "cara@school.example"),
        ("handed_over", "teacher@school.example"),
    ]


def test_nothing_said_of_the_one_before_stays():
    session = SessionFactory()
    visitors = (NewVisitor(needs="Hearing loop", seen_before=True),)
    visitor = give(booked(session, visitors=visitors))
    assert (visitor.needs, visitor.seen_before, visitor.role) == ("", None, 0)


def test_old_link_shows_the_place_and_takes_it_back_until_the_new_one_is_pressed(client):
    booking = booked(SessionFactory(), size=2)
    ben = booking.visitors.get(position=2)
    old = ben.link_version
    visitor = give(booking, 2)
    page = reads(client, link_of(ben, version=old))
    assert "Your place is handed over Cara Colleague has had it since Monday 4 January, but has not" in page.text
    for other in ("cancel/", "hand-over/", "take/", "calendar.ics"):
        assert client.get(link_of(ben, other, version=old)).status_code == 404
        assert client.post(link_of(ben, other, version=old)).status_code == 404
    page = reads(client, link_of(ben, "take-back/", version=old))
    assert "Take the place back from Cara Colleague?" in page.text
    answer = client.post(link_of(ben, "take-back/", version=old))
    ben.refresh_from_db()
    assert answer["Location"] == link_of(ben) + "?done=taken-back"
    assert (ben.full_name, ben.link_version) == ("Colleague 2", old + 2)
    assert client.get(link_of(visitor)).status_code == 404
    assert [kind for kind, _to in mails(booking.session)][-3:] == ["taken_back", "handed_back", "place_handed"]


def test_new_person_takes_the_place_by_the_button_and_the_old_link_dies(client):
    booking = booked(SessionFactory(), size=2)
    ben = booking.visitors.get(position=2)
    visitor = give(booking, 2)
    before = every_row()
    page = reads(client, link_of(visitor))
    assert "Colleague 2 cannot come and gave you this place on Monday 4 January. Take it before" in page.text
    assert page.buttons == ["Take this place"]
    assert page.links["No, give it back to Colleague 2"] == link_of(visitor, "take-back/")
    assert [words for words in page.links if "Release" in words or "Hand" in words or "coming" in words] == []
    assert every_row() == before
    assert client.post(link_of(visitor, "take/"))["Location"] == link_of(visitor) + "?done=taken"
    assert "You have a place" in reads(client, link_of(visitor)).text
    assert client.get(link_of(ben, version=1)).status_code == 404
    with pytest.raises(Ended):
        hand_over.take_back(visitor.pk, clock=now)
    assert verbs(booking.session)[-1] == "take"
    hand_over.take(visitor.pk, clock=now)
    assert verbs(booking.session)[-1:] == ["take"]


def test_new_person_who_cannot_come_gives_it_back(client):
    booking = booked(SessionFactory())
    visitor = give(booking)
    assert Page(client.get(link_of(visitor, "take-back/"))).buttons == ["Give it back"]
    client.post(link_of(visitor, "take-back/"))
    booking.refresh_from_db()
    visitor.refresh_from_db()
    assert (visitor.is_contact, visitor.full_name, booking.contact_comes) == (True, "Test Teacher", True)


def test_contact_sees_who_has_the_place_and_takes_it_back(client):
    booking = booked(SessionFactory())
    answers = {"name": "Cara Colleague", "email": "cara@school.example"}
    assert (
        client.post(link(booking, "visitors/1/hand-over/"), answers)["Location"] == link(booking) + "?done=handed-over"
    )
    page = reads(client, link(booking))
    assert (
        "Cara Colleague cara@school.example handed over by Test Teacher on Monday 4 January, not taken yet" in page.text
    )
    client.post(link(booking, "visitors/1/take-back/"))
    assert names(booking) == ["Test Teacher"]


def told(booking, kind):
    """What a mail says, and to whom."""
    mail = Mail.objects.filter(booking=booking, kind=kind).latest("pk")
    return mail.recipient, " ".join(render(mail, now=NOW).body.split())


def test_visitor_who_hands_over_is_named_to_all_three_with_who_comes_instead(client):
    booking = booked(SessionFactory(), size=2)
    answers = {"name": "Cara Colleague", "email": "cara@school.example"}
    client.post(link_of(booking.visitors.get(position=2), "hand-over/"), answers)
    assert mails(booking.session)[-3:] == [
        ("handed_to_you", "cara@school.example"),
        ("handed_over", "teacher+2@school.example"),
        ("place_handed", "teacher@school.example"),
    ]
    said = f"cannot come and has handed their place of your booking {booking.reference_spaced} over to Cara Colleague."
    assert f"Colleague 2 {said}" in told(booking, "place_handed")[1]
    assert "You handed your place over to Cara Colleague." in told(booking, "handed_over")[1]
    text = told(booking, "handed_to_you")[1]
    assert "Colleague 2 cannot come to this session and gives you their place." in text
    assert "take it before the session starts at 9:00 on Tuesday 26 January: until you do" in text


def test_visitor_whose_place_the_contact_hands_over_reads_who_did_it(client):
    booking = booked(SessionFactory(), size=2)
    answers = {"name": "Cara Colleague", "email": "cara@school.example"}
    client.post(link(booking, "visitors/2/hand-over/"), answers)
    assert [kind for kind, _to in mails(booking.session)][-2:] == ["handed_to_you", "handed_over"]
    said = "Test Teacher, who booked for you, has handed your place over to Cara Colleague."
    assert said in told(booking, "handed_over")[1]


@pytest.mark.parametrize(
    "by_taker, to_taker, to_giver, to_contact",
    [
        (
            True,
            "You gave the place back to Colleague 2.",
            "Cara Colleague cannot take the place that was handed over. It is yours again",
            "Cara Colleague cannot come either: the place of your booking {ref} is Colleague 2’s again.",
        ),
        (
            False,
            "The place that Colleague 2 handed over to you is theirs again.",
            "The place that was handed over to Cara Colleague is yours again.",
            "Colleague 2 has taken their place of your booking {ref} back from Cara Colleague, and comes after all.",
        ),
    ],
)
def test_place_that_comes_back_is_told_to_all_three_by_name(client, by_taker, to_taker, to_giver, to_contact):
    booking = booked(SessionFactory(), size=2)
    ben = booking.visitors.get(position=2)
    old = ben.link_version
    visitor = give(booking, 2)
    client.post(link_of(visitor, "take-back/", version=None if by_taker else old))
    assert to_taker in told(booking, "taken_back")[1]
    assert to_giver in told(booking, "handed_back")[1]
    address, text = told(booking, "place_handed")
    assert (address, to_contact.format(ref=booking.reference_spaced) in text) == ("teacher@school.example", True)


def test_contact_who_takes_a_place_back_is_not_told_what_they_did(client):
    booking = booked(SessionFactory(), size=2)
    give(booking, 2)
    client.post(link(booking, "visitors/2/take-back/"))
    assert [kind for kind, _to in mails(booking.session)][-2:] == ["taken_back", "handed_back"]


@pytest.mark.parametrize(
    "by_own_link, to_contact, to_them",
    [
        (
            True,
            "Colleague 2 cannot come and has given back their place of your booking {ref}. Somebody else can have it.",
            "You gave back your place at this session.",
        ),
        (
            False,
            "You gave back the place of Colleague 2 in your booking {ref}. Somebody else can have it.",
            "Test Teacher, who booked for you, has given back your place at this session.",
        ),
    ],
)
def test_place_that_is_given_back_is_told_to_both_by_name_and_who_did_it(client, by_own_link, to_contact, to_them):
    booking = booked(SessionFactory(), size=2)
    ben = booking.visitors.get(position=2)
    client.post(link_of(ben, "cancel/") if by_own_link else link(booking, "visitors/2/remove/"))
    assert to_contact.format(ref=booking.reference_spaced) in told(booking, "released")[1]
    assert "1 place remains." in told(booking, "released")[1]
    assert to_them in told(booking, "visitor_cancelled")[1]


def test_contact_who_gives_back_their_own_place_reads_so_and_one_to_be_named_is_said_to_be_so():
    booking = booked(SessionFactory(share=None), size=3, visitors=(NewVisitor(), NewVisitor(), NewVisitor()))
    details.release(booking.visitors.get(position=2).pk, clock=now)
    assert "whose visitor was still to be named, was given back" in told(booking, "released")[1]
    details.release(booking.visitors.get(position=1).pk, clock=now)
    assert "You gave back your own place of your booking" in told(booking, "released")[1]


def test_visitor_who_gives_back_the_only_place_is_named_to_the_contact(client):
    visitors = (NewVisitor(full_name="Ben", email="ben@school.example"),)
    booking = booked(SessionFactory(), contact_comes=False, visitors=visitors)
    client.post(link_of(booking.visitors.get(), "cancel/"))
    assert "Ben cannot come and has given back the only place of this booking." in told(booking, "cancelled")[1]
    assert "You gave back your place at this session." in told(booking, "visitor_cancelled")[1]


def test_taking_back_where_the_giver_has_booked_again_meanwhile_is_refused():
    session = SessionFactory()
    visitor = give(booked(session))
    booked(session)  # of another school
    before = everything(session)
    with pytest.raises(AlreadyBooked):
        hand_over.take_back(visitor.pk, clock=now)
    assert everything(session) == before


def test_place_that_cannot_change_hands_is_refused():
    session = SessionFactory()
    booking = booked(session, size=2)
    for email in ("teacher@school.example", "teacher+2@school.example"):
        with pytest.raises(InThisBooking):
            give(booking, 1, NewVisitor(full_name="Twice", email=email))
    give(booking)
    with pytest.raises(Ended):
        give(booking)
    with pytest.raises(NotBookable):
        give(booking, 2, at=session.starts_at)
    Places.objects.filter(pk=session.pk).update(status=SessionStatus.POSTPONED)
    with pytest.raises(NotBookable):
        give(booking, 2, NewVisitor(full_name="Dan", email="dan@school.example"))
    held = places.hold(SessionFactory().pk, party(), clock=now)
    with pytest.raises(Ended):
        give(held)


def test_place_is_not_handed_to_who_has_it_nor_to_the_contact_though_they_do_not_come():
    session = SessionFactory(share=None)
    sent = booked(session, contact_comes=False, visitors=(NewVisitor(full_name="Ben", email="ben@school.example"),))
    for email in ("BEN@school.example", "Teacher@school.example"):
        with pytest.raises(InThisBooking):
            give(sent, 1, NewVisitor(full_name="Twice", email=email))
    assert (names(sent), HandOver.objects.count()) == (["Ben"], 0)


def test_handing_over_asks_for_name_and_address(client):
    booking = booked(SessionFactory())
    response = client.post(link(booking, "visitors/1/hand-over/"), {"name": "", "email": "nobody"})
    assert response.status_code == 422
    assert "Enter their full name" in Page(response).text
    assert HandOver.objects.count() == 0


def test_each_mail_of_a_hand_over_carries_the_link_of_the_one_it_goes_to(smtp_server, client):
    booking = booked(SessionFactory(), size=2)
    Mail.objects.all().delete()
    ben = booking.visitors.get(position=2)
    visitor = give(booking, 2)
    texts = {mail.kind: render(mail, now=NOW).body for mail in Mail.objects.all()}
    assert link_of(visitor) in texts[Kind.HANDED_TO_YOU]
    assert link_of(ben, version=1) in texts[Kind.HANDED_OVER]
    assert link_of(visitor) not in texts[Kind.HANDED_OVER]
    hand_over.take_back(visitor.pk, clock=now)
    texts = {mail.kind: render(mail, now=NOW).body for mail in Mail.objects.all()}
    assert "/bookings/" not in texts[Kind.TAKEN_BACK].replace("/my-bookings/", "")
    visitor.refresh_from_db()
    assert link_of(visitor) in texts[Kind.HANDED_BACK]
    assert link_of(visitor) not in texts[Kind.HANDED_TO_YOU]  # it waited while the place went back
    send_due(now)
    assert "cara@school.example" in smtp_server.to


def test_calendar_sequence_rises_as_a_place_changes_hands():
    booking = booked(SessionFactory())
    visitor = give(booking)
    hand_over.take_back(visitor.pk, clock=now)
    sequences = [
        (mail.kind, mail.facts["sequence"], mail.facts.get("calendar_of"))
        for mail in Mail.objects.order_by("pk")
        if mail.facts.get("calendar_of")
    ]
    assert sequences == [
        ("confirmed", 0, visitor.pk),
        ("handed_to_you", 2, visitor.pk),
        ("handed_over", 2, visitor.pk),
        ("taken_back", 4, visitor.pk),
        ("handed_back", 4, visitor.pk),
    ]


def test_person_is_counted_anew_for_who_takes_over():
    first = booked(SessionFactory())
    teacher = first.visitors.get()
    visitor = give(first)
    assert visitor.person_id != teacher.person_id
    assert visitor.first_time is True


def test_hand_over_and_status_are_read_only_for_the_ended():
    session = SessionFactory()
    booking = booked(session)
    visitor = give(booking)
    places.cancel(booking.pk, clock=now)
    with pytest.raises(Ended):
        hand_over.take(visitor.pk, clock=now)
    assert Booking.objects.get().status == Status.CANCELLED
    assert Visitor.objects.get().full_name == "Cara Colleague"


def test_database_refuses_two_open_hand_overs_of_one_place():
    visitor = give(booked(SessionFactory()))
    handed = HandOver.objects.get()
    handed.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        handed.save(force_insert=True)
    HandOver.objects.filter(visitor=visitor).update(taken_at=NOW)
    handed.save(force_insert=True)


def test_visitor_who_hands_over_their_own_place_still_sees_it_by_their_old_link(client):
    ben = booked(SessionFactory(), size=2).visitors.get(position=2)
    answer = client.post(link_of(ben, "hand-over/"), {"name": "Cara Colleague", "email": "cara@school.example"})
    assert answer["Location"] == link_of(ben, version=ben.link_version) + "?done=handed-over"
    assert "Your place is handed over" in reads(client, answer["Location"]).text


# --- a line that it is done -------------------------------------------------------------------------------------------


DONE = {
    "added": "Done: your colleague is added",
    "waits": "Done: your colleague is on the waiting list",
    "removed": "Done: the place is given back",
    "handed-over": "Done: the place is handed over",
    "taken-back": "Done: the place is taken back",
}


@pytest.mark.parametrize("what", DONE)
def test_page_says_what_was_done(client, what):
    booking = booked(SessionFactory())
    page = client.get(f"{link(booking)}?done={what}").content.decode()
    assert f'<p class="note" role="status"><b>{DONE[what]}</b></p>' in page


@pytest.mark.parametrize("what", ["", "x", "<b>", "added2"])
def test_page_says_nothing_of_what_no_verb_has_done(client, what):
    booking = booked(SessionFactory())
    page = client.get(link(booking), {"done": what}).content.decode()
    assert "Done:" not in page
