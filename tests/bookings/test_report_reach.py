"""Reach: which schools somebody came from, how far, on a map; and a list for next time of those nobody came from."""

import datetime as dt
import random
import re
from math import hypot

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import SchoolKind
from bookings.report import drawing
from bookings.report.area import Area, Country
from bookings.report.facts import Facts
from bookings.report.report import Report
from bookings.report.selection import Of, Selection
from hubs.models import HostSchool, LocalAuthority, School, SchoolList
from hubs.schools.whereabouts import METRES_IN_A_MILE
from tests.bookings.past import ABSENT, past_session, visitor
from tests.factories import NOW, HubYearFactory, SchoolFactory, StaffFactory, staff_of

pytestmark = pytest.mark.django_db
TODAY = dt.date(2027, 1, 4)
HERE = (574000, 155000)  # of the factories' schools


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def kent():
    return LocalAuthority.objects.create(code="886", name="Kent")


@pytest.fixture
def hub_year(kent):
    made = HubYearFactory()
    made.area.add(kent)
    return made


@pytest.fixture
def session(hub_year):
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory(name="The Whitstable School"))
    return past_session(hub_year, host_school=visit, venue=None)


def school(miles, kent=None, **fields):
    """A school so many miles east of the host."""
    return SchoolFactory(easting=HERE[0] + round(miles * METRES_IN_A_MILE), local_authority=kent, **fields)


def area(row, kind=Of.EXCHANGE):
    return Area(Selection(kind, row, TODAY), now=NOW)


def report(row, kind=Of.EXCHANGE, *, leaves=False):
    return Report(Selection(kind, row, TODAY), leaves=leaves, now=NOW)


def table(of_report):
    [found] = [one for one in of_report.tables() if one.name == "reach"]
    return {head: cells for head, *cells in list(found.lines(of_report.copy))[1:]}


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def page_of(hub_year):
    return reverse("report-schools", args=["exchange", hub_year.pk])


# --- which schools ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(3))
def test_bands_lists_and_schools_reached_are_plain_counts(hub_year, kent, session, seed):
    chance = random.Random(seed)
    schools = [
        school(chance.uniform(0, 45), chance.choice([kent, kent, None]), northing=HERE[1] + chance.randrange(20_000))
        for _n in range(60)
    ]
    for one in chance.sample(schools, 15):
        visitor(session, chance.choice(["attended", "attended", ABSENT]), school=one)
    found = area(hub_year)
    attended = session.bookings.filter(visitors__attendance="attended")
    came = set(attended.values_list("school", flat=True))

    def miles(one):
        return hypot(one.easting - HERE[0], one.northing - HERE[1]) / METRES_IN_A_MILE

    assert found.reached_urns == came
    for radius in (10, 20, 30):
        nobody = [one for one in schools if miles(one) <= radius and one.urn not in came]
        assert [one.urn for one in found.nobody_came(radius)] == [one.urn for one in sorted(nobody, key=miles)]
    for least, most in ((-1, 5), (5, 10), (10, 20), (20, 30), (30, 10_000)):
        inside = [one for one in schools if one.local_authority and least < miles(one) <= most]
        assert found.between(least, most) == (len(inside), len([one for one in inside if one.urn in came]))
    outside = {one.urn for one in schools if not one.local_authority} & came
    assert {one.urn for one in found.reached_outside} == outside


def test_school_that_became_another_counts_as_what_it_is_today(hub_year, kent, session):
    today = school(2, kent)
    before = school(2, kent, status=School.Status.CLOSED, successor=today)
    visitor(session, school=school(2, kent, status=School.Status.CLOSED, successor=before))
    visitor(session, school=today)
    found = area(hub_year)
    assert found.reached_urns == {today.urn}
    assert found.nobody_came(30) == []


def test_schools_in_a_loop_of_successors_are_survived(hub_year, session):
    one, two = school(2), school(3)
    School.objects.filter(pk=one.pk).update(successor=two, status=2)
    School.objects.filter(pk=two.pk).update(successor=one, status=2)
    visitor(session, school=one)
    assert area(hub_year).reached_urns == {two.urn}


def test_settings_outside_the_register_are_counted_apart_and_placed_by_their_district(hub_year, session):
    for name, place in (("Kent Teaching Trust", "CT1 1AA"), ("Elsewhere", "Atlantis")):
        row = visitor(session)
        row.booking.school = None
        row.booking.school_kind, row.booking.school_name = SchoolKind.TRUST, name
        row.booking.school_place, row.booking.school_key = place, f"trust:{name}:{place}"
        row.booking.save()
    found = area(hub_year)
    assert (found.other_settings, len(found.other_spots)) == (2, 1)
    assert table(report(hub_year))["Settings that are not in the register"] == ["not counted", "2", ""]


def test_hub_without_an_area_has_that_of_twenty_miles(session):
    session.hub_year.area.clear()
    near, far = school(19), school(21)
    found = area(session.hub_year)
    assert [one.urn for one in found.schools] == [near.urn]
    assert far.urn in {one.urn for one in found.around}


def test_school_without_coordinates_is_in_the_table_as_not_known(hub_year, kent, session):
    SchoolFactory(easting=None, northing=None, postcode="", local_authority=kent)
    assert table(report(hub_year))["Not known"] == ["1", "0", "too few"]


def test_report_without_a_place_says_so_and_draws_none(hub_year):
    session = past_session(hub_year, venue=None, place_name="Town hall")
    visitor(session, school=school(3))
    assert "there is no map" in str(report(hub_year).shown())


# --- the map ----------------------------------------------------------------------------------------------------------


def test_map_has_a_shape_for_each_and_says_in_words_what_it_is_of(hub_year, kent, session):
    visitor(session, school=school(4, kent))
    school(8, kent)
    page = signed_in(staff_of(hub_year.hub)).get(reverse("report", args=["exchange", hub_year.pk])).content.decode()
    svg = page[page.index('<svg class="county') :]
    assert 'role="img"' in svg
    assert "The Whitstable School" in svg[: svg.index(">")]
    for name in ("map-none", "map-some"):
        assert len(re.findall("h0", re.search(f'id="{name}" d="([^"]*)"', svg)[1])) == 1
    assert len(re.findall("z", re.search('class="map-host" d="([^"]*)"', svg)[1])) == 1
    assert re.search(r"<text[^>]*>\s*Whitstable\s*</text>", svg)


def test_map_is_bounded_however_many_schools_there_are(hub_year, kent, session):
    chance = random.Random(1)
    School.objects.bulk_create(
        School(
            urn=n,
            name=f"School {n}",
            easting=HERE[0] + chance.randrange(-40_000, 40_000),
            northing=HERE[1] + chance.randrange(-30_000, 30_000),
            local_authority=kent,
        )
        for n in range(1, 6000)
    )
    visitor(session, school=School.objects.get(pk=1))
    drawn = drawing.of_area(area(hub_year))
    assert 1000 < len(re.findall("h0", drawn.not_reached)) <= drawing.MOST_DOTS
    assert drawn.size < 30_000


def test_dots_are_where_the_schools_are():
    points = {(5, 9), (700, 3), (2, 9), (40, 600)}
    seen, at = set(), (0, 0)
    for x, y in re.findall(r"m(-?\d+)[ ]?(-?\d+)h0", drawing.path(points)):
        at = at[0] + int(x), at[1] + int(y)
        seen.add(at)
    assert seen == points


@pytest.mark.parametrize(
    "name, called",
    [
        ("The Whitstable School", "Whitstable"),
        ("West Borough Primary School", "West Borough"),
        ("Oasis Academy Fir Vale", "Oasis Academy Fir Vale"),
        ("St Mary's Catholic Primary School, Whitstable", "St Mary's"),
        ("School", "School"),
        ("A very long name of a place that nobody says", "A very long name of a p…"),
    ],
)
def test_host_is_named_as_people_call_it(name, called):
    assert drawing.short(name) == called


def test_map_of_the_country_counts_in_squares(hub_year, kent, session):
    visitor(session, school=school(4, kent))
    school(4, kent)
    school(300)
    found = Country(Selection(Of.COUNTRY, hub_year.exchange, TODAY), now=NOW)
    assert sorted(one.reached for one in found.cells) == [False, False, True]
    every, reached = found.by_phase
    assert (every, reached) == ({2: School.objects.open().count()}, {2: 1})
    assert "reach" in [one["name"] for one in report(hub_year.exchange, Of.COUNTRY).shown()]


# --- the copy that leaves ---------------------------------------------------------------------------------------------


def test_copy_that_leaves_shows_schools_without_counts(hub_year, kent, session):
    for n in range(12):
        visitor(session, school=school(n / 2, kent))
    for n in range(13):
        school(n, kent, name=f"Nobody’s {n}")
    own, out = (str(report(hub_year, leaves=leaves).shown()) for leaves in (False, True))
    assert "'reached': '12'" in own
    assert "'counts': {}" in out
    assert "within 20" in own
    assert "within 20" not in out
    assert "Nobody’s 0" in out
    assert page_of(hub_year) not in out


# --- a list for next time ---------------------------------------------------------------------------------------------


def test_one_press_makes_a_list_of_schools_and_another_fills_it_anew(hub_year, session):
    near, far = school(3), school(15)
    visitor(session, school=school(4))
    client = signed_in(staff_of(hub_year.hub))
    answer = client.post(page_of(hub_year), {"miles": "20"})
    made = SchoolList.objects.get()
    assert answer["Location"] == reverse("admin:hubs_schoollist_change", args=[made.pk])
    assert (made.hub, str(made)) == (hub_year.hub, "Nobody came, up to 20 miles, 2026–27")
    assert set(made.schools.values_list("pk", flat=True)) == {near.urn, far.urn}
    visitor(session, school=far)
    client.post(page_of(hub_year), {"miles": "20"})
    assert list(SchoolList.objects.get().schools.values_list("pk", flat=True)) == [near.urn]


@pytest.mark.parametrize("miles", ["", "11", "x", "-1", "\x00", "9" * 300])
def test_odd_distance_is_ten_miles(hub_year, session, miles):
    near = school(3)
    school(15)
    client = signed_in(staff_of(hub_year.hub))
    assert client.get(page_of(hub_year), {"miles": miles, "p": miles}).context["miles"] == 10
    client.post(page_of(hub_year), {"miles": miles})
    assert list(SchoolList.objects.get().schools.values_list("pk", flat=True)) == [near.urn]


def test_list_is_for_the_hubs_own_staff_alone(hub_year, session):
    school(3)
    others = [staff_of(HubYearFactory().hub), StaffFactory(is_programme_office=True), StaffFactory()]
    for client in map(signed_in, others):
        assert client.get(page_of(hub_year)).status_code in (403, 404)
        assert client.post(page_of(hub_year), {"miles": "10"}).status_code in (403, 404)
    country = reverse("report-schools", args=["country", hub_year.exchange_id])
    assert signed_in(StaffFactory(is_superuser=True)).get(country).status_code == 404
    assert not SchoolList.objects.exists()


def test_nothing_to_list_makes_no_list(hub_year, session):
    client = signed_in(staff_of(hub_year.hub))
    assert "None: somebody came" in client.get(page_of(hub_year)).content.decode()
    assert client.post(page_of(hub_year)).status_code == 404
    assert not SchoolList.objects.exists()


def test_page_and_map_ask_as_often_for_many_schools_as_for_few(hub_year, kent, session):
    client, counts = signed_in(staff_of(hub_year.hub)), []
    for number in (2, 20):
        for n in range(number):
            visitor(session, school=school(n, kent))
            school(n + 0.5, kent)
        with CaptureQueriesContext(connection) as asked:
            client.get(page_of(hub_year))
        with CaptureQueriesContext(connection) as drawn:
            drawing.of_area(Facts(Selection(Of.EXCHANGE, hub_year, TODAY), now=NOW).area)
        counts.append((len(asked), len(drawn)))
    assert counts[0] == counts[1]
    assert counts[0][1] <= 5
