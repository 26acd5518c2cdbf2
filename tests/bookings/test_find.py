"""One search for staff: whatever they type leads there, among the rows of their own hub, and stands in no address."""

import html
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.find import finding
from bookings.models import Booking, Visitor
from bookings.rule.party import NewVisitor
from bookings.verbs.staff_booking import staff_booking
from hubs.models import HostSchool, Membership, StaffUser
from tests.factories import NOW, HubYearFactory, SchoolFactory, SessionFactory, StaffFactory, party, staff_of

pytestmark = pytest.mark.django_db
FIND = "/admin/find/"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub():
    return HubYearFactory()


def administrator_of(hub):
    user = StaffFactory()
    Membership.objects.create(user=user, hub=hub.hub)
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def client(hub):
    return administrator_of(hub)


@pytest.fixture
def office():
    client = Client()
    client.force_login(StaffFactory(is_programme_office=True))
    return client


def confirmed(session, **asked):
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def look_for(client, words):
    return client.post(FIND, {"q": words})


def page_of(row, page="overview"):
    model = {"booking": "bookings_booking", "visitor": "bookings_visitor"}.get(row._meta.model_name)
    return reverse(f"admin:{model}_{page}", args=[row.pk])


def page_of_session(session):
    return finding.page_of(session)


def names_found(client, words):
    """The names that the page lists, after the redirect to it."""
    answer = client.post(FIND, {"q": words}, follow=True)
    assert answer.status_code == 200
    return [html.unescape(one) for one in re.findall(r'<h3><a href="[^"]*">(.*?)</a></h3>', answer.content.decode())]


@pytest.mark.parametrize(
    "words",
    [
        *("Ada Lovelace", "lovelace", "LOVE ada", "O’Neill", "oneill", "ada@school.example", "ADA@School.example"),
        *("07700 900982", "+44 7700 900982", "00447700900982", "447700900982", "07700900982"),
        "reference",
    ],
)
def test_whatever_is_said_of_a_booking_leads_straight_to_it(client, hub, words):
    session = SessionFactory(hub_year=hub)
    booking = confirmed(
        session, contact_name="Ada Lovelace-O'Neill", email="ada@school.example", contact_mobile="+44 7700 900 982"
    )
    confirmed(session, contact_name="Grace", email="grace@school.example", contact_mobile="07700 900983")
    typed = booking.reference_spaced.lower() if words == "reference" else words
    assert look_for(client, typed).headers["Location"] == page_of(booking)


def test_colleague_leads_to_the_booking_too(client, hub):
    booking = confirmed(SessionFactory(hub_year=hub), size=2)
    Visitor.objects.filter(is_contact=False).update(full_name="Ben Nevis", mobile="07700900982")
    for words in ("ben nevis", "teacher+2@school.example", "07700 900 982"):
        assert look_for(client, words).headers["Location"] == page_of(booking)


def test_person_with_several_bookings_is_one_hit_and_leads_to_their_page(client, hub):
    confirmed(SessionFactory(hub_year=hub))
    last = confirmed(SessionFactory(hub_year=hub))
    for words in ("Test Teacher", "teacher@school.example"):
        assert look_for(client, words).headers["Location"] == page_of(last, "person")


def test_session_is_found_by_reference_name_school_and_day(client, hub):
    school = SchoolFactory(name="Whitstable School", town="Whitstable")
    session = SessionFactory(hub_year=hub, venue=school, title="Fractions, café style")
    SessionFactory(hub_year=hub)
    for words in (session.ref, session.ref.lower(), "fractions", "cafe fractions", "whitstable fractions"):
        assert look_for(client, words).headers["Location"] == page_of_session(session)


@pytest.mark.parametrize(
    "words", ["Saint Josefine's", "josefine c of e primary", "CT1 2ZZ", "primary lille", "lille primary"]
)
def test_session_is_found_by_its_school_as_a_school_is(client, hub, words):
    school = SchoolFactory(name="St Josefine's Church of England Primary School", town="Lille", postcode="CT1 2ZZ")
    at_home = SessionFactory(hub_year=hub, venue=school)
    visit = HostSchool.objects.create(hub_year=hub, school=school)
    of_visit = SessionFactory(hub_year=hub, venue=None, host_school=visit)
    SessionFactory(hub_year=hub)
    assert sorted(names_found(client, words)) == sorted(map(str, (at_home, of_visit, school)))


def test_session_is_found_by_what_its_hub_calls_it_and_its_place(client, hub):
    title, place = "Brüche, und wie man sie teilt", "O'Connell Hall"
    session = SessionFactory(hub_year=hub, venue=None, place_name=place, title=title, title_zh="单位分数与除法")
    SessionFactory(hub_year=hub)
    for words in ("bruche", "oconnell", "O’Connell teilt", "分数", "nnell"):
        assert look_for(client, words).headers["Location"] == page_of_session(session)


@pytest.mark.parametrize("words", ["comp", "inf", "KS2 3D", "KS1 1st", "the", "comp lille", "england", "最后"])
def test_what_a_hub_calls_a_session_is_found_as_it_was_typed_too(client, hub, words):
    """These are other words of schools: a comprehensive, infants, a postcode in two; one that none is looked for by."""
    title = "Comparing the inferred: KS2 3D and KS1 1st, for Church of England schools"
    session = SessionFactory(hub_year=hub, venue=SchoolFactory(town="Lille"), title=title, title_zh="数" * 30 + "最后")
    SessionFactory(hub_year=hub)
    assert look_for(client, words).headers["Location"] == page_of_session(session)


@pytest.mark.parametrize("words", ["st josefine's church", "comp josefine", "church lille"])
def test_session_is_found_by_what_is_written_in_the_name_of_its_school(client, hub, words):
    name = "St Josefine's Church of England Primary School, Compton"
    session = SessionFactory(hub_year=hub, venue=SchoolFactory(name=name, town="Lille"))
    SessionFactory(hub_year=hub)
    assert look_for(client, words).headers["Location"] == page_of_session(session)


def test_session_is_found_by_its_day_and_by_a_name_that_its_lessons_give_it(client, hub):
    session = SessionFactory(hub_year=hub)
    for words in ("26 January 2027", "26.1.27", "26/01/2027", str(session)):
        assert look_for(client, words).headers["Location"] == page_of_session(session)


def test_school_is_found_by_name_postcode_and_urn_and_leads_to_its_bookings(client, hub):
    school = SchoolFactory(name="Xylophone Primary School", postcode="CT1 1AA", town="Canterbury")
    SchoolFactory(name="Xylophone Infant School")  # which has nothing here
    for n in range(2):
        confirmed(SessionFactory(hub_year=hub), school=school, email=f"t{n}@school.example")
    for words in ("Xylophone", "CT1 1AA", str(school.urn)):
        address = look_for(client, words).headers["Location"]
        assert address.endswith(f"?school__urn__exact={school.urn}&of=all")
        assert len(client.get(address).context["cl"].result_list) == 2


def test_several_are_listed_in_groups_with_a_sentence_each_and_back_finds_them_again(client, hub):
    session = SessionFactory(hub_year=hub, title="Walker on shape")
    confirmed(session, contact_name="Ann Walker", email="ann@school.example")
    confirmed(session, contact_name="Bob Walker", email="bob@school.example")
    answer = look_for(client, "walker")
    address = answer.headers["Location"]
    assert "walker" not in address.casefold()
    for _time in range(2):
        page = client.get(address)
        assert [group.name for group in page.context["groups"]] == ["People", "Sessions"]
        assert "1 place confirmed" in page.content.decode()
    assert names_found(client, "walker") == ["Bob Walker", "Ann Walker", str(session)]


@pytest.mark.parametrize("words", ["nobody of that name", "@", "nobody@school.example", "07700 900999", "ZZZZZZZZ"])
def test_nothing_found_says_what_can_be_looked_for(client, hub, words):
    confirmed(SessionFactory(hub_year=hub))
    page = client.post(FIND, {"q": words}, follow=True)
    said = page.content.decode()
    assert "Nothing was found" in said
    assert "What can be looked for" in said
    assert html.escape(words) in said


def test_nothing_that_is_typed_stands_in_an_address(client):
    """Also not where somebody makes an address of it by hand: it is no search."""
    page = client.get(f"{FIND}?q=teacher@school.example")
    assert page.context["title"] == "Find"
    assert client.get(f"{FIND}nosuchkey/").headers["Location"] == FIND


def test_search_of_somebody_else_is_not_shown_by_its_key(client, hub):
    confirmed(SessionFactory(hub_year=hub, title="Teacher"))
    address = look_for(client, "Teacher").headers["Location"]
    assert client.get(address).status_code == 200
    assert administrator_of(hub).get(address).headers["Location"] == FIND


def test_only_the_last_few_searches_are_kept(client):
    addresses = [look_for(client, f"nobody {n}").headers["Location"] for n in range(12)]
    assert [client.get(address).status_code for address in addresses] == [302] * 2 + [200] * 10


def test_nobody_finds_anything_of_another_hub(client):
    session = SessionFactory(title="Elsewhere on shape")
    booking = confirmed(session, size=2, contact_name="Ada Elsewhere", contact_mobile="07700 900982")
    for words in ("Elsewhere", "teacher@school.example", "07700 900982", booking.reference, session.ref, "Colleague"):
        assert names_found(client, words) == []
    assert names_found(client, str(booking.school.urn)) == []


def test_programme_office_finds_sessions_and_schools_and_no_name(office):
    session = SessionFactory(title="Shape")
    booking = confirmed(session, contact_name="Ada Lovelace", contact_mobile="07700 900982")
    for words in ("Lovelace", "teacher@school.example", "07700 900982", booking.reference):
        assert names_found(office, words) == []
    assert look_for(office, "shape").headers["Location"] == page_of_session(session)
    said = office.post(FIND, {"q": str(session.venue.urn)}, follow=True).content.decode()
    assert "booking here" not in said


def test_whoever_is_not_signed_in_is_asked_to(client):
    assert Client().post(FIND, {"q": "Ada"}).headers["Location"].startswith("/admin/login/")


@pytest.mark.parametrize("typed", ["\x00", "x" * 5000, "9" * 300, "-1", "🙂", "' OR 1=1 --", "%", "_", "١٢٣٤٥٦٧", "+"])
def test_odd_input_is_answered(client, hub, typed):
    confirmed(SessionFactory(hub_year=hub))
    assert client.post(FIND, {"q": typed}, follow=True).status_code == 200


def test_as_many_statements_however_much_is_found(client, hub):
    numbers = []
    for n in range(3):
        session = SessionFactory(hub_year=hub, title="Walker on shape")
        visitors = (NewVisitor(), NewVisitor(full_name=f"Ned Walker {n}"))
        confirmed(session, contact_name="Ann Walker", email=f"ann{n}@school.example", visitors=visitors)
        look_for(client, "walker")
        with CaptureQueriesContext(connection) as statements:
            finding.find(client_user(client), "walker")
        numbers.append(len(statements))
    assert len(set(numbers[1:])) == 1


def client_user(client):
    return StaffUser.objects.get(pk=client.session["_auth_user_id"])


def test_number_of_somebody_whose_session_is_over_is_found_no_longer(client, hub):
    """It is forgotten on the day after: what is still there for a round of the worker is not looked for either."""
    session = SessionFactory(hub_year=hub)
    staff_booking(session.pk, party(contact_mobile="07700 900982"), by=StaffFactory(), clock=lambda: NOW)
    type(session).objects.update(first_day="2026-11-02", last_day="2026-11-02")
    assert names_found(client, "07700 900982") == []


def test_reference_of_digits_alone_is_found_although_it_could_be_a_number(client, hub):
    session = SessionFactory(hub_year=hub)
    made = staff_booking(session.pk, party(contact_mobile="2234 5678"), by=StaffFactory(), clock=lambda: NOW)
    other = staff_booking(session.pk, party(email="bo@school.example"), by=StaffFactory(), clock=lambda: NOW)
    Booking.objects.filter(pk=other.pk).update(reference="22345678")
    groups = {group.name: len(group.hits) for group in finding.find(staff_of(hub.hub), "2234 5678")}
    assert groups == {"People": 1, "Bookings": 1}
    Booking.objects.filter(pk=made.pk).update(contact_mobile="")
    assert look_for(client, "22345678").headers["Location"].endswith(f"/{other.pk}/")
