"""The filters of the list: plain parameters that can be shared."""

import datetime as dt

import pytest
from django.http import QueryDict

from bookings.public.finder import FinderForm
from hubs.models import Hub, ShowcaseSession
from hubs.vocabulary.teaching import Years
from tests.factories import DAY, HubFactory, HubYearFactory, SessionFactory

pytestmark = pytest.mark.django_db


def finder(query=""):
    return FinderForm(QueryDict(query), hubs=Hub.objects.with_name().exclude(current_name=None))


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


def test_empty_range_finds_nothing():
    SessionFactory(title="one")
    assert found(f"since={DAY + dt.timedelta(days=1)}&until={DAY}") == []


def hubs_counted(query=""):
    """What the form says of each hub, by its address in short."""
    form = finder(query)
    form.count_hubs(form.narrow(ShowcaseSession.objects.all(), leaving=["hub"]))
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
            form.count_hubs(ShowcaseSession.objects.all())


def test_chosen_hub_is_said_without_its_count():
    HubYearFactory(hub__slug="kent", name="Kent Hub")
    form = finder("hub=kent")
    form.count_hubs(ShowcaseSession.objects.all())
    assert form.chosen() == [("Kent Hub", "?")]
