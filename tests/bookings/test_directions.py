"""How to get to a session, and how to tell a colleague of it."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.utils import timezone

from bookings.states import SessionStatus
from hubs.models import ShowcaseSession
from tests.browser.reading import Page
from tests.factories import NOW, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile Safari/604.1"
IPAD = (
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605"
)
ANDROID = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Mobile Safari/537"
)
IN_AN_APP = (
    "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/131.0"
)
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0 Safari/537.36"
ADDRESS = "St Anne’s & Holy Rosary, Leeds LS7 4AW"
OPEN_STREET_MAP = "https://www.openstreetmap.org/search?query=LS7%204AW"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    school = SchoolFactory(name="St Anne’s & Holy Rosary", town="Leeds", postcode="LS7 4AW")
    return SessionFactory(ref="ABC234", venue=school)


# --- directions ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("agent", [IPHONE, IPAD])
def test_apple_map_opens_at_the_address(client, session, agent):
    to = urlsplit(client.get("/sessions/ABC234/directions/", HTTP_USER_AGENT=agent)["Location"])
    assert (to.scheme, to.netloc, parse_qs(to.query)) == ("https", "maps.apple.com", {"daddr": [ADDRESS]})


def test_any_map_of_android_opens_at_the_address(client, session):
    to = client.get("/sessions/ABC234/directions/", HTTP_USER_AGENT=ANDROID)["Location"]
    assert to.startswith("geo:0,0?q=St%20Anne")
    assert unquote(to.removeprefix("geo:0,0?q=")) == ADDRESS


@pytest.mark.parametrize("agent", [IN_AN_APP, WINDOWS, ""])
def test_whoever_has_no_map_of_their_own_comes_to_openstreetmap(client, session, agent):
    answer = client.get("/sessions/ABC234/directions/", HTTP_USER_AGENT=agent)
    assert (answer.status_code, answer["Location"]) == (302, OPEN_STREET_MAP)


def test_directions_depend_on_who_asks_so_nobody_keeps_them(client, session):
    answer = client.get("/sessions/ABC234/directions/", HTTP_USER_AGENT=IPHONE)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"], dict(answer.cookies)) == ("no-store", "noindex", {})
    assert client.post("/sessions/ABC234/directions/").status_code == 405


def test_page_gives_directions_openstreetmap_and_the_postcode_to_copy(client, session):
    for start in ("", "/zh-hans"):
        answer = client.get(f"{start}/sessions/ABC234/")
        links = list(Page(answer).links.values())
        assert links.index(f"{start}/sessions/ABC234/directions/") == links.index(OPEN_STREET_MAP) - 1
        assert '<b class="copy">LS7 4AW</b>' in answer.content.decode()


def test_named_place_without_a_postcode_is_looked_up_by_its_name(client):
    place = {"venue": None, "place_name": "The Barn", "place_address": "High Street", "place_town": "Ash"}
    SessionFactory(ref="ABC234", **place)
    page = Page(client.get("/sessions/ABC234/"))
    assert page.links["OpenStreetMap"].endswith("query=The%20Barn%2C%20High%20Street%2C%20Ash")
    assert "Postcode" not in page.text


def test_there_is_no_way_to_where_nobody_knows_nor_to_what_is_hidden(client):
    session = SessionFactory(starts_at=None, ends_at=None, venue=None, room__status=SessionStatus.ANNOUNCED)
    assert "Directions" not in Page(client.get(f"/sessions/{session.ref}/")).text
    hidden = SessionFactory(visibility=ShowcaseSession.Visibility.STAFF)
    for one in (session, hidden):
        assert client.get(f"/sessions/{one.ref}/directions/").status_code == 404


# --- for a colleague -------------------------------------------------------------------------------------------------


def test_mail_to_a_colleague_says_what_when_and_where_and_is_sent_by_nobody_but_them(client, session):
    link = Page(client.get("/sessions/ABC234/")).links["Send this to a colleague"]
    to = urlsplit(link)
    assert (to.scheme, to.path, "+" in to.query) == ("mailto", "", False)
    said = parse_qs(to.query)
    assert said["subject"] == ["Year 6 lesson"]
    assert said["body"][0].split("\r\n") == [
        "I thought this might be for you:",
        "",
        "Year 6 lesson",
        "Tuesday 26 January 2027 9:00 to 11:45",
        "St Anne’s & Holy Rosary, Leeds",
        "Suits Year 6",
        "",
        "Booking is essential: https://testserver/ABC234",
    ]


def test_short_address_leads_to_the_session_in_the_language_of_the_address(client, session):
    for start in ("", "/zh-hans"):
        for written in ("ABC234", "abc234"):
            answer = client.get(f"{start}/{written}")
            assert (answer.status_code, answer["Location"]) == (302, f"{start}/sessions/ABC234/")
            assert answer["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert client.get("/ABCDE").status_code == 404


def test_nobody_is_sent_to_a_session_that_is_off(client):
    session = SessionFactory(room__status=SessionStatus.CANCELLED)
    assert "Send this to a colleague" not in Page(client.get(f"/sessions/{session.ref}/")).text
