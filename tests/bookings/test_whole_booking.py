"""How often a whole booking asks the database, from the session's page to the mail that says it is confirmed.

A statement costs a round trip and a millisecond of Python, and there are a hundred ways to add one without seeing it.
So they are counted here, and named where there are more than there were.
"""

import re
from collections import Counter

import pytest
from django.test import RequestFactory
from django.utils import timezone

from bookings.mail.links import Purpose, token
from bookings.mail.sending import send_due
from bookings.models import Booking, Mail
from bookings.states import Status
from bookings.views import limits
from tests.bookings.observed import statements
from tests.browser.steps import ADA, at
from tests.factories import NOW, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db(transaction=True)
MOST = 62  # on either database
OF_WHAT = re.compile(r'(?:FROM|INTO|UPDATE) "?(\w+)"?')


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return SessionFactory(venue=SchoolFactory(name="West Borough"))


@pytest.fixture
def schools():
    return [SchoolFactory(urn=100100 + n, name=f"Ash {kind} School") for n, kind in enumerate(["Infant", "Junior"])]


class Walk:
    """One teacher's way through a booking, with the statements of each page and mail."""

    def __init__(self, client, session):
        self.client, self.session = client, session
        self.said = {}

    def get(self, page, address):
        self._note(f"see {page}", lambda: self._answered(200, self.client.get(address)))

    def post(self, page, address, **fields):
        self._note(f"press {page}", lambda: self._answered(302, self.client.post(address, fields)))

    def mail(self, name):
        self._note(f"mail {name}", lambda: send_due(timezone.now))

    def _answered(self, status, response):
        assert response.status_code == status

    def _note(self, name, does):
        with statements() as asked:
            does()
        assert name not in self.said
        self.said[name] = asked

    def book(self, schools):
        session = self.session
        self.get("session", session.get_absolute_url())
        self.get("your school", at("book", session))
        self.post("your school", at("book", session), school="ash")
        self.get("which school", at("book-school", session))
        self.post("which school", at("book-school", session), urn=str(schools[1].urn))
        self.get("who", at("book-who", session))
        self.post("who", at("book-who", session), **ADA)
        self.get("check", at("book-check", session))
        self.post("book", at("book-check", session))
        self.get("check your email", at("book-sent", session))
        self.mail("confirm")
        link = f"/bookings/{token(Purpose.CONTACT, Booking.objects.get())}/"
        self.get("the booking", link)
        self.post("confirm", f"{link}confirm/")
        self.get("the confirmed booking", link)
        self.mail("confirmed")

    @property
    def total(self):
        return sum(map(len, self.said.values()))

    def named(self):
        """Each page with its statements, a line each."""
        lines = []
        for name, asked in self.said.items():
            lines += [f"{name}: {len(asked)}", *(f"    {sql.split()[0]} {OF_WHAT.search(sql)[1]}" for sql in asked)]
        return "\n".join(lines)


@pytest.fixture
def walk(client, session, schools):
    for what in (limits.DRAFT, limits.BOOKING):  # the first of its network in an hour makes a row: two more each
        limits.use(RequestFactory().get("/"), what, now=NOW)
    one = Walk(client, session)
    one.book(schools)
    booking = Booking.objects.get()
    assert (booking.status, booking.school) == (Status.CONFIRMED, schools[1])
    assert Mail.objects.filter(state=Mail.State.SENT).count() == 2
    return one


def test_whole_booking_asks_the_database_no_more_than_it_did(walk):
    assert walk.total <= MOST, f"{walk.total} statements, not {MOST}:\n{walk.named()}"


def test_no_page_of_a_booking_asks_the_same_twice(walk):
    pages = {name: asked for name, asked in walk.said.items() if not name.startswith("mail ")}
    twice = {name: [sql for sql, n in Counter(asked).items() if n > 1] for name, asked in pages.items()}
    assert {name: asked for name, asked in twice.items() if asked} == {}
