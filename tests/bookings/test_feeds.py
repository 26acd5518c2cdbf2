"""Sessions for other sites and programs: JSON, calendars, schema.org, the list to embed, the map of the site."""

import datetime as dt
import html
import json
import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from bookings import places
from bookings.sessions import changes
from bookings.sessions.moving import Plan, move
from bookings.states import SessionStatus
from hubs.models import Hub, Notice, OldHubAddress, ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.factories import (
    DAY,
    NOW,
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    school = SchoolFactory(name="West Borough Primary School", town="Maidstone", postcode="ME16 8TL")
    return SessionFactory(ref="ABC234", venue=school, hub_year=HubYearFactory(hub__slug="kent", name="Kent Hub"))


def event_of(client, session):
    html = client.get(session.get_absolute_url()).content.decode()
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(scripts[0]) if scripts else None


def entries(client, address):
    response = client.get(address)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content).walk("VEVENT")


# --- schema.org -------------------------------------------------------------------------------------------------------


def test_event_says_when_where_and_how_many_places_are_left(client, session):
    places.hold(session.pk, party(size=2), clock=lambda: NOW)
    event = event_of(client, session)
    assert event["@type"] == "EducationEvent"
    assert (event["startDate"], event["endDate"]) == ("2027-01-26T09:00:00+00:00", "2027-01-26T11:45:00+00:00")
    assert event["eventStatus"] == "https://schema.org/EventScheduled"
    assert event["location"]["name"] == "West Borough Primary School"
    assert event["location"]["address"]["postalCode"] == "ME16 8TL"
    assert (event["maximumAttendeeCapacity"], event["remainingAttendeeCapacity"]) == (30, 28)
    assert event["offers"]["availability"] == "https://schema.org/InStock"
    assert event["offers"]["price"] == "0.00"
    assert event["isAccessibleForFree"] is True
    assert event["organizer"]["name"] == "Kent Hub"
    assert event["url"].endswith("/sessions/ABC234/")


@pytest.mark.parametrize(
    "verb, status",
    [(changes.cancel_session, "EventCancelled"), (changes.postpone, "EventPostponed")],
)
def test_event_that_is_off_says_so_in_its_own_terms(client, session, verb, status):
    verb(session.pk, by=StaffFactory(), clock=lambda: NOW)
    event = event_of(client, session)
    assert event["eventStatus"] == f"https://schema.org/{status}"
    assert "offers" not in event


def test_event_that_moved_says_when_it_was(client, session):
    later = london(DAY + dt.timedelta(days=7), dt.time(13))
    plan = Plan(
        starts_at=later, ends_at=later + dt.timedelta(hours=2), arrival_at=None, venue=session.venue, capacity=30
    )
    move(session.pk, plan, by=StaffFactory(), clock=lambda: NOW)
    event = event_of(client, session)
    assert event["eventStatus"] == "https://schema.org/EventRescheduled"
    assert event["previousStartDate"] == "2027-01-26T09:00:00+00:00"
    assert event["startDate"] == "2027-02-02T13:00:00+00:00"


def test_full_event_is_sold_out(client):
    session = SessionFactory(room__capacity=1)
    places.hold(session.pk, party(), clock=lambda: NOW)
    event = event_of(client, session)
    assert event["offers"]["availability"] == "https://schema.org/SoldOut"
    assert event["remainingAttendeeCapacity"] == 0


def test_session_without_a_day_is_no_event(client):
    session = SessionFactory(starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED)
    assert event_of(client, session) is None


def test_title_cannot_end_the_script(client):
    session = SessionFactory(title="</script><script>alert(1)</script> & more")
    html = client.get(session.get_absolute_url()).content.decode()
    assert html.count("</script>") == 1
    assert event_of(client, session)["name"] == "</script><script>alert(1)</script> & more"


def test_page_says_its_one_address_and_how_it_is_shared(client, session, settings):
    settings.SITE_URL = "https://showcase.example"
    html = client.get("/sessions/abc234/").content.decode()
    assert '<link rel="canonical" href="https://showcase.example/sessions/ABC234/">' in html
    assert '<meta property="og:title" content="Year 6 lesson">' in html
    said = (
        "Year 6 lesson. Tuesday 26 January 2027 9:00 to 11:45. West Borough Primary School, Maidstone. Suits Year 6. "
    )
    assert f'<meta property="og:description" content="{said}30 places left.">' in html


# --- JSON -------------------------------------------------------------------------------------------------------------


def test_json_lists_sessions_as_the_public_list_does(client, session):
    SessionFactory(visibility=ShowcaseSession.Visibility.LINK)
    SessionFactory(room__status=SessionStatus.DRAFT)
    SessionFactory(starts_at=NOW - dt.timedelta(days=9), ends_at=NOW - dt.timedelta(days=9, hours=-2))
    places.hold(session.pk, party(size=2), clock=lambda: NOW)
    response = client.get("/sessions.json")
    (one,) = response.json()["sessions"]
    assert (one["ref"], one["town"]) == ("ABC234", "Maidstone")
    assert (one["status"], one["status_in_words"]) == ("open", "28 places left")
    assert (one["places"], one["places_left"]) == (30, 28)
    assert one["starts_at"] == "2027-01-26T09:00:00+00:00"
    assert one["hub_url"].endswith("/hubs/kent/")
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["next"] is None


def test_json_takes_the_filters_of_the_list(client, session):
    SessionFactory(hub_year__hub__slug="leeds")
    found = client.get("/sessions.json", {"hub": "kent"}).json()["sessions"]
    assert [one["ref"] for one in found] == ["ABC234"]
    assert client.get("/sessions.json", {"teach": "y1"}).json()["sessions"] == []
    assert len(client.get("/sessions.json", {"teach": "nonsense", "page": "x"}).json()["sessions"]) == 2


def test_json_says_the_next_page(client, session, monkeypatch):
    monkeypatch.setattr("bookings.views.feeds.MOST_IN_A_FEED", 1)
    SessionFactory(ref="XYZ789")
    first = client.get("/sessions.json?hub=").json()
    assert first["next"].endswith("/sessions.json?page=2")
    second = client.get("/sessions.json?page=2").json()
    assert second["next"] is None
    assert {one["ref"] for one in (*first["sessions"], *second["sessions"])} == {"ABC234", "XYZ789"}


def test_json_carries_national_notices_that_show_now(client):
    Notice.objects.create(text="Places still available", from_at=NOW, until_at=NOW + dt.timedelta(days=1))
    Notice.objects.create(text="Over", from_at=NOW - dt.timedelta(days=2), until_at=NOW)
    assert client.get("/sessions.json").json()["notices"] == [{"text": "Places still available", "link": None}]


def test_feeds_name_nobody(client, session):
    booking = places.hold(session.pk, party(size=2, email="ada@school.example"), clock=lambda: NOW)
    text = client.get("/sessions.json").content.decode() + client.get("/hubs/kent/sessions.ics").content.decode()
    for secret in ("ada@school.example", "Test Teacher", booking.reference, str(booking.public_id)):
        assert secret not in text


@pytest.mark.parametrize(
    "known",
    [
        {"last_day": DAY + dt.timedelta(days=11), "starts_at": None, "ends_at": None, "first_day": DAY},
        {"venue": None, "place_name": ""},
        {"first_day": None, "last_day": None, "starts_at": None, "ends_at": None},
    ],
    ids=["between two days", "somewhere", "some day"],
)
def test_session_whose_day_or_place_is_not_known_is_no_event_yet(client, session, known):
    """Between two days is not eleven days long, and an event that stands nowhere is refused."""
    assert event_of(client, session)
    type(session).objects.update(**known)
    assert event_of(client, session) is None


def test_event_on_a_day_without_times_is_that_day(client, session):
    type(session).objects.update(starts_at=None, ends_at=None)
    assert (event_of(client, session)["startDate"], event_of(client, session)["endDate"]) == (
        "2027-01-26",
        "2027-01-26",
    )


# --- calendars --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/sessions/ABC234.ics", "/sessions/abc234.ics", "/hubs/kent/sessions.ics", "/sessions.ics"]
)
def test_calendar_entry_is_no_booking(client, session, address):
    (entry,) = entries(client, address)
    assert str(entry["uid"]).startswith("session-ABC234@")
    assert entry["dtstart"].dt == session.starts_at
    assert "This entry is not a booking." in str(entry["description"])
    assert str(entry["status"]) == "CONFIRMED"
    assert "attendee" not in entry


def test_what_staff_typed_begins_no_line_of_the_calendar(client, session):
    odd = "Hall\x0bATTENDEE:mailto:victim@elsewhere.example\x85\u2028END:VEVENT"
    ShowcaseSession.objects.update(title=odd, venue=None, place_name=odd)
    told = client.get("/sessions.ics").content.decode()
    begun = [line.split(":")[0] for line in told.splitlines()]  # at whatever some program takes for the end of a line
    assert (begun.count("END"), begun.count("ATTENDEE")) == (2, 0)
    (entry,) = entries(client, "/sessions.ics")
    assert str(entry["summary"]) == "Hall ATTENDEE:mailto:victim@elsewhere.example END:VEVENT"


def test_calendar_says_where_so_that_a_map_finds_it(client, session):
    (entry,) = entries(client, "/sessions.ics")
    assert str(entry["location"]) == "West Borough Primary School, Maidstone ME16 8TL"
    hall = {"place_name": "Town Hall", "place_address": "High Street", "place_postcode": "CT5 1AA"}
    ShowcaseSession.objects.update(venue=None, **hall)
    (entry,) = entries(client, "/sessions.ics")
    assert str(entry["location"]) == "Town Hall, High Street, CT5 1AA"
    ShowcaseSession.objects.update(place_name="", place_address="", place_postcode="")
    (entry,) = entries(client, "/sessions.ics")
    assert str(entry["location"]) == ""


def test_calendar_says_that_a_session_is_cancelled(client, session):
    before = int(entries(client, "/hubs/kent/sessions.ics")[0]["sequence"])
    changes.cancel_session(session.pk, by=StaffFactory(), clock=lambda: NOW)
    (entry,) = entries(client, "/hubs/kent/sessions.ics")
    assert (str(entry["status"]), str(entry["summary"])) == ("CANCELLED", "Cancelled: Year 6 lesson")
    assert int(entry["sequence"]) > before


def test_calendar_of_a_hub_is_found_by_its_old_address(client, session):
    OldHubAddress.objects.create(hub=session.hub, slug="kent-once")
    assert len(entries(client, "/hubs/kent-once/sessions.ics")) == 1
    assert client.get("/hubs/nowhere/sessions.ics").status_code == 404


def test_session_without_a_start_has_no_calendar(client, session):
    """A calendar without an entry is called broken; a page says that there is none."""
    type(session).objects.update(starts_at=None, ends_at=None)
    answer = client.get("/sessions/ABC234.ics")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize("address", ["/hubs/kent/sessions.ics", "/sessions.ics"])
def test_calendar_without_sessions_says_its_time_zone(client, session, address):
    """RFC 5545 asks for a component, and programs refuse a calendar that has none; the next session comes into it."""
    type(session).objects.update(starts_at=None, ends_at=None)
    calendar = Calendar.from_ical(client.get(address).content)
    (zone,) = calendar.subcomponents
    assert (zone.name, str(zone["tzid"])) == ("VTIMEZONE", "Europe/London")
    offsets = {"GMT": ("+0100", "+0000"), "BST": ("+0000", "+0100")}  # programs read these; to_tz() knows London
    said = {part["tzname"]: (part["tzoffsetfrom"], part["tzoffsetto"]) for part in zone.subcomponents}
    assert {name: tuple(one.to_ical() for one in both) for name, both in said.items()} == offsets
    london = zone.to_tz()
    hours = [dt.datetime(2027, month, 1, tzinfo=london).utcoffset() / dt.timedelta(hours=1) for month in (1, 7)]
    assert hours == [0, 1]
    type(session).objects.update(starts_at=session.starts_at, ends_at=session.ends_at)
    assert [part.name for part in Calendar.from_ical(client.get(address).content).subcomponents] == ["VEVENT"]


def test_draft_has_no_calendar(client):
    draft = SessionFactory(room__status=SessionStatus.DRAFT)
    assert client.get(f"/sessions/{draft.ref}.ics").status_code == 404


# --- the list to embed ------------------------------------------------------------------------------------------------


def ancestors(response):
    (said,) = re.findall(r"frame-ancestors ([^;]*)", response["Content-Security-Policy"])
    return said.strip()


def test_list_may_be_framed_by_the_sites_that_the_hub_named_alone(client, session):
    assert ancestors(client.get("/hubs/kent/embed/")) == "'self'"  # the hub's settings show it
    session.hub.embed_origins = "https://www.kent.example\nhttps://kent.example:8443"
    session.hub.save()
    response = client.get("/hubs/kent/embed/")
    assert ancestors(response) == "'self' https://www.kent.example https://kent.example:8443"
    assert ancestors(client.get("/hubs/kent/")) == "'none'"
    assert "X-Frame-Options" not in response
    assert not response.cookies


def test_hub_is_told_that_no_site_is_listed_what_to_paste_and_how_it_looks(admin_client, session):
    change = reverse("admin:hubs_hub_change", args=[session.hub.pk])
    answer = admin_client.get(change)
    page = answer.content.decode()
    assert page.count("<iframe") == 1  # what is to be pasted is shown as it is written
    page = html.unescape(page)
    assert "No site is listed above, so browsers refuse to show it anywhere" in page
    name = session.hub_year.name
    snippet = f'<iframe src="https://testserver/hubs/kent/embed/" title="Sessions of {name}"'
    assert snippet + ' width="100%" height="600"></iframe>' in page
    assert f'<iframe class="as-it-looks" src="/hubs/kent/embed/" title="Sessions of {name}"></iframe>' in page
    assert "frame-src 'self'" in answer["Content-Security-Policy"]
    session.hub.embed_origins = "https://www.kent.example"
    session.hub.save()
    page = html.unescape(admin_client.get(change).content.decode())
    assert "Browsers show it on the sites listed above, and refuse it on any other." in page
    assert "No site is listed" not in page


def test_hub_without_a_page_has_nothing_to_paste(admin_client):
    hub = Hub.objects.create(slug="new")
    for address in (reverse("admin:hubs_hub_change", args=[hub.pk]), reverse("admin:hubs_hub_add")):
        page = admin_client.get(address).content.decode()
        assert ("<iframe" in page, "embed_origins" in page) == (False, True)


def test_embedded_list_opens_links_outside_its_frame(client, session):
    html = client.get("/hubs/kent/embed/").content.decode()
    assert '<base target="_blank">' in html
    assert "<form" not in html
    assert 'href="/sessions/ABC234/"' in html


@pytest.mark.parametrize(
    "line",
    [
        "http://kent.example",
        "https://kent.example/page",
        "https://*.kent.example",
        "kent.example",
        "https://a;script-src",
        "*",
    ],
)
def test_site_that_is_no_exact_origin_is_refused(line):
    with pytest.raises(ValidationError):
        Hub(slug="x", embed_origins=f"https://fine.example\n{line}").full_clean()


# --- search engines ---------------------------------------------------------------------------------------------------


def test_map_of_the_site_names_public_pages_alone(client, session, settings):
    hidden = SessionFactory(visibility=ShowcaseSession.Visibility.LINK)
    draft = SessionFactory(room__status=SessionStatus.DRAFT)
    text = client.get("/sitemap.xml").content.decode()
    assert f"<loc>{settings.SITE_URL}/sessions/ABC234/</loc>" in text
    assert f"<loc>{settings.SITE_URL}/hubs/kent/</loc>" in text
    assert f"<loc>{settings.SITE_URL}/</loc>" in text
    assert f'hreflang="zh-hans" href="{settings.SITE_URL}/zh-hans/sessions/ABC234/"' in text
    assert hidden.ref not in text
    assert draft.ref not in text


def test_map_of_the_site_names_a_hub_once_and_each_of_its_earlier_years(client, session, settings):
    for year in (2018, 2019):
        HubYearFactory(hub=session.hub, exchange=ExchangeFactory(year=year))
    found = re.findall(r"<loc>([^<]*/hubs/[^<]+)</loc>", client.get("/sitemap.xml").content.decode())
    pages = [f"/hubs/kent/{year}" for year in ("", "2018-19/", "2019-20/")]
    assert sorted(found) == [f"{settings.SITE_URL}{start}{page}" for start in ("", "/zh-hans") for page in pages]


def test_robots_are_told_where_the_map_is(client, settings):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /bookings/" in text


@pytest.mark.parametrize("address", ["/sessions.json", "/sessions.ics", "/hubs/kent/sessions.ics", "/hubs/kent/embed/"])
def test_feed_asks_as_often_for_three_sessions_as_for_one(client, session, address):
    counts = []
    for _more in range(2):
        client.get(address)
        with CaptureQueriesContext(connection) as asked:
            client.get(address)
        counts.append(len(asked))
        SessionFactory.create_batch(2, hub_year=session.hub_year)
    assert counts[0] == counts[1]
