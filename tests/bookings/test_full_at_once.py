"""A press on a session that this process knows to be full is answered at once, and judged by the page it leads to."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Draft, Mail, Places, TurnedAway
from bookings.views import full
from hubs.models import ShowcaseSession
from tests.bookings.observed import statements
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in, shown_again
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db(transaction=True)  # what is kept goes with a commit
SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
TAKEN = "Every place at this session is taken."


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def school():
    return SchoolFactory(urn=100100, name="Ash Primary School")


@pytest.fixture(params=[True, False], ids=["with a waiting list", "without one"])
def waits(request):
    return request.param


@pytest.fixture
def session(waits):
    return SessionFactory(room__capacity=1, waiting_closes_at=None if waits else NOW)


@pytest.fixture
def known(client, session, school):
    """Two drafts; the session has filled meanwhile, and the first of them has been told. The browser has the second."""
    keys = []
    for _draft in range(2):
        client.cookies.clear()
        fill_in(client, session, school)
        keys.append(client.cookies["draft"].value)
    taken = places.hold(session.pk, party(), clock=lambda: NOW)
    client.cookies["draft"] = keys[0]
    assert TAKEN in Page(shown_again(client, "book-check", session)).text
    client.cookies["draft"] = keys[1]
    return taken


def press(client, session, **said):
    return client.post(at("book-check", session), said)


@pytest.mark.usefixtures("known")
def test_press_is_answered_by_one_statement_and_its_page_says_and_counts_what_it_was(client, session):
    with statements() as made:
        response = press(client, session)
    assert len(made) == 1, made
    assert (response.status_code, response["Location"]) == (303, f"{at('book-check', session)}?{full.PRESSED}")
    assert response["Cache-Control"] == "no-store"
    for _look in range(2):
        assert TAKEN in Page(client.get(response["Location"])).text
    assert list(TurnedAway.objects.values_list("times", "places")) == [(2, 2)]
    assert Booking.objects.count() == 1


def test_place_that_comes_free_can_be_booked_at_once(client, session, known):
    places.cancel(known.pk, clock=lambda: NOW)
    response = press(client, session)
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))


@pytest.mark.usefixtures("known")
def test_after_a_moment_it_is_looked_at_anew(client, session, monkeypatch):
    monkeypatch.setattr(full, "KEPT", 0)
    full.keep(session)
    with statements() as made:
        response = press(client, session)
    assert len(made) > 1
    assert response["Location"] == f"{at('book-check', session)}?{full.PRESSED}"


@pytest.mark.parametrize("comes_free", ["a hold lapses", "what is held back is released"])
def test_places_that_the_clock_brings_can_be_booked_at_once(client, session, known, monkeypatch, comes_free):
    soon = NOW + SECOND
    if comes_free == "a hold lapses":
        Mail.objects.update(state="sent", answered_at=NOW - 12 * HOUR)
        Booking.objects.update(deadline=soon)
    else:
        Places.objects.update(capacity=2, held_back=1)
        ShowcaseSession.objects.update(release_at=soon)
    full._known.clear()
    full.keep(session)
    monkeypatch.setattr(timezone, "now", lambda: soon)
    response = press(client, session)
    assert (response.status_code, response["Location"]) == (302, at("book-sent", session))


@pytest.mark.usefixtures("known")
def test_second_press_of_what_was_booked_leads_to_the_booking(client, session, school):
    """The server that booked it has died before the draft was told."""
    draft = Draft.objects.get(key=client.cookies["draft"].value)
    Booking.objects.update(request_key=draft.request_key)
    assert press(client, session)["Location"] == at("book-sent", session)


@pytest.mark.usefixtures("known")
def test_second_press_of_what_was_answered_by_mail_alone_is_answered_as_the_first_was(client, session):
    """Nothing was booked, for the address has a booking; nobody but its owner may learn that."""
    Draft.objects.filter(key=client.cookies["draft"].value).update(consumed_at=NOW, silent=True)
    assert press(client, session)["Location"] == at("book-sent", session)


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("key", ["", "nonsense", "0b0e31f1-7d3f-4d8f-b9c4-ae9f8a4c7d55"])
def test_who_has_no_draft_is_led_to_the_beginning(client, session, key):
    client.cookies["draft"] = key
    assert press(client, session)["Location"] == at("book", session)


@pytest.mark.usefixtures("known")
def test_who_says_how_they_would_wait_is_judged_as_ever(client, session, waits):
    response = press(client, session, wait="1", fewer="no")
    assert response["Location"] == at("book-sent" if waits else "book-check", session)
    assert Booking.objects.count() == (2 if waits else 1)


def test_look_is_no_press(client, session, school, waits):
    fill_in(client, session, school)
    places.hold(session.pk, party(), clock=lambda: NOW)
    client.get(at("book-check", session))
    assert TurnedAway.objects.exists() is not waits  # for nothing else is left to do
