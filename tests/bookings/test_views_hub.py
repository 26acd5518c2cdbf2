"""A hub's page, in its newest year."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import (
    HostSchool,
    LocalAuthority,
    MasterySpecialist,
    Notice,
    OldHubAddress,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from tests.answers import in_a_line
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import DAY, NOW, ExchangeFactory, HubFactory, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
LINK, STAFF = ShowcaseSession.Visibility.LINK, ShowcaseSession.Visibility.STAFF


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


def days_of(context):
    """The days of the sessions to come, in both parts of the list."""
    return [day for part in context["parts"] for day in part.days]


def titles(days):
    return [one.session.title for _day, group in days for one in group]


def on(day, **fields):
    return SessionFactory(starts_at=london(day, dt.time(9)), ends_at=london(day, dt.time(12)), **fields)


def teacher(year, name, *, agreed=True, **fields):
    return VisitingTeacher.objects.create(
        hub_year=year, name_pinyin=name, name_agreed_at=NOW if agreed else None, **fields
    )


def test_hub_page_says_who_the_hub_is(client, kent):
    kent.area.add(*(LocalAuthority.objects.create(code=name[:3], name=name) for name in ("Medway", "Kent")))
    page = Page(client.get("/hubs/kent/"))
    assert page.title == "Kent & Medway Maths Hub – Showcase"
    assert "Kent & Medway Maths Hub Shanghai Live 2027 · England–Shanghai exchange 2026–27" in page.text
    assert "We cover Kent. And Medway." in page.text
    assert "Lead school Lead School, Chatham Partners First partner Second partner Area Kent, Medway" in page.text
    assert "Contact Hub Office office@hub.example 01622 000000" in page.text
    assert page.links["office@hub.example"] == "mailto:office@hub.example"


def test_page_of_a_hub_of_which_little_is_known_has_no_empty_heading(client):
    HubYearFactory(hub__slug="quiet", name="Quiet Maths Hub", contact_email="", contact_name="")
    html = in_a_line(client.get("/hubs/quiet/"))
    assert html.count("<h2") == 1
    assert "<h2>No sessions announced yet</h2>" in html


def test_hub_without_sessions_leads_to_every_hubs_sessions(client, kent):
    page = Page(client.get("/hubs/kent/"))
    assert "No sessions announced yet" in page.text
    assert page.links["See every hub’s sessions"] == "/"
    assert page.links["Tell me when booking opens for this hub’s sessions"] == "/hubs/kent/tell-me/"
    on(dt.date(2026, 12, 1), hub_year=kent)
    assert "No more sessions to come" in Page(client.get("/hubs/kent/")).text


# --- its sessions ----------------------------------------------------------------------------------------------------


def test_hub_page_lists_own_and_shared_sessions_to_come_and_past(client, kent):
    SessionFactory(title="own", hub_year=kent)
    SessionFactory(title="shared").also_run_by.add(kent)
    SessionFactory(title="of another hub")
    SessionFactory(title="draft", hub_year=kent, room__status=SessionStatus.DRAFT)
    SessionFactory(title="by link", hub_year=kent, visibility=LINK)
    days = (dt.date(2026, 11, 3), dt.date(2026, 12, 1))
    for day in days:
        on(day, title=f"past {day.month}", hub_year=kent)
    context = client.get("/hubs/kent/").context
    assert titles(days_of(context)) == ["own", "shared"]
    assert titles(context["past_days"]) == ["past 12", "past 11"]


def test_what_cannot_be_booked_yet_stands_last_under_a_heading(client, kent):
    announced = {"starts_at": None, "ends_at": None, "room__status": SessionStatus.ANNOUNCED}
    SessionFactory(title="announced", hub_year=kent, **announced)
    SessionFactory(title="open", hub_year=kent)
    parts = client.get("/hubs/kent/").context["parts"]
    assert [(part.heading, titles(part.days)) for part in parts] == [
        ("", ["open"]),
        ("Not open for booking", ["announced"]),
    ]


def test_row_says_whose_a_session_is_only_where_it_is_another_hubs(client, kent):
    SessionFactory(hub_year=kent)
    SessionFactory(hub_year__name="Sussex Maths Hub").also_run_by.add(kent)
    text = Page(client.get("/hubs/kent/")).text
    assert "Suits Year 6 · Sussex Maths Hub" in text
    assert "Suits Year 6 · Kent" not in text


def test_session_that_two_years_of_a_hub_share_is_listed_once(client, kent):
    before = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2025))
    session = SessionFactory(title="once", hub_year=kent)
    session.also_run_by.add(kent, before)
    assert titles(days_of(client.get("/hubs/kent/").context)) == ["once"]


def test_past_sessions_are_those_of_the_newest_year_and_sessions_to_come_those_of_any(client, kent):
    before = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2025))
    on(dt.date(2026, 12, 1), title="this year", hub_year=kent)
    on(dt.date(2026, 1, 20), title="last year", hub_year=before)
    SessionFactory(title="put off from last year", hub_year=before)
    context = client.get("/hubs/kent/").context
    assert titles(context["past_days"]) == ["this year"]
    assert titles(days_of(context)) == ["put off from last year"]


def test_more_sessions_than_a_page_holds_lead_to_the_list(client, kent, monkeypatch):
    monkeypatch.setattr("bookings.views.hub_pages.MOST", 2)
    for n in range(2):
        SessionFactory(hub_year=kent)
        on(dt.date(2026, 12, 1 + n), hub_year=kent)
    assert "All past sessions of this hub" not in Page(client.get("/hubs/kent/")).links
    SessionFactory(hub_year=kent)
    on(dt.date(2026, 12, 8), hub_year=kent)
    response = client.get("/hubs/kent/")
    assert len(titles(days_of(response.context))) == len(titles(response.context["past_days"])) == 2
    links = Page(response).links
    assert links["All sessions of this hub"] == "/?hub=kent"
    assert links["All past sessions of this hub"] == "/?past=1&hub=kent"


# --- host schools ----------------------------------------------------------------------------------------------------


def host(year, name, **fields):
    return HostSchool.objects.create(hub_year=year, school=SchoolFactory(name=name, town="Maidstone"), **fields)


def test_host_schools_stand_by_their_days_also_before_they_have_any(client, kent):
    HostSchool.objects.create(hub_year=kent)
    host(kent, "March School", first_day=dt.date(2027, 3, 1), last_day=dt.date(2027, 3, 31))
    host(kent, "Day School", first_day=DAY, last_day=DAY)
    text = Page(client.get("/hubs/kent/")).text
    tell = "Tell me when booking opens"
    assert (
        f"Host schools Tuesday 26 January 2027 Day School Maidstone · Primary {tell} Day School "
        f"March 2027 March School Maidstone · Primary {tell} March School "
        f"Dates to follow School to be announced Primary {tell}"
    ) in text


def test_host_school_without_days_has_those_of_its_public_sessions(client, kent):
    visit = host(kent, "West School")
    first = on(DAY, hub_year=kent, host_school=visit)
    on(DAY + dt.timedelta(days=2), hub_year=kent, host_school=visit)
    SessionFactory(hub_year=kent, host_school=visit, starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED)
    for hidden in ({"visibility": LINK}, {"visibility": STAFF}, {"room__status": SessionStatus.DRAFT}):
        on(DAY + dt.timedelta(days=9), hub_year=kent, host_school=visit, **hidden)
    page = Page(client.get("/hubs/kent/"))
    dated = "Tuesday 26 January, 9:00 · Thursday 28 January, 9:00 · 1 session without a set time"
    assert f"26 to 28 January 2027 West School Maidstone · Primary {dated}" in page.text
    assert page.links["Tuesday 26 January, 9:00"] == first.get_absolute_url()
    assert "February" not in page.text
    assert "Tell me when booking opens West School" not in page.links


def test_host_school_is_told_of_until_a_session_has_a_date_or_its_visit_is_over(client, kent):
    over = {"first_day": dt.date(2026, 12, 1), "last_day": dt.date(2026, 12, 2)}
    visits = [host(kent, "To come"), host(kent, "Over", **over), host(kent, "Dated")]
    SessionFactory(hub_year=kent, host_school=visits[2])
    links = Page(client.get("/hubs/kent/")).links
    told = {words: href for words, href in links.items() if words.startswith("Tell me when booking opens ")}
    del told["Tell me when booking opens for this hub’s sessions"]
    assert told == {"Tell me when booking opens To come": f"/hubs/kent/visits/{visits[0].pk}/tell-me/"}


def test_page_says_of_a_host_school_nothing_that_is_for_people_with_a_place(client, kent):
    host(kent, "West School", joining_instructions="Ring twice.", office_email="secretary@west.example")
    html = client.get("/hubs/kent/").content.decode()
    assert "West School" in html
    assert "Ring twice" not in html
    assert "secretary@west.example" not in html


# --- teachers --------------------------------------------------------------------------------------------------------


def test_visiting_teachers_who_agreed_are_named_in_both_their_scripts(client, kent):
    wang = teacher(kent, "Wang Fang", name_characters="王芳", home_school="Pudong School")
    host(kent, "West School").visiting_teachers.add(wang)
    html = client.get("/hubs/kent/").content.decode()
    assert html.count('lang="zh-Latn-pinyin">Wang Fang</') == 2
    assert html.count('lang="zh-Hans">王芳</') == 2
    assert "Pudong School" not in html  # they were asked about their name alone


def test_visiting_teacher_who_has_not_agreed_is_counted_and_never_named(client, kent):
    zhang = teacher(kent, "Zhang Min", agreed=False, name_characters="张敏", home_school="Xuhui School")
    visit = host(kent, "West School")
    visit.visiting_teachers.add(zhang)
    response = client.get("/hubs/kent/")
    assert Page(response).text.count("1 visiting teacher from Shanghai") == 2
    visit.visiting_teachers.add(teacher(kent, "Wang Fang"))
    named = client.get("/hubs/kent/")
    assert "Wang Fang and 1 more from Shanghai" in Page(named).text
    for said in (response.content.decode(), named.content.decode()):
        assert not [secret for secret in ("Zhang", "Min<", "张敏", "Xuhui") if secret in said]


def test_mastery_specialists_stand_with_their_school_and_where_they_host(client, kent):
    school = SchoolFactory(name="Elm School", town="Dover")
    sara = MasterySpecialist.objects.create(hub_year=kent, full_name="Sara Sinnerton", school=school)
    host(kent, "West School").specialists.add(sara)
    text = Page(client.get("/hubs/kent/")).text
    assert "Mastery specialists Sara Sinnerton Elm School, Dover" in text
    assert "Maidstone · Primary Mastery specialists: Sara Sinnerton" in text


# --- addresses, notices, queries -------------------------------------------------------------------------------------


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


def one_more_of_everything(year, n):
    """A host school with its teachers and sessions, to come and past, and whatever else a hub's page shows."""
    visit = host(year, f"School {n}", first_day=DAY, last_day=DAY)
    specialist = MasterySpecialist.objects.create(hub_year=year, full_name=f"S {n}", school=SchoolFactory())
    visit.specialists.add(specialist)
    visit.visiting_teachers.add(teacher(year, f"Wang {n}"), teacher(year, f"Li {n}", agreed=False))
    year.area.add(LocalAuthority.objects.create(code=f"{n:03}", name=f"Area {n}"))
    SessionFactory(hub_year=year, host_school=visit, venue=None)
    on(dt.date(2026, 11, 3 + n), hub_year=year, host_school=visit, venue=None)
    SessionFactory().also_run_by.add(year)
    HubYearFactory(hub=year.hub, exchange=ExchangeFactory(year=2014 + n), lead_school=SchoolFactory())
    Notice.objects.create(text=f"{n}", from_at=NOW, until_at=NOW + dt.timedelta(hours=1))


def test_hub_page_asks_as_often_for_three_of_everything_as_for_one(client, kent):
    asked = []
    for n in range(3):
        one_more_of_everything(kent, n)
        asked.append(questions(client, "/hubs/kent/"))
    assert asked == [13, 13, 13]
