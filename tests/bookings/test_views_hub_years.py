"""A hub as it was in an earlier year: its names, people and sessions of that time, and how many came."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from bookings.attendance import recording
from bookings.models import Visitor
from bookings.sessions import changes
from bookings.states import SessionStatus
from bookings.verbs import staff_booking, visitors
from hubs.models import HostSchool, MasterySpecialist, Notice, OldHubAddress, ShowcaseSession
from tests.bookings.test_views_hub import host, on, one_more_of_everything, teacher
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import NOW, ExchangeFactory, HubFactory, HubYearFactory, SchoolFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
THEN = dt.date(2019, 1, 22)
ADDRESS = "/hubs/kent/2018-19/"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def kent():
    return HubYearFactory(
        hub__slug="kent",
        name="South East Maths Hub",
        programme_name="Shanghai Live 2027",
        lead_school=SchoolFactory(name="New Lead School"),
    )


@pytest.fixture
def then(kent):
    return HubYearFactory(
        hub=kent.hub,
        exchange=ExchangeFactory(year=2018),
        name="Kent & Medway Maths Hub",
        programme_name="Shanghai Live 2019",
        lead_school=SchoolFactory(name="Old Lead School", town="Chatham"),
        partners="Old partner",
        contact_name="Old Contact",
        contact_email="old.contact@hub.example",
    )


def came(session, number, *, of=None):
    """So many of `of` visitors came, by the register."""
    booked = session.starts_at - dt.timedelta(weeks=1)
    asked = party(size=of or number, email="", contact_name="Ada Teacher")
    booking = staff_booking.staff_booking(session.pk, asked, by=StaffFactory(), clock=lambda: booked, why="test")
    some = booking.visitors.values_list("pk", flat=True)[:number]
    Visitor.objects.filter(pk__in=list(some)).update(attendance="attended", marked_at=session.starts_at)
    recording.record(session.pk, by=StaffFactory(), clock=lambda: session.ends_at)
    return booking


# --- names of its time -----------------------------------------------------------------------------------------------


def test_hub_page_leads_to_each_earlier_year_under_its_name_then(client, then):
    HubYearFactory(hub=then.hub, exchange=ExchangeFactory(year=2014), name="Kent Maths Hub")
    page = Page(client.get("/hubs/kent/"))
    assert "Earlier years 2018–19: Kent & Medway Maths Hub, Shanghai Live 2019 2014–15: Kent Maths Hub" in page.text
    assert page.links["2018–19: Kent & Medway Maths Hub, Shanghai Live 2019"] == ADDRESS
    assert page.links["2014–15: Kent Maths Hub"] == "/hubs/kent/2014-15/"


def test_earlier_year_is_told_under_the_names_and_people_of_its_time(client, kent, then):
    for year, age in ((then, "Old"), (kent, "New")):
        visit = host(year, f"{age} Host School")
        visit.visiting_teachers.add(teacher(year, f"{age} Wang"))
        MasterySpecialist.objects.create(hub_year=year, full_name=f"{age} Specialist")
    page = Page(client.get(ADDRESS))
    assert page.title == "Kent & Medway Maths Hub, 2018–19 – Showcase"
    assert "Kent & Medway Maths Hub Shanghai Live 2019 · England–Shanghai exchange 2018–19" in page.text
    assert "Lead school Old Lead School, Chatham Partners Old partner" in page.text
    for said in ("Old Host School", "Old Wang", "Old Specialist"):
        assert said in page.text
    assert "New" not in page.text


def test_earlier_year_has_nothing_to_ask_for_and_nobody_to_write_to(client, then):
    host(then, "West School")
    Notice.objects.create(text="Snow today.", hub=then.hub, from_at=NOW, until_at=NOW + dt.timedelta(hours=1))
    page = Page(client.get(ADDRESS))
    assert "West School" in page.text
    assert not [words for words, href in page.links.items() if "tell-me" in href or href.startswith("mailto:")]
    assert "Old Contact" not in page.text
    assert "Snow today." not in page.text
    assert "to follow" not in page.text


def test_years_lead_to_the_one_before_and_the_one_after(client, then):
    for year in (2014, 2020):
        HubYearFactory(hub=then.hub, exchange=ExchangeFactory(year=year), name=f"Hub of {year}")
    links = Page(client.get(ADDRESS)).links
    assert links["← South East Maths Hub"] == "/hubs/kent/"
    assert links["← 2014–15: Hub of 2014"] == "/hubs/kent/2014-15/"
    assert links["2020–21: Hub of 2020 →"] == "/hubs/kent/2020-21/"
    last = Page(client.get("/hubs/kent/2020-21/")).links
    assert last["2026–27: South East Maths Hub, Shanghai Live 2027 →"] == "/hubs/kent/"
    assert not [words for words in Page(client.get("/hubs/kent/2014-15/")).links if words.startswith("← 20")]


def test_earlier_year_says_its_own_address_and_what_it_is(client, then, settings):
    html = client.get(ADDRESS).content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_URL}{ADDRESS}">' in html
    about = "Kent &amp; Medway Maths Hub in 2018–19: sessions, host schools and visiting teachers."
    assert f'<meta name="description" content="{about}">' in html


def test_teacher_who_has_not_agreed_is_not_named_in_an_earlier_year_either(client, then):
    host(then, "West School").visiting_teachers.add(teacher(then, "Zhang Min", agreed=False, home_school="Xuhui"))
    response = client.get(ADDRESS)
    assert Page(response).text.count("1 visiting teacher from Shanghai") == 2
    assert not re.search("Zhang|Xuhui", response.content.decode())


# --- sessions, and how many came -------------------------------------------------------------------------------------


def test_counted_and_reported_visitors_are_told_apart_with_their_source(client, then):
    visit = HostSchool.objects.create(hub_year=then, visitors_reported=250, reported_source="the hub’s announcement")
    counted = on(THEN, title="Counted", hub_year=then, host_school=visit)
    came(counted, 17, of=20)
    reported = {"visitors_reported": 60, "reported_source": "the hub"}
    on(THEN, title="Reported", hub_year=then, **reported)
    came(on(THEN, title="Both", hub_year=then, **reported), 1)
    came(on(THEN, title="Nobody said", hub_year=then), 0, of=2)
    page = Page(client.get(ADDRESS))
    assert "4 sessions" in page.text
    rows = {name: page.text.split(name)[1].split("Suits Year 6 ")[1] for name in ("Counted", "Reported", "Both")}
    assert rows["Counted"].startswith("17 visitors came counted at the door Reported")
    assert rows["Reported"].startswith("60 visitors came (the hub) Both")
    assert rows["Both"].startswith("1 visitor came counted at the door 60 visitors came (the hub) Nobody said")
    assert "Whole visit: 250 visitors came (the hub’s announcement)" in page.text
    assert page.text.count("visitors came") + page.text.count("visitor came") == 5
    assert "310" not in page.text
    assert "Ada" not in page.text


def test_newest_years_past_sessions_say_how_many_came_too(client, kent):
    came(on(dt.date(2026, 12, 1), hub_year=kent), 3)
    assert "3 visitors came counted at the door" in Page(client.get("/hubs/kent/")).text


def test_whoever_gave_the_place_back_or_is_not_marked_does_not_count(client, then):
    session = on(THEN, hub_year=then)
    booking = came(session, 3, of=4)
    before = session.starts_at - dt.timedelta(days=1)
    visitors.release(booking.visitors.filter(is_contact=False).first().pk, clock=lambda: before)
    assert "2 visitors came" in Page(client.get(ADDRESS)).text


def test_session_that_was_cancelled_says_so_and_counts_nobody(client, then):
    session = on(THEN, hub_year=then)
    came(session, 3)
    before = session.starts_at - dt.timedelta(days=1)
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: before)
    text = Page(client.get(ADDRESS)).text
    assert "Cancelled" in text
    assert "came" not in text


def test_earlier_year_lists_public_sessions_that_it_ran_or_shared(client, kent, then):
    on(THEN, title="own", hub_year=then)
    on(THEN, title="shared", hub_year__name="Sussex Maths Hub").also_run_by.add(then)
    on(THEN, title="of another year", hub_year=kent)
    on(THEN, title="of another hub", hub_year__exchange=then.exchange)
    visit = host(then, "West School")
    hidden = [{"visibility": ShowcaseSession.Visibility.LINK}, {"visibility": ShowcaseSession.Visibility.STAFF}]
    for kept in (*hidden, {"room__status": SessionStatus.DRAFT}):
        on(dt.date(2019, 2, 5), title="hidden", hub_year=then, host_school=visit, **kept)
    text = Page(client.get(ADDRESS)).text
    assert "2 sessions" in text
    assert "Suits Year 6 · Sussex Maths Hub" in text
    assert not re.search("another|hidden|February", text)


def test_year_without_public_sessions_leads_to_what_the_hub_does_now(client, then):
    page = Page(client.get(ADDRESS))
    assert "No sessions of this year are listed here." in page.text
    assert page.links["What the hub does now"] == "/hubs/kent/"


@pytest.mark.slow
def test_every_public_past_session_can_be_reached_from_its_hubs_page(client, kent, then, monkeypatch):
    for name in ("hub_pages.MOST", "sessions.PAGE"):
        monkeypatch.setattr(f"bookings.views.{name}", 2)
    first = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2014))
    days = ((kent, dt.date(2026, 12, 1)), (then, THEN), (first, dt.date(2015, 1, 20)))
    made = [
        on(day + dt.timedelta(days=n), title=f"{day} {n}", hub_year=year).get_absolute_url()
        for year, day in days
        for n in range(5)
    ]
    assert Page(client.get(ADDRESS)).links["All past sessions of this hub"] == "/?past=1&hub=kent"
    met, to_visit = set(), {"/hubs/kent/"}
    while to_visit:
        address = to_visit.pop()
        met.add(address)
        links = Page(client.get(address)).links.values()
        of_hub = {
            f"/{link}" if link[0] == "?" else link
            for link in links
            if ("past=1" in link or "/kent/" in link) and not link.startswith(("/sessions/", "/zh-hans/"))
        }
        to_visit |= {link for link in of_hub if "tell-me" not in link and ".ics" not in link} - met
        met |= {link.partition("?")[0] for link in links if link.startswith("/sessions/")}
    assert set(made) <= met


# --- addresses and queries -------------------------------------------------------------------------------------------


def test_address_of_the_newest_year_leads_to_the_hubs_page_for_now(client, then):
    response = client.get("/hubs/kent/2026-27/")
    assert (response.status_code, response["Location"]) == (302, "/hubs/kent/")


def test_old_address_leads_to_the_same_year_at_the_new_one_for_good(client, then):
    OldHubAddress.objects.create(hub=then.hub, slug="kent-medway")
    response = client.get("/hubs/kent-medway/2018-19/")
    assert (response.status_code, response["Location"]) == (301, ADDRESS)


@pytest.mark.parametrize(
    "address",
    ["kent/2019-20", "kent/2018-20", "kent/2018", "kent/18-19", "kent/2018–19", "kent/02018-19", "no-year/2018-19"],
)
@pytest.mark.usefixtures("then")
def test_year_that_the_hub_has_not_is_not_found(client, address):
    HubFactory(slug="no-year")
    assert client.get(f"/hubs/{address}/").status_code == 404


@pytest.mark.parametrize("year, written", [(1999, "1999-00"), (2009, "2009-10"), (2019, "2019-20")])
def test_year_is_written_as_schools_do_also_at_the_turn_of_a_century(client, kent, year, written):
    HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=year))
    address = f"/hubs/kent/{written}/"
    assert address in Page(client.get("/hubs/kent/")).links.values()
    assert client.get(address).status_code == 200


def test_earlier_year_asks_as_often_for_three_of_everything_as_for_one(client, then):
    asked = []
    for n in range(3):
        one_more_of_everything(then, n)
        came(on(THEN, hub_year=then), 2)
        asked.append(questions(client, ADDRESS))
    assert asked == [8, 8, 8]
