"""Public pages kept in memory: new after each change, the same as Django's own, and never anybody's own page."""

import datetime as dt
import threading
import time
from itertools import product

import pytest
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import Draft
from bookings.states import SessionStatus
from hubs.models import Notice, ShowcaseSession
from hubs.vocabulary import changes
from showcase import kept_pages
from tests.addresses import public_addresses, views
from tests.browser.steps import choose_school
from tests.factories import (
    NOW,
    SchoolFactory,
    SessionFactory,
    party,
    session_of_every_page,
)
from tests.kept_pages import Clocks, Server
from tests.misbehaving import MISBEHAVING

PAGES = ["/", "/sessions/ABC234/", "/hubs/kent/", "/hubs/", "/zh-hans/", "/sessions.json"]
GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}
SECOND = dt.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clocks(monkeypatch):
    return Clocks().rule(monkeypatch)


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def session():
    return session_of_every_page()


def hold(session, size=1, email="teacher@school.example"):
    return places.hold(session.pk, party(size=size, email=email, school=session.venue), clock=lambda: NOW)


# --- kept, and the same -----------------------------------------------------------------------------------------------


OF_ONE_PAGE = [
    {},
    GZIP,
    {"HTTP_IF_NONE_MATCH": "*"},
    {"HTTP_IF_NONE_MATCH": '"another"'},
    {"HTTP_RANGE": "bytes=0-9"},
    {"HTTP_IF_MODIFIED_SINCE": "Mon, 04 Jan 2027 09:00:00 GMT"},
]
READERS = [
    *OF_ONE_PAGE,
    {"method": "HEAD"},
    {"method": "HEAD"} | GZIP,
    {"HTTP_X_FORWARDED_PROTO": "https"},
    {"HTTP_HOST": "testserver:8001"},
]
# Of a page in Chinese, whose address is all that says so, those whose answer is made of its words.
READERS_IN_CHINESE = [{}, GZIP, {"method": "HEAD"}]


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.usefixtures("session")
def test_kept_page_is_to_the_header_what_django_answers(server):
    public = public_addresses(ref="ABC234", slug="kent", pk=1, year=2018, name="0.jpg")
    chinese = [one for one in public if one.startswith("/zh-hans/")]
    english = {*public, "/?teach=y6", "/?near=ME16+8TL", "/sessions/ABC234/?teach=y6"}.difference(chinese)
    kept_ones = 0
    for address, reader in (*product(sorted(english), READERS), *product(chinese, READERS_IN_CHINESE)):
        django = server.ask_django(address, **reader)
        server.ask(address, **{name: value for name, value in reader.items() if name != "method"})
        before = len(server.made)
        kept = server.ask(address, **reader)
        said = django.said()
        if django.status == 304 or reader.get("method"):  # of these Django says less: no ETag of a HEAD
            assert kept.said().items() >= said.items(), (address, reader)
            said = kept.said()
        is_kept = len(server.made) == before
        wanted = (django.status in (200, 304), django.status, django.text, said)
        assert (is_kept, kept.status, kept.text, kept.said()) == wanted, (address, reader)
        kept_ones += is_kept
    assert kept_ones > 15 * len(READERS) + 10 * len(READERS_IN_CHINESE)


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("address", ["/", "/sessions/ABC234/", "/hubs/kent/"])
def test_page_is_kept_in_each_language(address, server):
    addresses = [address, f"/zh-hans{address}"]
    first = [server.ask(one).text for one in addresses]
    assert first[0] != first[1]
    assert [server.ask(one).text for one in addresses] == first
    assert len(server.made) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("packed", [{}, GZIP], ids=["plain", "packed"])
@pytest.mark.parametrize("address", PAGES)
def test_whoever_has_the_page_is_not_sent_it_again(address, packed, server):
    first = server.ask(address, **packed)
    assert first["ETag"].startswith("W/") == bool(packed)
    for tags in (first["ETag"], first["ETag"].removeprefix("W/"), f'"x", {first["ETag"]}'):
        again = server.ask(address, HTTP_IF_NONE_MATCH=tags, **packed)
        assert (again.status, again.body) == (304, b"")
    assert len(server.made) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("first", OF_ONE_PAGE, ids=str)
def test_page_is_kept_whole_however_the_first_reader_asks(first, server):
    server.ask("/", **first)
    for reader in ({}, GZIP):
        answer = server.ask("/", **reader)
        assert (answer.status, answer.text) == (200, server.ask_django("/").text)
    assert len(server.made) == 1


# --- new after a change -----------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/", "/sessions/ABC234/", "/hubs/kent/", "/hubs/", "/sessions.json"])
def test_page_is_new_once_a_place_is_taken(address, server, session):
    before = server.ask(address).text
    assert not server.makes(address)
    hold(session, size=3)
    assert server.makes(address)
    assert server.ask(address).text == server.ask_django(address).text != before


@pytest.mark.django_db(transaction=True)
def test_page_of_another_session_stays(server, session):
    other = SessionFactory()
    address = f"/sessions/{other.ref}/"
    server.ask(address)
    hold(session)
    assert not server.makes(address)
    assert not server.makes(f"{address}?utm_source=x")
    server.ask(f"{address}?teach=y6")  # says how many that search finds
    hold(session, email="another@school.example")
    assert server.makes(f"{address}?teach=y6")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", PAGES)
def test_page_is_new_once_staff_have_changed_what_it_shows(address, server, session):
    server.ask(address)
    Notice.objects.create(text="Snow: look again at eight.", from_at=NOW, until_at=NOW + SECOND)
    assert server.makes(address)
    session.title = "A title of its own"
    session.save()
    assert server.makes(address)


@pytest.mark.django_db(transaction=True)
def test_change_that_is_taken_back_changes_nothing(server, session):
    server.ask("/sessions/ABC234/")
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        ShowcaseSession.objects.update(title="Never")
        raise ZeroDivisionError
    assert not server.makes("/sessions/ABC234/")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", PAGES)
def test_page_of_rows_that_were_read_before_a_change_is_not_kept_as_new(address, server, session):
    """Made before the change and handed to whoever asked then; stored after it, and worth nothing to the next."""
    server.then = lambda: hold(session)
    server.ask(address)
    server.then = None
    assert server.makes(address)
    assert not server.makes(address)


# --- old --------------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_page_is_kept_for_four_seconds_and_says_what_is_left_of_five(server, clocks):
    said = [server.ask("/")["Cache-Control"]]
    for _ in range(3):
        clocks.now += 1
        said.append(server.ask("/")["Cache-Control"])
    assert said == [f"public, max-age=0, s-maxage={n}" for n in (5, 4, 3, 2)]
    clocks.now += 0.9
    assert server.ask("/")["Cache-Control"] == "public, max-age=0, s-maxage=1"
    assert len(server.made) == 1
    clocks.now += 0.2
    assert server.ask("/")["Cache-Control"] == "public, max-age=0, s-maxage=5"
    assert len(server.made) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_page_never_outlives_ten_seconds_by_the_clock(server, clocks):
    """On them bookings open and close, and on them nginx begins: what it keeps until the next was made since."""
    clocks.now = 1_800_000_009.9
    server.ask("/")
    clocks.now += 0.05
    assert not server.makes("/")
    clocks.now += 0.1
    assert server.makes("/")


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_page_that_was_begun_before_ten_seconds_by_the_clock_is_of_those(server, clocks):
    clocks.now = 1_800_000_009.9
    server.then = lambda: setattr(clocks, "now", 1_800_000_010.1)
    server.ask("/")
    assert server.makes("/")


@pytest.mark.django_db
def test_booking_that_opens_is_shown_open_at_once(server, session, clocks, monkeypatch):
    session.opens_at = NOW
    session.save()
    monkeypatch.setattr(timezone, "now", lambda: NOW - SECOND)
    clocks.now = NOW.timestamp() - 1
    before = server.ask("/sessions/ABC234/").text
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    clocks.now = NOW.timestamp()
    assert server.ask("/sessions/ABC234/").text != before


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_nothing_is_kept_where_changes_cannot_be_told(server, monkeypatch):
    monkeypatch.setattr(changes, "state", lambda: None)
    assert server.ask("/").status == 200
    assert server.makes("/")
    assert len(server.kept.pages) == 0


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_page_is_no_longer_handed_on_once_changes_cannot_be_told(server, monkeypatch):
    server.ask("/")
    monkeypatch.setattr(changes, "state", lambda: None)
    assert server.makes("/")


# --- one for two ------------------------------------------------------------------------------------------------------


class Slow:
    """A server whose Django waits until it is let go; `readers` ask at once, each in a thread."""

    def __init__(self, server):
        self.server, self.go, self.begun = server, threading.Event(), threading.Semaphore(0)
        self.does = lambda: None
        server.django = self
        self.answers = []

    def __call__(self, environ, start):
        response = WSGI(environ, start)
        self.begun.release()
        self.go.wait(10)
        self.does()
        return response

    def ask(self, address):
        def asks():
            try:
                self.answers.append(self.server.ask(address).status)
            except ZeroDivisionError:
                self.answers.append("failed")
            finally:
                connection.close()

        thread = threading.Thread(target=asks)
        thread.start()
        return thread


@pytest.fixture
def slow(server, clocks, monkeypatch, session):
    """The page is known, and old. How long somebody waits for it is measured; the clock on the wall stands."""
    monkeypatch.setattr(clocks, "monotonic", time.monotonic)
    server.ask("/hubs/")
    changes.changed_all()
    server.made.clear()
    return Slow(server)


WSGI = Server().django


def finished(threads):
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)


@pytest.mark.django_db(transaction=True)
def test_many_readers_of_an_old_page_have_it_made_once(slow, server):
    first = slow.ask("/hubs/")
    assert slow.begun.acquire(timeout=10)
    others = [slow.ask("/hubs/") for _ in range(5)]
    time.sleep(0.2)
    slow.go.set()
    finished([first, *others])
    assert slow.answers == [200] * 6
    assert server.made == ["/hubs/"]


@pytest.mark.django_db(transaction=True)
def test_reader_who_came_after_a_change_is_not_given_what_was_begun_before_it(slow, server, session):
    first = slow.ask("/hubs/")
    assert slow.begun.acquire(timeout=10)
    slow.does = lambda: changes.changed([session.pk]) if len(server.made) == 1 else None
    second = slow.ask("/hubs/")
    time.sleep(0.2)
    slow.go.set()
    finished([first, second])
    assert server.made == ["/hubs/"] * 2


@pytest.mark.django_db(transaction=True)
def test_whoever_waits_makes_it_where_the_first_fails(slow, server):
    def fails_once():
        if len(server.made) == 1:
            raise ZeroDivisionError

    slow.does = fails_once
    first = slow.ask("/hubs/")
    assert slow.begun.acquire(timeout=10)
    second = slow.ask("/hubs/")
    time.sleep(0.2)
    slow.go.set()
    finished([first, second])
    assert sorted(map(str, slow.answers)) == ["200", "failed"]
    assert server.kept._making == {}


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_long(slow, server, monkeypatch):
    monkeypatch.setattr(kept_pages, "PATIENCE", 0.2)
    first = slow.ask("/hubs/")
    assert slow.begun.acquire(timeout=10)
    second = slow.ask("/hubs/")
    assert slow.begun.acquire(timeout=10)  # it has begun by itself, though the first is not done
    slow.go.set()
    finished([first, second])
    assert slow.answers == [200, 200]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_for_a_page_that_is_for_one_person(slow, server):
    """Two who ask at once for a page that is nobody else's are each answered for themselves."""
    threads = [slow.ask("/my-bookings/") for _ in range(2)]
    assert slow.begun.acquire(timeout=10)
    assert slow.begun.acquire(timeout=10)
    slow.go.set()
    finished(threads)


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_page_that_is_gone_is_told_so_too(slow, server, session):
    server.django = WSGI
    server.ask("/sessions/ABC234/")
    places.Places.objects.update(status=SessionStatus.DRAFT)
    changes.changed([session.pk])
    server.django = slow
    server.made.clear()
    first = slow.ask("/sessions/ABC234/")
    assert slow.begun.acquire(timeout=10)
    second = slow.ask("/sessions/ABC234/")
    time.sleep(0.2)
    slow.go.set()
    finished([first, second])
    assert slow.answers == [404, 404]
    assert server.makes("/sessions/ABC234/")


# --- what follows the question mark -----------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    "kept, asked",
    [
        ("/", "/?utm_source=mail&fbclid=1"),
        ("/", "/?near=&teach="),
        ("/", "/?&&&"),
        ("/?teach=y6&page=1", "/?page=1&x=2&teach=y6"),
        ("/?teach=y6", "/?teach=y5&teach=y6"),
        ("/hubs/", "/hubs/?near=ME16+8TL&teach=y6"),
        ("/hubs/kent/", "/hubs/kent/?page=7"),
        ("/sessions/ABC234/", "/sessions/ABC234/?utm_source=mail"),
        ("/privacy/", "/privacy/?x=%00%ff"),
    ],
)
def test_what_a_page_does_not_heed_leads_to_the_one_that_is_kept(kept, asked, server):
    server.ask(kept)
    assert not server.makes(asked)
    assert server.ask(asked).text == server.ask_django(kept).text
    assert len(server.kept.pages) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_searches_are_pages_of_their_own(server):
    first = server.ask("/?teach=y6").text
    assert server.makes("/?teach=y5")
    assert server.ask("/?teach=y5").text == server.ask_django("/?teach=y5").text != first


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_address_that_django_refuses_is_refused(server):
    too_many = "/?" + "&".join(f"a{n}=1" for n in range(70))
    server.ask("/")
    assert server.ask(too_many).status == server.ask_django(too_many).status
    longest = f"/?near={'x' * kept_pages.LONGEST}"
    assert server.ask(longest).status == server.ask_django(longest).status
    assert len(server.kept.pages) == 1


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_nobody_fills_it(clocks):
    page = len(Server().ask("/").body)
    server = Server(most=12 * page)
    server.ask("/hubs/")
    for n in range(40):
        server.ask(f"/?near=nowhere{n}")
        assert server.kept.pages.bytes <= 12 * page
        assert not server.makes("/hubs/")  # what is read stays
    assert 2 < len(server.kept.pages) < 40
    clocks.now += 5
    server.ask("/")
    assert len(server.kept.pages) == 1  # what is old goes
    assert server.kept.pages.bytes < 3 * page


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_number_of_pages_is_bounded_too(server, monkeypatch):
    monkeypatch.setattr(kept_pages, "MOST_PAGES", 3)
    monkeypatch.setattr(kept_pages, "MOST_KNOWN", 2)
    for address in PAGES:
        server.ask(address)
    assert len(server.kept.pages) == 3
    assert len(server.kept._heeds) <= 2


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_nothing_is_kept_where_the_operator_wants_none():
    server = Server(most=0)
    server.ask("/")
    assert server.makes("/")


# --- nothing that is anybody's own ------------------------------------------------------------------------------------

ROWS = {
    "ref": "ABC234",
    "slug": "kent",
    "pk": 1,
    "name": "x",
    "key": "ada",
    "token": "x" * 40,
    "uidb64": "MQ",
    "position": 1,
    "of": "hub",
    "year": 2018,
}
SOMEBODY = {
    "HTTP_AUTHORIZATION": "Basic c2VjcmV0",
    "HTTP_ACCEPT_LANGUAGE": "zh-Hans",
    "HTTP_USER_AGENT": "SecretBrowser/1",
    "HTTP_REFERER": "https://testserver/bookings/secret/",
    "HTTP_X_FORWARDED_FOR": "203.0.113.7",
    "HTTP_X_FORWARDED_HOST": "secret.example",
    "HTTP_X_REQUEST_ID": "0123456789abcdef",
    "HTTP_X_SOMETHING": "secret",
    "REMOTE_ADDR": "203.0.113.8",
    "HTTP_RANGE": "bytes=0-9",
}


@pytest.fixture
def somebody(client, admin_client, session):
    """Headers of a teacher who has begun to book and is signed in as staff besides."""
    choose_school(client, session, SchoolFactory())
    draft = client.cookies["draft"].value
    assert Draft.objects.exists()
    staff = {name: one.value for name, one in admin_client.cookies.items()}
    cookies = {"draft": draft, "csrftoken": "s" * 32, "messages": "secret"} | staff
    return SOMEBODY | {"HTTP_COOKIE": "; ".join(f"{name}={value}" for name, value in cookies.items())}


@pytest.mark.django_db
@pytest.mark.slow
@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "OPTIONS"])
def test_of_all_addresses_only_public_pages_are_kept_and_as_a_stranger_reads_them(method, server, somebody, session):
    """Each address of the table, in both languages, asked first by somebody with all that a browser can say."""
    public = set(public_addresses(ref="ABC234", slug="kent", pk=1, year=2018, name="x"))
    for address in [*_every_address(), *public]:
        before = len(server.kept.pages)
        server.ask(address, method, **somebody)
        if len(server.kept.pages) > before:
            assert (address.partition("?")[0] in public, method) == (True, "GET")
            stranger = server.ask(address)
            assert (stranger.status, stranger.text, stranger.said()) == (
                200,
                server.ask_django(address).text,
                server.ask_django(address).said(),
            )
            assert "ecret" not in stranger.text
    assert (len(server.kept.pages) > 20) == (method == "GET")


def _every_address():
    """Each of the table, with a row for each part that chooses one; and some of the staff's pages."""
    found = []
    for name, one in views():
        said = {part: ROWS[part] for part in one.pattern.converters}
        address = reverse(name, kwargs=said) if name else "/"
        found += [address, f"/zh-hans{address}", f"{address}?done=1&near=ME16"]
    assert len(found) > 150
    return [*found, "/admin/", "/admin/login/", "/admin/hubs/showcasesession/", "/static/css/base.css", "/nowhere/"]


@pytest.mark.django_db
@pytest.mark.urls("tests.misbehaving")
@pytest.mark.parametrize("view", MISBEHAVING, ids=lambda view: view.__name__)
def test_page_that_does_what_no_public_page_may_is_kept_by_nobody(view, server, somebody, caplog):
    server.ask("/misbehaving/well/", **somebody)
    assert not server.makes("/misbehaving/well/")
    for reader in (somebody, {}, GZIP):
        server.ask(f"/misbehaving/{view.__name__}/", **reader)
    assert [key.path for key in server.kept.pages._pages] == ["/misbehaving/well/"]


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "", "test server", "testserver:80:80"])
def test_kept_page_is_for_our_names_alone(host, server):
    server.ask("/")
    answer = server.ask("/", HTTP_HOST=host)
    assert answer.status == server.ask_django("/", HTTP_HOST=host).status == 400


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_page_of_one_name_is_not_that_of_another_and_ports_are_none(server):
    server.ask("/")
    assert not server.makes("/", HTTP_HOST="TESTSERVER:8001")
    assert server.makes("/", HTTP_HOST="localhost")


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_only_a_page_that_came_by_https_tells_browsers_to_stay_with_it(server, settings):
    settings.SECURE_HSTS_SECONDS = 60
    server = Server()
    secure = {"HTTP_X_FORWARDED_PROTO": "https"}
    for _ in range(2):
        assert "strict-transport-security" in server.ask("/", **secure).said()
        assert "strict-transport-security" not in server.ask("/").said()
    assert len(server.made) == 2


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize(
    "takes, is_packed",
    [
        ("gzip", True),
        ("br, GZIP;q=0.5", True),
        ("gzip; q=0.01, br", True),
        ("gzip;q=0", False),
        ("gzip ; q=0.000, identity", False),
        ("br;q=1.0, deflate", False),
    ],
)
def test_page_is_packed_for_whoever_takes_it_so(takes, is_packed, server):
    for _ in range(2):
        answer = server.ask("/", HTTP_ACCEPT_ENCODING=takes)
        assert ("Content-Encoding", "gzip") in answer.headers or not is_packed
        assert answer.body.startswith(b"<!doctype") is not is_packed


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("prefix", ["/evil", "/hubs", "//evil.example"])
def test_prefix_that_a_request_names_stands_in_no_page_of_anybodys(prefix, server):
    """gunicorn takes it from a header, and what a template keeps of addresses is everybody's."""
    for address in PAGES:
        named = server.ask(address, SCRIPT_NAME=prefix)
        assert f'"{prefix}/hubs/' not in named.text
        assert server.ask(address).text == named.text == server.ask_django(address).text
        assert server.makes(address, SCRIPT_NAME=prefix)


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_form_that_is_sent_to_a_public_page_is_refused(server):
    server.ask("/")
    for method in ("POST", "PUT", "DELETE"):
        assert server.ask("/", method).status in (403, 405)


@pytest.mark.django_db
@pytest.mark.usefixtures("session")
def test_kept_page_is_handed_on_without_the_database(server, django_assert_num_queries):
    for address in PAGES:
        server.ask(address)
        with django_assert_num_queries(0):
            server.ask(address)
