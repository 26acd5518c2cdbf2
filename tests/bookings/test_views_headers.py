"""What goes around every page: caches, cookies, the policy, and how heavy a first visit is."""

import datetime as dt
import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.files.base import ContentFile
from django.core.handlers.base import BaseHandler
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import TellMe
from bookings.states import SessionStatus
from hubs.models import (
    HostSchool,
    Lesson,
    MasterySpecialist,
    ProgrammeSegment,
    Resource,
    ShowcaseSession,
    VisitingTeacher,
)
from hubs.vocabulary.school_days import london
from showcase.style_sheets import as_served
from tests.addresses import public_addresses, views
from tests.browser.steps import at, book, choose_school, fill_in
from tests.database import rows_taken_back
from tests.factories import (
    DAY,
    NOW,
    ExchangeFactory,
    HubYearFactory,
    SchoolFactory,
    SessionFactory,
    StaffFactory,
    party,
    session_of_every_page,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

POLICY = {
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
ROWS = {"ref": "ABC234", "slug": "kent", "pk": 1, "year": 2018, "name": "0.jpg"}
PUBLIC = [*public_addresses(**ROWS), "/?past=1", "/?teach=y6&page=1", "/sessions.json?teach=y6", "/zh-hans/?teach=y6"]
# Files, and an address that leads to another: tests of their own.
for bare in ("/sessions/ABC234/files/1/", "/photographs/0.jpg", "/ABC234"):
    PUBLIC.remove(bare)
    PUBLIC.remove(f"/zh-hans{bare}")
STEPS = ["book", "book-school", "book-other", "book-who", "book-check"]
KILOBYTE = 1024


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def session():
    return session_of_every_page()


def policy_of(response):
    return {directive.strip() for directive in response["Content-Security-Policy"].split(";")}


def assert_private(response):
    assert response["Cache-Control"] == "no-store"
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "strict-origin"
    assert policy_of(response) == POLICY


# --- public pages ----------------------------------------------------------------------------------------------------


class Asked:
    """A public page, as each sort of reader is answered."""

    def __init__(self, address, staff):
        browser = Client()
        browser.cookies["draft"] = "x"
        self.plain = browser.get(address, HTTP_ACCEPT_ENCODING="")
        self.packed = browser.get(address, HTTP_ACCEPT_ENCODING="gzip")
        self.again = [
            browser.get(address, HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=had["ETag"])
            for encoding, had in (("", self.plain), ("gzip", self.packed))
        ]
        self.head = browser.head(address)
        self.of_staff = staff.get(address)
        self.words = self.plain.content.decode()


@pytest.fixture(scope="module")
def asked(django_db_setup, django_db_blocker):
    """Every public page, asked for once for all tests that look at what was answered; their rows do not stay."""
    with django_db_blocker.unblock(), rows_taken_back(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: NOW)
        session_of_every_page()
        staff = Client()
        staff.force_login(StaffFactory(is_superuser=True))
        return {address: Asked(address, staff) for address in PUBLIC}


def test_public_page_may_be_handed_to_anybody_by_a_cache(asked):
    """It sets no cookie, and depends on nothing but its address and how it is packed."""
    said = {
        address: (
            answer.status_code,
            dict(answer.cookies),
            answer.get("Vary", "Accept-Encoding"),  # robots.txt is too short to compress
            answer["Cache-Control"],
            policy_of(answer),
        )
        for address, answer in ((address, page.packed) for address, page in asked.items())
    }
    one_for_all = (200, {}, "Accept-Encoding", "public, max-age=0, s-maxage=5", POLICY)
    framed = (
        *one_for_all[:-1],
        POLICY - {"frame-ancestors 'none'"} | {"frame-ancestors 'self'"},
    )  # the staff's preview
    assert said == {address: framed if "/embed/" in address else one_for_all for address in PUBLIC}


def test_signed_in_staff_get_the_same_public_page_to_the_byte(asked):
    assert [address for address, page in asked.items() if page.of_staff.content.decode() != page.words] == []


def test_public_page_that_has_not_changed_is_not_sent_again(asked):
    again = {address: [(one.status_code, one.content) for one in page.again] for address, page in asked.items()}
    assert again == dict.fromkeys(PUBLIC, [(304, b"")] * 2)


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_public_page_that_has_changed_is_sent_again(client, encoding):
    had = client.get("/", HTTP_ACCEPT_ENCODING=encoding)["ETag"]
    SessionFactory(hub_year__hub__slug="another", title="Another")
    assert client.get("/", HTTP_ACCEPT_ENCODING=encoding, HTTP_IF_NONE_MATCH=had).status_code == 200


def test_public_page_says_what_it_is_to_whoever_finds_it(asked):
    said = {
        address: re.findall(r'<meta name="description" content="([^"]*)">', page.words)
        for address, page in asked.items()
        if "." not in address and "embed" not in address
    }
    assert [address for address, words in said.items() if [len(one) > 15 for one in words] != [True]] == []


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_public_page_is_only_for_reading(client, method):
    answers = {address: getattr(client, method)(address).status_code for address in PUBLIC}
    assert answers == dict.fromkeys(PUBLIC, 405)


def test_head_of_a_public_page_is_its_get_without_a_body(asked):
    def said(answer):
        return {name: value for name, value in answer.items() if name not in ("Content-Length", "ETag")}

    for address, page in asked.items():
        assert (address, page.head.status_code, page.head.content) == (address, 200, b"")
        assert (address, said(page.head)) == (address, said(page.plain))


def test_head_has_no_body_for_a_server_to_throw_away(session, settings, tmp_path):
    """The test client drops a body by itself; a server logs a warning. A file is streamed, and closed."""
    settings.MEDIA_ROOT = tmp_path
    file = Resource(session=session, title="Plan", pupils="none")
    with ContentFile(b"a plan", "plan.pdf") as plan:
        file.file = plan
        file.save()
    file.file.close()
    handler = BaseHandler()
    handler.load_middleware()
    for address in (*PUBLIC, f"/sessions/ABC234/files/{file.pk}/", "/nowhere/", "/my-bookings/"):
        head = handler.get_response(RequestFactory().head(address))
        assert (address, b"".join(head)) == (address, b"")
        assert int(head["Content-Length"]) > 0
        for close in head._resource_closers:  # not close(): it would close the database too
            close()


def test_page_has_nothing_that_the_policy_refuses(asked):
    refused = re.compile(
        r"<script(?! type=.application/ld\+json)|<iframe|<object|<base href|\sstyle=|\son\w+=|javascript:|<style|data:"
        r"|(?:src|srcset|poster)="
        r'|<link[^>]+href="(?!/static/|https://testserver/)'
    )
    assert {address: found for address, page in asked.items() if (found := refused.findall(page.words))} == {}


def test_public_file_is_kept_as_a_page_is(client, session):
    file = Resource.objects.create(
        session=session, title="Plan", file=ContentFile(b"a plan", "plan.pdf"), pupils="none"
    )
    for start in ("", "/zh-hans"):
        response = client.get(f"{start}/sessions/ABC234/files/{file.pk}/")
        assert response["Cache-Control"] == "public, max-age=0, s-maxage=5"
        assert (response["Vary"], dict(response.cookies)) == ("Accept-Encoding", {})
        assert b"".join(response) == b"a plan"
        for close in response._resource_closers:  # not close(): it would close the database too
            close()


def test_every_address_says_who_may_keep_its_page():
    """None is forgotten: each is a public page or a private one, and what is neither is known here."""
    neither = {name for name, one in views() if not hasattr(one.callback, "kept_by")}
    assert neither == set()


# --- private pages ---------------------------------------------------------------------------------------------------


def test_steps_are_kept_by_nobody(client, session):
    school = SchoolFactory()
    assert_private(client.get(at("book", session)))
    assert_private(client.post(at("book", session), {"school": ""}))
    fill_in(client, session, school)
    for name in STEPS:
        assert_private(client.get(at(name, session)))
        assert_private(client.post(at(name, session), {"urn": "x", "school": ""}))
    for name in ("book-sent", "book-again", "book-address"):
        assert_private(client.get(at(name, session)))
        assert_private(client.post(at(name, session)))


def test_steps_of_a_session_that_cannot_be_booked_are_kept_by_nobody(client):
    session = SessionFactory(room__status=SessionStatus.CLOSED)
    assert_private(client.get(at("book", session)))


def test_refusal_is_kept_by_nobody(client):
    session, school = SessionFactory(who_may_book="authorities"), SchoolFactory()
    choose_school(client, session, school)
    response = client.get(at("book-who", session))
    assert response.status_code == 409
    assert_private(response)


def test_pages_of_a_booking_are_kept_by_nobody(client, session):
    booking = places.hold(session.pk, party(size=2), clock=lambda: NOW)
    places.confirm(booking.pk, clock=lambda: NOW)
    visitor = booking.visitors.get(is_contact=False)
    for opens in (token(Purpose.CONTACT, booking), token(Purpose.VISITOR, visitor)):
        for page in ("", "cancel/", "calendar.ics"):
            assert_private(client.get(f"/bookings/{opens}/{page}"))
    contact = f"/bookings/{token(Purpose.CONTACT, booking)}/"
    assert_private(client.get(f"{contact}change/"))
    assert_private(client.post(f"{contact}change/", {"name": ""}))
    assert_private(client.post(f"{contact}confirm/"))
    assert_private(client.post(f"{contact}cancel/"))
    refused = client.post(f"{contact}confirm/")
    assert refused.status_code == 409
    assert_private(refused)


def test_my_bookings_is_kept_by_nobody(client):
    for address in ("/my-bookings/", "/my-bookings/sent/"):
        assert_private(client.get(address))
    assert_private(client.post("/my-bookings/", {"email": ""}))
    assert_private(client.post("/my-bookings/", {"email": "ada@school.example"}))


def test_tell_me_is_kept_by_nobody(client):
    soon = SessionFactory(opens_at=NOW + dt.timedelta(hours=1))
    visit = HostSchool.objects.create(hub_year=soon.hub_year)
    hub = f"/hubs/{soon.hub.slug}/"
    for page in (f"/sessions/{soon.ref}/", hub, f"{hub}visits/{visit.pk}/"):
        assert_private(client.get(f"{page}tell-me/"))
        assert_private(client.get(f"{page}tell-me/sent/"))
        assert_private(client.post(f"{page}tell-me/", {"email": ""}))
        assert_private(client.post(f"{page}tell-me/", {"email": "ada@school.example"}))
    assert_private(client.get("/tell-me/"))
    assert_private(client.get("/tell-me/sent/"))
    assert_private(client.post("/tell-me/", {"near": "ME16 8TL", "email": ""}))
    assert_private(client.post("/tell-me/", {"near": "ME16 8TL", "email": "ada@school.example"}))
    link = f"/bookings/{token(Purpose.UNSUBSCRIBE, TellMe.objects.first())}/"
    assert_private(client.get(link))
    assert_private(client.post(f"{link}tell-me/"))
    assert_private(client.post(f"{link}stop/"))
    assert_private(client.get("/tell-me/stopped/"))


def test_itinerary_is_kept_by_nobody(client, session):
    teacher = VisitingTeacher.objects.create(hub_year=session.hub_year, name_pinyin="Wang Fang")
    link = f"/bookings/{token(Purpose.ITINERARY, teacher)}/"
    for prefix in ("", "/zh-hans"):
        assert_private(client.get(prefix + link))
        assert_private(client.get(f"{prefix}{link}agree/"))
        assert_private(client.post(f"{prefix}{link}agree/", {"choice": "name:yes"}))
    assert set(client_without_cookies(client).get(link).cookies) == {"csrftoken"}


def test_only_pages_with_a_form_set_a_cookie(client, session):
    """One protects the form, one keeps the answers; neither is sent with any other page."""
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    link = f"/bookings/{token(Purpose.CONTACT, booking)}/"
    with_form = [
        at("book", session),
        at("book-other", session),
        "/my-bookings/",
        "/hubs/kent/tell-me/",
        "/tell-me/",
        link,
        f"{link}change/",
        f"{link}cancel/",
    ]
    without = ["/my-bookings/sent/", "/hubs/kent/tell-me/sent/", "/tell-me/sent/", "/tell-me/stopped/", "/bookings/x/"]
    without += PUBLIC
    for address in with_form:
        assert set(client_without_cookies(client).get(address).cookies) == {"csrftoken"}
    for address in without:
        assert not client_without_cookies(client).get(address).cookies


def client_without_cookies(client):
    client.cookies.clear()
    return client


# --- error pages -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/nowhere/", "/sessions/ZZZZZZ/", "/hubs/nowhere/", "/bookings/x/", "/dev/mail/"])
def test_page_that_is_not_there_says_where_to_go(client, address):
    response = client.get(address)
    html = response.content.decode()
    assert response.status_code == 404
    assert (response["Cache-Control"], policy_of(response)) == ("no-store", POLICY)
    assert not response.cookies
    assert "There is nothing at this address" in html
    assert '<meta name="robots" content="noindex">' in html
    assert 'href="/my-bookings/"' in html


def test_form_without_its_secret_says_to_press_again(session, client):
    strict = type(client)(enforce_csrf_checks=True)
    strict.cookies["csrftoken"] = "x" * 32
    response = strict.post(at("book", session), {"school": "ash"})
    html = response.content.decode()
    assert response.status_code == 403
    assert policy_of(response) == POLICY
    assert "This page was open for too long" in html
    assert f'href="{at("book", session)}">Load the page again' in html


def test_something_that_no_page_sends_is_answered_in_words(client, session):
    response = client.post(
        at("book", session), {f"field-{n}": "" for n in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    )
    assert response.status_code == 400
    assert policy_of(response) == POLICY
    assert "We could not read what was sent" in response.content.decode()


def test_fault_of_ours_is_answered_in_words(client, monkeypatch):
    def fail(*args, **kwargs):
        raise RuntimeError("SECRET")

    monkeypatch.setattr("bookings.views.sessions.parts", fail)
    client.raise_request_exception = False
    response = client.get("/")
    html = response.content.decode()
    assert response.status_code == 500
    assert policy_of(response) == POLICY
    assert "Something went wrong on our side" in html
    assert "SECRET" not in html
    assert '<link rel="stylesheet" href="/static/sheets/public' in html


def test_fault_of_ours_is_answered_in_words_where_no_file_can_be_named(client, monkeypatch):
    def fail(*args, **kwargs):
        raise ValueError("Missing staticfiles manifest entry")

    monkeypatch.setattr("django.contrib.staticfiles.storage.StaticFilesStorage.url", fail)
    monkeypatch.setattr("showcase.errors.static", fail)
    client.raise_request_exception = False
    response = client.get("/")
    assert response.status_code == 500
    assert "Something went wrong on our side" in response.content.decode()
    assert "stylesheet" not in response.content.decode()


# --- how heavy a first visit is --------------------------------------------------------------------------------------


def as_written(sheet):
    return Path(finders.find(sheet)).read_text()


def weight(client, address):
    """Bytes of HTML and style sheets as they are sent compressed. A page links one, or one of its own too."""
    response = client.get(address, HTTP_ACCEPT_ENCODING="gzip")
    assert response["Content-Encoding"] == "gzip"
    html = gzip.decompress(response.content).decode()
    sheets = re.findall(r'<link rel="stylesheet"[^>]*href="/static/([^"]+)"', html)
    assert sheets == ["sheets/public.css", *(["css/privacy.css"] if address == "/privacy/" else [])]
    styles = sum(len(gzip.compress(as_served(sheet, as_written).encode())) for sheet in sheets)
    return len(response.content) + styles


def test_list_of_forty_hubs_all_over_england_fits_in_12_kilobytes_too(client, season):
    for n in range(20):
        spot = {"easting": 200_000 + 23_000 * n, "northing": 60_000 + (n * 137 % 500) * 1000}
        SessionFactory(hub_year=HubYearFactory(name=f"Cedar & Country {n} Maths Hub"), venue=SchoolFactory(**spot))
    html = client.get("/").content
    assert html.count(b"<circle") > 20
    assert weight(client, "/") <= 12 * KILOBYTE


@pytest.fixture
def season():
    """Fifty sessions of a real season: twenty hubs, three days, no two alike in name, place and places taken."""
    hubs = [HubYearFactory(name=f"{name} & District Maths Hub {n}") for n, name in enumerate(["Ash", "Birch"] * 10)]
    trees = ["Alder", "Beech", "Cedar", "Damson", "Elder", "Fir", "Gorse", "Hazel", "Ivy", "Juniper", "Larch"]
    for n in range(50):
        day = DAY + dt.timedelta(days=n % 3)
        name = f"{trees[n % 11]} {trees[(n * 7 + 3) % 11]} Church of England Primary School"
        session = SessionFactory(
            hub_year=hubs[n % 20],
            ref=f"{'ABCDEFGHJK'[n // 10]}{'23456789AB'[n % 10]}QRST",
            starts_at=london(day, dt.time(9, n)),
            ends_at=london(day, dt.time(11, n)),
            venue=SchoolFactory(name=name, easting=574000 + 4321 * n, town=f"{trees[(n * 4) % 11]}hampton"),
            lessons_of=1 << (n % 13),
            suits_years=(1 << (n % 13)) | (1 << ((n * 5) % 13)),
            room__capacity=12 + n,
        )
        places.hold(session.pk, party(size=n % 10 + 1, email=f"ada{n}@school.example"), clock=lambda: NOW)
    return session


def test_first_visit_to_a_list_of_fifty_sessions_fits_in_12_kilobytes(client, season):
    SchoolFactory(town="Maidstone")
    weights = {
        "list": weight(client, "/"),
        "filtered": weight(client, "/?teach=ks2&since=2027-01-01&until=2027-12-31"),
        "near": weight(client, "/?near=maidstone&within=england&teach=ks2&role=1"),
        "hub": weight(client, reverse("hub", args=[season.hub.slug])),
    }
    assert client.get("/").content.count(b'class="session"') == 50
    assert {name: size for name, size in weights.items() if size > 12 * KILOBYTE} == {}


@pytest.fixture
def full_hub(season):
    """All fifty sessions at ten host schools of one hub, and as many past ones in its earlier year."""
    kent = HubYearFactory(hub__slug="kent", partners="A partner\nAnother partner", about="What it offers. " * 30)
    then = HubYearFactory(hub=kent.hub, exchange=ExchangeFactory(year=2018))
    for n, session in enumerate(ShowcaseSession.objects.order_by("pk")):
        session.hub_year, session.host_school = kent, a_host(kent, session, n % 10)
        session.save()
        past = session.starts_at - dt.timedelta(days=8 * 365)
        times = {
            "starts_at": past,
            "ends_at": past + dt.timedelta(hours=2),
            "title": session.name,
            "venue": session.venue,
        }
        old = SessionFactory(hub_year=then, host_school=a_host(then, session, n % 10), **times)
        old.visitors_reported, old.reported_source = 11 + n, "the hub’s announcement"
        old.save()
    return kent.hub


def a_host(year, session, n):
    """The `n`-th host school of a year, with two teachers; one agreed to be named."""
    name = f"Wang {['Fang', 'Min', 'Lei', 'Hua'][n % 4]} {n}"
    teacher, new = VisitingTeacher.objects.get_or_create(hub_year=year, name_pinyin=name, name_agreed_at=NOW)
    if not new:
        return teacher.host_schools.get()
    visit = HostSchool.objects.create(hub_year=year, school=session.venue, first_day=DAY, last_day=DAY)
    visit.visiting_teachers.add(teacher, VisitingTeacher.objects.create(hub_year=year, name_pinyin=f"Li {n}"))
    visit.specialists.add(MasterySpecialist.objects.create(hub_year=year, full_name=f"Specialist {n} of {name}"))
    return visit


def test_first_visit_to_the_pages_of_a_hub_with_fifty_sessions_fits_in_12_kilobytes(client, full_hub):
    hub, year = client.get("/hubs/kent/"), client.get("/hubs/kent/2018-19/")
    assert [page.content.count(b'class="session"') for page in (hub, year)] == [50, 50]
    weights = {address: weight(client, address) for address in ("/hubs/kent/", "/hubs/kent/2018-19/")}
    assert {name: size for name, size in weights.items() if size > 12 * KILOBYTE} == {}


def test_first_visit_to_the_list_of_forty_hubs_fits_in_12_kilobytes(client, season):
    for n in range(20):
        HubYearFactory(name=f"{['Alder', 'Beech', 'Cedar', 'Elder', 'Gorse'][n % 5]} Quiet Maths Hub {n}")
    assert len(set(re.findall(rb'href="(/hubs/[^"]+)"', client.get("/hubs/").content))) == 40
    assert weight(client, "/hubs/") <= 12 * KILOBYTE


def test_first_visit_to_any_other_page_fits_in_12_kilobytes(client, session):
    for position in (2, 3, 4):
        said = {"years": 1 << position, "topic": f"topic {position}" * 10, "watch_for": "\n".join(["Watch. " * 20] * 3)}
        Lesson.objects.create(
            session=session, position=position, picture="frames", picture_of=f"{30 + position}", **said
        )
    for position in range(10):
        ProgrammeSegment.objects.create(session=session, position=position, text=f"What happens, part {position}" * 4)
    session.about = "Words about the session. " * 100
    session.save()
    colleagues = [{"name": f"Colleague {n}", "email": f"c{n}@school.example"} for n in range(9)]
    fill_in(client, session, SchoolFactory(), *colleagues)
    addresses = ["/sessions/ABC234/", "/privacy/", "/accessibility/", "/my-bookings/", "/nowhere/"]
    addresses += [at(name, session) for name in STEPS]
    weights = {address: weight(client, address) for address in addresses}
    client.post(at("book-check", session))
    weights["sent"] = weight(client, at("book-sent", session))
    assert {name: size for name, size in weights.items() if size > 12 * KILOBYTE} == {}


def test_style_sheets_hold_no_outside_address():
    for name in ("tokens", "base", "layout", "components", "lesson", "print", "office", "itinerary"):
        css = (settings.BASE_DIR / "static" / "css" / f"{name}.css").read_text()
        assert not re.findall(r"@import|url\(|https?:|expression\(", css)


def test_booking_twice_from_one_browser_keeps_one_cookie_for_each_session(client, session):
    """The cookie is limited to a session's steps, so two sessions can be booked side by side."""
    other, school = SessionFactory(), SchoolFactory()
    first = book(client, session, school)
    second = client.post(at("book", other), {"school": "x"})
    assert first.status_code == second.status_code == 302
    assert second.cookies["draft"]["path"] == at("book", other)
