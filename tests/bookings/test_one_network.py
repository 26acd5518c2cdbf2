"""Where one network holds most of what nobody has confirmed, Home says so; staff may let it go (rule.md#unproved)."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail import links
from bookings.models import AuditEntry, Booking, Mail, Places
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import NeedsReason
from bookings.sessions import one_network
from bookings.states import Status, Verb
from bookings.verbs import waiting_list
from hubs.models import ShowcaseSession
from tests.browser.reading import Page
from tests.factories import NOW, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "a" * 32, "b" * 32
LATER = NOW + dt.timedelta(minutes=30)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: LATER)


@pytest.fixture
def session():
    return SessionFactory(share=None, room__capacity=40)


def ask(session, n, *, size, network=HERE, at=NOW):
    school = VisitingSchool(kind="independent", name=f"Invented {n}", place="Nowhere")
    asked = party(visiting=school, size=size, email=f"t{n}@school.example", network=network)
    return places.hold(session.pk, asked, clock=lambda: at)


def found(now=LATER):
    return [
        (one.pk, one.of_one_network, one.of_all_networks)
        for one in one_network.narrow(ShowcaseSession.objects.all(), now=now)
    ]


@pytest.mark.parametrize(
    "here, elsewhere, is_found",
    [
        ([10], [], True),
        ([9], [], False),  # a party or two
        ([6, 6], [10], True),
        ([6, 6], [10, 2], False),  # half is not most
    ],
)
def test_session_is_found_where_one_network_holds_most(session, here, elsewhere, is_found):
    for n, size in enumerate(here):
        ask(session, n, size=size)
    for n, size in enumerate(elsewhere):
        ask(session, f"x{n}", size=size, network=ELSEWHERE)
    sums = (session.pk, sum(here), sum(here) + sum(elsewhere))
    assert found() == ([sums] if is_found else [])
    held = one_network.held_by_one(session.pk, now=LATER)
    assert (held and (session.pk, held.places, held.of)) == (sums if is_found else None)


def test_it_is_found_after_half_an_hour_and_not_before(session):
    ask(session, 1, size=10)
    just_before = LATER - dt.timedelta(seconds=1)
    assert (found(just_before), one_network.held_by_one(session.pk, now=just_before)) == ([], None)


def test_all_of_a_48_is_one_network(session):
    for n, narrow in enumerate("cdef"):
        ask(session, n, size=3, network="a" * 16 + narrow * 16)
    assert found() == [(session.pk, 12, 12)]


def test_who_has_confirmed_is_held_from_nowhere(session):
    places.confirm(ask(session, 1, size=10).pk, clock=lambda: NOW)
    assert found() == []


def test_what_is_let_go_is_free_at_once_and_its_link_books_it_again(session):
    made = [ask(session, n, size=10) for n in range(2)]
    versions = [one.link_version for one in made]
    staff = StaffFactory()
    with pytest.raises(NeedsReason):
        one_network.let_go(session.pk, [made[0].reference], by=staff, clock=lambda: LATER, why=" ")
    gone = one_network.let_go(
        session.pk, [one.reference for one in made], by=staff, clock=lambda: LATER, why="A script"
    )
    assert len(gone) == 2
    assert Places.objects.get(pk=session.pk).places_taken == 0
    for one in made:
        one.refresh_from_db()
    assert [(one.status, one.was_let_go, one.held_from) for one in made] == [(Status.LAPSED, True, None)] * 2
    assert [one.link_version for one in made] == versions
    entry = AuditEntry.objects.filter(verb=Verb.LET_GO).first()
    assert (entry.staff, entry.why, entry.places) == (staff, "A script", -10)
    assert Mail.objects.filter(kind="lapsed").count() == 2
    assert places.confirm(made[0].pk, clock=lambda: LATER).status == Status.CONFIRMED


def test_places_that_are_let_go_are_offered_to_who_waits():
    session = SessionFactory(share=None, room__capacity=10)
    booking = ask(session, 1, size=10)
    waits = waiting_list.join(session.pk, party(email="w@school.example"), clock=lambda: NOW).booking
    waiting_list.wait(waits.pk, clock=lambda: NOW)
    one_network.let_go(session.pk, [booking.reference], by=StaffFactory(), clock=lambda: LATER, why="A script")
    waits.refresh_from_db()
    assert waits.status == Status.OFFERED


def test_what_was_confirmed_meanwhile_stays(session):
    booking = ask(session, 1, size=10)
    places.confirm(booking.pk, clock=lambda: NOW)
    assert one_network.let_go(session.pk, [booking.reference], by=StaffFactory(), clock=lambda: LATER, why="x") == []
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


# --- for staff -------------------------------------------------------------------------------------------------------


def signed_in(session):
    client = Client()
    client.force_login(staff_of(session.hub))
    return client


def page_of(session):
    return reverse("admin:hubs_showcasesession_one_network", args=[session.pk])


def test_home_leads_to_a_page_of_numbers_that_names_no_network(session):
    bookings = [ask(session, n, size=10) for n in range(2)]
    client = signed_in(session)
    home = client.get(reverse("admin:index")).content.decode()
    assert "20 of 20 places that nobody has confirmed have been held from one network for half an hour" in home
    assert page_of(session) in home
    said = client.get(page_of(session)).content.decode()
    assert "20 of 20 places that nobody has confirmed were asked for from one network" in said
    assert "2 parties typed the names of their schools." in said
    assert HERE not in said
    response = client.post(page_of(session), {"why": "", "bookings": [one.reference for one in bookings]})
    assert response.status_code == 422
    client.post(page_of(session), {"why": "A script", "bookings": [bookings[0].reference, "\x00", "ZZZZZZZZ"]})
    assert list(Booking.objects.order_by("pk").values_list("status", flat=True)) == [Status.LAPSED, Status.HELD]


def test_page_of_a_session_where_it_is_not_so_leads_back(session):
    ask(session, 1, size=2)
    client = signed_in(session)
    assert client.get(page_of(session)).status_code == 302
    assert page_of(session) not in client.get(reverse("admin:index")).content.decode()


def test_page_behind_the_link_says_that_the_hub_let_it_go(client, session):
    booking = ask(session, 1, size=10)
    one_network.let_go(session.pk, [booking.reference], by=StaffFactory(), clock=lambda: LATER, why="A script")
    booking.refresh_from_db()
    page = Page(client.get(links.url(links.Purpose.CONTACT, booking).removeprefix("https://testserver")))
    assert "Nobody had confirmed them, so the hub has let them go." in page.text
    assert "Book 10 places again" in page.buttons
    assert "A script" not in page.text
