"""What Mozilla's HTTP Observatory asks of a site, asked of ours: each of its rules, over HTTPS, as strangers see it.

Its marks begin at 100 and take off for each rule that is broken. Nothing may be taken off of any page.
"""

import re

import pytest
from django.test import Client

from tests.factories import SchoolFactory, SessionFactory

pytestmark = pytest.mark.django_db
HALF_A_YEAR = 15_768_000
PAGES = [
    "/",
    "/hubs/",
    "/sessions/ABC234/",
    "/bookings/",
    "/zh-hans/",
    "/admin/login/",
    "/nowhere/",
]
UNSAFE = re.compile(r"unsafe-|data:|\*|\bhttps?:")
PRIVATE_REFERRERS = {"no-referrer", "same-origin", "strict-origin", "strict-origin-when-cross-origin"}


@pytest.fixture
def client(settings):
    settings.SECURE_SSL_REDIRECT = True
    SessionFactory(ref="ABC234", venue=SchoolFactory())
    return Client()


@pytest.fixture(params=PAGES)
def page(client, request):
    return client.get(request.param, secure=True)


def test_policy_begins_with_nothing_and_allows_nothing_unsafe(page):
    policy = {line.split()[0]: line.split()[1:] for line in page["Content-Security-Policy"].split(";")}
    assert policy["default-src"] == ["'none'"]
    assert not [said for said in policy.values() if UNSAFE.search(" ".join(said))]
    assert policy["base-uri"] == ["'none'"]
    assert policy["form-action"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]


def test_cookies_are_for_https_and_for_this_site_alone(client, page):
    for name, cookie in page.cookies.items():
        assert cookie["secure"]
        assert cookie["samesite"] in ("Lax", "Strict")
        assert cookie["httponly"], name
        assert not cookie["domain"]


def test_nobody_elses_page_may_read_ours(client):
    for path in PAGES:
        answer = client.get(path, secure=True, headers={"origin": "https://elsewhere.example"})
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_https_comes_first_on_the_same_host_and_stays_for_half_a_year(client, page):
    assert int(re.search(r"max-age=(\d+)", page["Strict-Transport-Security"])[1]) >= HALF_A_YEAR
    for path in PAGES:
        first = client.get(path)
        assert (first.status_code, first["Location"]) == (301, f"https://testserver{path}")


def test_referrers_types_and_neighbours(page):
    assert set(page["Referrer-Policy"].split(", ")) <= PRIVATE_REFERRERS
    assert page["X-Content-Type-Options"] == "nosniff"
    assert page["Cross-Origin-Opener-Policy"] == "same-origin"


def test_everything_a_page_loads_is_ours_and_no_script(page):
    text = page.content.decode()
    assert not re.search(r"<script\b(?![^>]*application/ld\+json)", text)
    sheets = [tag for tag in re.findall(r"<link\b[^>]*>", text) if 'rel="stylesheet"' in tag]
    loaded = [re.search(r'href="([^"]*)"', tag)[1] for tag in sheets] + re.findall(r'\bsrc="([^"]*)"', text)
    assert sheets
    assert [address for address in loaded if not address.startswith("/static/")] == []
