"""Which year it is for a hub: that of its sessions to come, not the newest."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import Hub, HubYear
from hubs.models.whose_year import NOT_SHOWN
from hubs.vocabulary.school_days import academic_year, london
from tests.factories import DAY, NOW, ExchangeFactory, HubYearFactory, SessionFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db
JUNE, JANUARY_AFTER = dt.date(2027, 6, 20), dt.date(2028, 1, 25)


@pytest.fixture
def this():
    return HubYearFactory(hub__slug="kent", name="Kent 2026")


@pytest.fixture
def next_(this):
    return HubYearFactory(hub=this.hub, exchange=ExchangeFactory(year=2027), name="Kent 2027")


def on(day, year, **said):
    at = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11))} if day else {}
    return SessionFactory(hub_year=year, **({"starts_at": None, "ends_at": None} | at | said))


def current(today):
    return HubYear.objects.current(today=today).get(hub__slug="kent").name


def test_the_word_for_a_draft_is_the_one_of_bookings():
    assert NOT_SHOWN == SessionStatus.DRAFT


@pytest.mark.parametrize(
    "day, year", [(dt.date(2026, 8, 31), 2025), (dt.date(2026, 9, 1), 2026), (dt.date(2027, 1, 1), 2026)]
)
def test_academic_year_begins_in_september(day, year):
    assert academic_year(day) == year


def test_year_that_is_prepared_is_not_yet_the_hubs(this, next_):
    on(DAY, this)
    on(JANUARY_AFTER, next_, room__status=SessionStatus.DRAFT)
    on(None, next_, room__status=SessionStatus.ANNOUNCED)
    assert current(DAY) == "Kent 2026"


def test_it_is_next_year_once_all_of_this_years_are_over_and_one_of_the_next_is_announced(this, next_):
    on(DAY, this)
    later = on(JANUARY_AFTER, next_, room__status=SessionStatus.DRAFT)
    assert current(JUNE) == "Kent 2026"
    later.places.status = SessionStatus.ANNOUNCED
    later.places.save()
    assert (current(JUNE), current(DAY)) == ("Kent 2027", "Kent 2026")


@pytest.mark.parametrize("hidden", ["staff", "link"])
def test_sessions_that_are_not_public_turn_no_page_over(this, next_, hidden):
    on(JANUARY_AFTER, next_, visibility=hidden)
    assert current(JUNE) == "Kent 2026"


def test_with_nothing_to_come_it_is_the_latest_year_that_has_begun(this, next_):
    assert (current(JUNE), current(dt.date(2027, 9, 1))) == ("Kent 2026", "Kent 2027")


def test_year_that_is_over_does_not_come_back(this):
    old = HubYearFactory(hub=this.hub, exchange=ExchangeFactory(year=2018), name="Kent 2018")
    on(DAY, old)
    on(None, old, room__status=SessionStatus.ANNOUNCED)
    assert current(DAY) == "Kent 2026"
    assert [year.name for year in HubYear.objects.of("kent", today=DAY)] == ["Kent 2026", "Kent 2018"]


def test_hub_that_begins_next_year_has_its_first_year(this):
    HubYear.objects.filter(pk=this.pk).update(exchange=ExchangeFactory(year=2028))
    HubYearFactory(hub=this.hub, exchange=ExchangeFactory(year=2029), name="Kent 2029")
    assert current(DAY) == "Kent 2026"


def test_shared_sessions_count(this, next_):
    on(DAY, HubYearFactory()).also_run_by.add(this)
    on(JANUARY_AFTER, next_)
    assert current(DAY) == "Kent 2026"


# --- everywhere -------------------------------------------------------------------------------------------------------


def test_preparing_next_year_turns_nothing_over(client, monkeypatch, this, next_):
    """The hub's page, its host schools, its name on lists and in feeds, the sitemap, and what Add session proposes."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    on(DAY, this, title="This winter")
    this.host_schools.create(school=SessionFactory(hub_year=this).venue)
    on(JANUARY_AFTER, next_, room__status=SessionStatus.DRAFT, title="Next winter")
    for address in ("/hubs/kent/", "/hubs/", "/hubs/kent/embed/", "/hubs/kent/sessions.ics", "/privacy/", "/"):
        page = client.get(address).content.decode()
        assert ("Kent 2026" in page, "Kent 2027" in page) == (True, False), address
    assert "2026–27" in client.get("/hubs/kent/").content.decode()
    assert "2027-28" not in client.get("/sitemap.xml").content.decode()
    assert client.get("/hubs/kent/2027-28/").status_code == 404
    assert client.get("/hubs/kent/2026-27/").status_code == 302
    assert Hub.objects.with_name(today=DAY).get(slug="kent").current_name == "Kent 2026"
    client.force_login(staff_of(this.hub))
    add = client.get("/admin/hubs/showcasesession/add/?whole=1")
    assert add.context["adminform"].form.initial["hub_year"] == this.pk


def test_every_hub_has_its_year_in_as_many_queries(django_assert_num_queries, this, next_):
    HubYearFactory.create_batch(3)
    StaffFactory()
    with django_assert_num_queries(1):
        assert len(HubYear.objects.current(today=DAY)) == 4
