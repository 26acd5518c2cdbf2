"""The country's report is kept from the night; who gave no address is looked for while there are names."""

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
from tests.bookings.past import past_exchange, past_session, visitor
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory

pytestmark = pytest.mark.django_db
NIGHT = NOW - dt.timedelta(hours=7)  # half past two


@pytest.fixture
def hub_year():
    return HubYearFactory()


def office():
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    return client


def test_report_of_the_country_is_made_at_night_once_and_shown_as_it_is(hub_year):
    past_exchange(hub_year, seed=1)
    assert kept.due(NOW) == []
    assert kept.due(NIGHT) == [hub_year.exchange_id]
    kept.make(hub_year.exchange_id, NIGHT)
    assert kept.due(NIGHT + dt.timedelta(minutes=5)) == []
    assert kept.due(NIGHT + dt.timedelta(days=1)) == [hub_year.exchange_id]
    with CaptureQueriesContext(connection) as asked:
        page = office().get(reverse("report", args=["country", hub_year.exchange_id])).content.decode()
    counted = [one for one in asked.captured_queries if "bookings_visitor" in one["sql"]]
    assert ("As at <b>4 January 2027</b>" in page, "Places by hub" in page, counted) == (True, True, [])
    saved = office().get(reverse("report-table", args=["country", hub_year.exchange_id, "places"])).content.decode()
    assert ("as at 2027-01-04" in saved, hub_year.name in saved) == (True, True)


def test_check_finds_a_kept_report_that_is_not_what_the_rows_say(hub_year):
    sessions = past_exchange(hub_year, seed=1)
    kept.make(hub_year.exchange_id, NIGHT)
    assert kept.differing(KeptReport.objects.all()) == []
    visitor(sessions[0])
    Booking.objects.filter(session=sessions[0]).update(school_key="other")
    assert kept.differing(KeptReport.objects.all()) != []


def test_copy_that_leaves_is_kept_apart_from_the_own(hub_year):
    past_exchange(hub_year, seed=1)
    kept.make(hub_year.exchange_id, NIGHT)
    own, out = (kept.kept(hub_year.exchange_id, leaves=leaves) for leaves in (False, True))
    assert (own.tables == out.tables, own.page == out.page) == (False, False)


def test_database_keeps_one_of_each_copy(hub_year):
    figures = {"exchange": hub_year.exchange, "leaves": True, "as_at": NOW, "page": ""}
    KeptReport.objects.create(**figures)
    with pytest.raises(IntegrityError), transaction.atomic():
        KeptReport.objects.create(**figures)


def test_worker_makes_it_in_its_round_at_night(hub_year):
    past_exchange(hub_year, seed=1)
    run_due(lambda: NIGHT)
    assert KeptReport.objects.filter(exchange=hub_year.exchange).count() == 2


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
