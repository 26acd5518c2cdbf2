"""The code of a list of schools, for whoever is not on it; and on the session page, whom it is for and until when."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Mail
from bookings.rule.refusals import NotForYourSchool
from bookings.states import Status
from bookings.views.limits import CODE, MOST_AN_HOUR
from hubs.models import LocalAuthority, School, SchoolList
from tests.browser.reading import Page
from tests.browser.steps import at, choose_school, say_who, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
ASKS = "Do you have a code?"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def for_a_list(code="Shanghai 2026", ref="ABC234", **fields):
    """A session for the schools of a list."""
    session = SessionFactory(ref=ref, **fields)
    session.only_list = SchoolList.objects.create(hub=session.hub, name="Programme schools", code=code)
    session.who_may_book = "list"
    session.save()
    return session


@pytest.fixture
def session():
    return for_a_list()


@pytest.fixture
def refused(client, session):
    """A browser at the page that refuses its school."""
    choose_school(client, session, SchoolFactory())
    return client


def give(client, session, code):
    return client.post(at("book-code", session), {"code": code})


# --- on the steps ---------------------------------------------------------------------------------------------------


def test_school_that_is_not_on_the_list_is_asked_for_a_code(refused, session):
    response = refused.get(at("book-who", session))
    page = Page(response)
    assert (response.status_code, page.buttons, page.fields) == (409, ["Use this code"], {"code": ""})
    assert ASKS in page.text
    assert "This session is for some schools only, and yours is not one of them." in page.text


@pytest.mark.parametrize("fields", [{"code": ""}, {"code": "  "}], ids=["none", "blank"])
def test_list_without_a_code_asks_for_none(client, fields):
    session = for_a_list(**fields)
    choose_school(client, session, SchoolFactory())
    assert ASKS not in Page(client.get(at("book-who", session))).text
    for code in ("", " "):
        response = give(client, session, code)
        assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    assert ASKS not in Page(client.get(at("book-who", session))).text


def test_session_for_authorities_asks_for_no_code(client):
    session = SessionFactory(who_may_book="authorities")
    session.only_list = SchoolList.objects.create(hub=session.hub, name="Programme schools", code="x")
    session.save()
    choose_school(client, session, SchoolFactory())
    assert ASKS not in Page(client.get(at("book-who", session))).text


@pytest.mark.parametrize("code", ["Shanghai 2026", "shanghai2026", "  SHANG HAI\t2026 ", " ".join("Shanghai2026")])
def test_right_code_opens_the_steps_and_books(refused, session, code):
    response = give(refused, session, code)
    assert (response.status_code, response["Location"]) == (302, at("book-who", session))
    assert Page(refused.get(at("book-who", session))).title == "Who is coming? – Showcase"
    say_who(refused, session)
    assert refused.post(at("book-check", session))["Location"] == at("book-sent", session)
    booking = Booking.objects.get()
    assert (booking.status, booking.code) == (Status.HELD, "Shanghai 2026")


def test_right_code_is_kept_for_another_address_and_for_booking_again(refused, session):
    give(refused, session, "shanghai2026")
    say_who(refused, session)
    refused.post(at("book-check", session))
    refused.post(at("book-address", session), {"email": "new@school.example"})
    booking = Booking.objects.get(contact_email="new@school.example")
    assert booking.status == Status.HELD
    Mail.objects.update(state="sent", answered_at=NOW)
    with places.locked(session.pk, lambda: booking.deadline):
        pass
    booking.refresh_from_db()
    assert booking.status == Status.LAPSED
    assert places.confirm(booking.pk, clock=lambda: booking.deadline).status == Status.CONFIRMED


def test_code_that_has_been_changed_no_longer_opens(refused, session):
    give(refused, session, "shanghai2026")
    say_who(refused, session)
    SchoolList.objects.update(code="another")
    response = shown_again(refused, "book-check", session)
    assert (response.status_code, ASKS in Page(response).text, Booking.objects.count()) == (409, True, 0)
    give(refused, session, "another")
    assert refused.post(at("book-check", session))["Location"] == at("book-sent", session)


@pytest.mark.parametrize(
    "code, said",
    [
        ("", "Enter the code that the hub gave you"),
        ("\x00", "Enter the code that the hub gave you"),
        ("Shanghai", "Enter the code as the hub gave it to you: this one does not work"),
        ("Shanghai 2026 or so", "Enter the code as the hub gave it to you: this one does not work"),
        ("上海", "Enter the code as the hub gave it to you: this one does not work"),
        ("x" * 201, "Enter 200 characters or fewer"),
    ],
)
def test_wrong_code_says_so_and_opens_nothing(refused, session, code, said):
    response = shown_again(refused, "book-code", session, {"code": code})
    page = Page(response)
    assert (response.status_code, page.errors) == (422, {"code": said})
    assert page.title == "Error: Not booked – Showcase"
    assert refused.get(at("book-who", session)).status_code == 409


def another_browser(client, session):
    client.cookies.clear()
    choose_school(client, session, School.objects.last())
    return client


def test_network_may_try_twenty_codes_of_a_session_however_many_browsers_it_has(refused, session):
    for _browser in range(10):
        for _try in range(2):
            response = shown_again(refused, "book-code", session, {"code": "wrong"})
            assert "this one does not work" in Page(response).text
        refused = another_browser(refused, session)
    said = "Ask the hub for the code: too many have been tried here"
    for _try in range(2):
        response = shown_again(refused, "book-code", session, {"code": "Shanghai 2026"})
        assert (response.status_code, Page(response).errors) == (422, {"code": said})
    assert refused.get(at("book-who", session)).status_code == 409


def test_neither_right_codes_nor_an_empty_field_count_as_tries(refused, session):
    for _browser in range(MOST_AN_HOUR[CODE] + 1):
        give(refused, session, " ")
        assert give(refused, session, "Shanghai 2026")["Location"] == at("book-who", session)
        refused = another_browser(refused, session)


def test_codes_of_another_session_and_from_another_network_are_counted_apart(refused, session):
    for _try in range(MOST_AN_HOUR[CODE]):
        give(refused, session, "wrong")
    response = refused.post(at("book-code", session), {"code": "Shanghai 2026"}, REMOTE_ADDR="192.0.2.9")
    assert response["Location"] == at("book-who", session)
    other = for_a_list(code="Other", ref="DEF567")
    choose_school(refused, other, School.objects.last())
    assert give(refused, other, "Other")["Location"] == at("book-who", other)


def test_code_is_asked_for_only_where_the_steps_are(client, session):
    for method in (client.get, client.post):
        assert method(at("book-code", session), {"code": "Shanghai 2026"})["Location"] == at("book", session)
    school = SchoolFactory()
    session.only_list.schools.add(school)
    choose_school(client, session, school)
    assert give(client, session, "wrong")["Location"] == at("book-who", session)
    assert client.get(at("book-code", session))["Location"] == at("book-who", session)


def test_code_does_not_make_a_full_session_larger(client):
    session = for_a_list(room__capacity=1)
    places.hold(session.pk, party(code="shanghai 2026"), clock=lambda: NOW)
    choose_school(client, session, SchoolFactory())
    give(client, session, "Shanghai 2026")
    page = Page(client.get(at("book-who", session)))
    assert "With these steps you join the waiting list." in page.text


# --- the rule -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["", "shanghai", "Shanghai 2027"])
def test_rule_refuses_a_wrong_code_whatever_the_pages_do(session, code):
    with pytest.raises(NotForYourSchool):
        places.hold(session.pk, party(code=code), clock=lambda: NOW)
    assert Booking.objects.count() == 0


def test_rule_takes_the_right_code(session):
    assert places.hold(session.pk, party(code="SHANGHAI2026"), clock=lambda: NOW).status == Status.HELD


# --- whom it is for, and until when, in dates -----------------------------------------------------------------------


def said_of(client, session):
    return Page(client.get(session.get_absolute_url())).text


def test_session_page_names_the_list_and_says_from_when_it_is_for_everyone(client):
    session = for_a_list(open_to_everyone_at=NOW + DAY)
    text = said_of(client, session)
    assert (
        "Who may book Schools of the list “Programme schools”, and others who have its code. "
        "Every school from 9:30 on Tuesday 5 January" in text
    )
    assert "Shanghai 2026" not in text


def test_session_page_names_the_local_authorities(client):
    session = SessionFactory(who_may_book="authorities")
    for code, name in [("886", "Kent"), ("887", "Medway"), ("845", "East Sussex")]:
        session.only_authorities.add(LocalAuthority.objects.create(code=code, name=name))
    assert "Who may book Schools in East Sussex, Kent and Medway" in said_of(client, session)


@pytest.mark.parametrize("fields", [{}, {"open_to_everyone_at": NOW}])
def test_session_page_says_nothing_where_everyone_may_book(client, fields):
    session = for_a_list(**fields) if fields else SessionFactory()
    assert "Who may book" not in said_of(client, session)


@pytest.mark.parametrize("full", [False, True])
def test_session_page_says_all_its_dates(client, full):
    session = SessionFactory(share=2, room__held_back=3, room__capacity=4)
    if full:
        places.hold(session.pk, party(), clock=lambda: NOW)
    text = said_of(client, session)
    for said in (
        "Each school may take 2 places until 8:00 on Tuesday 19 January, then as many as are left",
        "Kept for guests 3 places until 12:00 on Thursday 21 January",
        "Book by 12:00 on Friday 22 January",
        "Waiting list until 16:00 on Monday 25 January",
    ):
        assert said in text


def test_session_page_says_a_share_that_has_no_end(client):
    session = SessionFactory(share=2)
    session.share_until = None
    session.save()
    assert "Each school may take 2 places in all Book by" in said_of(client, session)
