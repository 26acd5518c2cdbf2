"""No answer depends on an address (rule.md#same-answer).

Each walk is made in two worlds that differ in one thing: whose address an earlier booking has. In one it is the
address that is typed, in the other somebody else's. Whatever is answered, to the byte, must be the same.
"""

import datetime as dt
import re
from itertools import cycle

import pytest
from django.apps import apps
from django.core.management.color import no_style
from django.db import connection
from django.test import Client
from django.utils import timezone

from bookings import places
from bookings.mail import openings
from bookings.mail.links import Purpose, token
from bookings.mail.searched import Search
from bookings.mail_kinds import Kind
from bookings.models import Booking, Draft, Mail, SchoolKind, TellMe
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.states import SessionStatus, Status, Verb
from bookings.verbs import staff_booking
from hubs.models import HostSchool, SchoolList, ShowcaseSession
from tests.browser.steps import ADA, at, fill_in
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TYPED, OTHER, SECOND = "ada@school.example", "eve@school.example", "new@school.example"
SECRET = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')
BEN = {"name": "Ben Colleague"}
HOUR = dt.timedelta(hours=1)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


class World:
    """A session with an earlier booking of `address`, and a browser that writes down all that it is answered."""

    def __init__(self, address, **session):
        self.heard = []
        self.client = Client()
        self.school = SchoolFactory(urn=100100, name="Ash Primary School")
        hub_year = HubYearFactory(name="Kent Hub", hub__slug="kent")
        venue = SchoolFactory(urn=100300, name="West Borough")
        fields = {"ref": "ABC234", "title": "Year 6 lesson", "hub_year": hub_year, "venue": venue, "room__capacity": 10}
        self.session = SessionFactory(**fields | session)
        self.earlier = self.booked(address, contact_name="Eve Earlier", size=2, school=self.school)

    def booked(self, address, *, size=1, **fields):
        """A confirmed booking, with somebody of a name that no page may show."""
        names = [NewVisitor(full_name=f"Secret Visitor {n}") for n in range(1, size)]
        asked = party(email=address, visitors=(NewVisitor(), *names), **fields)
        booking = places.hold(self.session.pk, asked, clock=lambda: NOW)
        return places.confirm(booking.pk, clock=lambda: NOW)

    def fill_up(self):
        """Somebody else takes what is left."""
        self.session.places.refresh_from_db()
        left = self.session.places.capacity - self.session.places.places_taken
        everybody = party(size=left, email="", contact_name="Everybody Else")
        staff_booking.staff_booking(self.session.pk, everybody, by=StaffFactory(), clock=lambda: NOW, why="test")

    def set_status(self, status):
        with places.locked(self.session.pk, lambda: NOW) as room:
            places.write(room, Verb.CLOSE, by=StaffFactory(), status=status)

    def get(self, address):
        return self._hear(self.client.get(address))

    def post(self, address, **fields):
        """Send a form and go where it leads, as a browser does."""
        response = self._hear(self.client.post(address, fields))
        if response.status_code in (302, 303):
            self.get(response["Location"])
        return response

    def _hear(self, response):
        apart = ("Set-Cookie", "X-Request-ID")  # the second is random
        headers = sorted((name, value) for name, value in response.items() if name not in apart)
        cookies = sorted((name, cookie["path"], cookie["max-age"]) for name, cookie in response.cookies.items())
        self.heard.append((response.status_code, headers, cookies, SECRET.sub(b"", response.content)))
        return response

    def secrets(self):
        """What would give an earlier booking away."""
        said = ["Eve Earlier", "Secret Visitor", "Everybody Else"]
        for booking in Booking.objects.all():
            said += [booking.reference, booking.reference_spaced, str(booking.public_id)]
            said.append(token(Purpose.CONTACT, booking))
        return [one.encode() for one in said]


def clear():
    """Every row of ours goes at once: to ask for each which others go with it takes longer than the walk did."""
    models = [model for app in ("hubs", "bookings") for model in apps.get_app_config(app).get_models(True)]
    tables = [model._meta.db_table for model in models]
    connection.ops.execute_sql_flush(connection.ops.sql_flush(no_style(), tables))


def assert_silent(walk, **session):
    """The walk is answered the same in both worlds, and no answer holds a secret of either."""
    heard = []
    for address in (TYPED, OTHER):
        world = World(address, **session)
        walk(world)
        answers = b"".join(content for _status, _headers, _cookies, content in world.heard)
        assert answers
        assert [secret for secret in world.secrets() if secret in answers] == []
        heard.append(world.heard)
        clear()
    known, unknown = heard
    assert len(known) == len(unknown)
    for one, other in zip(known, unknown, strict=True):
        assert one == other


def kinds_to(address):
    return list(Mail.objects.filter(recipient=address).order_by("pk").values_list("kind", flat=True))


# --- how a session can stand when the button is pressed --------------------------------------------------------------


def as_it_is(world):
    pass


def full(world):
    world.fill_up()


def one_left(world):
    world.session.places.refresh_from_db()
    left = world.session.places.capacity - world.session.places.places_taken
    everybody = party(size=left - 1, email="", contact_name="Everybody Else")
    staff_booking.staff_booking(world.session.pk, everybody, by=StaffFactory(), clock=lambda: NOW, why="test")


def closed(world):
    world.set_status(SessionStatus.CLOSED)


def cancelled(world):
    world.set_status(SessionStatus.CANCELLED)


def share_used(world):
    """By the earlier booking itself: both worlds have it, only the address differs."""
    ShowcaseSession.objects.filter(pk=world.session.pk).update(share=2, share_until=None)


def share_has_one_left(world):
    ShowcaseSession.objects.filter(pk=world.session.pk).update(share=3, share_until=None)


STATES = [as_it_is, full, one_left, closed, cancelled, share_used, share_has_one_left]
each_state = pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
each_party = pytest.mark.parametrize("colleagues", [(), (BEN,)], ids=["alone", "with a colleague"])


@each_party
@each_state
def test_booking_is_answered_the_same_to_a_booked_and_an_unknown_address(state, colleagues):
    def walk(world):
        fill_in(world.client, world.session, world.school, *colleagues)
        state(world)
        world.get(at("book-who", world.session))
        world.get(at("book-check", world.session))
        world.post(at("book-check", world.session))
        world.get(at("book", world.session))

    assert_silent(walk)


@each_state
def test_mistakes_are_shown_the_same_to_a_booked_and_an_unknown_address(state):
    """Each step is sent with faults first, and its page looked at once more; so is the address afterwards."""

    def walk(world):
        for name in ("book", "book-school", "book-other"):
            world.post(at(name, world.session))
        fill_in(world.client, world.session, world.school, BEN)
        state(world)
        world.post(at("book-who", world.session), **ADA | {"role_own": ""})
        world.get(at("book-check", world.session))
        world.post(at("book-who", world.session), **ADA | BEN)
        world.post(at("book-check", world.session), wait="1", fewer="perhaps")
        world.post(at("book-check", world.session))
        world.post(at("book-address", world.session), email="not an address")
        world.get(at("book-address", world.session))

    assert_silent(walk)


def test_the_two_worlds_do_differ_where_nobody_sees_it():
    """Or the tests above would compare a world with itself."""
    for address, kind, status in [
        (TYPED, Kind.ALREADY_BOOKED, Status.CONFIRMED),
        (OTHER, Kind.CONFIRM, Status.HELD),
    ]:
        world = World(address)
        Mail.objects.all().delete()
        fill_in(world.client, world.session, world.school)
        world.post(at("book-check", world.session))
        assert kinds_to(TYPED) == [kind]
        assert Booking.objects.get(contact_email=TYPED).status == status
        clear()


@each_state
def test_pages_before_the_last_button_are_the_same_whatever_address_is_typed(state):
    def walk(world):
        world.post(at("book", world.session), school="ash")
        world.post(at("book-school", world.session), urn="100100")
        state(world)
        world.post(at("book-who", world.session), **ADA)
        world.get(at("book-who", world.session))

    assert_silent(walk)


@each_state
def test_send_it_again_is_answered_the_same(state):
    def walk(world):
        fill_in(world.client, world.session, world.school)
        world.post(at("book-check", world.session))
        state(world)
        for _press in range(4):
            world.post(at("book-again", world.session))

    assert_silent(walk)


@pytest.mark.parametrize("answers", [{}, {"wait": "some", "now": "1"}, {"wait": "all"}], ids=str)
def test_pages_afterwards_are_the_same_the_whole_time(monkeypatch, answers):
    """Until the deadline and past it, while the booking of one world is confirmed, cancelled, or was never made."""

    def walk(world):
        share_has_one_left(world)
        fill_in(world.client, world.session, world.school, *([BEN] if answers else []))
        world.post(at("book-check", world.session), **answers)
        made = Booking.objects.filter(contact_email=TYPED, status=Status.HELD, goes_with=None).first()
        for hours in (0.9, 1, 2, 25, 32, 32.5, 40):  # 18:00 of the next school day is after 32.5
            monkeypatch.setattr(timezone, "now", lambda hours=hours: NOW + hours * HOUR)
            if made and hours == 2:
                places.confirm(made.pk, clock=timezone.now)
            if made and hours == 25:
                places.cancel(made.pk, clock=timezone.now)
            for name in ("book-sent", "book-address", "book-check", "book"):
                world.get(at(name, world.session))
            world.post(at("book-again", world.session))
            world.post(at("book-address", world.session), email="not an address")
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    assert_silent(walk)


@each_state
def test_late_press_is_answered_the_same(monkeypatch, state):
    """After two hours the last button only looks; then it books."""

    def walk(world):
        fill_in(world.client, world.session, world.school, BEN)
        monkeypatch.setattr(timezone, "now", lambda: NOW + 3 * HOUR)
        state(world)
        world.post(at("book-who", world.session), **ADA)
        world.post(at("book-check", world.session))
        world.post(at("book-check", world.session))
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    assert_silent(walk)


@each_state
@pytest.mark.parametrize("chosen", ["0", "1"])
def test_who_has_the_place_now_is_answered_the_same(state, chosen):
    def walk(world):
        fill_in(world.client, world.session, world.school, BEN)
        state(world)
        world.post(at("book-check", world.session), wait="some", now=chosen)
        world.post(at("book-address", world.session), email=SECOND)

    assert_silent(walk)


@each_state
def test_another_address_is_answered_the_same_when_the_first_was_booked(state):
    """In one world this browser has a hold to drop, in the other it has none."""

    def walk(world):
        fill_in(world.client, world.session, world.school)
        world.post(at("book-check", world.session))
        state(world)
        world.get(at("book-address", world.session))
        world.post(at("book-address", world.session), email=SECOND)
        world.post(at("book-again", world.session))

    assert_silent(walk)


@each_state
def test_another_address_is_answered_the_same_when_that_one_is_booked(state):
    def walk(world):
        fill_in(world.client, world.session, world.school, email=SECOND)
        world.post(at("book-check", world.session))
        state(world)
        world.post(at("book-address", world.session), email=TYPED)
        world.post(at("book-address", world.session), email="third@school.example")
        world.post(at("book-address", world.session), email=TYPED)
        world.post(at("book-address", world.session), email="fourth@school.example")

    assert_silent(walk)


@each_state
def test_press_that_comes_twice_is_answered_the_same(state):
    def walk(world):
        fill_in(world.client, world.session, world.school)
        world.post(at("book-check", world.session))
        state(world)
        for name in ("book-check", "book-who", "book"):
            world.post(at(name, world.session), **ADA)

    assert_silent(walk)


@pytest.mark.parametrize("typed", [TYPED, TYPED.upper(), f"  {TYPED} "])
def test_my_bookings_is_answered_the_same(typed):
    def walk(world):
        for _press in range(3):
            world.post("/my-bookings/", email=typed)

    assert_silent(walk)


def test_my_bookings_that_is_asked_too_often_is_answered_the_same(monkeypatch):
    def walk(world):
        for hour in range(8):
            monkeypatch.setattr(timezone, "now", lambda hour=hour: NOW + hour * HOUR)
            world.post("/my-bookings/", email=TYPED)
        monkeypatch.setattr(timezone, "now", lambda: NOW)

    assert_silent(walk)


@pytest.mark.parametrize("proved", [False, True])
def test_tell_me_is_answered_the_same(proved):
    """In one world the typed address has asked before, in the other somebody else's has.

    It is typed in two ways in turn, of which each comes first and last on some page.
    """

    def walk(world):
        typed = cycle([TYPED, f"  {TYPED.upper()} "])
        soon = SessionFactory(
            ref="XYZ234", title="A lesson", hub_year=world.session.hub_year, opens_at=NOW + HOUR, venue=None
        )
        visit = HostSchool.objects.create(pk=7, hub_year=world.session.hub_year, school=world.school)
        for thing in (soon, visit, soon.hub):
            openings.ask(world.earlier.contact_email, thing, language="en-gb", now=NOW - 2 * HOUR)
        near = {"easting": 574000, "northing": 155000, "miles": 30}
        same = Search("near=ME16+8TL&teach=y6", "Sessions", None, near)
        openings.ask(world.earlier.contact_email, same, language="en-gb", now=NOW - 2 * HOUR)
        if proved:
            TellMe.objects.update(proved_at=NOW - HOUR)
        for page in ("/sessions/XYZ234/", "/hubs/kent/", "/hubs/kent/visits/7/"):
            world.get(f"{page}tell-me/")
            for _press in range(3):
                world.post(f"{page}tell-me/", email=next(typed))
        world.get("/tell-me/?near=ME16+8TL")
        for _press in range(3):
            world.post("/tell-me/", near="ME16 8TL", teach="y6", email=next(typed))
        assert len(world.heard) == 28

    assert_silent(walk)


def test_code_is_answered_the_same():
    def walk(world):
        kept = SchoolList.objects.create(hub=world.session.hub, name="Programme schools", code="Shanghai")
        ShowcaseSession.objects.filter(pk=world.session.pk).update(who_may_book="list", only_list=kept)
        world.post(at("book", world.session), school="ash")
        world.post(at("book-school", world.session), urn="100100")
        for code in ("wrong", "shanghai"):
            world.post(at("book-code", world.session), code=code)
        world.post(at("book-who", world.session), **ADA)
        world.post(at("book-check", world.session))
        assert (
            Draft.objects.filter(answers__code="Shanghai").count(),
            world.client.get(at("book-who", world.session)).status_code,
        ) == (1, 302)

    assert_silent(walk)


def test_address_of_a_visitor_in_somebody_elses_booking_is_answered_the_same():
    """An address that somebody else typed is never checked against other bookings (rule.md#one-each)."""

    def walk(world):
        colleague = BEN | {"email": TYPED}
        fill_in(world.client, world.session, world.school, colleague, email=SECOND)
        world.get(at("book-check", world.session))
        world.post(at("book-check", world.session))
        assert Booking.objects.filter(contact_email=SECOND, status=Status.HELD).count() == 1

    assert_silent(walk)


def test_contact_who_comes_with_another_school_is_answered_the_same():
    """A contact comes in person once per session, whatever school they name."""

    def walk(world):
        SchoolFactory(urn=100200, name="Oak Primary School")
        world.client.post(at("book", world.session), {"school": "oak"})
        world.client.post(at("book-school", world.session), {"urn": "100200"})
        world.post(at("book-who", world.session), **ADA)
        world.post(at("book-check", world.session))

    assert_silent(walk)


def test_contact_who_books_from_no_school_is_answered_the_same():
    def walk(world):
        world.booked("third@school.example", visiting=VisitingSchool(kind=SchoolKind.NONE))
        world.post(at("book-other", world.session), kind="none")
        world.post(at("book-who", world.session), **ADA)
        world.post(at("book-check", world.session))

    assert_silent(walk)


def test_no_public_page_shows_who_is_coming():
    world = World(TYPED)
    world.fill_up()
    for address in ("/", "/hubs/", f"/hubs/{world.session.hub.slug}/", "/sessions/ABC234/", "/my-bookings/sent/"):
        world.get(address)
    answers = b"".join(content for *_rest, content in world.heard)
    assert b"Year 6 lesson" in answers
    assert [secret for secret in [*world.secrets(), TYPED.encode(), b"Ash Primary"] if secret in answers] == []
