"""Ten bookings of one address that nobody has confirmed: the next is answered by one mail a day, and the owner can
still book (rule.md#unproved)."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail.sending import send_due
from bookings.models import Booking, Mail
from bookings.rule import mails
from bookings.rule.party import VisitingSchool
from bookings.states import Status
from bookings.verbs import waiting_list
from tests.browser.reading import Page
from tests.browser.steps import at, book, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
VICTIM = "victim@school.example"
MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)


def clock():
    return NOW


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def ask(session, n, *, email=VICTIM, **how):
    """A stranger asks for a place at an address, from a school of their own invention, and does not come."""
    school = VisitingSchool(kind="independent", name=f"Invented {n}", place="Nowhere")
    return places.hold(session.pk, party(visiting=school, email=email, contact_comes=False), clock=clock, **how)


@pytest.fixture
def ten():
    """Ten of them."""
    session = SessionFactory(share=None, room__capacity=100)
    for n in range(10):
        ask(session, n)
    return session


def link_of(mail):
    """The path of the link in a mail that was sent."""
    link = next(word for word in mail.body.split() if "/bookings/" in word)
    return link.removeprefix("https://testserver")


# --- as it was seen --------------------------------------------------------------------------------------------------


def test_forty_five_requests_are_eleven_mails_and_ten_places(mailoutbox):
    """There were 45 confirm mails to one stranger in 27 seconds."""
    sessions = [SessionFactory(share=None, room__capacity=100) for _ in range(3)]
    made = [ask(sessions[n % 3], n) for n in range(45)]
    send_due(clock)
    assert len(mailoutbox) == 11
    assert [booking is None for booking in made] == [False] * 10 + [True] * 35
    assert mailoutbox[-1].subject == "10 bookings wait for you to confirm"


def test_mail_of_the_ten_comes_once_a_day(ten, monkeypatch):
    for hours in (0, 1, 23, 24, 30):
        monkeypatch.setattr(mails, "MOST_UNPROVED", 10)
        school = VisitingSchool(kind="independent", name=f"Later {hours}", place="Nowhere")
        asked = party(visiting=school, email=VICTIM, contact_comes=False)
        assert places.hold(ten.pk, asked, clock=lambda hours=hours: NOW + dt.timedelta(hours=hours)) is None
    assert Mail.objects.filter(kind="unproved").count() == 2


@pytest.mark.parametrize("kind", ["wait", "first"])
def test_waiting_and_what_is_confirmed_first_count_too(kind):
    session = SessionFactory(share=None, room__capacity=100)
    for n in range(11):
        if kind == "first":
            made = ask(session, n, first=True)
        else:
            school = VisitingSchool(kind="independent", name=f"Invented {n}", place="Nowhere")
            asked = party(visiting=school, email=VICTIM, contact_comes=False)
            made = waiting_list.join(session.pk, asked, clock=clock).booking
    assert made is None
    assert Booking.objects.count() == 10


def test_what_was_asked_first_counts_for_a_day_and_not_for_good():
    session = SessionFactory(share=None, room__capacity=100)
    for n in range(10):
        ask(session, n, first=True)
    asked = party(email=VICTIM)
    assert places.hold(session.pk, asked, clock=lambda: NOW + dt.timedelta(hours=23)) is None
    assert places.hold(session.pk, party(email=VICTIM), clock=lambda: NOW + DAY + MINUTE) is not None


def test_bookings_of_a_session_that_is_over_or_were_confirmed_by_staff_do_not_count(ten):
    Booking.objects.filter(pk=Booking.objects.first().pk).update(status="confirmed", held_from=None, source="staff")
    assert ask(ten, "eleventh") is not None


def test_answer_is_that_of_an_address_which_is_booked(client, ten):
    school = SchoolFactory(name="Ash Primary School")
    booked = SessionFactory()
    book(client, booked, school, email="booked@school.example")

    def answer(email):
        client.cookies.clear()
        fill_in(client, booked, school, email=email)
        pressed = client.post(at("book-check", booked))
        response = client.get(at("book-sent", booked))
        body = response.content.decode().replace(email, "ADDRESS").replace(str(response.context["csrf_token"]), "KEY")
        return pressed.status_code, pressed["Location"], response.status_code, body

    before = Booking.objects.count()
    assert answer(VICTIM) == answer("booked@school.example")
    assert Booking.objects.count() == before
    assert answer(VICTIM) == answer("unknown@school.example")


# --- the owner -------------------------------------------------------------------------------------------------------


@pytest.fixture
def link(ten, mailoutbox):
    ask(ten, "eleventh")
    send_due(clock)
    return link_of(mailoutbox[-1])


def test_owner_drops_the_ten_by_one_link_and_books(client, ten, link):
    page = Page(client.get(link))
    assert page.title == "Bookings that wait for you – Showcase"
    assert "10 bookings wait for you" in page.text
    asked = Page(client.get(f"{link}drop/"))
    assert "Drop these 10 bookings?" in asked.text
    before = Mail.objects.count()
    client.post(f"{link}drop/", {"bookings": [one.reference for one in Booking.objects.all()]})
    assert {*Booking.objects.values_list("status", flat=True)} == {Status.CANCELLED}
    assert Mail.objects.count() == before
    assert "Nothing waits for you" in Page(client.get(link)).text
    assert places.hold(ten.pk, party(email=VICTIM), clock=clock).status == Status.HELD


def test_owner_confirms_what_is_theirs(client, ten, link):
    mine = Booking.objects.order_by("pk")[3]
    response = client.post(f"{link}answer/", {"bookings": [mine.reference]})
    assert (response.status_code, response["Location"]) == (302, link)
    stands = Booking.objects.order_by("pk").values_list("status", flat=True)
    assert [status for status in stands if status == Status.CONFIRMED] == [Status.CONFIRMED]
    assert "9 bookings wait for you" in Page(client.get(link)).text
    assert ask(ten, "eleventh") is not None


def test_nothing_ticked_says_so_and_changes_nothing(client, link):
    response = client.post(f"{link}answer/")
    page = Page(response)
    assert (response.status_code, page.errors) == (422, {"bookings_0": "Tick what you asked for"})
    response = client.post(f"{link}answer/", {"bookings": ["ZZZZZZZZ", "\x00"]})
    assert response.status_code == 422
    assert {*Booking.objects.values_list("status", flat=True)} == {Status.HELD}


def test_what_cannot_be_confirmed_is_said_with_why(client, ten, link):
    ten.places.__class__.objects.filter(pk=ten.pk).update(status="cancelled")
    mine = Booking.objects.order_by("pk")[3]
    response = client.post(f"{link}answer/", {"bookings": [mine.reference]})
    assert response.status_code == 409
    assert "This session is cancelled." in Page(response).text


def test_page_shows_bookings_of_its_own_address_alone_and_drops_no_other(client, ten, link):
    other = ask(SessionFactory(), "x", email="other@school.example")
    assert other.reference not in client.get(link).content.decode()
    client.post(f"{link}drop/", {"bookings": [other.reference]})
    client.post(f"{link}answer/", {"bookings": [other.reference]})
    other.refresh_from_db()
    assert other.status == Status.HELD


def test_opening_changes_nothing_and_a_wrong_link_is_a_404(client, link):
    for address in (link, f"{link}answer/", f"{link}drop/"):
        client.get(address)
    assert {*Booking.objects.values_list("status", flat=True)} == {Status.HELD}
    token = link.strip("/").split("/")[-1]
    wrong = token[:-1] + ("A" if token[-1] != "A" else "B")
    for address in ("", "answer/", "drop/"):
        assert client.get(f"/bookings/{wrong}/{address}").status_code == 404
        assert client.get(f"{link}{address}")["Cache-Control"] == "no-store"


def test_mail_is_not_sent_once_nothing_waits_any_longer(ten, mailoutbox):
    ask(ten, "eleventh")
    for booking in Booking.objects.all():
        places.cancel(booking.pk, clock=clock)
    send_due(clock)
    assert "10 bookings wait for you to confirm" not in [mail.subject for mail in mailoutbox]


# --- lapses and links sent again -------------------------------------------------------------------------------------


def lapse(session):
    """All that is held there lapses, at its deadline."""
    Mail.objects.update(state="sent", answered_at=NOW)
    at_deadline = Booking.objects.filter(session=session).latest("deadline").deadline
    with places.locked(session.pk, lambda: at_deadline):
        pass


def test_address_that_never_proved_gets_one_mail_of_its_lapses_a_day(ten):
    other = SessionFactory(share=None)
    Booking.objects.filter(pk=Booking.objects.first().pk).update(session=other)
    other.places.__class__.objects.filter(pk=other.pk).update(places_taken=1)
    ten.places.__class__.objects.filter(pk=ten.pk).update(places_taken=9)
    for session in (ten, other):
        lapse(session)
    assert {*Booking.objects.values_list("status", flat=True)} == {Status.LAPSED}
    assert Mail.objects.filter(kind="lapsed").count() == 1


def test_address_that_has_proved_something_is_told_of_each_lapse(ten):
    places.confirm(Booking.objects.first().pk, clock=clock)
    lapse(ten)
    assert Mail.objects.filter(kind="lapsed").count() == 9


def test_link_is_sent_again_ten_minutes_apart_for_all_bookings_of_an_address(ten):
    for booking in Booking.objects.all():
        mails.resend_link(booking, now=NOW)
    assert Mail.objects.filter(kind="confirm").count() == 11
    for hours in range(1, 9):
        for booking in Booking.objects.all():
            mails.resend_link(booking, now=NOW + dt.timedelta(hours=hours))
    assert Mail.objects.filter(kind="confirm").count() == 15  # five a day
