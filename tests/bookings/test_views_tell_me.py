"""Tell me when booking opens: the pages, and what the mailed link opens."""

import datetime as dt
import uuid

import pytest
from django.utils import timezone

from bookings import places
from bookings.mail import openings
from bookings.mail.links import Purpose, token
from bookings.mail_kinds import Kind
from bookings.models import Mail, TellMe
from bookings.states import SessionStatus
from bookings.views import limits
from hubs.models import HostSchool, OldHubAddress
from hubs.vocabulary.school_days import london
from tests.browser.reading import Page
from tests.browser.rows import every_row, questions
from tests.factories import DAY, NOW, HubYearFactory, SchoolFactory, SessionFactory, party

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)
ADA = "ada@school.example"


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def hub_year():
    return HubYearFactory(name="Kent & Medway Maths Hub", hub__slug="kent")


@pytest.fixture
def soon(hub_year):
    return SessionFactory(ref="ABC234", title="Year 6 lesson", hub_year=hub_year, opens_at=NOW + HOUR)


@pytest.fixture
def visit(hub_year):
    return HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory(name="West Borough"))


def asked(thing, email=ADA):
    openings.ask(email, thing, language="en-gb", now=NOW)
    return TellMe.objects.get(email=email, **openings._of(thing))


def link(wish, page=""):
    return f"/bookings/{token(Purpose.UNSUBSCRIBE, wish)}/{page}"


# --- how it is reached ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"opens_at": NOW + HOUR}, {"room__status": SessionStatus.ANNOUNCED}],
    ids=["opening soon", "announced"],
)
def test_session_that_is_to_open_offers_to_tell(client, fields):
    session = SessionFactory(**fields)
    page = Page(client.get(session.get_absolute_url()))
    assert page.links["Tell me when booking opens"] == f"/sessions/{session.ref}/tell-me/"
    assert client.get(page.links["Tell me when booking opens"]).status_code == 200


@pytest.mark.parametrize("status", [SessionStatus.OPEN, SessionStatus.CLOSED, SessionStatus.CANCELLED])
def test_session_that_is_not_to_open_offers_nothing_and_leads_back(client, status):
    session = SessionFactory(room__status=status)
    assert "Tell me when booking opens" not in Page(client.get(session.get_absolute_url())).links
    for method in (client.get, client.post):
        response = method(f"/sessions/{session.ref}/tell-me/", {"email": ADA})
        assert (response.status_code, response["Location"]) == (302, f"/sessions/{session.ref}/")
    assert (TellMe.objects.count(), Mail.objects.count()) == (0, 0)


def test_hub_offers_to_tell_of_it_and_of_each_visit_without_dates(client, hub_year, visit):
    over = SchoolFactory(name="Over")
    HostSchool.objects.create(
        hub_year=hub_year, school=over, first_day=NOW.date() - 9 * dt.timedelta(days=1), last_day=NOW.date() - HOUR * 24
    )
    page = Page(client.get("/hubs/kent/"))
    assert page.links["Tell me when booking opens for this hub’s sessions"] == "/hubs/kent/tell-me/"
    of_visits = {words: href for words, href in page.links.items() if "/visits/" in href}
    assert of_visits == {"Tell me when booking opens West Borough": f"/hubs/kent/visits/{visit.pk}/tell-me/"}
    SessionFactory(hub_year=hub_year, host_school=visit)
    assert f"/visits/{visit.pk}/tell-me/" not in client.get("/hubs/kent/").content.decode()


def test_hub_with_many_visits_asks_no_more_questions(client, hub_year, visit):
    one = questions(client, "/hubs/kent/")
    for _n in range(3):
        HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    assert questions(client, "/hubs/kent/") == one


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "address, said",
    [
        ("/sessions/ABC234/tell-me/", "Year 6 lesson"),
        ("/hubs/kent/tell-me/", "Lessons of Kent & Medway Maths Hub"),
        ("/hubs/kent/visits/{visit}/tell-me/", "Lessons at West Borough, Maidstone"),
    ],
)
def test_form_asks_for_an_address_and_its_page_says_that_a_mail_is_on_its_way(client, visit, address, said):
    address = address.format(visit=visit.pk)
    page = Page(client.get(address))
    assert (page.title, page.fields, page.buttons) == (
        "Tell me when booking opens – Showcase",
        {"email": ""},
        ["Tell me"],
    )
    assert said in page.text
    response = client.post(address, {"email": f" {ADA}"})
    assert (response.status_code, response["Location"]) == (302, f"{address}sent/")
    text = Page(client.get(f"{address}sent/")).text
    assert said in text
    assert "Open it and press “Yes, tell me”: until you do, we send you nothing." in text
    assert list(Mail.objects.values_list("kind", "recipient")) == [(Kind.TELL_ME, ADA)]
    assert list(TellMe.objects.values_list("email", "proved_at")) == [(ADA, None)]


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "email, said",
    [
        ("", "Enter your email address"),
        ("ada", "Enter an email address in the correct format, like name@school.sch.uk"),
        ("a@b.example, c@d.example", "Enter an email address in the correct format, like name@school.sch.uk"),
        ("a" * 250 + "@school.example", "Enter 254 characters or fewer"),
        ("\x00", "Enter your email address"),
    ],
)
def test_form_refuses_what_is_no_address(client, email, said):
    response = client.post("/sessions/ABC234/tell-me/", {"email": email})
    page = Page(response)
    assert (response.status_code, page.errors) == (422, {"email": said})
    assert page.title == "Error: Tell me when booking opens – Showcase"
    assert TellMe.objects.count() == 0


@pytest.mark.usefixtures("soon")
def test_form_says_when_too_many_were_asked_for_from_one_network(client, monkeypatch):
    monkeypatch.setitem(limits.MOST_AN_HOUR, limits.MAIL, 1)
    assert client.post("/sessions/ABC234/tell-me/", {"email": ADA}).status_code == 302
    before = list(TellMe.objects.values())
    for email in (ADA, "eve@school.example"):
        response = client.post("/sessions/ABC234/tell-me/", {"email": email})
        assert (response.status_code, list(Page(response).errors)) == (422, ["email"])
    assert list(TellMe.objects.values()) == before


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize(
    "address",
    [
        "/sessions/ZZZ999/tell-me/",
        "/hubs/nowhere/tell-me/",
        "/hubs/kent/visits/0/tell-me/",
        "/hubs/kent/visits/99999999999999999999/tell-me/",
        "/hubs/kent/visits/x/tell-me/",
    ],
)
def test_what_is_not_there_is_not_found(client, address):
    for page in (address, f"{address}sent/"):
        assert client.get(page).status_code == 404
    assert client.post(address, {"email": ADA}).status_code == 404


@pytest.mark.parametrize("hidden", [{"visibility": "staff"}, {"room__status": SessionStatus.DRAFT}])
def test_session_that_nobody_sees_is_not_found(client, hidden):
    session = SessionFactory(opens_at=NOW + HOUR, **hidden)
    assert client.get(f"/sessions/{session.ref}/tell-me/").status_code == 404


def test_visit_of_another_hub_is_not_found_and_one_of_an_old_year_leads_to_the_hub(client, visit):
    HubYearFactory(hub__slug="essex")
    assert client.get(f"/hubs/essex/visits/{visit.pk}/tell-me/").status_code == 404
    old = HostSchool.objects.create(hub_year=HubYearFactory(hub=visit.hub_year.hub, exchange__year=2025))
    response = client.get(f"/hubs/kent/visits/{old.pk}/tell-me/")
    assert (response.status_code, response["Location"]) == (302, "/hubs/kent/")


def test_old_address_of_a_hub_leads_to_the_new_one(client, hub_year):
    OldHubAddress.objects.create(hub=hub_year.hub, slug="kent-old")
    response = client.get("/hubs/kent-old/tell-me/")
    assert (response.status_code, response["Location"]) == (301, "/hubs/kent/tell-me/")


@pytest.mark.usefixtures("soon")
def test_opening_the_form_changes_nothing(client):
    before = every_row()
    for page in ("/sessions/ABC234/tell-me/", "/sessions/ABC234/tell-me/sent/", "/tell-me/stopped/"):
        assert client.get(page).status_code == client.head(page).status_code == 200
    assert every_row() == before
    assert client.put("/sessions/ABC234/tell-me/").status_code == 405
    assert client.post("/sessions/ABC234/tell-me/sent/").status_code == 405


# --- behind the link ------------------------------------------------------------------------------------------------


def test_opening_the_link_changes_nothing(client, soon):
    wish = asked(soon)
    before = every_row()
    for page in ("", "tell-me/", "stop/"):
        for method in (client.get, client.head):
            assert method(link(wish, page)).status_code in (200, 302)
    assert every_row() == before


def test_button_proves_the_address_once(client, soon):
    wish = asked(soon)
    page = Page(client.get(link(wish)))
    assert page.title == "Tell you when booking opens? – Showcase"
    assert page.buttons == ["Yes, tell me", "Stop telling me"]
    for _press in range(2):
        response = client.post(link(wish, "tell-me/"))
        assert (response.status_code, response["Location"]) == (302, link(wish))
    page = Page(client.get(link(wish)))
    assert "We will tell you As soon as booking opens, we email ada@school.example." in page.text
    assert page.buttons == ["Stop telling me"]
    wish.refresh_from_db()
    assert wish.proved_at == NOW


def test_other_button_ends_it_and_the_link_dies(client, soon):
    wish = asked(soon)
    address = link(wish)
    for _press in range(2):
        response = client.post(f"{address}stop/")
        assert (response.status_code, response["Location"]) == (302, "/tell-me/stopped/")
    assert "We will not tell you" in Page(client.get("/tell-me/stopped/")).text
    assert (TellMe.objects.count(), Mail.objects.count()) == (0, 0)
    assert client.get(address).status_code == 404


def test_link_of_a_session_that_has_opened_leads_there(client, soon, monkeypatch):
    wish = asked(soon)
    monkeypatch.setattr(timezone, "now", lambda: NOW + 2 * HOUR)
    page = Page(client.get(link(wish)))
    assert "Booking is open" in page.text
    assert page.links["See the session"] == "/sessions/ABC234/"
    assert page.buttons == ["Stop telling me"]


def test_link_leads_to_everything_that_the_address_asked_for(client, soon, visit):
    first, second = asked(soon), asked(visit)
    third = asked(soon.hub)
    asked(soon, "eve@school.example")
    openings.prove(third, now=NOW)
    page = Page(client.get(link(first)))
    others = {words: href for words, href in page.links.items() if href.startswith("/bookings/")}
    assert others == {
        "Lessons at West Borough, Maidstone": link(second),
        "Lessons of Kent & Medway Maths Hub": link(third),
    }
    assert page.text.count("(not confirmed)") == 1
    assert "eve@" not in page.text


def test_every_token_that_opens_nothing_has_the_same_404(client, soon):
    wish = asked(soon)
    booking = places.hold(SessionFactory().pk, party(), clock=lambda: NOW)
    stranger, old = TellMe(public_id=uuid.uuid4()), TellMe(public_id=wish.public_id, link_version=7)
    bad = [
        token(Purpose.UNSUBSCRIBE, stranger),
        token(Purpose.UNSUBSCRIBE, old),
        token(Purpose.UNSUBSCRIBE, booking),
        token(Purpose.OFFICE, wish),
        token(Purpose.CONTACT, wish),
        token(Purpose.UNSUBSCRIBE, wish)[:-1] + "x",
        "x",
    ]
    pages = {client.get(f"/bookings/{one}/").content for one in bad}
    assert {client.get(f"/bookings/{one}/").status_code for one in bad} == {404}
    assert len(pages) == 1
    for one in bad:
        assert client.post(f"/bookings/{one}/tell-me/").status_code == 404
    for one in bad[1:2] + bad[3:]:
        assert client.post(f"/bookings/{one}/stop/").status_code == 404
    for page in ("confirm/", "cancel/", "change/", "calendar.ics", "wait/"):
        assert client.get(f"/bookings/{token(Purpose.UNSUBSCRIBE, wish)}/{page}").status_code == 404
    for page in ("tell-me/", "stop/"):
        assert client.post(f"/bookings/{token(Purpose.CONTACT, booking)}/{page}").status_code == 404
    assert TellMe.objects.filter(proved_at=None).count() == 1


def test_link_takes_no_other_method(client, soon):
    wish = asked(soon)
    assert client.post(link(wish)).status_code == 405
    for page in ("tell-me/", "stop/"):
        assert client.put(link(wish, page)).status_code == 405


def test_day_of_the_session_is_said_where_there_is_one(client, soon):
    assert soon.starts_at == london(DAY, dt.time(9))
    assert "Year 6 lesson · Tuesday 26 January, 9:00" in Page(client.get("/sessions/ABC234/tell-me/")).text
