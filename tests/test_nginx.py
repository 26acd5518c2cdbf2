"""The guide's nginx: which pages it keeps, what it tells us of whoever asks, and what its log says of anybody."""

import gzip
import re
from contextlib import contextmanager
from functools import partial
from http import HTTPStatus

import pytest
from django.http import QueryDict
from django.test import RequestFactory
from django.urls import resolve
from django.utils import timezone

from bookings.public.finder import parameters
from hubs.vocabulary.references import ALPHABET
from tests import nginx
from tests.addresses import kept_by, public_addresses
from tests.answering import KEPT, Host
from tests.factories import NOW, session_of_every_page
from tests.units import RUNNING

pytestmark = pytest.mark.slow
ROWS = {"ref": "ABC234", "slug": "kent", "pk": 1, "year": 2018, "name": "0.jpg"}
PUBLIC = public_addresses(**ROWS)
TOKEN = "Cef-N5SQRK6zZJ4DLf6KxAEAAAABvhyQH2yIdC7ggID5_4gjPA"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nginx")


@pytest.fixture(scope="module")
def host(folder):
    answering = Host(folder / "host.sock")
    yield answering
    answering.close()


@pytest.fixture(scope="module")
def proxy(folder, host):
    if not nginx.program():
        pytest.skip("There is no nginx here: apt-get install nginx-light.")
    with nginx.nginx(folder, str(host.path)) as served:
        yield served


@contextmanager
def saying(host, head):
    host.says = head
    try:
        yield
    finally:
        host.says = KEPT


def sent(answer):
    """The address that the host was asked for, and the headers, as it sends them back."""
    lines = answer.body.decode().splitlines()
    headers = dict(line.lower().split(": ", 1) for line in lines[1:] if ": " in line)
    return lines[0].split()[1], headers


def is_kept(host, ask, again):
    """Whether the host is not asked a second time; tried thrice, for each ten seconds by the clock begin anew."""
    for _ in range(3):
        ask()
        before = len(host.asked)
        again()
        if len(host.asked) == before:
            return True
    return False


# --- which pages are kept ---------------------------------------------------------------------------------------------


def test_every_public_page_is_kept_and_no_other(proxy, host):
    """Whatever the answer says: nginx asks the host once for a public page, each time for any other."""
    private = [re.sub(r"<[a-z]+:(\w+)>", _row, f"/{one.pattern}") for one in kept_by("nobody")]
    assert len(private) > 50
    private += [f"/zh-hans{one}" for one in private]
    private += ["/admin/", "/admin/login/", "/admin/find/ada/", "/admin/password/forgotten/", "/healthz", "/readyz"]
    kept = {}
    for address in (*PUBLIC, *private):
        ask = partial(proxy.ask, address)
        kept[address] = is_kept(host, ask, ask)
    assert kept == {address: address in PUBLIC for address in kept}


def test_address_to_read_out_is_kept_whatever_reference_it_has():
    assert f"| [{ALPHABET}{ALPHABET.lower()}]{{6}}" in (RUNNING / "nginx.conf").read_text()


def _row(found):
    return str(ROWS.get(found[1], 1))


@pytest.mark.parametrize("head", ["Cache-Control: no-store", f"{KEPT}\r\nSet-Cookie: a=b", "Cache-Control: private"])
def test_page_that_is_for_one_person_is_not_kept_at_a_public_address_either(head, proxy, host):
    with saying(host, head):
        before = len(host.asked)
        for _ in range(2):
            proxy.ask("/hubs/another/")
        assert len(host.asked) - before == 2


def test_form_is_never_kept(proxy, host):
    before = len(host.asked)
    for _ in range(2):
        assert sent(proxy.ask("/hubs/", "POST", "a=b"))[0] == "/hubs/"
    assert len(host.asked) - before == 2


def test_public_page_is_one_entry_for_all_browsers(proxy, host):
    """However they pack, whoever they are: we are asked once, for the page unpacked, and are told of nobody."""
    with saying(host, f"{KEPT}\r\nVary: Accept-Encoding"):
        first = proxy.ask("/hubs/vary/", Cookie="sessionid=x", Authorization="Basic x", Accept_Encoding="br")
        for packed in ("gzip", "gzip, br", "", "deflate"):
            answers = []
            ask = lambda: answers.append(proxy.ask("/hubs/vary/"))  # noqa: B023, E731
            again = lambda: answers.append(proxy.ask("/hubs/vary/", Accept_Encoding=packed))  # noqa: B023, E731
            assert is_kept(host, ask, again)
            plain, answer = answers[-2:]
            assert (gzip.decompress(answer.body) if "gzip" in packed else answer.body) == plain.body
            assert answer.headers.get_all("Vary") == ["Accept-Encoding"]
    _address, headers = sent(first)
    assert not {"cookie", "authorization", "accept-encoding"} & set(headers)
    assert first.headers["Cache-Control"] == "public, max-age=0, s-maxage=5"


def test_private_page_is_packed_by_us(proxy):
    """We hide its length when we pack it (BREACH); nginx would not."""
    address, headers = sent(proxy.ask("/my-bookings/?done=1", Cookie="draft=x", Accept_Encoding="gzip"))
    assert address == "/my-bookings/?done=1"
    assert (headers["cookie"], headers["accept-encoding"]) == ("draft=x", "gzip")


# --- what follows the question mark -----------------------------------------------------------------------------------


def test_all_that_a_public_page_reads_is_known_to_nginx():
    """One table, in the finder. nginx's file has a line for each."""
    assert re.findall(r"map \$arg_(\w+) ", (RUNNING / "nginx.conf").read_text()) == list(parameters())


class Noted(QueryDict):
    """What follows the question mark, with a note of each name that is asked for."""

    names: set[str] = set()

    def get(self, key, default=None):
        Noted.names.add(key)
        return super().get(key, default)

    def __getitem__(self, key):
        Noted.names.add(key)
        return super().__getitem__(key)

    def __contains__(self, key):
        Noted.names.add(key)
        return super().__contains__(key)


@pytest.mark.django_db
def test_public_page_reads_nothing_else(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    monkeypatch.setattr("django.core.handlers.wsgi.QueryDict", Noted)
    session_of_every_page()
    read = set()
    for address in PUBLIC:
        if address.startswith(("/zh-hans/", "/photographs/")) or "/files/" in address:
            continue
        view, args, kwargs = resolve(address)
        request = RequestFactory().get(f"{address}?near=ME16&past=1&page=2&p=1&utm_source=x")
        Noted.names.clear()
        assert view(request, *args, **kwargs).status_code in (HTTPStatus.OK, HTTPStatus.FOUND)
        assert Noted.names <= set(view.heeds()), address
        read |= Noted.names
    # `p` is Django's own, of a sitemap with more than 50,000 addresses.
    assert read == {*parameters(), "p"}


@pytest.mark.parametrize(
    "asked, passed_on",
    [
        ("?utm_source=x", ""),
        ("?near=ME16+8TL&utm_source=x", "?near=ME16+8TL"),
        ("?page=2&near=ME16&near=CT1", "?near=ME16&page=2"),
        ("?near=&page=", ""),
        ("?n%65ar=ME16", ""),
        ("?near=%26past%3D1", "?near=%26past%3D1"),
        ("?past=1&near=a%00b", "?near=a%00b&past=1"),
    ],
)
@pytest.mark.parametrize("page", ["/", "/zh-hans/", "/sessions.json"])
def test_only_what_is_known_is_passed_on_and_is_the_key(page, asked, passed_on, proxy, host):
    assert sent(proxy.ask(page + asked))[0] == page + passed_on
    assert is_kept(host, partial(proxy.ask, page + passed_on), partial(proxy.ask, page + asked))


def test_file_in_a_folder_above_is_not_asked_for_as_a_page(proxy):
    assert sent(proxy.ask("/hubs/x/../../admin/"))[0] == "/hubs/x/../../admin/"


# --- what is passed on and logged -------------------------------------------------------------------------------------


def test_host_is_told_who_asks_and_by_what_and_nobody_can_say_so_for_others(proxy):
    _, headers = sent(
        proxy.ask("/my-bookings/", X_Forwarded_For="1.2.3.4", X_Forwarded_Proto="http", X_Request_ID="mine")
    )
    assert headers["host"] == nginx.NAME
    assert headers["x-forwarded-for"] == "1.2.3.4, 127.0.0.1"  # the last is what nginx saw
    assert headers["x-forwarded-proto"] == "https"
    assert headers["x-request-id"] == proxy.logged()[-1]["request"]
    assert re.fullmatch("[0-9a-f]{32}", headers["x-request-id"])


@pytest.mark.parametrize(
    "asked, page",
    [
        (f"/bookings/{TOKEN}/", "/bookings/…"),
        (f"/zh-hans/bookings/{TOKEN}/confirm/?done=1", "/zh-hans/bookings/…"),
        (f"//bookings//{TOKEN}/", "/bookings/…"),
        (f"/%62ookings/{TOKEN}/", "/bookings/…"),
        ("/admin/password/MQ/abc-def/", "/admin/password/…"),
        ("/admin/find/ada@school.example/", "/admin/find/…"),
        ("/admin/bookings/booking/?q=Ada", "/admin/bookings/booking/"),
        ("/?near=ME16+8TL", "/"),
    ],
)
def test_log_has_no_private_link_and_nothing_that_was_typed(asked, page, proxy, host):
    for says in (KEPT, None):  # None: the host drops the line, and that is an error to log
        host.says = says
        proxy.ask(asked)
        host.says = KEPT
        line = proxy.logged()[-1]
        assert line["page"] == page
        assert set(line) == {"time", "request", "method", "page", "status", "bytes", "seconds", "ours", "kept"}
    everything = "".join(path.read_text() for path in proxy.folder.glob("*.log"))
    assert TOKEN not in everything
    assert "ada@" not in everything.lower()
    assert "abc-def" not in everything


def test_whoever_comes_without_https_or_by_another_name_is_sent_on_or_refused(proxy):
    plain = nginx.plain(proxy, f"/bookings/{TOKEN}/")
    assert (plain.status, plain.headers["Location"]) == (301, f"https://{nginx.NAME}/bookings/{TOKEN}/")
    assert proxy.logged()[-1]["page"] == "/bookings/…"
    with pytest.raises(OSError, match=r"UNRECOGNIZED_NAME|unrecognized name"):
        proxy.ask("/", server_name="elsewhere.example")


def test_more_than_a_form_can_be_is_refused_before_it_reaches_us(proxy, host):
    before = len(host.asked)
    assert proxy.ask("/my-bookings/", "POST", "x" * (1024 * 1024 + 1)).status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    assert len(host.asked) == before
