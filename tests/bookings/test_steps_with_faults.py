"""A step sent with faults: kept in the draft, shown by its own page, forgotten once it is put right."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Draft, NetworkUse
from bookings.states import SessionStatus, Verb
from hubs.models import SchoolList, ShowcaseSession
from tests.browser.reading import Page
from tests.browser.steps import ADA, at, choose_school, fill_in, say_who, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
BEN = {"name": "Ben Colleague"}
HOUR = dt.timedelta(hours=1)
TRACES = {"faulty", "tried", "other"}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(ref="ABC234", room__capacity=2)


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School", town="Dover", postcode="CT16 1AA")


def page_at(client, name, session, status=200):
    response = client.get(at(name, session))
    assert response.status_code == status
    return Page(response)


def answers():
    return Draft.objects.get().answers


# Each step: what is sent with faults, the field that they are said at, and what puts it right.
STEPS = [
    ("book", {"school": ""}, "school", {"school": "ash"}),
    ("book-school", {"urn": "1"}, "urn_0", {"urn": "100100"}),
    ("book-other", {"kind": "trust", "name": "Maths Trust"}, "place", {"kind": "none"}),
    ("book-who", ADA | {"name": ""}, "name", ADA),
]
each_step = pytest.mark.parametrize("name, wrong, field, right", STEPS, ids=[step[0] for step in STEPS])


@each_step
def test_faults_are_shown_until_the_step_is_put_right(client, session, school, name, wrong, field, right):
    choose_school(client, session, school)
    shown_again(client, name, session, wrong)
    for _reload in range(2):
        page = page_at(client, name, session, 422)
        assert set(page.errors) == {field}
        assert {key: page.fields[key] for key in wrong if key in page.fields} == {
            key: value for key, value in wrong.items() if key in page.fields
        }
    assert client.post(at(name, session), right).status_code == 302
    assert page_at(client, name, session).errors == {}
    assert TRACES & set(answers()) == set()


@each_step
def test_faults_are_not_shown_once_another_step_has_been_answered(client, session, school, name, wrong, field, right):
    choose_school(client, session, school)
    shown_again(client, name, session, wrong)
    elsewhere = ("book-other", {"kind": "none"}) if name == "book" else ("book", {"school": "ash"})
    client.post(at(elsewhere[0], session), elsewhere[1])
    assert page_at(client, name, session).errors == {}


def test_nothing_typed_with_faults_is_lost_on_the_way_through_other_steps(client, session, school):
    choose_school(client, session, school)
    client.post(at("book-who", session), ADA | {"add": "1"})
    shown_again(client, "book-who", session, ADA | {"name_1": "", "email_1": "ben@", "needs_own": "step-free"})
    shown_again(client, "book-other", session, {"kind": "trust", "name": "Maths Trust"})
    choose_school(client, session, school)
    who, other = page_at(client, "book-who", session), page_at(client, "book-other", session)
    assert (who.fields["name"], who.fields["email_1"], who.fields["needs_own"]) == ("Ada Teacher", "ben@", "step-free")
    assert (other.fields["kind"], other.fields["name"]) == ("trust", "Maths Trust")


def test_answers_that_stood_are_not_booked_while_later_ones_have_faults(client, session, school):
    fill_in(client, session, school)
    shown_again(client, "book-who", session, ADA | {"email": "not an address"})
    for answer in (client.get(at("book-check", session)), client.post(at("book-check", session))):
        assert (answer.status_code, answer["Location"]) == (302, at("book-who", session))
    assert set(page_at(client, "book-who", session, 422).errors) == {"email"}
    assert Booking.objects.count() == 0


def test_faults_are_said_in_the_language_of_the_page(client, session):
    shown_again(client, "book", session)
    page = Page(client.get("/zh-hans" + at("book", session)))
    assert page.errors == {"school": "输入您学校的名称、城镇、邮编或URN"}


def test_step_with_faults_is_kept_as_long_as_any(client, session, monkeypatch):
    shown_again(client, "book", session)
    cookie = client.cookies["draft"]
    assert (cookie["path"], cookie["max-age"]) == (at("book", session), "")
    assert Draft.objects.get().expires_at == NOW + 24 * HOUR
    monkeypatch.setattr(timezone, "now", lambda: NOW + 24 * HOUR)
    assert page_at(client, "book", session).errors == {}


def test_step_with_faults_at_a_reference_in_lower_case_leads_to_where_its_cookie_is_sent(client, session):
    response = client.post("/sessions/abc234/book/", {"school": ""})
    assert (response.status_code, response["Location"]) == (303, at("book", session))
    assert page_at(client, "book", session, 422).errors != {}


def test_draft_that_has_booked_keeps_nothing_that_was_put_right(client, session, school):
    shown_again(client, "book-other", session, {"kind": "trust", "name": "Maths Trust"})
    choose_school(client, session, school)
    shown_again(client, "book-who", session, ADA | {"name": "", "mobile": "wrong"})
    say_who(client, session)
    client.post(at("book-check", session))
    draft = Draft.objects.get()
    assert TRACES & set(draft.answers) == set()
    assert (draft.answers["who"]["mobile"], draft.expires_at) == ("", Booking.objects.get().deadline)


def test_another_address_with_faults_is_shown_once_and_then_forgotten(client, session, school):
    fill_in(client, session, school)
    client.post(at("book-check", session))
    shown_again(client, "book-address", session, {"email": "wrong"})
    assert page_at(client, "book-address", session, 422).fields == {"email": "wrong"}
    client.post(at("book-address", session), {"email": "right@school.example"})
    assert page_at(client, "book-address", session).fields == {"email": ""}
    assert TRACES & set(answers()) == set()


# --- the last button -------------------------------------------------------------------------------------------------


def test_way_to_wait_that_was_left_out_is_asked_for_while_places_are_missing(client, session, school):
    fill_in(client, session, school, BEN)
    held = places.hold(session.pk, party(), clock=lambda: NOW)
    page = Page(shown_again(client, "book-check", session, {"wait": "some"}))
    assert page.errors == {"now_0": "Choose who has the place now"}
    places.cancel(held.pk, clock=lambda: NOW)
    page = page_at(client, "book-check", session)
    assert (page.errors, page.buttons) == ({}, ["Book 2 places"])
    places.hold(session.pk, party(email="quicker@school.example"), clock=lambda: NOW)
    page = Page(shown_again(client, "book-check", session))
    assert (page.errors, page.buttons) == ({}, ["Book 1 now, wait for 1", "Wait for 2 together"])


def test_limit_is_said_while_it_is_reached(client, session, school, monkeypatch):
    fill_in(client, session, school)
    monkeypatch.setattr("bookings.views.limits.MOST_AN_HOUR", {"booking": 0})
    page = Page(shown_again(client, "book-check", session))
    assert "Too many requests have come from your network. Try again after 10:00" in page.text
    assert NetworkUse.objects.get(what="booking").used == 0
    monkeypatch.setattr("bookings.views.limits.MOST_AN_HOUR", {"booking": 1})
    assert page_at(client, "book-check", session).buttons == ["Book 1 place"]
    assert client.post(at("book-check", session))["Location"] == at("book-sent", session)


# --- whatever is sent ------------------------------------------------------------------------------------------------


def take(session, number):
    """So many places, if there are any, for somebody else."""
    if number:
        places.hold(session.pk, party(size=number, email=f"{number}@school.example"), clock=lambda: NOW)


SENT = [
    {},
    ADA,
    {"wait": "1"},
    {"wait": "some", "now": "0"},
    {"school": "ash", "urn": "100100", "kind": "none", "code": "x", "email": "x"},
]
NAMES = ["book", "book-school", "book-other", "book-code", "book-who", "book-check", "book-again", "book-address"]


def full(session):
    session.places.refresh_from_db()
    take(session, 2 - session.places.places_taken)


def list_ended(session):
    full(session)
    ShowcaseSession.objects.update(waiting_closes_at=NOW)


def closed(session):
    with places.locked(session.pk, lambda: NOW) as room:
        places.write(room, Verb.CLOSE, by=StaffFactory(), status=SessionStatus.CLOSED)


def for_a_list(session):
    session.who_may_book, session.only_list = "list", SchoolList.objects.create(hub=session.hub, name="x", code="y")
    session.save()


STATES = [pytest.param(lambda _session: None, id="open"), full, list_ended, closed, for_a_list]


@pytest.mark.slow
@pytest.mark.parametrize("booked", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_no_step_answers_what_is_sent_by_a_page(client, session, school, state, booked):
    """A page that answers a POST is one that Back would send again."""
    fill_in(client, session, school)
    if booked:
        client.post(at("book-check", session))
    state(session)
    for name in NAMES:
        for sent in SENT:
            response = client.post(at(name, session), sent)
            assert response.status_code in (302, 303), (name, sent)
            assert response["Cache-Control"] == "no-store"
            assert client.get(response["Location"], follow=True).status_code in (200, 409, 422)
