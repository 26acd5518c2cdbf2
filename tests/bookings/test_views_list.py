"""The list of sessions: what it shows, its filters, its pages."""

import datetime as dt
import re

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from bookings.models.places import can_be_booked, places_left, stands
from bookings.public.session import Showing, announced, bookable_first
from bookings.states import SessionStatus
from bookings.views import sessions
from hubs.models import HostSchool, Lesson, Notice, ShowcaseSession
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import DAY, NOW, HubFactory, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
NINE, NOON = dt.time(9), dt.time(12)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def on(day, **values):
    """A session from nine to noon of that day."""
    return SessionFactory(starts_at=london(day, NINE), ends_at=london(day, NOON), **values)


def shown(client, query=""):
    """Titles of the sessions on the list, in order."""
    response = client.get(f"/{query}")
    assert response.status_code == 200
    days = [day for part in response.context["parts"] for day in part.days]
    rows = [row for _first, group in days for row in group]
    return [one.session.title for row in rows for one in getattr(row, "showings", [row])]


def test_list_without_sessions_says_when_to_come_again(client):
    page = Page(client.get("/"))
    assert "0 sessions No sessions are announced just now. Most take place in January and March" in page.text
    assert "There are no past sessions yet." in Page(client.get("/?past=1")).text


def test_list_shows_when_where_for_whom_and_how_many_places(client):
    hub_year = HubYearFactory(name="Kent & Medway Maths Hub")
    SessionFactory(
        hub_year=hub_year,
        venue__name="West Borough Primary School",
        venue__town="Maidstone",
        suits_years=Years.Y6 | Years.KS3,
        room__capacity=30,
        room__places_taken=0,
    )
    assert (
        "1 session With places left 1 On a map Tuesday 26 January 2027 Year 6 lesson 9:00 to 11:45 · "
        "West Borough Primary School, Maidstone "
        "Suits Year 6, and Key Stage 3 · Kent & Medway Maths Hub 30 places left 0 of 30 taken "
        "None of these? Tell me when a session near me opens 1 with places left none to book now By hub "
        "Kent & Medway Maths Hub 1 session, with places left"
    ) in Page(client.get("/")).text


def test_list_stands_by_date_and_time_after_what_can_be_booked_the_rest(client):
    SessionFactory(title="no date", starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED)
    on(DAY + dt.timedelta(days=1), title="next day")
    SessionFactory(title="afternoon", starts_at=london(DAY, dt.time(13)), ends_at=london(DAY, dt.time(15)))
    on(DAY, title="morning")
    announced = {"starts_at": None, "ends_at": None, "room__status": SessionStatus.ANNOUNCED}
    SessionFactory(title="January", first_day=dt.date(2027, 1, 1), last_day=dt.date(2027, 1, 31), **announced)
    assert shown(client) == ["morning", "afternoon", "next day", "January", "no date"]
    days = Page(client.get("/")).text
    in_order = ["Tuesday 26 January 2027", "Not open for booking January 2027", "Date to be announced"]
    assert sorted(in_order, key=days.index) == in_order


def test_list_leaves_out_drafts_and_what_is_not_public(client):
    SessionFactory(title="public")
    SessionFactory(title="draft", room__status=SessionStatus.DRAFT)
    SessionFactory(title="by link", visibility=ShowcaseSession.Visibility.LINK)
    SessionFactory(title="staff", visibility=ShowcaseSession.Visibility.STAFF)
    assert shown(client) == ["public"]


ALL_WAYS = [
    {},
    {"room__held_back": 30},  # full
    {"opens_at": NOW + dt.timedelta(hours=1)},
    {"opens_at": NOW},
    {"closes_at": NOW, "release_at": NOW},
    {"closes_at": NOW + dt.timedelta(minutes=1), "release_at": NOW},
    {"release_at": NOW, "room__held_back": 30},
    {"booked_elsewhere": "By telephone"},
    {"booked_elsewhere": "By telephone", "starts_at": None, "ends_at": None},
    {"booked_elsewhere": "By telephone", "room__status": SessionStatus.CANCELLED},
    {"starts_at": london(DAY - dt.timedelta(days=22), dt.time(9)), "ends_at": london(DAY, dt.time(12))},
    {"starts_at": None, "ends_at": None, "room__status": SessionStatus.ANNOUNCED},
    *({"room__status": status} for status in SessionStatus if status not in ("draft", "open")),
]


@pytest.mark.parametrize("way", ALL_WAYS, ids=str)
def test_database_and_page_have_one_mind_about_what_can_be_booked(way):
    """The order of the list, the filter of places and the row itself."""
    if way.get("starts_at"):
        way = way | {"ends_at": way["starts_at"] + dt.timedelta(hours=20)}
    session = SessionFactory(**way)
    row = announced().alias(first=bookable_first(NOW)[0]).annotate(later=F("first")).get()
    showing = Showing(row, NOW)
    assert row.later == int(not showing.comes_first)
    left = showing.left if showing.is_open else 0
    bookable = [n for n in (1, 2, 30) if announced().filter(can_be_booked(NOW, places=n), pk=session.pk).exists()]
    assert bookable == [n for n in (1, 2, 30) if n <= left]
    counted = announced().alias(stood=stands(NOW), left=places_left(NOW)).annotate(said=F("stood"), room=F("left"))
    assert [(one.said, max(one.room, 0)) for one in counted] == [(showing.standing, showing.left)]


def test_what_can_be_booked_comes_first_on_each_page_of_a_list(client):
    kent = HubYearFactory(hub__slug="kent", hub__embed_origins="https://kent.example")
    on(DAY, title="cancelled", hub_year=kent, room__status=SessionStatus.CANCELLED)
    on(DAY + dt.timedelta(days=1), title="open", hub_year=kent)
    assert shown(client) == shown(client, "?hub=kent") == ["open", "cancelled"]
    for address in ("/hubs/kent/", "/hubs/kent/embed/"):
        text = Page(client.get(address)).text
        assert text.index("27 January") < text.index("Not open for booking") < text.index("Cancelled")
    feed = client.get("/sessions.json").json()["sessions"]
    assert [one["name"] for one in feed] == ["cancelled", "open"]  # a program has them by day


def test_what_can_be_booked_stands_on_the_first_page_however_late_it_is(client, monkeypatch):
    monkeypatch.setattr(sessions, "PAGE", 1)
    on(DAY, title="cancelled", room__status=SessionStatus.CANCELLED)
    on(DAY + dt.timedelta(days=1), title="open")
    for query in ("?", "?near=maidstone&"):
        assert [shown(client, f"{query}page={page}") for page in (1, 2)] == [["open"], ["cancelled"]]


def test_day_that_stands_in_both_parts_of_a_list_is_called_differently(client):
    on(DAY)
    on(DAY, room__status=SessionStatus.CANCELLED)
    labels = re.findall(r'class="day" aria-label="([^"]*)"', client.get("/").content.decode())
    assert labels == ["Tuesday 26 January 2027", "Not open for booking: Tuesday 26 January 2027"]


def test_list_of_what_nobody_can_book_needs_no_heading(client):
    on(DAY, room__status=SessionStatus.CANCELLED)
    assert "Not open for booking" not in Page(client.get("/")).text


def announced_at(visit, day, last=None, **values):
    days = {"starts_at": None, "ends_at": None, "first_day": day, "last_day": last or day}
    values = {"kind": "open_classroom", "venue": None, "title": "Open classroom"} | values
    return SessionFactory(host_school=visit, hub_year=visit.hub_year, room__status="announced", **days, **values)


@pytest.fixture
def visit():
    school = SchoolFactory(name="Holy Rosary Primary School", town="Leeds")
    return HostSchool.objects.create(hub_year=HubYearFactory(hub__slug="leeds", name="Leeds Hub"), school=school)


def test_announced_sessions_of_one_visit_are_one_row_that_unfolds(client, visit):
    first, last = dt.date(2027, 1, 11), dt.date(2027, 1, 22)
    same = [announced_at(visit, first, last) for _n in range(2)]
    own_days = announced_at(visit, dt.date(2027, 1, 12), dt.date(2027, 1, 13), title="Encoding")
    for address in ("/", "/hubs/leeds/", "/hubs/leeds/embed/", "/?teach=y6"):
        response = client.get(address)
        text, html = Page(response).text, response.content.decode()
        assert "3 open classrooms, between 11 and 22 January 2027" in text
        assert html.count('<li class="session">') == 1
        assert text.count("Details to follow") == 1
        assert "Holy Rosary Primary School, Leeds" in text
        search = "?teach=y6" if "teach" in address else ""
        links = {words: href for words, href in Page(response).links.items() if "/sessions/" in href}
        assert {href.partition("?")[0] for href in links.values()} - {"/hubs/leeds/sessions.ics"} == {
            one.get_absolute_url() for one in (*same, own_days)
        }
        assert links["Open classroom (2 of 2)"] == same[1].get_absolute_url() + search
        assert "Encoding · 12 to 13 January 2027" in text


def test_row_of_a_visit_says_what_its_sessions_are(client, visit):
    announced_at(visit, None)
    announced_at(visit, None, kind="talk")
    assert (
        "2 sessions Open classroom (1 of 2) Open classroom (2 of 2) Holy Rosary Primary School, Leeds"
        in Page(client.get("/")).text
    )


def test_session_alone_of_its_visit_or_not_only_announced_has_its_own_row(client, visit):
    announced_at(visit, DAY)
    on(DAY, title="open", host_school=visit, hub_year=visit.hub_year)
    other = HostSchool.objects.create(hub_year=visit.hub_year)
    announced_at(other, DAY)
    html = client.get("/").content.decode()
    assert html.count('<li class="session">') == 3
    assert "open classrooms" not in html


def test_after_a_search_one_line_says_what_was_asked_and_the_results_come_first(client):
    SessionFactory(title="one")
    before = Page(client.get("/"))
    assert "Watch a lesson taught by a teacher from Shanghai" in before.text
    html = client.get("/?teach=y6&month=2027-01").content.decode()
    assert "Watch a lesson taught" not in html
    assert re.search(r'<details class="search-line">\s*<summary>\s*Year 6 ·\s*January 2027\s*<span', html)
    assert re.findall(r"<h([123])", html) == ["1", "2", "3"]  # no level is left out
    assert re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', html) == [("month", "2027-01")]
    assert Page(client.get("/?teach=y6")).links["Clear all filters"] == "?"
    assert Page(client.get("/?teach=y6&past=1")).links["Clear all filters"] == "?past=1"


def test_form_with_a_mistake_stays_open(client):
    html = client.get("/?teach=y6&since=soon").content.decode()
    assert '<details class="search-line" open>' in html
    assert '<details class="search-line" open>' not in client.get("/?month=soon&teach=y6").content.decode()


def test_link_of_a_list_keeps_the_search_for_the_way_back(client):
    session = SessionFactory(title="one")
    SessionFactory(title="other", suits_years=Years.Y9, lessons_of=Years.Y9)
    address = Page(client.get("/?teach=y6&since=1/1/2027&x=y")).links["one"]
    assert address == f"/sessions/{session.ref}/?teach=y6&since=1%2F1%2F2027"
    response = client.get(address)
    page = Page(response)
    assert page.links["← Back to 1 session"] == "/?teach=y6&since=1%2F1%2F2027"
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert f'<link rel="canonical" href="https://testserver/sessions/{session.ref}/">' in response.content.decode()
    assert Page(client.get("/")).links["one"] == session.get_absolute_url()
    assert Page(client.get(session.get_absolute_url())).links["← All sessions"] == "/"


@pytest.mark.parametrize(
    "query", ["?x=y", "?near=nowhere+at+all", "?teach=%00", "?page=9", '?hub="><b>', "?month=9999-12"]
)
def test_any_way_back_is_answered(client, query):
    session = SessionFactory()
    response = client.get(f"{session.get_absolute_url()}{query}")
    assert response.status_code == 200
    assert b"<b>/" not in response.content
    back = next(href for words, href in Page(response).links.items() if words.startswith("←"))
    assert client.get(back).status_code in (200, 302)


def test_way_back_asks_as_often_for_many_as_for_few(client):
    asked = []
    session = SessionFactory()
    for number in (1, 20):
        for _n in range(number):
            SessionFactory()
        asked.append(questions(client, f"{session.get_absolute_url()}?teach=y6"))
    assert asked[0] == asked[1]


def test_cancelled_session_stays_on_the_list_and_says_so(client):
    SessionFactory(title="snow", room__status=SessionStatus.CANCELLED)
    assert shown(client) == ["snow"]
    assert "Cancelled" in Page(client.get("/")).text


def test_hub_filter_finds_sessions_that_the_hub_runs_or_shares(client):
    kent, sussex = HubYearFactory(hub__slug="kent"), HubYearFactory(hub__slug="sussex")
    SessionFactory(title="own", hub_year=kent)
    SessionFactory(title="shared", hub_year=sussex).also_run_by.add(kent)
    SessionFactory(title="other", hub_year=sussex)
    assert shown(client, "?hub=kent") == ["own", "shared"]
    assert shown(client, "?hub=sussex") == ["shared", "other"]
    assert shown(client, "?hub=") == ["own", "shared", "other"]


def test_date_filters_take_both_ends_in(client):
    for day in (DAY, DAY + dt.timedelta(days=1), DAY + dt.timedelta(days=2)):
        on(day, title=f"{day.day}")
    range_ = {"first_day": dt.date(2027, 1, 14), "last_day": dt.date(2027, 1, 26)}
    SessionFactory(title="range", starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED, **range_)
    assert shown(client, "?since=2027-01-27") == ["27", "28"]
    assert shown(client, "?since=26/1/2027") == ["26", "27", "28", "range"]
    assert shown(client, "?until=2027-01-26") == ["26", "range"]
    assert shown(client, "?since=2027-01-27&until=2027-01-27") == ["27"]


def test_dates_the_wrong_way_round_are_turned(client):
    on(DAY, title="in between")
    query = "?since=27/1/2027&until=2027-01-25"
    assert shown(client, query) == ["in between"]
    page = Page(client.get(f"/{query}"))
    assert page.title == "1 session: from 25 January 2027, to 27 January 2027 – Showcase"
    assert page.links["from 25 January 2027 – remove this filter ×"] == "?until=27%2F1%2F2027"
    html = client.get(f"/{query}").content.decode()
    assert re.findall(r'name="(since|until)" value="([^"]*)"', html) == [
        ("since", "2027-01-25"),
        ("until", "27/1/2027"),
    ]


def test_teach_filter_finds_the_class_taught_and_who_it_suits(client):
    SessionFactory(title="class", lessons_of=Years.Y2, suits_years=Years(0))
    SessionFactory(title="suits", lessons_of=Years.Y6, suits_years=Years.KS3)
    several = SessionFactory(title="second lesson", lessons_of=Years.RECEPTION, suits_years=Years(0))
    Lesson.objects.create(session=several, position=2, years=Years.Y8)
    assert shown(client, "?teach=y2") == ["class"]
    assert shown(client, "?teach=ks1") == ["class"]
    assert shown(client, "?teach=y8") == ["suits", "second lesson"]
    assert shown(client, "?teach=y0") == ["second lesson"]
    assert shown(client, "?teach=ks5") == []


def test_filters_work_together(client):
    kent = HubYearFactory(hub__slug="kent", name="Kent Hub")
    on(DAY, title="all fits", hub_year=kent, lessons_of=Years.Y3, suits_years=Years(0))
    on(DAY, title="other hub", lessons_of=Years.Y3)
    on(DAY, title="other class", hub_year=kent, lessons_of=Years.Y9, suits_years=Years(0))
    on(DAY + dt.timedelta(days=7), title="too late", hub_year=kent, lessons_of=Years.Y3)
    assert shown(client, "?teach=y3&hub=kent&since=2027-01-20&until=2027-01-31") == ["all fits"]


def test_each_filter_in_force_can_be_taken_away_alone(client):
    HubYearFactory(hub__slug="kent", name="Kent Hub")
    query = "?teach=ks2&since=2027-01-20&until=2027-01-31&hub=kent&page=1"
    links = {words: href for words, href in Page(client.get(f"/{query}")).links.items() if "remove" in words}
    assert links == {
        "Key Stage 2 – remove this filter ×": "?since=2027-01-20&until=2027-01-31&hub=kent",
        "from 20 January 2027 – remove this filter ×": "?teach=ks2&until=2027-01-31&hub=kent",
        "to 31 January 2027 – remove this filter ×": "?teach=ks2&since=2027-01-20&hub=kent",
        "Kent Hub – remove this filter ×": "?teach=ks2&since=2027-01-20&until=2027-01-31",
    }


def test_nothing_that_fits_offers_to_drop_each_choice(client):
    SessionFactory(title="one")
    page = Page(client.get("/?teach=ks5&since=2027-01-20"))
    assert "0 sessions" in page.text
    assert "No session matches all your filters. Try it:" in page.text
    assert page.links["without “Key Stage 5”"] == "?since=2027-01-20"
    assert "without “Key Stage 5” (1)" in page.text
    assert "without “from 20 January 2027”" not in page.links  # that would find nothing either


def test_nothing_that_fits_even_with_one_choice_less_offers_to_drop_all(client):
    SessionFactory(title="one")
    page = Page(client.get("/?teach=ks5&until=2027-01-20"))
    assert "No session matches your filters." in page.text
    assert page.links["Clear all filters"] == "?"


def test_role_filter_finds_what_suits_it_and_what_says_nothing_of_roles(client):
    SessionFactory(title="anybody")
    SessionFactory(title="leads", suits_roles=Roles.MATHS_LEAD | Roles.HEADTEACHER)
    SessionFactory(title="trainees", suits_roles=Roles.TRAINEE)
    assert shown(client, f"?role={int(Roles.MATHS_LEAD)}") == ["anybody", "leads"]
    page = Page(client.get(f"/?role={int(Roles.TRAINEE)}&teach=y6"))
    assert page.links["Trainee teacher – remove this filter ×"] == "?teach=y6"


@pytest.mark.parametrize("query", ["?since=31/02/2027", "?until=soon", "?since=0000-01-01", "?until=99999-01-01"])
def test_date_that_makes_no_sense_is_said_and_left_out(client, query):
    SessionFactory(title="one")
    assert shown(client, query) == ["one"]
    page = Page(client.get(f"/{query}"))
    assert "Enter a date like 26/1/2027" in page.text
    assert not [words for words in page.links if "remove" in words]


@pytest.mark.parametrize("query", ["?teach=y99", "?hub=nowhere", "?teach=%00", "?hub=%F0%9F%98%80"])
def test_choice_that_does_not_exist_is_said_and_left_out(client, query):
    SessionFactory(title="one")
    assert shown(client, query) == ["one"]
    assert "Choose one of these" in Page(client.get(f"/{query}")).text


def test_bad_value_leaves_the_other_filters_in_force(client):
    SessionFactory(title="one", lessons_of=Years.Y6, suits_years=Years(0))
    assert shown(client, "?since=soon&teach=y6") == ["one"]
    assert shown(client, "?since=soon&teach=ks5") == []


def test_past_sessions_stand_newest_first(client):
    on(dt.date(2026, 12, 1), title="December")
    on(dt.date(2026, 11, 3), title="November")
    SessionFactory(title="to come")
    assert shown(client, "?past=1") == ["December", "November"]
    assert shown(client) == ["to come"]
    page = Page(client.get("/?past=1&teach=y6"))
    assert "2 past sessions" in page.text
    assert page.links["Year 6 – remove this filter ×"] == "?past=1"


@pytest.mark.parametrize(
    "day, moment, over",
    [
        (dt.date(2027, 1, 26), dt.datetime(2027, 1, 26, 23, 59, tzinfo=dt.timezone.utc), False),
        (dt.date(2027, 1, 26), dt.datetime(2027, 1, 27, 0, 0, tzinfo=dt.timezone.utc), True),
        (dt.date(2027, 6, 15), dt.datetime(2027, 6, 15, 22, 59, tzinfo=dt.timezone.utc), False),
        (dt.date(2027, 6, 15), dt.datetime(2027, 6, 15, 23, 0, tzinfo=dt.timezone.utc), True),
    ],
    ids=["winter, a minute to midnight", "winter, midnight", "summer, a minute to midnight", "summer, midnight"],
)
def test_session_leaves_the_list_at_midnight_in_london(client, monkeypatch, day, moment, over):
    on(day, title="one")
    monkeypatch.setattr(timezone, "now", lambda: moment)
    assert shown(client) == ([] if over else ["one"])
    assert shown(client, "?past=1") == (["one"] if over else [])


def sessions_of_kent(number):
    hub_year = HubYearFactory(hub__slug="kent")
    for n in range(number):
        on(DAY + dt.timedelta(days=n // 4), title=f"{n}", hub_year=hub_year)


@pytest.fixture
def two_pages(monkeypatch):
    """Three sessions, two a page."""
    monkeypatch.setattr(sessions, "PAGE", 2)
    sessions_of_kent(3)


def test_list_has_fifty_sessions_a_page(client):
    sessions_of_kent(60)
    assert shown(client) == [f"{n}" for n in range(50)]
    assert shown(client, "?page=2") == [f"{n}" for n in range(50, 60)]
    assert "60 sessions" in Page(client.get("/")).text


@pytest.mark.usefixtures("two_pages")
def test_pages_lead_to_each_other_with_the_same_filters(client):
    first, second = Page(client.get("/?hub=kent")), Page(client.get("/?hub=kent&page=2"))
    assert "3 sessions" in first.text
    assert "Page 1 of 2" in first.text
    assert "Page 2 of 2" in second.text
    assert first.links["Next page →"] == "?hub=kent&page=2"
    assert second.links["← Earlier page"] == "?hub=kent"
    assert "← Earlier page" not in first.links
    assert "Next page →" not in second.links


def test_one_page_alone_is_not_numbered(client):
    sessions_of_kent(3)
    assert "Page" not in Page(client.get("/")).text


@pytest.mark.usefixtures("two_pages")
@pytest.mark.parametrize("page", ["3", "99999999999", "9" * 5000, "10000"])
def test_page_beyond_the_last_leads_to_the_first_with_the_same_filters(client, page):
    response = client.get(f"/?hub=kent&page={page}")
    assert (response.status_code, response["Location"]) == (302, "/?hub=kent")


@pytest.mark.usefixtures("two_pages")
@pytest.mark.parametrize("page", ["0", "-1", "²", "two", "1.0", "", "٢", "000000000"])
def test_page_that_is_no_number_is_the_first(client, page):
    assert shown(client, f"?page={page}") == ["0", "1"]


def test_notice_for_everyone_stands_on_the_list_while_it_lasts(client):
    hour = dt.timedelta(hours=1)
    Notice.objects.create(text="Snow: look again at eight.", from_at=NOW, until_at=NOW + hour)
    Notice.objects.create(text="Over.", from_at=NOW - hour, until_at=NOW)
    Notice.objects.create(text="Of a hub.", from_at=NOW, until_at=NOW + hour, hub=HubFactory())
    text = Page(client.get("/")).text
    assert "Snow: look again at eight." in text
    assert "Over." not in text
    assert "Of a hub." not in text


def test_list_asks_as_often_for_sixty_sessions_as_for_three(client):
    filtered = "/?teach=y3&since=2027-01-01&until=2027-12-31"
    asked = []
    for number in (3, 57):
        for n in range(number):
            on(DAY + dt.timedelta(days=n % 30), lessons_of=Years.Y3)
        asked += [questions(client, "/"), questions(client, filtered)]
    assert asked == [5, 7] * 2


def test_hubs_page_lists_hubs_by_their_newest_name(client):
    assert "There are no hubs yet." in Page(client.get(reverse("hubs"))).text
    hub = HubYearFactory(name="Old name", exchange__year=2017, hub__slug="kent").hub
    HubYearFactory(name="New name", exchange__year=2018, hub=hub)
    HubYearFactory(name="Another hub", hub__slug="another")
    HubFactory(slug="without-a-year")
    links = Page(client.get(reverse("hubs"))).links
    assert [(words, href) for words, href in links.items() if href.startswith("/hubs/") and href != "/hubs/"] == [
        ("Another hub", "/hubs/another/"),
        ("New name", "/hubs/kent/"),
    ]


# --- counts ----------------------------------------------------------------------------------------------------------


def choices(client, field, query=""):
    """The choices of a filter as the page shows them."""
    html = client.get(f"/{query}").content.decode()
    (found,) = re.findall(rf'<select name="{field}".*?</select>', html, re.DOTALL)
    return re.findall(r"<option[^>]*>([^<]*)</option>", found)


def test_choice_of_a_class_says_how_many_it_would_find(client):
    SessionFactory(lessons_of=Years.Y6, suits_years=Years.Y6 | Years.KS3)
    SessionFactory(lessons_of=Years.Y3, suits_years=Years(0))
    said = choices(client, "teach")
    assert {"Any year", "Year 6 (1)", "Year 7 (1)", "Year 3 (1)", "Year 1 (0)", "Key Stage 2 (2)"} <= set(said)


def test_counts_leave_out_their_own_filter_and_heed_the_others(client):
    SessionFactory(lessons_of=Years.Y6, suits_roles=Roles.HEADTEACHER, hub_year__hub__slug="kent")
    SessionFactory(lessons_of=Years.Y3, suits_years=Years.Y3, suits_roles=Roles.TEACHER)
    assert "Year 3 (1)" in choices(client, "teach", "?teach=y6")
    assert "Year 3 (0)" in choices(client, "teach", "?hub=kent")
    assert "Year 3 (0)" in choices(client, "teach", f"?role={int(Roles.HEADTEACHER)}")
    assert "Headteacher (1)" in choices(client, "role")
    assert "Headteacher (0)" in choices(client, "role", "?teach=y3")


@pytest.mark.parametrize("query", ["?teach=y6", "?teach=ks3", f"?role={int(Roles.TEACHER)}", "?hub=kent"])
def test_count_is_what_the_choice_finds(client, query):
    kent = HubYearFactory(hub__slug="kent")
    for lessons, suits, roles in ((Years.Y6, Years.KS3, 0), (Years.Y7, Years(0), 1), (Years.Y1, Years.Y1, 2)):
        session = SessionFactory(lessons_of=lessons, suits_years=suits, suits_roles=Roles(roles))
    session.also_run_by.add(kent)
    html = client.get(f"/{query}").content.decode()
    said = re.findall(r"<option[^>]* selected>[^<(]*\((\d+)\)</option>", html)
    assert said == [str(len(shown(client, query)))]
