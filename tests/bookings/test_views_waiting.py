"""The waiting list in the browser: asking, the mailed link, the offer, leaving, asking again."""

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import Booking, Mail
from bookings.states import Status
from bookings.verbs import staff_booking, waiting_list
from hubs.models import School, ShowcaseSession
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.browser.steps import ADA, at, book, fill_in, shown, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
BEN = {"name": "Ben Colleague"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def school():
    return SchoolFactory(name="Ash Primary School", town="Dover", postcode="CT16 1AA")


def with_places_left(left, capacity=30):
    session = SessionFactory(room__capacity=capacity, venue=SchoolFactory(name="The venue"))
    if left < capacity:
        everybody = party(size=capacity - left, email="", contact_name="Everybody Else")
        staff_booking.staff_booking(session.pk, everybody, by=StaffFactory(), clock=lambda: NOW, why="test")
    return session


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def page_of(client, booking):
    response = client.get(link(booking))
    assert response.status_code == 200
    return Page(response)


def press(client, booking, page):
    response = client.post(link(booking, page))
    assert (response.status_code, response["Location"]) == (302, link(booking))
    return page_of(client, booking)


def join(client, session, school, *others, **answers):
    fill_in(client, session, school, *others)
    return client.post(at("book-check", session), {"wait": "1"} | answers)


def one():
    return Booking.objects.get(contact_name=ADA["name"])


def test_teacher_joins_the_list_of_a_full_session_accepts_and_has_a_place(client, school):
    session = with_places_left(0)
    taken = Booking.objects.get()
    assert join(client, session, school)["Location"] == at("book-sent", session)
    sent = Page(client.get(at("book-sent", session)))
    assert "Once you confirm, you also wait for 1 place: no place can be offered to you before that." in sent.text
    assert "kept until" not in sent.text
    page = page_of(client, one())
    assert page.buttons == ["Yes, I want to wait"]
    assert "number" not in page.text
    page = press(client, one(), "wait/")
    assert "You are number 1 on the waiting list You are waiting for 1 place." in page.text
    assert (
        "If we offered you places now, we would keep them until 9:30 on Tuesday 5 January: "
        "you have 10 hours to accept, counted from 8:00 to 18:00 on school days. "
        "From 12:00 on Friday 22 January, when booking closes, it is 2 hours."
    ) in page.text
    assert page.buttons == []
    places.cancel(taken.pk, clock=lambda: NOW, by=StaffFactory(), why="test")
    page = page_of(client, one())
    assert "There is a place for you Kept for you until 9:30 on Tuesday 5 January" in page.text
    assert page.buttons == ["Accept 1 place"]
    page = press(client, one(), "confirm/")
    assert "1 place confirmed" in page.text


def test_opening_any_address_of_the_list_changes_nothing(client, school):
    session = with_places_left(0)
    join(client, session, school)
    before = every_row()
    for page in ("", "wait/", "confirm/", "cancel/"):
        assert client.get(link(one(), page)).status_code in (200, 302)
    assert every_row() == before


def test_party_says_how_it_would_wait(client, school):
    session = with_places_left(1)
    response = shown(client, join(client, session, school, BEN))
    page = Page(response)
    assert response.status_code == 422
    assert "There is a problem Choose who has the place now" in page.text
    assert page.buttons == ["Book 1 now, wait for 1", "Wait for 2 together"]
    assert Booking.objects.filter(contact_name=ADA["name"]).count() == 0


def test_party_books_one_now_and_waits_for_one(client, school):
    session = with_places_left(1)
    join(client, session, school, BEN, wait="some", now="0")
    sent = Page(client.get(at("book-sent", session)))
    assert (
        "Your place is kept until 18:00 on Tuesday 5 January. Once you confirm, you also wait for 1 place" in sent.text
    )
    held, waits = Booking.objects.filter(contact_name=ADA["name"]).order_by("pk")
    page = page_of(client, held)
    assert page.buttons == ["Confirm 1 place, wait for 1"]
    press(client, held, "confirm/")
    for either in (held, waits):
        text = page_of(client, either).text
        assert "1 confirmed, 1 waiting Your reference" in text
        assert "You Confirmed Ada Teacher (you)" in text
        assert "Ben Colleague Number 1 on the waiting list" in text


def test_party_waits_together(client, school):
    session = with_places_left(1)
    join(client, session, school, BEN, wait="all")
    assert (one().status, one().party, one().smallest_party) == (Status.WAITING, 2, None)
    assert session.places.__class__.objects.get(pk=session.pk).places_taken == 29


def test_full_session_asks_a_party_whether_fewer_would_do(client, school):
    session = with_places_left(0)
    fill_in(client, session, school, BEN)
    page = Page(client.get(at("book-check", session)))
    assert "Take fewer if fewer come free, and wait for the rest Wait for 2 together" in page.text
    client.post(at("book-check", session), {"wait": "1", "fewer": "yes"})
    assert one().smallest_party == 1


def test_wait_pressed_twice_waits_once(client, school):
    session = with_places_left(0)
    join(client, session, school)
    assert client.post(at("book-check", session), {"wait": "1"})["Location"] == at("book-sent", session)
    assert Booking.objects.waiting().count() == 1


def test_send_again_sends_the_link_of_the_list(client, school, monkeypatch):
    session = with_places_left(0)
    join(client, session, school)
    client.post(at("book-again", session))
    assert Mail.objects.filter(kind=Kind.WAITING).count() == 2


def test_another_address_waits_instead(client, school):
    session = with_places_left(0)
    join(client, session, school)
    first = one()
    client.post(at("book-address", session), {"email": "right@school.example"})
    assert client.get(link(first)).status_code == 404
    assert Booking.objects.waiting().get().contact_email == "right@school.example"


def test_leaving_asks_once(client, school):
    session = with_places_left(0)
    join(client, session, school)
    press(client, one(), "wait/")
    page = Page(client.get(link(one(), "cancel/")))
    assert page.buttons == ["Leave the waiting list"]
    assert one().status == Status.WAITING
    assert "This booking is cancelled" in press(client, one(), "cancel/").text
    assert one().status == Status.CANCELLED


def test_declining_asks_once(client, school):
    session = with_places_left(0)
    taken = Booking.objects.get()
    join(client, session, school)
    press(client, one(), "wait/")
    places.cancel(taken.pk, clock=lambda: NOW, by=StaffFactory(), why="test")
    assert Page(client.get(link(one(), "cancel/"))).buttons == ["Decline the offer"]
    press(client, one(), "cancel/")
    assert one().status == Status.CANCELLED


def test_lapsed_booking_of_a_full_session_waits_with_everything_it_gave(client, school, monkeypatch):
    session = SessionFactory(room__capacity=1)
    book(client, session, school)
    Mail.objects.update(state=Mail.State.SENT, answered_at=NOW)
    later = one().deadline
    monkeypatch.setattr(timezone, "now", lambda: later)
    places.hold(session.pk, party(email="next@school.example"), clock=lambda: later)
    page = page_of(client, one())
    assert (
        "Your place was not kept It was held until 18:00 on Tuesday 5 January and not confirmed by then." in page.text
    )
    assert page.buttons == ["Join the waiting list"]
    assert "You are number 1 on the waiting list" in press(client, one(), "wait/").text


def test_after_the_booking_deadline_an_offer_is_said_to_stand_for_less(client, school, monkeypatch):
    session = with_places_left(0)
    join(client, session, school)
    press(client, one(), "wait/")
    monkeypatch.setattr(timezone, "now", lambda: session.closes_at)
    said = "you have 2 hours to accept, counted from 8:00 to 18:00 on school days."
    assert said in page_of(client, one()).text


def test_end_of_the_list_is_said(client, school, monkeypatch):
    session = with_places_left(0)
    join(client, session, school)
    with places.locked(session.pk, lambda: session.waiting_closes_at):
        pass
    monkeypatch.setattr(timezone, "now", lambda: session.waiting_closes_at)
    page = page_of(client, one())
    assert "The waiting list has ended Nothing came free for you." in page.text
    assert page.buttons == []


def test_list_that_has_ended_takes_nobody(client, school):
    session = with_places_left(0)
    fill_in(client, session, school)
    ShowcaseSession.objects.filter(pk=session.pk).update(waiting_closes_at=NOW)
    assert "Join the waiting list" not in Page(client.get(f"/sessions/{session.ref}/")).links
    response = shown_again(client, "book-check", session, {"wait": "1"})
    assert response.status_code == 409
    assert "The waiting list for this session has ended." in Page(response).text
    assert Booking.objects.waiting().count() == 0


@pytest.mark.parametrize("left, answers", [(0, {}), (1, {"wait": "some", "now": "1"}), (1, {"wait": "all"})])
def test_answer_is_the_same_to_the_byte_for_an_address_that_is_booked(client, school, left, answers):
    heard = []
    for address in ("eve@school.example", ADA["email"]):
        ShowcaseSession.objects.update(title="")
        session = with_places_left(left + 1)
        ShowcaseSession.objects.filter(pk=session.pk).update(title="The session")
        asked = party(email=address, school=School.objects.get(name="Ash Primary School"), contact_name="Eve")
        waiting_list.join(session.pk, asked, clock=lambda: NOW, fewer=True)
        client.cookies.clear()
        answer = join(client, session, school, *([BEN] if left else []), **answers)
        page = client.get(at("book-sent", session))
        again = client.post(at("book-again", session))
        said = [answer, page, again]
        heard.append([(one.status_code, Page(one).text if one.content else one["Location"]) for one in said])
    same = [[(status, text.replace("\n", " ")) for status, text in one] for one in heard]
    refs = [session.ref for session in ShowcaseSession.objects.order_by("pk")]
    assert [[(s, t.replace(refs[0], "")) for s, t in same[0]]] == [[(s, t.replace(refs[1], "")) for s, t in same[1]]]
