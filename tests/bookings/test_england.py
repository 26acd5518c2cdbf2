"""The map of England: its file, its counters apart from each other, and what a press on one finds."""

import random
import re
from itertools import combinations
from math import dist

import pytest
from django.core.management import call_command
from django.utils import timezone

from bookings.public.england import NARROWEST, TARGET, ByHub, england
from hubs.management.commands.england import FILE, drawn
from hubs.vocabulary.map_of_england import HEIGHT, LEFT, WIDTH
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
PATH = re.compile(r'd="([^"]+)"')
DOTS = re.compile(r"m([-\d.]+),(-?\d+)h(\d*)\.1")
COUNTER = re.compile(r'<a href="([^"]*)" aria-label="([^"]*)"( aria-current="true")?>\s*<circle( class="yet")?')
MAIDSTONE, WHITSTABLE, LEEDS, TRURO = (574000, 155000), (611000, 166000), (430000, 435000), (182000, 45000)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def session(hub_year, spot, **fields):
    return SessionFactory(hub_year=hub_year, venue=SchoolFactory(easting=spot[0], northing=spot[1]), **fields)


def counters(client, address="/"):
    """What each counter says, with its address, whether it is a ring, and whether it is of this page."""
    found = COUNTER.findall(client.get(address).content.decode().replace("&amp;", "&"))
    return {words: (href, bool(ring), bool(here)) for href, words, here, ring in found}


# --- the country -----------------------------------------------------------------------------------------------------


def test_file_is_what_the_districts_make_and_is_small(tmp_path, settings):
    kept = (settings.BASE_DIR / FILE).read_text(encoding="utf-8")
    assert kept == drawn()
    assert len(kept.encode()) <= 12_000
    settings.BASE_DIR = tmp_path
    (tmp_path / FILE).parent.mkdir()
    call_command("england", verbosity=0)
    assert (tmp_path / FILE).read_text(encoding="utf-8") == kept


def test_dots_are_england_and_neither_scotland_nor_wales():
    dots = {(x, HEIGHT - y) for path in PATH.findall(drawn()) for x, y in dots_of(path)}
    assert len(dots) > 1000
    assert {x * 2 % 9 for x, _y in dots} == {0}  # each on the grid, however far along its path

    def land(east, north):
        return any(dist(dot, (east, north)) < 9 for dot in dots)

    english = {"London": (530, 180), "Berwick": (399, 652), "Penzance": (147, 30), "Oswestry": (329, 330)}
    others = {"Edinburgh": (325, 673), "Cardiff": (318, 176), "Bangor": (258, 372), "Cork": (0, 0)}
    assert [name for name, spot in (english | others).items() if land(*spot)] == list(english)
    assert all(LEFT < east < LEFT + WIDTH and 0 < north < HEIGHT for east, north in dots)


def dots_of(path):
    """Where they are: each line begins so far from the end of the one before."""
    x, y = 0.0, 0
    for right, down, length in DOTS.findall(path):
        x, y, long = round(x + float(right), 1), y + int(down), int(length or 0)
        yield from ((x + along, y) for along in range(0, long + 1, 9))
        x = round(x + long + 0.1, 1)


# --- counters --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 40])
def test_counters_stay_apart_on_a_telephone_and_each_hub_is_under_one(number):
    draw = random.Random(number)
    for _n in range(20):
        by_hub, names = ByHub(), {f"hub-{n}": f"Hub {n}" for n in range(number)}
        for slug in names:
            east, north = draw.randrange(150_000, 650_000), draw.randrange(20_000, 640_000)
            by_hub.hubs[slug].add(draw.randrange(1, 9), draw.choice([0, 1]), east, north, 1)
        found = england(by_hub, names, lambda **where: where["hub"] or where["hubs"])
        wide, high = NARROWEST / 100, NARROWEST / 100 * HEIGHT / WIDTH
        spots = [(float(one.x) * wide, float(one.y) * high) for one in found.counters]
        assert [pair for pair in combinations(spots, 2) if dist(*pair) < TARGET - 1] == []
        assert sorted(slug for one in found.counters for slug in one.address.split(",")) == sorted(names)
        assert sum(one.sessions for one in found.counters) == sum(one.sessions for one in found.hubs)


def test_counter_says_how_many_and_finds_as_many(client):
    kent, leeds, truro = (HubYearFactory(hub__slug=name, name=f"{name} Hub") for name in ("kent", "leeds", "truro"))
    for spot in (MAIDSTONE, WHITSTABLE):
        session(kent, spot)
    session(kent, MAIDSTONE, room__places_taken=0, room__held_back=30)
    session(leeds, LEEDS).also_run_by.add(kent)
    session(truro, TRURO, room__status="announced")
    said = counters(client)
    assert said == {
        "leeds Hub: 1 session, with places left": ("?hub=leeds&places=1", False, False),
        "kent Hub: 4 sessions, 3 with places left": ("?hub=kent&places=1", False, False),
        "truro Hub: 1 session, none to book now": ("?hub=truro", True, False),
    }
    for words, found in zip(said, (1, 3, 1), strict=True):
        assert Page(client.get(f"/{said[words][0]}")).title.startswith(f"{found} session")
    assert counters(client, "/?hub=kent")["kent Hub: 4 sessions, 3 with places left"][2] is True
    text = Page(client.get("/")).text
    assert "By hub kent Hub 4 sessions, 3 with places left leeds Hub 1 session, with places left truro Hub 1" in text


def test_hubs_that_are_too_close_are_under_one_counter_that_finds_the_sessions_of_all(client):
    north, south = (HubYearFactory(hub__slug=name, name=f"{name} Hub") for name in ("north", "south"))
    session(north, MAIDSTONE).also_run_by.add(south)
    session(south, WHITSTABLE)
    session(HubYearFactory(), LEEDS)
    (words,) = (one for one in counters(client) if "north" in one)
    assert words == "north Hub and south Hub: 2 sessions, with places left"
    href = counters(client)[words][0]
    assert href == "?hubs=north%2Csouth&places=1"
    page = Page(client.get(f"/{href}"))
    assert page.title == "2 sessions: north Hub · south Hub, with places left – Showcase"
    assert counters(client, f"/{href}")[words][2] is True


@pytest.mark.parametrize("third_is_far", [True, False])
def test_session_of_three_hubs_is_one_under_each_counter(client, third_is_far):
    first, second, third = (HubYearFactory(hub__slug=name, name=f"{name} Hub") for name in ("first", "second", "third"))
    session(third, MAIDSTONE).also_run_by.set([first, second])  # it is not theirs, and both of them run it
    for spot in (LEEDS, TRURO) * 3 if third_is_far else ():
        session(third, spot)
    (words,) = (one for one in counters(client) if "first" in one)
    named = "first Hub and second Hub" if third_is_far else "first Hub, second Hub and third Hub"
    assert words == f"{named}: 1 session, with places left"


@pytest.mark.parametrize("query", ["?near=ME16 8TL", "?past=1", "?teach=y13"])
def test_map_is_left_out_near_a_place_of_what_is_past_and_where_there_is_nothing(client, query):
    session(HubYearFactory(), MAIDSTONE)
    assert "england.svg" in client.get("/").content.decode()
    html = client.get(f"/{query}").content.decode()
    assert "england" not in html


def test_hub_whose_sessions_have_no_place_yet_stands_in_the_list_alone(client):
    SessionFactory(hub_year=HubYearFactory(name="Kent Hub"), venue=None, room__status="announced")
    assert counters(client) == {}
    assert "By hub Kent Hub 1 session, none to book now" in Page(client.get("/")).text


def test_pages_of_hubs_have_the_map_whose_counters_lead_to_hubs(client):
    kent = HubYearFactory(hub__slug="kent", name="Kent Hub")
    for spot in (LEEDS, (435000, 430000)):
        session(HubYearFactory(), spot)
    session(kent, MAIDSTONE)
    session(HubYearFactory(hub__slug="far", name="Far Hub"), TRURO, visibility="link")
    for address, here in (("/hubs/", False), ("/hubs/kent/", True)):
        said = counters(client, address)
        assert said["Kent Hub: 1 session, with places left"] == ("/hubs/kent/", False, here)
        assert len(said) == 2
        (both,) = (href for href, _ring, _here in said.values() if "kent" not in href)
        assert re.fullmatch("/[?]hubs=hub-.*&places=1", both)
        assert Page(client.get(both)).title.startswith("2 sessions")


@pytest.mark.parametrize("address", ["/", "/hubs/", "/hubs/kent/"])
def test_map_of_three_hubs_asks_as_often_as_that_of_one(client, address):
    asked, kent = [], HubYearFactory(hub__slug="kent")
    session(kent, MAIDSTONE)
    for spot in (LEEDS, TRURO):
        session(HubYearFactory(), spot).also_run_by.add(HubYearFactory())
        asked.append(questions(client, address))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("slugs", ["", "nowhere", "kent,kent,,%00", ",".join(["kent"] * 999)])
def test_nonsense_for_hubs_is_no_fault(client, slugs):
    session(HubYearFactory(hub__slug="kent"), MAIDSTONE)
    assert client.get(f"/?hubs={slugs}").status_code == 200
