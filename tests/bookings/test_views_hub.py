"""A hub's page, in its newest year."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import HostSchool, Notice, OldHubAddress, ShowcaseSession
from hubs.school_days import london
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import DAY, NOW, ExchangeFactory, HubFactory, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def kent():
    return HubYearFactory(
        hub__slug="kent",
        name="Kent & Medway Maths Hub",
        programme_name="Shanghai Live 2027",
        lead_school=SchoolFactory(name="Lead School", town="Chatham"),
        partners="First partner\n\n  \nSecond partner",
        about="We cover Kent.\n\nAnd Medway.",
        contact_name="Hub Office",
        contact_phone="01622 000000",
    )


def titles(days):
    return [one.session.title for _day, group in days for one in group]


def test_hub_page_says_who_the_hub_is(client, kent):
    HostSchool.objects.create(
        hub_year=kent, school=SchoolFactory(name="Host School", town="Maidstone"), first_day=DAY, last_day=DAY
    )
    HostSchool.objects.create(hub_year=kent)
    page = Page(client.get("/hubs/kent/"))
    assert page.title == "Kent & Medway Maths Hub – Showcase"
    assert "Kent & Medway Maths Hub Shanghai Live 2027 · England–Shanghai exchange 2026–27" in page.text
    assert "We cover Kent. And Medway." in page.text
    assert "Lead school Lead School, Chatham Partners First partner Second partner Host schools" in page.text
    assert "Host School, Maidstone (Tuesday 26 January 2027)" in page.text
    assert "To be announced" in page.text
    assert "Contact Hub Office, office@hub.example, 01622 000000" in page.text
    assert page.links["office@hub.example"] == "mailto:office@hub.example"


def test_hub_without_sessions_leads_to_every_hubs_sessions(client, kent):
    page = Page(client.get("/hubs/kent/"))
    assert "This hub has announced no sessions yet." in page.text
    assert page.links["See every hub’s sessions"] == "/"


def test_hub_page_lists_own_and_shared_sessions_to_come_and_past(client, kent):
    SessionFactory(title="own", hub_year=kent)
    SessionFactory(title="shared").also_run_by.add(kent)
    SessionFactory(title="of another hub")
    SessionFactory(title="draft", hub_year=kent, room__status=SessionStatus.DRAFT)
    SessionFactory(title="by link", hub_year=kent, visibility=ShowcaseSession.Visibility.LINK)
    days = (dt.date(2026, 11, 3), dt.date(2026, 12, 1))
    for day in days:
        times = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(12))}
        SessionFactory(title=f"past {day.month}", hub_year=kent, **times)
    context = client.get("/hubs/kent/").context
    assert titles(context["days"]) == ["own", "shared"]
    assert titles(context["past_days"]) == ["past 12", "past 11"]


def test_session_that_two_years_of_a_hub_share_is_listed_once(client, kent):
    before = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2025))
    session = SessionFactory(title="once", hub_year=kent)
    session.also_run_by.add(kent, before)
    assert titles(client.get("/hubs/kent/").context["days"]) == ["once"]


def test_hub_page_is_named_as_in_its_newest_year(client, kent):
    HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2018), name="Old name", lead_school=SchoolFactory())
    text = Page(client.get("/hubs/kent/")).text
    assert "Kent & Medway Maths Hub" in text
    assert "Old name" not in text


def test_old_address_of_a_hub_leads_to_the_new_one_for_good(client, kent):
    OldHubAddress.objects.create(hub=kent.hub, slug="kent-medway")
    response = client.get("/hubs/kent-medway/")
    assert (response.status_code, response["Location"]) == (301, "/hubs/kent/")


@pytest.mark.parametrize("slug", ["nowhere", "no-year-yet"])
def test_hub_that_is_not_there_is_not_found(client, slug):
    HubFactory(slug="no-year-yet")
    assert client.get(f"/hubs/{slug}/").status_code == 404


def test_hub_page_shows_its_own_notices_and_everyones(client, kent):
    lasting = {"from_at": NOW, "until_at": NOW + dt.timedelta(hours=1)}
    Notice.objects.create(text="For everyone.", link="https://hubs.example/snow", **lasting)
    Notice.objects.create(text="For Kent.", hub=kent.hub, **lasting)
    Notice.objects.create(text="For Sussex.", hub=HubFactory(), **lasting)
    page = Page(client.get("/hubs/kent/"))
    assert "For everyone. Read more about this For Kent." in page.text
    assert page.links["Read more about this"] == "https://hubs.example/snow"
    assert "For Sussex." not in page.text


def test_hub_page_asks_as_often_for_three_of_each_as_for_one(client, kent):
    asked = []
    for n in range(3):
        SessionFactory(hub_year=kent)
        past = dt.date(2026, 11, 3 + n)
        SessionFactory(hub_year=kent, starts_at=london(past, dt.time(9)), ends_at=london(past, dt.time(12)))
        HostSchool.objects.create(hub_year=kent, school=SchoolFactory())
        Notice.objects.create(text=f"{n}", from_at=NOW, until_at=NOW + dt.timedelta(hours=1))
        asked.append(questions(client, "/hubs/kent/"))
    assert asked[0] <= 7
    assert set(asked) == {asked[0]}
