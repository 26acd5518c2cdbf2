"""The filters of the list: plain parameters that can be shared."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django import forms
from django.http import QueryDict
from django.utils import timezone

from bookings.public.brief import in_brief
from bookings.public.filters import FILTERS, Filter
from bookings.public.finder import FinderForm
from bookings.states import SessionStatus
from hubs.models import Hub, ShowcaseSession
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.reading import Page
from tests.factories import DAY, NOW, HubFactory, HubYearFactory, SessionFactory

pytestmark = pytest.mark.django_db


def finder(query=""):
    return FinderForm(QueryDict(query), hubs=Hub.objects.with_name(today=DAY).exclude(current_name=None), now=NOW)


def found(query):
    return [one.title for one in finder(query).narrow(ShowcaseSession.objects.all())]


def test_form_offers_year_groups_key_stages_and_hubs_by_name():
    HubYearFactory(hub__slug="kent", name="Kent Hub")
    HubYearFactory(hub__slug="ash", name="Ash Hub")
    HubFactory(slug="without-a-year")
    form = finder()
    assert form.fields["hub"].choices == [("", "Any hub"), ("ash", "Ash Hub"), ("kent", "Kent Hub")]
    (_any, (years, of_years), (stages, of_stages)) = form.fields["teach"].choices
    assert (years, of_years[0], of_years[1], of_years[-1]) == (
        "Year groups",
        ("y0", "Reception"),
        ("y1", "Year 1"),
        ("y13", "Year 13"),
    )
    assert (stages, of_stages[0], of_stages[-1]) == ("Key stages", ("ks1", "Key Stage 1"), ("ks5", "Key Stage 5"))


@pytest.mark.parametrize(
    "teach, years",
    [("y0", Years.RECEPTION), ("y13", Years.Y13), ("ks1", Years.Y1), ("ks2", Years.Y6), ("ks5", Years.Y12)],
)
def test_each_choice_finds_its_own_years_and_no_others(teach, years):
    SessionFactory(title="this", suits_years=years, lessons_of=years)
    others = Years((1 << 14) - 1)
    for one in Years.singles():
        stage = {"ks1": Years.KS1, "ks2": Years.KS2, "ks5": Years.KS5}.get(teach, years)
        if one & stage:
            others &= ~one
    SessionFactory(title="all others", suits_years=others, lessons_of=others)
    assert found(f"teach={teach}") == ["this"]


KENT = {"hub_year__hub__slug": "kent", "hub_year__name": "Kent Hub"}
IN_MARCH = {"starts_at": london(dt.date(2027, 3, 9), dt.time(9)), "ends_at": london(dt.date(2027, 3, 9), dt.time(11))}
# Of each filter: a value, the words of the list while it is in force, a session that fits and one that does not.
EACH = {
    "near": ("maidstone", "near Maidstone, ME16", {}, None),  # how near is near: see test_views_near.py
    "teach": ("ks2", "Key Stage 2", {}, {"suits_years": Years.Y9, "lessons_of": Years.Y9}),
    "role": (
        str(int(Roles.MATHS_LEAD)),
        "Maths lead",
        {"suits_roles": Roles.MATHS_LEAD},
        {"suits_roles": Roles.TRAINEE},
    ),
    "since": ("2027-02-01", "from 1 February 2027", IN_MARCH, {}),
    "until": ("28/2/2027", "to 28 February 2027", {}, IN_MARCH),
    "step_free": ("on", "with step-free access", {"step_free": "yes"}, {"step_free": "partly"}),
    "hub": ("kent", "Kent Hub", KENT, {}),
    "hubs": ("kent,nowhere", "Kent Hub", KENT, {}),
    "month": ("2027-03", "March 2027", IN_MARCH, {}),
    "places": ("1", "with places left", {}, {"room__held_back": 30}),
}


def test_each_filter_has_a_value_here():
    assert list(EACH) == [one.name for one in FILTERS]


@pytest.mark.parametrize("name", EACH)
def test_filter_narrows_the_list_says_so_and_can_be_taken_away(client, monkeypatch, name):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    value, words, fits, fails = EACH[name]
    SessionFactory(title="fits", **fits)
    if fails is not None:
        SessionFactory(title="does not", **fails)
    query = urlencode({name: value})
    assert found(query) == ["fits"]
    assert finder(query).chosen() == [(words, "?")]
    page = Page(client.get(f"/?{query}"))
    assert page.title == f"1 session: {words} – Showcase"
    assert page.links["fits"].endswith(f"/?{query}")
    assert page.links[f"{words} – remove this filter ×"] == "?"
    html = client.get(f"/?{query}").content.decode()
    assert re.search(rf'<(input|select)[^>]* name="{name}"', html)
    assert client.get(f"/sessions.json?{query}").json()["sessions"][0]["name"] == "fits"


@pytest.mark.slow
@pytest.mark.parametrize("value", ["", "nonsense", "%00", "0", "9999-12", "-1"])
def test_no_value_of_a_filter_is_a_fault(client, value):
    """Of each by itself, which no other can hide; the next page and the feed read all at once, by the same form."""
    SessionFactory()
    each = [f"{name}={value}" for name in EACH]
    together = "&".join(each)
    for address in (*(f"/?{one}" for one in each), f"/?{together}&page=2", f"/sessions.json?{together}"):
        assert client.get(address).status_code in (200, 302), address


def test_filter_is_added_by_its_row_alone(client, monkeypatch):
    """A choice of three on a field of a session: form, list, words, the way back and the feed follow."""
    kinds = [("", "Any kind"), ("talk", "Talks"), ("workshop", "Workshops")]
    row = Filter(
        "kind",
        forms.ChoiceField(label="Kind", choices=kinds, required=False),
        narrow=lambda sessions, kind, _at: sessions.filter(kind=kind),
        words=dict(kinds).__getitem__,
    )
    monkeypatch.setattr("bookings.public.finder.FILTERS", (*FILTERS, row))
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    talk = SessionFactory(title="talk", kind="talk")
    SessionFactory(title="lesson")
    page = Page(client.get("/?kind=talk&teach=y6"))
    assert page.title == "1 session: Year 6, Talks – Showcase"
    assert page.links["Talks – remove this filter ×"] == "?teach=y6"
    assert page.links["talk"] == f"/sessions/{talk.ref}/?teach=y6&kind=talk"
    assert "Kind Any kind Talks Workshops" in page.text
    assert [one["name"] for one in client.get("/sessions.json?kind=talk").json()["sessions"]] == ["talk"]


def chips(query=""):
    form = finder(query)
    narrowed = form.narrow(ShowcaseSession.objects.all(), leaving=["month", "places"])
    return [(chip.words, chip.n, chip.address, chip.in_force) for chip in form.chips(in_brief(narrowed, now=form.now))]


def test_months_and_places_left_are_links_with_what_each_would_find():
    SessionFactory(title="free")
    SessionFactory(title="full", room__held_back=30)
    SessionFactory(title="in March", **IN_MARCH)
    range_ = {"starts_at": None, "ends_at": None, "first_day": dt.date(2027, 1, 31), "last_day": dt.date(2027, 3, 1)}
    SessionFactory(title="range", room__status=SessionStatus.ANNOUNCED, **range_)
    SessionFactory(title="no date", starts_at=None, ends_at=None, room__status=SessionStatus.ANNOUNCED)
    assert chips("teach=y6&page=2") == [
        ("January", 3, "?teach=y6&month=2027-01", False),
        ("February", 1, "?teach=y6&month=2027-02", False),
        ("March", 2, "?teach=y6&month=2027-03", False),
        ("With places left", 2, "?teach=y6&places=1", False),
    ]
    assert chips("month=2027-03&places=1") == [
        ("January", 1, "?month=2027-01&places=1", False),
        ("March", 1, "?places=1", True),
        ("With places left", 1, "?month=2027-03", True),
    ]


def test_one_month_alone_is_no_choice():
    SessionFactory(room__held_back=30)
    assert chips() == []
    SessionFactory()
    assert chips() == [("With places left", 1, "?places=1", False)]


def test_months_of_two_years_say_which():
    SessionFactory()
    day = dt.date(2028, 1, 11)
    SessionFactory(starts_at=london(day, dt.time(9)), ends_at=london(day, dt.time(11)))
    assert [words for words, *_rest in chips()] == ["January 2027", "January 2028", "With places left"]


def test_no_filter_keeps_every_session():
    SessionFactory(title="dated")
    SessionFactory(title="undated", starts_at=None, ends_at=None)
    assert found("") == found("teach=&since=&until=&hub=") == ["dated", "undated"]


def test_session_without_a_date_fits_no_date_filter():
    SessionFactory(title="undated", starts_at=None, ends_at=None)
    assert found("since=2027-01-01") == found("until=2027-12-31") == []


@pytest.mark.parametrize("said", ["2027-01-26", "26/1/2027", "26/01/2027", "26/01/27"])
def test_dates_are_read_as_they_are_written_in_britain(said):
    SessionFactory(title="that day")
    assert found(f"since={said}&until={said}") == ["that day"]
    assert finder(f"since={said}").cleaned_data["since"] == DAY


def test_hub_that_shares_a_session_finds_it_once():
    own, other = HubYearFactory(hub__slug="kent"), HubYearFactory()
    session = SessionFactory(title="once", hub_year=own)
    session.also_run_by.add(own, other)
    assert found("hub=kent") == ["once"]


@pytest.mark.parametrize(
    "query, page",
    [
        ("", 1),
        ("page=1", 1),
        ("page=2", 2),
        ("page=02", 2),
        ("page=0", 1),
        ("page=-2", 1),
        ("page=%2B2", 1),
        ("page=2.0", 1),
        ("page=%C2%B2", 1),
        ("page=%D9%A2", 1),
        ("page=+2", 1),
        ("page=two", 1),
        ("page=1&page=3", 3),
    ],
)
def test_page_is_a_whole_number_from_one(query, page):
    assert finder(query).page == page


def test_page_is_never_larger_than_a_database_counts():
    assert finder(f"page={'9' * 6000}").page * 50 < 2**31


def test_address_keeps_the_search_and_changes_one_thing():
    HubYearFactory(hub__slug="kent")
    form = finder("teach=y6&since=26/1/2027&hub=kent&past=1&page=2&unknown=x")
    assert form.address() == "?teach=y6&since=26%2F1%2F2027&hub=kent&past=1&page=2"
    assert form.address(page=3) == "?teach=y6&since=26%2F1%2F2027&hub=kent&past=1&page=3"
    assert form.address(page=1) == form.address(page=None) == "?teach=y6&since=26%2F1%2F2027&hub=kent&past=1"
    assert form.address(teach=None, since=None, hub=None, past=None, page=None) == "?"
    assert finder("hub=a%26b%3Dc%0A").address() == "?hub=a%26b%3Dc%0A"


def test_chosen_says_each_filter_in_words_and_leaves_bad_ones_out():
    HubYearFactory(hub__slug="kent", name="Kent Hub")
    form = finder("teach=ks3&since=2027-01-02&until=31/02/2027&hub=kent&page=2")
    assert form.chosen() == [
        ("Key Stage 3", "?since=2027-01-02&until=31%2F02%2F2027&hub=kent"),
        ("from 2 January 2027", "?teach=ks3&until=31%2F02%2F2027&hub=kent"),
        ("Kent Hub", "?teach=ks3&since=2027-01-02&until=31%2F02%2F2027"),
    ]
    assert form.errors == {"until": ["Enter a date like 26/1/2027"]}


def hubs_counted(query=""):
    """What the form says of each hub, by its address in short."""
    form = finder(query)
    form.count_hubs(in_brief(form.narrow(ShowcaseSession.objects.all(), leaving=["hub"]), now=NOW))
    return dict(form.fields["hub"].choices)


def test_each_hub_says_how_many_it_would_find():
    kent = HubYearFactory(hub__slug="kent", name="Kent Hub")
    HubYearFactory(hub__slug="ash", name="Ash Hub")
    SessionFactory.create_batch(2, hub_year=kent)
    assert hubs_counted() == {"": "Any hub", "ash": "Ash Hub (0)", "kent": "Kent Hub (2)"}


def test_session_of_several_hubs_counts_for_each_and_once():
    kent, ash, oak = (HubYearFactory(hub__slug=slug, name=slug) for slug in ("kent", "ash", "oak"))
    before = HubYearFactory(hub=ash.hub, exchange__year=2025, name="ash as it was")
    SessionFactory(hub_year=kent)
    SessionFactory(hub_year=kent).also_run_by.add(kent, ash, before, oak)
    assert hubs_counted() == {"": "Any hub", "ash": "ash (1)", "kent": "kent (2)", "oak": "oak (1)"}


def test_hubs_are_counted_with_the_other_filters_and_not_by_the_hub_chosen():
    kent, ash = (HubYearFactory(hub__slug=slug, name=slug) for slug in ("kent", "ash"))
    SessionFactory(hub_year=kent, lessons_of=Years.Y3, suits_years=Years.Y3).also_run_by.add(ash)
    SessionFactory(hub_year=ash)
    assert hubs_counted("hub=kent") == {"": "Any hub", "ash": "ash (2)", "kent": "kent (1)"}
    assert hubs_counted("hub=kent&teach=y6") == {"": "Any hub", "ash": "ash (1)", "kent": "kent (0)"}


def test_hubs_are_counted_in_two_queries_however_many_there_are(django_assert_num_queries):
    for number in (1, 5):
        for session in SessionFactory.create_batch(number):
            session.also_run_by.add(HubYearFactory())
        form = finder()
        with django_assert_num_queries(2):
            form.count_hubs(in_brief(ShowcaseSession.objects.all(), now=NOW))


def test_chosen_hub_is_said_without_its_count():
    HubYearFactory(hub__slug="kent", name="Kent Hub")
    form = finder("hub=kent")
    form.count_hubs(in_brief(ShowcaseSession.objects.all(), now=NOW))
    assert form.chosen() == [("Kent Hub", "?")]
