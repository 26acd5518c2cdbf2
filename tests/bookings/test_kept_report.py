"""Reports are kept from the night; who gave no address is looked for while there are names."""

import datetime as dt

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.attendance import perhaps
from bookings.due import run_due
from bookings.models import Booking, KeptReport, Visitor
from bookings.report import kept
from bookings.report.facts import Facts
from bookings.report.selection import Of, Selection
from tests.bookings.kept_report import NIGHT, kept_page
from tests.bookings.past import FIRST, past_exchange, past_session, visitor
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub_year():
    return HubYearFactory()


def office():
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    return client


def test_report_of_the_country_is_made_at_night_once_and_shown_as_it_is(hub_year):
    past_exchange(hub_year, seed=1)
    assert kept.COUNTRY.due(NOW) == []
    assert kept.COUNTRY.due(NIGHT) == [hub_year.exchange_id]
    kept.COUNTRY.make(hub_year.exchange_id, NIGHT)
    assert kept.COUNTRY.due(NIGHT + dt.timedelta(minutes=5)) == []
    assert kept.COUNTRY.due(NIGHT + dt.timedelta(days=1)) == [hub_year.exchange_id]
    with CaptureQueriesContext(connection) as asked:
        page = office().get(reverse("report", args=["country", hub_year.exchange_id])).content.decode()
    counted = [one for one in asked.captured_queries if "bookings_visitor" in one["sql"]]
    assert ("As at <b>4 January 2027</b>" in page, "Places by hub" in page, counted) == (True, True, [])
    saved = office().get(reverse("report-table", args=["country", hub_year.exchange_id, "places"])).content.decode()
    assert ("as at 2027-01-04" in saved, hub_year.name in saved) == (True, True)


def test_check_finds_a_kept_report_that_is_not_what_the_rows_say(hub_year):
    sessions = past_exchange(hub_year, seed=1)
    kept.COUNTRY.make(hub_year.exchange_id, NIGHT)
    assert kept.differing(KeptReport.objects.all()) == []
    visitor(sessions[0])
    Booking.objects.filter(session=sessions[0]).update(school_key="other")
    assert kept.differing(KeptReport.objects.all()) != []


def test_copy_that_leaves_is_kept_apart_from_the_own(hub_year):
    past_exchange(hub_year, seed=1)
    kept.COUNTRY.make(hub_year.exchange_id, NIGHT)
    own, out = KeptReport.objects.filter(hub_year=None).order_by("leaves")
    assert (own.tables == out.tables, own.page == out.page) == (False, False)


def test_report_of_which_the_copy_that_leaves_was_never_written_is_made_again(hub_year):
    """The own copy is written first: whoever was killed between the two has made no report."""
    past_session(hub_year)
    made = {"exchange": hub_year.exchange, "as_at": NIGHT, "page": ""}
    KeptReport.objects.create(leaves=False, **made)
    assert kept.COUNTRY.due(NIGHT) == [hub_year.exchange_id]
    KeptReport.objects.create(leaves=True, **made)
    assert kept.COUNTRY.due(NIGHT) == []


def test_database_keeps_one_of_each_copy(hub_year):
    figures = {"exchange": hub_year.exchange, "leaves": True, "as_at": NOW, "page": ""}
    KeptReport.objects.create(**figures)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptReport.objects.create(**figures)


def test_worker_makes_it_in_its_round_at_night(hub_year):
    past_exchange(hub_year, seed=1)
    run_due(lambda: NIGHT)
    assert KeptReport.objects.filter(exchange=hub_year.exchange, hub_year=None).count() == 2
    assert KeptReport.objects.filter(hub_year=hub_year).count() == 2


# --- a hub's ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("leaves", [False, True])
def test_hubs_report_is_made_at_night_and_shown_as_it_is(hub_year, monkeypatch, leaves):
    past_exchange(hub_year, seed=1)
    counted_now, counted = kept_page(hub_year, monkeypatch, leaves=leaves)
    assert counted
    assert kept.HUBS.due(NOW) == []
    assert kept.HUBS.due(NIGHT) == [hub_year.pk]
    kept.HUBS.make(hub_year.pk, NIGHT)
    assert kept.HUBS.due(NIGHT + dt.timedelta(minutes=5)) == []
    as_kept, counted = kept_page(hub_year, monkeypatch, leaves=leaves)
    assert not counted
    assert main_of(as_kept) == main_of(counted_now)
    assert kept.differing(KeptReport.objects.all()) == []


def main_of(page):
    return page.partition('id="content-main"')[2].split()


def test_session_that_has_ended_since_is_in_the_hubs_report(hub_year, monkeypatch):
    past_exchange(hub_year, seed=1)
    past_session(hub_year, (NOW.date() - FIRST).days)
    kept.HUBS.make(hub_year.pk, NIGHT)
    assert kept_page(hub_year, monkeypatch, at=NIGHT)[1] is False
    assert kept_page(hub_year, monkeypatch, at=NOW + dt.timedelta(hours=5))[1] is True


def test_what_another_hub_writes_leaves_a_hubs_report_as_it_is(hub_year, monkeypatch):
    past_exchange(hub_year, seed=1)
    kept.HUBS.make(hub_year.pk, NIGHT)
    other = HubYearFactory(exchange=hub_year.exchange)
    past_exchange(other, seed=2)
    assert kept_page(hub_year, monkeypatch)[1] is False


def test_hub_that_may_not_be_read_is_not_read_from_what_is_kept(hub_year):
    past_exchange(hub_year, seed=1)
    kept.HUBS.make(hub_year.pk, NIGHT)
    client = Client()
    client.force_login(staff_of(HubYearFactory().hub))
    assert client.get(reverse("report", args=["exchange", hub_year.pk])).status_code == 404
    page = office().get(reverse("report", args=["exchange", hub_year.pk])).content.decode()
    assert ("Copy to send out, rounded." in page, "hub’s own copy: not to be sent" in page) == (True, False)


def test_database_keeps_one_of_each_copy_of_a_hub(hub_year):
    figures = {"exchange": hub_year.exchange, "hub_year": hub_year, "leaves": True, "as_at": NOW, "page": ""}
    KeptReport.objects.create(**figures)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptReport.objects.create(**figures)


# --- who may be somebody whom we know -------------------------------------------------------------------------------


def bounds(hub_year):
    found = Facts(Selection(Of.EXCHANGE, hub_year, NOW.date()), now=NOW)
    return found.people_least, found.people_most


def test_who_gave_no_address_may_be_who_did_with_that_name_and_school(hub_year):
    one, two = past_session(hub_year, 0), past_session(hub_year, 1)
    school = SchoolFactory()
    known = visitor(one, email="a@school.example", full_name="Ada Lovelace", school=school)
    other = visitor(two, full_name="ADA  LOVELACE", school=school)
    elsewhere = visitor(two, full_name="Ada Lovelace")
    assert bounds(hub_year) == (3, 3)
    run_due(lambda: NOW)
    for row in (known, other, elsewhere):
        row.refresh_from_db()
    assert other.perhaps_id == known.person_id
    assert (known.perhaps_id, elsewhere.perhaps_id) == (known.person_id, elsewhere.person_id)
    assert bounds(hub_year) == (2, 3)
    assert perhaps.due(NOW) == []


def test_who_never_gave_an_address_may_be_one_person(hub_year):
    one, two = past_session(hub_year, 0), past_session(hub_year, 1)
    school = SchoolFactory()
    visitor(one, full_name="Ada Lovelace", school=school)
    visitor(two, full_name="Ada Lovelace", school=school)
    run_due(lambda: NOW)
    assert bounds(hub_year) == (1, 2)


def test_address_that_is_given_later_is_whom_the_earlier_may_be(hub_year):
    school = SchoolFactory()
    early = visitor(past_session(hub_year, 0), full_name="Ada Lovelace", school=school)
    run_due(lambda: NOW)
    late = visitor(past_session(hub_year, 1), full_name="Ada Lovelace", school=school, email="a@school.example")
    run_due(lambda: NOW)
    early.refresh_from_db()
    assert early.perhaps_id == late.person_id


def test_it_is_not_looked_for_before_five_school_days_nor_without_a_name(hub_year):
    session = past_session(hub_year, 0)
    visitor(session)
    visitor(session, full_name=None)
    assert perhaps.due(session.ends_at + dt.timedelta(days=6)) == []
    assert perhaps.due(session.ends_at + dt.timedelta(days=8)) == [session.pk]
    perhaps.make(session.pk, NOW)
    assert Visitor.objects.filter(perhaps_id=None).count() == 1


def test_figures_are_the_same_once_names_have_gone(hub_year):
    """The hook for forgetting: what erases names must leave these."""
    past_exchange(hub_year, seed=5)
    run_due(lambda: NOW)
    before = bounds(hub_year)
    Visitor.objects.update(full_name=None, email=None, email_key=None)
    run_due(lambda: NOW)
    assert bounds(hub_year) == before
