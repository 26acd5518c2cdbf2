"""Sessions near a postcode, a town or a school: within so many miles, nearest first in the day, widened where few."""

import datetime as dt

import pytest
from django.utils import timezone

from bookings.public.brief import in_brief
from bookings.public.near import Near, measured
from bookings.public.session import Showing
from bookings.states import SessionStatus
from hubs.models import HostSchool, LocalAuthority, School, ShowcaseSession
from hubs.schools.whereabouts import CannotPlace, Place, place
from hubs.vocabulary.postcodes import district_of, tidy_postcode
from hubs.vocabulary.school_days import london
from hubs.vocabulary.teaching import Years
from tests.bookings.test_views_list import shown
from tests.browser.reading import Page
from tests.browser.rows import questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
MILE = 1609.344
MAIDSTONE = (573842, 155270)
CANNOT = "We cannot place this postcode. Choose a hub or a town."


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


def away(miles, **values):
    """A school so many miles east of West Borough Primary School in Maidstone."""
    return SchoolFactory(easting=MAIDSTONE[0] + round(miles * MILE), northing=MAIDSTONE[1], **values)


def session(title, miles, *, days=0, **values):
    day = DAY + dt.timedelta(days=days)
    return SessionFactory(
        title=title,
        venue=away(miles, town="Elsewhere", postcode=""),
        starts_at=london(day, values.pop("at", dt.time(9))),
        ends_at=london(day, dt.time(15)),
        **values,
    )


@pytest.fixture
def maidstone():
    return away(0, name="West Borough Primary School", urn=118568, town="Maidstone", postcode="ME16 8TL")


@pytest.fixture
def kent(maidstone):
    """Sessions near and far on two days, of different hubs."""
    session("near, late", 4, at=dt.time(14))
    session("nearer, later day", 1, days=1)
    session("far", 29)
    session("nearest", 0)
    session("beyond", 45)
    session("London side", 61)


# --- what is near ---------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("kent")
@pytest.mark.parametrize(
    "near", ["ME16 8TL", "me168tl", " Me16  8tL ", "maidstone", "MAIDSTONE", "west borough", "118568"]
)
def test_sessions_stand_by_day_nearest_first_within_thirty_miles(client, near):
    assert shown(client, f"?near={near}") == ["nearest", "near, late", "far", "nearer, later day"]


@pytest.mark.usefixtures("kent")
def test_each_session_says_how_far_it_is(client):
    text = Page(client.get("/?near=ME16 8TL")).text
    assert "4 sessions Within 10 miles (3) · 30 miles (4) · 60 miles (5) · England (6)" in text
    for far in ("under a mile", "1 mile ", "4 miles", "29 miles"):
        assert f"Elsewhere · {far}" in text
    assert "mile" not in Page(client.get("/")).text


@pytest.mark.usefixtures("kent")
def test_distance_can_be_chosen_and_is_kept_by_the_other_filters(client):
    assert shown(client, "?near=ME16 8TL&within=10") == ["nearest", "near, late", "nearer, later day"]
    assert "beyond" in shown(client, "?near=ME16 8TL&within=60")
    assert len(shown(client, "?near=ME16 8TL&within=england")) == 6
    page = Page(client.get("/?near=ME16 8TL&within=60&teach=y6"))
    assert page.links["10 miles"] == "?near=ME16+8TL&teach=y6&within=10"
    assert page.links["30 miles"] == "?near=ME16+8TL&teach=y6"
    assert page.links["England"] == "?near=ME16+8TL&teach=y6&within=england"
    assert "60 miles" not in page.links
    assert page.links["near ME16 8TL – remove this filter ×"] == "?teach=y6"
    assert page.links["Year 6 – remove this filter ×"] == "?near=ME16+8TL&within=60"
    assert b'<input type="hidden" name="within" value="60"' in client.get("/?near=maidstone&within=60").content


@pytest.mark.usefixtures("kent")
@pytest.mark.parametrize("within", ["", "0", "-1", "31", "10 miles", "²", "%00"])
def test_distance_that_there_is_not_is_the_usual_one(client, within):
    assert len(shown(client, f"?near=maidstone&within={within}")) == 4


def test_distance_is_exact_to_the_metre(client, maidstone):
    for title, metres in [("in", 16093), ("out", 16094), ("one", 1), ("two", 2)]:
        SessionFactory(title=title, venue=SchoolFactory(easting=MAIDSTONE[0] + metres, northing=MAIDSTONE[1]))
    assert shown(client, "?near=ME16 8TL&within=10") == ["one", "two", "in"]


def test_fewer_than_three_widen_and_say_so(client, maidstone):
    session("here", 5)
    session("there", 20)
    session("yonder", 50)
    assert shown(client, "?near=maidstone") == ["here", "there", "yonder"]
    text = Page(client.get("/?near=maidstone")).text
    assert "Only 2 sessions are within 30 miles of Maidstone, ME16. These are within 60 miles." in text
    session("off", 25)
    assert shown(client, "?near=maidstone") == ["here", "there", "off"]
    assert "Only" not in Page(client.get("/?near=maidstone")).text
    text = Page(client.get("/?near=maidstone&within=10")).text
    assert "Only 1 session is within 10 miles of Maidstone, ME16. These are within 30 miles." in text


def test_few_sessions_in_all_are_all_shown(client, maidstone):
    session("far away", 200)
    text = Page(client.get("/?near=ME16 8TL")).text
    assert "No session is within 30 miles of ME16 8TL. These are all there are, nearest first within each day." in text
    session("near", 3)
    assert shown(client, "?near=ME16 8TL&within=10") == ["near", "far away"]


def test_nothing_at_all_is_not_said_to_be_near(client, maidstone):
    text = Page(client.get("/?near=maidstone&teach=ks5")).text
    assert "0 sessions" in text
    assert "These are" not in text
    assert "Within" not in text


def test_session_whose_place_is_not_known_is_only_in_england(client, maidstone):
    session("known", 3)
    SessionFactory(title="to be announced", venue=None, room__status=SessionStatus.ANNOUNCED)
    SessionFactory(title="no coordinates", venue=SchoolFactory(easting=None, northing=None, postcode=""))
    assert [one for one in shown(client, "?near=maidstone&within=england") if one != "known"] == [
        "no coordinates",
        "to be announced",
    ]
    assert shown(client, "?near=maidstone&within=england")[0] == "known"
    session("two", 4)
    session("three", 5)
    assert shown(client, "?near=maidstone") == ["known", "two", "three"]


def test_past_sessions_stand_newest_first_and_nearest_within_the_day(client, maidstone):
    for title, miles, days in [("old", 1, -60), ("new, far", 9, -50), ("new, near", 2, -50)]:
        session(title, miles, days=days)
    assert shown(client, "?past=1&near=maidstone") == ["new, near", "new, far", "old"]


def test_near_and_the_other_filters_work_together(client, maidstone):
    for n in range(4):
        session(f"Y6 {n}", n)
        session(f"Y2 {n}", n, lessons_of=Years.Y2, suits_years=Years(0))
    assert shown(client, "?near=maidstone&teach=y2") == ["Y2 0", "Y2 1", "Y2 2", "Y2 3"]


# --- where a session is ---------------------------------------------------------------------------------------------


def test_session_is_where_its_host_school_or_its_named_place_is(client, maidstone):
    visit = HostSchool.objects.create(hub_year=HubYearFactory(), school=away(2))
    SessionFactory(title="host", venue=None, host_school=visit)
    SessionFactory(title="hall", venue=None, host_school=visit, place_name="Town Hall", place_postcode="CT5 1AA")
    SessionFactory(title="venue", venue=away(6), host_school=visit)
    assert far_from_maidstone() == {"host": "2 miles", "venue": "6 miles", "hall": "24 miles"}


def far_from_maidstone():
    there, sessions = place("ME16 8TL"), ShowcaseSession.objects.all()
    keys = Near(there, 30, in_brief(sessions, now=NOW)).keys(0, 50)
    rows = [measured(sessions.get(pk=key), there) for key in keys]
    return {one.title: Showing(one, NOW).far for one in rows}


def test_session_moves_with_its_school_and_its_host(maidstone):
    visit = HostSchool.objects.create(hub_year=HubYearFactory())
    SessionFactory(title="host", venue=None, host_school=visit)
    venue = away(6)
    SessionFactory(title="venue", venue=venue, host_school=visit)
    SessionFactory(title="maidstone", venue=maidstone)
    visit.school = away(2)
    visit.save()
    venue.easting += round(5 * MILE)
    venue.save()
    assert far_from_maidstone() == {"maidstone": "under a mile", "host": "2 miles", "venue": "11 miles"}
    venue.easting += round(3 * MILE)
    School.objects.bulk_create(
        [venue], update_conflicts=True, unique_fields=["urn"], update_fields=["easting", "search"]
    )
    assert far_from_maidstone()["venue"] == "14 miles"


def test_school_without_coordinates_is_where_its_postcode_is(maidstone):
    SessionFactory(title="here", venue=SchoolFactory(postcode="CT5 1AA", easting=None, northing=None))
    assert far_from_maidstone() == {"here": "24 miles"}


def test_named_place_moves_with_its_postcode(maidstone):
    hall = SessionFactory(venue=None, place_name="Town Hall", place_postcode="me168tl")
    assert (hall.easting, hall.northing) == MAIDSTONE
    hall.place_postcode = "CT5 9ZZ"
    hall.save()
    hall.refresh_from_db()
    assert (hall.easting, hall.northing) == (611428, 165958)
    hall.place_postcode = "BT1 1AA"
    hall.save()
    assert (hall.easting, hall.northing) == (None, None)


# --- where what was typed is ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed, name, spot",
    [
        ("ct5", "CT5", (611428, 165958)),
        (" C t 5 ", "C T 5", (611428, 165958)),
        ("CT5 1", "CT5 1", (611428, 165958)),
        ("ct51zz", "CT5 1ZZ", (611428, 165958)),
        ("WC2N", "WC2N", (530225, 180572)),
        ("wc2n5du", "WC2N 5DU", (530225, 180572)),
        ("WC1", "WC1", (530521, 181823)),
    ],
)
def test_postcode_that_no_school_has_is_placed_by_its_district(typed, name, spot):
    assert place(typed) == Place(name, *spot)


def test_full_postcode_is_placed_by_a_school_that_has_it(maidstone):
    SchoolFactory(urn=1, postcode="ME16 8TL", easting=None, northing=None)
    assert place("me16 8tl") == Place("ME16 8TL", *MAIDSTONE)


@pytest.mark.parametrize("typed", ["BT1 1AA", "bt1", "JE2 3AB", "GY1", "im1 1aa", "ZZ99 9ZZ", "Q1"])
def test_postcode_that_cannot_be_placed_says_what_to_try(client, typed):
    SessionFactory(title="one")
    assert shown(client, f"?near={typed}") == ["one"]
    page = Page(client.get(f"/?near={typed}"))
    assert CANNOT in page.text
    assert not [words for words in page.links if "remove" in words]


@pytest.mark.parametrize("typed", ["qqqqq", "?", "‘", "上海", "%00", "%ED%A0%80", "x" * 3000, "0", "|", "the"])
def test_place_that_nobody_knows_says_what_to_try(client, typed):
    SessionFactory(title="one")
    assert shown(client, f"?near={typed}") == ["one"]


def test_unknown_place_is_said_beside_its_field(client):
    text = Page(client.get("/?near=qqqqq")).text
    assert "We cannot find this place. Enter a postcode, a town or a school’s name, or choose a hub." in text


def schools_in(town, number, spot, authority=None, **values):
    """So many schools of a town, about that spot."""
    if authority:
        values["local_authority"], _new = LocalAuthority.objects.get_or_create(name=authority, code=authority[:3])
    for n in range(number):
        SchoolFactory(town=town, easting=spot[0] + n, northing=spot[1], **values)


def called(typed):
    found = place(typed)
    return [found.name, *(other.name for other in found.others)]


NEWPORTS = [("Isle of Wight", 3, (449_000, 88_000)), ("Telford and Wrekin", 2, (374_000, 318_000))]


@pytest.fixture
def newports():
    """Several towns of one name, one of them in two authorities, and one whose name begins so."""
    for authority, number, spot in NEWPORTS:
        schools_in("Newport", number, spot, authority)
    schools_in("Newport", 1, (450_000, 89_000), postcode="PO30 1AA")  # of the first, whose authority is not known
    schools_in("Newport", 1, (552_000, 234_000), postcode="CB11 3AA")
    schools_in("Newport Pagnell", 9, (487_000, 243_000), "Milton Keynes")


@pytest.mark.usefixtures("newports")
def test_town_of_a_common_name_says_its_authority_or_its_district_most_schools_first():
    assert called("newport") == [
        "Newport, Isle of Wight",
        "Newport, Telford and Wrekin",
        "Newport, CB11",
        "Newport Pagnell, Milton Keynes",
    ]
    assert place("newport") == Place("Newport, Isle of Wight", 449_001, 88_000)


@pytest.mark.usefixtures("newports")
def test_each_other_meaning_is_a_link_that_finds_it(client):
    page = Page(client.get("/?near=newport&teach=y6"))
    assert "Or near: Newport, Telford and Wrekin · Newport, CB11 · Newport Pagnell, Milton Keynes" in page.text
    for meant in place("newport").others:
        found = client.get(f"/{page.links[meant.name]}").context["near"].place
        assert (found.name, found.easting, found.northing) == (meant.name, meant.easting, meant.northing)
        assert found.others == ()
    assert page.links["Newport, CB11"] == "?near=Newport%2C+CB11&teach=y6"


def test_short_name_of_a_larger_town_is_that_town_and_a_place_that_only_begins_so_is_not():
    schools_in("Newcastle", 2, (384_000, 347_000), "Staffordshire")
    schools_in("Newcastle-under-Lyme", 1, (385_000, 346_000), "Staffordshire")
    schools_in("Newcastle-upon-Tyne", 3, (422_000, 566_000), "Newcastle upon Tyne")
    schools_in("Newcastle upon Tyne", 2, (424_000, 567_000), "North Tyneside")
    assert called("newcastle") == ["Newcastle-upon-Tyne", "Newcastle, Staffordshire"]
    assert called("Newcastle under Lyme") == ["Newcastle-under-Lyme, Staffordshire"]
    schools_in("Sutton", 1, (525_000, 164_000), "Sutton")
    schools_in("Sutton Coldfield", 4, (412_000, 296_000), "Birmingham")
    assert called("sutton") == ["Sutton", "Sutton Coldfield, Birmingham"]


def test_town_in_several_authorities_is_one_and_named_by_none():
    for n, borough in enumerate(["Barnet", "Camden", "Hackney"]):
        schools_in("London", 1, (530_000 + 3000 * n, 181_000), borough)
    assert called("london") == ["London"]


@pytest.mark.parametrize(
    "typed, meant",
    [
        ("paris", ["Parish Church of England Primary School, Bromley BR1 4HF"]),
        ("maidston", ["Maidstone, ME16"]),
        ("madistone", ["Maidstone, ME16"]),
        ("the borough gramar", ["The Borough Grammar School, Maidstone ME16 8TL"]),
    ],
)
def test_what_fits_nowhere_well_is_offered_and_never_taken(client, typed, meant):
    SessionFactory(title="one")
    SchoolFactory(name="Parish Church of England Primary School", town="Bromley", postcode="BR1 4HF")
    SchoolFactory(name="The Borough Grammar School")
    page = Page(client.get(f"/?near={typed}"))
    assert shown(client, f"?near={typed}") == ["one"]
    assert f"Did you mean {meant[0]}" in page.text
    assert not [words for words in page.links if "remove" in words]
    followed = client.get(f"/{page.links[meant[0]]}").context["near"]
    assert followed.place.name == meant[0]


def test_schools_of_one_name_are_offered_beside_the_first():
    for town, postcode in [("Telford", "TF2 9SQ"), ("Barnsley", "S71 2LF")]:
        SchoolFactory(name="Holy Trinity Academy", town=town, postcode=postcode)
    assert sorted(called("holy trinity")) == [
        "Holy Trinity Academy, Barnsley S71 2LF",
        "Holy Trinity Academy, Telford TF2 9SQ",
    ]


def test_town_with_its_county_and_a_county_alone_are_found(maidstone):
    kent = LocalAuthority.objects.create(code="886", name="Kent")
    for school in (maidstone, SchoolFactory(town="Deal", easting=636_000, northing=152_000)):
        school.local_authority = kent
        school.save()
    assert place("Deal, Kent").name == place("deal").name == "Deal, Kent"
    assert place("kent").name == "Kent"


def test_school_of_the_name_of_its_town_is_meant_where_more_is_typed(maidstone):
    SchoolFactory(name="The Whitstable School", town="Whitstable", easting=1, northing=2)
    assert place("the whitstable school").name == "The Whitstable School, Whitstable ME16 8TL"
    assert place("whitstable").name == "Whitstable, ME16"
    with pytest.raises(CannotPlace):
        place("broadstairs")


@pytest.mark.parametrize(
    "typed, tidy, district",
    [
        ("me168tl", "ME16 8TL", "ME16"),
        ("ME1 68TL", "ME16 8TL", "ME16"),
        ("m1 1aa", "M1 1AA", "M1"),
        ("EC1A1BB", "EC1A 1BB", "EC1A"),
        ("maidstone", "", ""),
        ("", "", ""),
        ("12345", "", ""),
        ("CT5 1", "", "CT5"),
    ],
)
def test_postcodes_are_read_in_any_case_and_spacing(typed, tidy, district):
    assert (tidy_postcode(typed), district_of(typed)) == (tidy, district)


# --- how it is made -------------------------------------------------------------------------------------------------


def test_pages_of_what_is_near_lead_to_each_other(client, maidstone, monkeypatch):
    monkeypatch.setattr("bookings.views.sessions.PAGE", 2)
    for n in range(3):
        session(f"{n}", n)
    page = Page(client.get("/?near=maidstone&within=60"))
    assert "Page 1 of 2" in page.text
    assert page.links["Next page →"] == "?near=maidstone&within=60&page=2"
    assert shown(client, "?near=maidstone&within=60&page=2") == ["2"]


def test_near_asks_as_often_for_many_as_for_few(client, maidstone):
    asked = []
    for number in (3, 20):
        for n in range(number):
            session(f"{number} {n}", n)
        asked += [questions(client, f"/?near={near}") for near in ("ME16 8TL", "maidstone", "CT5 1AA", "CT5")]
    assert asked == [6, 6, 6, 5] * 2


def test_near_keeps_the_rules_of_a_public_page(client, kent):
    response = client.get("/?near=maidstone")
    assert response["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert response.cookies == {}
    assert response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
    assert "contains OS data © Crown copyright" in Page(response).text


def test_session_follows_its_school_to_the_north_as_well(maidstone):
    session = SessionFactory(venue=maidstone)
    maidstone.northing += round(MILE)
    maidstone.save()
    session.refresh_from_db()
    assert (session.easting, session.northing) == (maidstone.easting, maidstone.northing)
