"""A hub's kept report is not shown once anything that it is made of has been written."""

import pytest

from bookings.models import AuditEntry, Places, Quote, Register
from bookings.report import kept
from hubs.models import Cost, HostSchool, Remark
from tests.bookings.kept_report import NIGHT, kept_page
from tests.bookings.past import past_exchange, past_session
from tests.bookings.voices import asked_later, asked_on_the_day
from tests.factories import NOW, HubYearFactory, StaffFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def exchange(shared_rows):
    """A hub whose report is kept, and its sessions."""
    hub_year = HubYearFactory()
    sessions = past_exchange(hub_year, seed=1)
    kept.HUBS.make(hub_year.pk, NIGHT)
    return hub_year, sessions


WRITTEN = {
    "cost": lambda year, one: Cost.objects.create(hub_year=year, kind="travel", pence=100),
    "remark": lambda year, one: Remark.objects.create(hub_year=year, section="places", text="Snow."),
    "register": lambda year, one: Register.objects.filter(session=one).delete(),
    "change of a booking": lambda year, one: AuditEntry.objects.create(at=NOW, by="visitor", verb="hold", session=one),
    "answer": lambda year, one: asked_on_the_day(one, lesson="very"),
    "later answer": lambda year, one: asked_later(year, changed="tried"),
    "quote": lambda year, one: quote(year),
    "reported": lambda year, one: HostSchool.objects.update(visitors_reported=7),
    "places": lambda year, one: Places.objects.filter(session=one).update(capacity=99),
    "session": lambda year, one: past_session(year, 9),
    "day of cover": lambda year, one: type(year).objects.update(cover_day_pence=20000),
}


def quote(hub_year):
    Quote.objects.create(hub_year=hub_year, text="Good.", released_at=NOW, released_by=StaffFactory())


def test_report_is_shown_as_it_was_kept_while_nothing_is_written(exchange, monkeypatch):
    hub_year, _sessions = exchange
    assert kept_page(hub_year, monkeypatch)[1] is False


@pytest.mark.parametrize("what", WRITTEN)
def test_what_has_just_been_written_is_in_the_hubs_report(exchange, monkeypatch, what):
    hub_year, sessions = exchange
    WRITTEN[what](hub_year, sessions[0])
    assert kept_page(hub_year, monkeypatch)[1] is True
