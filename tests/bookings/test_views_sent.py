"""After the button: check your email, send it again, use another address."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Draft, Mail
from bookings.rule import mails as emails
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs import staff_booking
from hubs.models import Hub
from hubs.vocabulary.school_days import london
from tests.browser.reading import Page
from tests.browser.rows import every_row
from tests.browser.steps import at, book, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
MINUTE, HOUR = dt.timedelta(minutes=1), dt.timedelta(hours=1)
BEN = {"name": "Ben Colleague", "email": "ben@school.example"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def later(monkeypatch):
    """Puts the clock forward."""
    return lambda delta: monkeypatch.setattr(timezone, "now", lambda: NOW + delta)


@pytest.fixture
def session():
    return SessionFactory(title="Year 6 lesson", share=3)


@pytest.fixture
def school():
    return SchoolFactory(name="Ash Primary School")


@pytest.fixture
def booked(client, session, school):
    """What this browser has just booked."""
    book(client, session, school, BEN)
    return Booking.objects.get()


def sent_page(client, session):
    response = client.get(at("book-sent", session))
    assert response.status_code == 200
    return Page(response)


def use(client, session, email):
    """Ask for another address; the page that follows."""
    response = client.post(at("book-address", session), {"email": email})
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    return sent_page(client, session)


def mails():
    return list(Mail.objects.order_by("pk").values_list("kind", "recipient"))


@pytest.mark.usefixtures("booked")
def test_sent_page_says_where_the_mail_went_and_until_when_places_are_kept(client, session):
    page = sent_page(client, session)
    assert page.title == "Check your email – Showcase"
    assert (
        "We have sent a link to ada@school.example. Press it, then press Confirm. "
        "Your 2 places are kept until 18:00 on Tuesday 5 January."
    ) in page.text
    assert "Some school systems hold email back for an hour. Look in your junk folder too." in page.text
    assert page.buttons == ["Send it again"]
    assert page.links["Use another address"] == at("book-address", session)
    assert "You have asked for it again." not in page.text


def test_sent_page_of_one_place_speaks_of_one(client, session, school):
    book(client, session, school)
    assert "Your place is kept until 18:00 on Tuesday 5 January." in sent_page(client, session).text


def test_sent_page_shows_nothing_that_opens_or_names_the_booking(client, session, booked):
    html = client.get(at("book-sent", session)).content.decode()
    for secret in (booked.reference, booked.reference_spaced, token(Purpose.CONTACT, booked), str(booked.public_id)):
        assert secret not in html


@pytest.mark.usefixtures("booked")
def test_opening_the_pages_afterwards_changes_nothing(client, session):
    before = every_row()
    for name in ("book-sent", "book-again", "book-address"):
        for method in ("get", "head"):
            assert getattr(client, method)(at(name, session)).status_code in (200, 302)
    assert every_row() == before


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("name", ["book-again", "book-address", "book-check", "book-who"])
def test_what_can_be_done_afterwards_ends_after_an_hour(client, session, later, name):
    later(HOUR)
    before = every_row()
    for response in (client.get(at(name, session)), client.post(at(name, session), {"email": "new@school.example"})):
        assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert every_row() == before


def test_sent_page_answers_until_the_deadline_that_it_says_whatever_becomes_of_the_booking(
    client, session, booked, later
):
    said = "Your 2 places are kept until 18:00 on Tuesday 5 January."
    places.cancel(booked.pk, clock=lambda: NOW)
    Hub.objects.update(hold_until=dt.time(12))  # counted anew it would be another: what has been printed stays
    before = every_row()
    for moment in (HOUR, 3 * HOUR, booked.deadline - NOW - MINUTE):
        later(moment)
        page = sent_page(client, session)
        assert said in page.text
        assert page.buttons == []
        assert "Use another address" not in page.links
        assert page.links["Get the links to your bookings by email"] == "/my-bookings/"
    assert every_row() == before
    later(booked.deadline - NOW)
    assert client.get(at("book-sent", session))["Location"] == at("book", session)


def test_sent_page_needs_no_booking(client, session, booked, later):
    Draft.objects.update(booking=None)
    later(5 * HOUR)
    assert "Your 2 places are kept until 18:00 on Tuesday 5 January." in sent_page(client, session).text


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("method", ["post", "put", "delete", "patch"])
def test_sent_page_is_only_for_reading(client, session, method):
    assert getattr(client, method)(at("book-sent", session)).status_code == 405


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("name", ["book-again", "book-address"])
@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_forms_afterwards_take_no_other_method(client, session, name, method):
    before = every_row()
    assert getattr(client, method)(at(name, session)).status_code == 405
    assert every_row() == before


# --- send it again ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("booked")
def test_send_it_again_sends_the_same_link_and_says_so(client, session):
    response = client.post(at("book-again", session))
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))
    assert mails() == [(Kind.CONFIRM, "ada@school.example")] * 2
    said = "You have asked for it again. The same link comes once more: look in a few minutes."
    assert said in sent_page(client, session).text


@pytest.mark.usefixtures("booked")
def test_send_it_again_sends_two_more_ten_minutes_apart_and_never_says_when_it_does_not(client, session, later):
    pages = set()
    for minutes, sent in [(0, 2), (9, 2), (10, 3), (30, 3)]:
        later(minutes * MINUTE)
        client.post(at("book-again", session))
        assert len(mails()) == sent
        pages.add(sent_page(client, session).text)
    assert len(pages) == 1


def test_send_it_again_sends_nothing_once_it_is_confirmed(client, session, booked):
    places.confirm(booked.pk, clock=lambda: NOW)
    before = mails()
    client.post(at("book-again", session))
    assert mails() == before


def test_pressing_again_twice_at_once_sends_one(client, session, booked):
    sent = list(Mail.objects.filter(booking=booked, kind=Kind.CONFIRM))
    emails.resend_link(booked, now=NOW)
    Mail.objects.exclude(pk__in=[mail.pk for mail in sent]).delete()
    emails.resend_link(booked, now=NOW)
    emails.resend_link(booked, now=NOW)
    assert len(mails()) == 2


# --- use another address ---------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("booked")
@pytest.mark.parametrize("email, said", [("", "Enter your email address"), ("ada", "Enter an email address in")])
def test_another_address_must_be_one(client, session, email, said):
    before = every_row() | {"bookings.Draft": None}
    ends = Draft.objects.get().expires_at
    response = shown_again(client, "book-address", session, {"email": email})
    page = Page(response)
    assert response.status_code == 422
    assert page.errors["email"].startswith(said)
    assert page.fields["email"] == email
    assert every_row() | {"bookings.Draft": None} == before
    assert Draft.objects.get().expires_at == ends


def test_another_address_drops_the_hold_and_holds_anew(client, session, booked):
    page = use(client, session, "new@school.example")
    assert "We have sent a link to new@school.example." in page.text
    booked.refresh_from_db()
    new = Booking.objects.exclude(pk=booked.pk).get()
    assert (booked.status, new.status, new.contact_email) == (Status.CANCELLED, Status.HELD, "new@school.example")
    assert [visitor.full_name for visitor in new.visitors.all()] == ["Ada Teacher", "Ben Colleague"]
    assert mails() == [(Kind.CONFIRM, "ada@school.example"), (Kind.CONFIRM, "new@school.example")]
    session.places.refresh_from_db()
    assert session.places.places_taken == 2
    assert Draft.objects.get().booking == new


def test_another_address_kills_the_first_link(client, session, booked):
    first = token(Purpose.CONTACT, booked)
    use(client, session, "new@school.example")
    response = client.post(f"/bookings/{first}/confirm/")
    assert response.status_code in (404, 409)
    booked.refresh_from_db()
    assert booked.status == Status.CANCELLED


def test_another_address_works_when_the_session_is_full_by_this_booking(client, school):
    session = SessionFactory(room__capacity=2)
    book(client, session, school, BEN)
    use(client, session, "new@school.example")
    assert [one.contact_email for one in Booking.objects.seated()] == ["new@school.example"]


def test_another_address_works_when_the_deadline_has_passed_since(client, session, booked, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: session.closes_at)
    Draft.objects.update(consumed_at=session.closes_at - MINUTE, expires_at=session.closes_at + HOUR)
    Booking.objects.update(deadline=session.starts_at)
    use(client, session, "new@school.example")
    assert [one.contact_email for one in Booking.objects.seated()] == ["new@school.example"]


@pytest.mark.usefixtures("booked")
def test_same_address_again_holds_nothing_new(client, session):
    before = Booking.objects.values_list("pk", "status")
    page = use(client, session, "ada@school.example")
    assert "We have sent a link to ada@school.example." in page.text
    assert list(Booking.objects.values_list("pk", "status")) == list(before)
    assert len(mails()) == 1


@pytest.mark.usefixtures("booked")
def test_address_may_change_three_times(client, session):
    for n in range(1, 4):
        assert f"a link to new{n}@school.example." in use(client, session, f"new{n}@school.example").text
    use(client, session, "new4@school.example")
    assert [recipient for _kind, recipient in mails()] == [
        "ada@school.example",
        *(f"new{n}@school.example" for n in range(1, 4)),
    ]
    assert [one.contact_email for one in Booking.objects.seated()] == ["new3@school.example"]


@pytest.mark.usefixtures("booked")
def test_address_of_a_colleague_in_the_booking_is_not_promised_a_mail(client, session):
    """The colleague's place has that address already: nothing can be held for it, so the page must not say so."""
    before = every_row() | {"bookings.Draft": None}
    response = shown_again(client, "book-address", session, {"email": " BEN@school.example"})
    page = Page(response)
    assert response.status_code == 422
    assert page.errors == {"email": "Enter a different address: this one is already in this booking"}
    assert every_row() | {"bookings.Draft": None} == before


def test_another_address_never_touches_a_booking_that_this_browser_did_not_make(client, session, school):
    other = places.hold(session.pk, party(email="ada@school.example", school=school), clock=lambda: NOW)
    book(client, session, school)
    assert Draft.objects.get().booking is None
    use(client, session, "new@school.example")
    other.refresh_from_db()
    assert other.status == Status.HELD
    assert sorted(Booking.objects.values_list("contact_email", flat=True)) == [
        "ada@school.example",
        "new@school.example",
    ]


@pytest.mark.usefixtures("booked")
def test_another_address_that_has_a_booking_is_told_so_by_mail_alone(client, session, school):
    places.hold(session.pk, party(email="cara@school.example", school=school), clock=lambda: NOW)
    page = use(client, session, "cara@school.example")
    assert "We have sent a link to cara@school.example." in page.text
    assert mails()[-1] == (Kind.ALREADY_BOOKED, "cara@school.example")
    assert [one.contact_email for one in Booking.objects.seated()] == ["cara@school.example"]


def test_refusal_of_another_address_is_told_by_mail_alone(client, school):
    session = SessionFactory(room__capacity=3)
    places.hold(session.pk, party(email="ada@school.example", school=school), clock=lambda: NOW)
    book(client, session, school)  # the address has a booking: nothing is held for this one
    full = party(size=2, email="", contact_name="Somebody Else")
    staff_booking.staff_booking(session.pk, full, by=StaffFactory(), clock=lambda: NOW, why="test")
    page = use(client, session, "new@school.example")
    assert "We have sent a link to new@school.example." in page.text
    assert mails()[-1] == (Kind.NOT_BOOKED, "new@school.example")


def test_another_address_of_a_confirmed_booking_asks_for_a_place_of_its_own(client, session, booked):
    """The first one was right after all, and pressed elsewhere: it stays as it is."""
    places.confirm(booked.pk, clock=lambda: NOW)
    use(client, session, "new@school.example")
    booked.refresh_from_db()
    assert booked.status == Status.CONFIRMED
    assert mails()[-1] == (Kind.NOT_BOOKED, "new@school.example")  # the school's share is 3
    assert AuditEntry.objects.filter(verb=Verb.DROP).count() == 0


@pytest.mark.parametrize(
    "status, said", [(SessionStatus.CANCELLED, "Cancelled"), (SessionStatus.POSTPONED, "Postponed")]
)
def test_another_address_for_a_session_that_is_off_says_so(client, session, booked, status, said):
    with places.locked(session.pk, lambda: NOW) as room:
        places.write(room, Verb.CLOSE, by=StaffFactory(), status=status)
    before = every_row()
    for response in (
        client.get(at("book-address", session)),
        shown_again(client, "book-address", session, {"email": "new@school.example"}),
    ):
        assert f"This session cannot be booked now {said}" in Page(response).text
    assert every_row() == before


@pytest.mark.usefixtures("booked")
def test_deadline_on_the_page_is_that_of_the_new_hold(client, session, monkeypatch):
    evening = london(dt.date(2027, 1, 4), dt.time(23, 55))
    monkeypatch.setattr(timezone, "now", lambda: evening)
    Draft.objects.update(consumed_at=evening)
    monkeypatch.setattr(timezone, "now", lambda: evening + 10 * MINUTE)
    page = use(client, session, "new@school.example")
    assert "Your 2 places are kept until 18:00 on Wednesday 6 January." in page.text
    assert Booking.objects.get(status=Status.HELD).deadline == london(dt.date(2027, 1, 6), dt.time(18))
