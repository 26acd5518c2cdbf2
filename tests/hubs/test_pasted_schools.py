"""A list of schools that is pasted: what is read, what is not, and that nothing typed is lost."""

import pytest
from django.test import Client
from django.urls import reverse

from hubs.models import School, SchoolList
from hubs.schools.pasted import read_schools
from tests.answers import errors_of, messages_of, untouched
from tests.factories import HubFactory, SchoolFactory, staff_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def schools():
    return [
        SchoolFactory(urn=118001, name="West Borough Primary School", town="Maidstone", postcode="ME16 8TL"),
        SchoolFactory(urn=118002, name="The Whitstable School", town="Whitstable", postcode="CT5 1PX"),
        SchoolFactory(urn=118003, name="St Joseph's Catholic Primary School", town="Aylesham", postcode="CT3 3AS"),
        SchoolFactory(urn=118004, name="St Joseph's Catholic Primary School", town="Broadstairs", postcode="CT10 2BA"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "118002\n118001",
        "118002, 118001",
        "118002 118001;",
        "URN 118002\r\n\r\nURN: 118001,\n118002",
        "Whitstable School CT5 1PX\nWest Borough Primary School, Maidstone",
        "118002\nWest Borough",
        "118002\tWhitstable\t01227 931300\n118001\tWest Borough Sch.\tMaidstone",
    ],
)
def test_urns_and_names_are_read_in_their_order_each_once(schools, text):
    assert [school.urn for school in read_schools(text).schools] == [118002, 118001]


def test_what_is_no_school_and_what_may_be_several_stands_apart(schools):
    read = read_schools("999999\n118001\nHogwarts\nSt Joseph's Catholic Primary School\nSt Joseph's CT10 2BA")
    assert [school.urn for school in read.schools] == [118001, 118004]
    assert (read.unknown, read.several) == (["999999", "Hogwarts"], ["St Joseph's Catholic Primary School"])


def test_closed_school_is_taken_as_what_it_has_become(schools):
    old = SchoolFactory(urn=118000, status=School.Status.CLOSED, successor=schools[0])
    read = read_schools("118000")
    assert (read.schools, read.became) == ([schools[0]], [(old, schools[0])])


def test_urns_take_as_many_queries_however_many_they_are(schools, django_assert_num_queries):
    SchoolFactory.create_batch(30)
    some = [str(urn) for urn in School.objects.values_list("urn", flat=True)]
    for text in ("118001", "\n".join(some)):
        with django_assert_num_queries(1):
            read_schools(text)


# --- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(schools):
    """An administrator's page of a list that has one school, and a way to send it."""
    hub = HubFactory()
    kept = SchoolList.objects.create(hub=hub, name="Programme schools")
    kept.schools.add(schools[0])
    client = Client()
    client.force_login(staff_of(hub))
    address = reverse("admin:hubs_schoollist_change", args=[kept.pk])

    def send(**said):
        return kept, client.post(address, untouched(client.get(address)) | said)

    return send


def test_pasted_schools_are_added_and_named(page):
    kept, answer = page(pasted="118001, 118002")
    assert sorted(school.urn for school in kept.schools.all()) == [118001, 118002]
    assert messages_of(answer)[0] == "1 school added: The Whitstable School, Whitstable CT5 1PX (118002)."


def test_one_line_that_is_no_school_saves_nothing_and_loses_nothing(page):
    kept, answer = page(pasted="118002\n999999\nSt Joseph's Catholic Primary School", name="Renamed")
    assert errors_of(answer) == [
        "Not in the register: 999999. Put that right, or take it out: nothing has been saved yet.",
        "More than one school may be meant: St Joseph's Catholic Primary School. "
        "Give the URN, or the postcode beside the name.",
        "Understood: The Whitstable School, Whitstable CT5 1PX (118002).",
    ]
    assert untouched(answer)["pasted"].split()[:3] == ["118002", "999999", "St"]
    assert untouched(answer)["name"] == ["Renamed"]
    kept.refresh_from_db()
    assert (kept.name, kept.schools.count()) == ("Programme schools", 1)


ODD = ["1\n" * 300, " ".join(map(str, range(118001, 120500))), "9" * 20, "x" * 9000, "\x00", "٣٤٥٦٧٨"]


@pytest.mark.parametrize("pasted", ODD, ids=range(len(ODD)))
def test_odd_texts_are_refused_in_a_sentence(page, pasted):
    kept, answer = page(pasted=pasted)
    assert (answer.status_code, len(errors_of(answer)) >= 1, kept.schools.count()) == (200, True, 1)


def test_too_many_lines_are_refused_before_they_are_looked_up(page, django_assert_max_num_queries):
    with django_assert_max_num_queries(60):
        _kept, answer = page(pasted="\n".join(f"School {n}" for n in range(201)))
    assert errors_of(answer) == ["That is more than can be read at once. Paste at most 2,000 lines, 200 of them names."]


def test_new_list_is_made_from_what_was_pasted(page, admin_client):
    address = reverse("admin:hubs_schoollist_add")
    said = {"hub": HubFactory().pk, "name": "New", "pasted": "118003"}
    admin_client.post(address, untouched(admin_client.get(address)) | said)
    assert [school.urn for school in SchoolList.objects.get(name="New").schools.all()] == [118003]
