"""The same people for another session: what is kept of them, what is asked anew, and that it is a booking as any."""

import re

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import Booking, Draft, SchoolKind
from bookings.rule.party import NewVisitor, VisitingSchool
from bookings.states import SessionStatus, Status
from bookings.verbs import waiting_list
from hubs.models import ShowcaseSession
from hubs.vocabulary.teaching import Roles, Years
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.browser.steps import at
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
WORDS = "Book the same people for another session"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def other():
    return SessionFactory(ref="XYZ234", title="Another lesson", venue__name="Elm Primary")


@pytest.fixture
def booking(other):
    """Ada's, of three places, confirmed: herself, Ben, and somebody to be named."""
    return booked()


def booked(**fields):
    asked = {
        "email": "ada@school.example",
        "contact_name": "Ada Teacher",
        "contact_mobile": "07700 900 982",
        "school": SchoolFactory(name="Ash Primary School", town="Dover", postcode="CT16 1AA"),
        "visitors": (
            NewVisitor(needs="hearing loop", role=Roles.MATHS_LEAD, years=Years.KS1 | Years.KS2),
            NewVisitor(full_name="Ben Colleague", email="ben@school.example", role=Roles.TRAINEE, needs="no nuts"),
            NewVisitor(),
        ),
    } | fields
    session = SessionFactory(title="Year 6 lesson")
    booking = places.hold(session.pk, party(**asked), clock=lambda: NOW)
    return places.confirm(booking.pk, clock=lambda: NOW)


def link(booking, page=""):
    return f"/bookings/{token(Purpose.CONTACT, booking)}/{page}"


def choose(client, booking, ref="XYZ234"):
    return client.post(link(booking, "same-people/"), {"session": ref})


def offered(client, booking, query=""):
    """The sessions to choose from."""
    html = client.get(link(booking, f"same-people/{query}")).content.decode()
    return re.findall(r'name="session" value="(\w+)"', html)


def test_people_are_filled_in_and_the_booking_is_one_as_any(client, booking, other):
    assert Page(client.get(link(booking))).links[WORDS] == link(booking, "same-people/")
    page = Page(client.get(link(booking, "same-people/")))
    assert "Ada Teacher, Ben Colleague, somebody to be named Pick a session." in page.text
    response = choose(client, booking)
    assert (response.status_code, response["Location"]) == (302, "/sessions/XYZ234/book/who/")
    cookie = response.cookies["draft"]
    assert (cookie["path"], cookie["httponly"], cookie["max-age"]) == ("/sessions/XYZ234/book/", True, "")
    who = Page(client.get(response["Location"]))
    assert "Say again what anybody needs." in who.text
    assert {name: value for name, value in who.fields.items() if value} == {
        "coming": "yes",
        "name": "Ada Teacher",
        "email": "ada@school.example",
        "mobile": "07700 900 982",
        "role_own": str(int(Roles.MATHS_LEAD)),
        "years_own": [str(int(Years.KS1)), str(int(Years.KS2))],
        "name_1": "Ben Colleague",
        "email_1": "ben@school.example",
        "role_1": str(int(Roles.TRAINEE)),
        "later_2": "on",
    }
    client.post(at("book-who", other), who.form())
    check = client.get(at("book-check", other))
    assert "Ash Primary School" in check.content.decode()
    client.post(at("book-check", other), Page(check).form())
    new = Booking.objects.get(session=other)
    assert (new.status, new.school, new.contact_email) == (Status.HELD, booking.school, "ada@school.example")
    rows = new.visitors.values_list("full_name", "email", "role", "needs", "needs_added")
    assert list(rows) == [
        ("Ada Teacher", "ada@school.example", int(Roles.MATHS_LEAD), "", ""),
        ("Ben Colleague", "ben@school.example", int(Roles.TRAINEE), "", ""),
        (None, None, 0, "", ""),
    ]
    booking.refresh_from_db()
    assert booking.status == Status.CONFIRMED


@pytest.mark.usefixtures("other")
def test_what_somebody_needs_and_who_they_are_stands_in_no_address_and_in_no_draft(client, booking):
    response = choose(client, booking)
    pages = [client.get(link(booking, "same-people/")), client.get(response["Location"])]
    said = b"".join(page.content for page in pages) + str(Draft.objects.values()).encode()
    assert [words for words in (b"hearing loop", b"no nuts") if words in said] == []
    addresses = re.findall(rb'(?:href|action)="([^"]*)"', b"".join(page.content for page in pages[1:]))
    private = token(Purpose.CONTACT, booking).encode()
    assert [one for one in addresses if private in one or b"ada" in one.lower() or b"ben" in one.lower()] == []
    assert pages[0]["Referrer-Policy"] == "strict-origin"


@pytest.mark.usefixtures("other")
def test_looking_changes_nothing(client, booking):
    before = every_row()
    for method in (client.get, client.head):
        assert method(link(booking, "same-people/?teach=y6")).status_code == 200
    assert every_row() == before
    assert client.put(link(booking, "same-people/")).status_code == 405


def test_only_other_sessions_with_places_for_all_are_offered(client, booking, other):
    SessionFactory(ref="FEW234", room__held_back=28)
    SessionFactory(ref="CLQ234", room__status=SessionStatus.CLOSED)
    SessionFactory(ref="HYD234", visibility="staff")
    assert offered(client, booking) == [other.ref]
    assert offered(client, booking, "?teach=y6") == [other.ref]
    assert offered(client, booking, "?teach=y6&past=1&page=2") == [other.ref]
    assert offered(client, booking, "?teach=y13") == []
    text = Page(client.get(link(booking, "same-people/?teach=y13"))).text
    assert "No session that matches has places for all of you." in text
    ShowcaseSession.objects.filter(pk=other.pk).update(visibility="link")
    assert (
        "No other session has places for all of you just now." in Page(client.get(link(booking, "same-people/"))).text
    )


def test_search_near_a_place_offers_the_nearest_with_their_distance(client, booking):
    SchoolFactory(town="Maidstone", postcode="ME16 8TL")
    SessionFactory(ref="FAR234", venue__easting=574000 + 16000, venue__town="Elsewhere")
    assert offered(client, booking, "?near=maidstone&within=10") == ["XYZ234", "FAR234"]
    assert "10 miles" in Page(client.get(link(booking, "same-people/?near=maidstone&within=10"))).text


def test_more_than_ten_are_not_shown_at_once(client, booking):
    for _n in range(12):
        SessionFactory()
    page = client.get(link(booking, "same-people/?teach=y6"))
    assert len(offered(client, booking, "?teach=y6")) == 10
    assert "There are more. Say where, or what you teach." in Page(page).text


def test_whole_party_is_meant_whichever_link_is_opened(client, other):
    session = SessionFactory(room__capacity=2)
    asked = party(
        email="ada@school.example",
        contact_name="Ada Teacher",
        visitors=(NewVisitor(), NewVisitor(full_name="Ben"), NewVisitor(full_name="Cara")),
    )
    joined = waiting_list.join(session.pk, asked, clock=lambda: NOW, fewer=True)
    first = joined.booking
    places.confirm(first.pk, clock=lambda: NOW)
    rest = Booking.objects.get(goes_with=first)
    assert rest.status == Status.WAITING
    for opened in (first, rest):
        fields = Page(client.get(choose(client, opened)["Location"])).fields
        assert (fields["name"], fields["name_1"], fields["name_2"]) == ("Ada Teacher", "Ben", "Cara")


def test_contact_who_does_not_come_and_a_school_that_is_not_listed_are_kept(client, other):
    school = VisitingSchool(kind=SchoolKind.INDEPENDENT, name="Oak House", place="Hythe")
    booking = booked(
        contact_comes=False,
        school=None,
        visiting=school,
        visitors=(NewVisitor(full_name="Ben Colleague"), NewVisitor()),
    )
    page = Page(client.get(choose(client, booking)["Location"]))
    assert (page.fields["coming"], page.fields["name_1"], page.fields["later_2"]) == ("no", "Ben Colleague", "on")
    client.post(at("book-who", other), page.form())
    assert "Oak House" in Page(client.get(at("book-check", other))).text


@pytest.mark.parametrize("ref", ["", "ZZZ999", "xyz", "\x00", "ABC234'", "é"])
def test_session_that_is_not_there_is_not_found(client, booking, ref):
    assert choose(client, booking, ref).status_code == 404
    assert Draft.objects.count() == 0


def test_session_that_has_closed_meanwhile_says_so(client, booking, other):
    places.Places.objects.filter(session=other).update(status=SessionStatus.CLOSED)
    assert "Booking has closed" in Page(client.get(choose(client, booking)["Location"])).text


def test_neither_a_visitor_nor_whoever_has_not_confirmed_can(client, booking, other):
    ben = booking.visitors.get(full_name="Ben Colleague")
    theirs = f"/bookings/{token(Purpose.VISITOR, ben)}/"
    assert WORDS not in Page(client.get(theirs)).links
    assert client.get(f"{theirs}same-people/").status_code == client.post(f"{theirs}same-people/").status_code == 404
    held = places.hold(other.pk, party(email="eve@school.example"), clock=lambda: NOW)
    assert WORDS not in Page(client.get(link(held))).links
    for response in (client.get(link(held, "same-people/")), choose(client, held)):
        assert (response.status_code, response["Location"]) == (302, link(held))
    assert Draft.objects.count() == 0


@pytest.mark.parametrize("query", ["", "?teach=y6"])
def test_page_asks_as_often_for_five_sessions_as_for_one(client, booking, query):
    one = questions(client, link(booking, f"same-people/{query}"))
    for _n in range(4):
        SessionFactory()
    assert questions(client, link(booking, f"same-people/{query}")) == one
