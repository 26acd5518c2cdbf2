"""The pages of a database that is busy or away: in each language, for staff, with what was posted and without secrets.

Made by a database that can be read and not written, which is as real as any other fault and needs no second machine.
"""

import re
from contextlib import contextmanager

import pytest
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.mail.links import Purpose, token
from bookings.models import Booking
from hubs.models import StaffUser
from hubs.staff.signing_in import urls as signing_in
from showcase.trouble.carried import SECRET
from showcase.trouble.page import page
from tests.browser.reading import Page
from tests.browser.steps import at, fill_in
from tests.factories import NOW, SchoolFactory, SessionFactory, party, staff_of
from tests.signing_in import PASSWORD, make_staff

pytestmark = pytest.mark.django_db
TITLES = {
    "book": "Nothing was booked – Showcase",
    "cancel": "Nothing was cancelled – Showcase",
    "confirm": "Nothing was confirmed – Showcase",
    "save": "Nothing was saved – Showcase",
}


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    return Client(raise_request_exception=False, enforce_csrf_checks=True)


@pytest.fixture
def session():
    return SessionFactory(room__capacity=4)


@contextmanager
def read_only():
    """A database that takes nothing: its disk is mounted so, or it is a standby."""
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA query_only = 1" if connection.vendor == "sqlite" else "SET TRANSACTION READ ONLY")
    try:
        yield
    finally:
        transaction.set_rollback(False)
        transaction.savepoint_rollback(before)
        if connection.vendor == "sqlite":
            with connection.cursor() as cursor:
                cursor.execute("PRAGMA query_only = 0")


def post(client, address, said=None, **files):
    """What a form of ours sends, with the secret of its page."""
    client.cookies["csrftoken"] = "c" * 32
    return client.post(address, {"csrfmiddlewaretoken": "c" * 32, **(said or {}), **files})


def press(client, answer):
    """The page's one button, by the page alone."""
    page = Page(answer)
    assert page.buttons == ["Press again"] or "再按一次" in page.buttons
    secret = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.content.decode())[0]
    (action,) = re.findall(r'<form method="post" action="([^"]*)"', answer.content.decode())
    return client.post(action, page.form() | {"csrfmiddlewaretoken": secret})


def check_page(answer, title):
    assert (answer.status_code, Page(answer).title) == (503, title)
    assert (answer["Cache-Control"], answer["X-Robots-Tag"]) == ("no-store", "noindex")
    assert int(answer["Retry-After"]) > 0


# --- what was pressed, in words -------------------------------------------------------------------------------------


def test_a_press_is_carried_and_sent_again_by_one_press(client, session):
    school = SchoolFactory()
    plain = Client()
    fill_in(plain, session, school)
    client.cookies = plain.cookies
    with read_only():
        answer = post(client, at("book-check", session), {"shown": "a\nb"})
    check_page(answer, TITLES["book"])
    assert Page(answer).fields == {"shown": "a\nb"}
    assert press(client, answer)["Location"] == at("book-sent", session)
    assert Booking.objects.count() == 1


def test_words_fit_what_was_pressed(client, session):
    booking = places.hold(session.pk, party(size=2), clock=lambda: NOW)
    link = token(Purpose.CONTACT, booking)
    pressed = {"booking-confirm": "confirm", "booking-cancel": "cancel", "booking-change": "save"}
    with read_only():
        for name, what in pressed.items():
            said = {"contact_name": "Ada", "name": "Ada"} if what == "save" else {}
            answer = post(client, reverse(name, args=[link]), said)
            if answer.status_code == 422:  # its form asks for more
                continue
            check_page(answer, TITLES[what])
    booking.refresh_from_db()
    assert booking.status == "held"


def test_it_speaks_the_language_of_the_address(client, session):
    with read_only():
        answer = post(client, f"/zh-hans{at('book', session)}", {"school": "苏"})
    check_page(answer, "没有保存任何内容 – Showcase")
    assert Page(answer).fields == {"school": "苏"}
    assert 'lang="zh-Hans"' in answer.content.decode()


def test_whoever_only_looked_has_a_page_of_their_own(rf):
    fault = _real_fault()
    for path, title in (("/hubs/", "This page cannot be shown just now"), ("/zh-hans/hubs/", "现在无法显示此页面")):
        answer = page(rf.get(path), fault)
        check_page(answer, f"{title} – Showcase")
        assert f'href="{path}"' in answer.content.decode()
        assert "<form" not in answer.content.decode()


def test_a_missing_column_is_still_a_fault_of_ours(session):
    before = transaction.savepoint()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE hubs_hub RENAME TO hubs_elsewhere")
    answer = Client(raise_request_exception=False).get("/hubs/")
    transaction.savepoint_rollback(before)
    assert (answer.status_code, "Something went wrong on our side" in answer.content.decode()) == (500, True)


# --- what is carried ------------------------------------------------------------------------------------------------


def sent_back(client, address, said=None, **files):
    with read_only():
        answer = post(client, address, said, **files)
    assert answer.status_code == 503
    return answer.content.decode()


def test_no_password_and_no_code_is_carried(client):
    make_staff()
    text = sent_back(client, "/admin/login/", {"username": "lead@hub.example", "password": PASSWORD})
    assert PASSWORD not in text
    assert "lead@hub.example" not in text
    assert "Load the page again" in text


def test_every_address_of_signing_in_carries_nothing():
    """Also one that is added: whatever a browser fills in as a password or code stands under these."""
    theirs = [f"/admin/{one.pattern}" for one in signing_in.urlpatterns]
    assert len(theirs) >= 5
    assert [address for address in theirs if not address.startswith(SECRET)] == []
    assert reverse("admin_password_reset").startswith(SECRET)
    assert reverse("admin:password_change").startswith(SECRET)
    assert reverse("admin:login").startswith(SECRET)


def test_a_press_from_another_site_is_not_offered_to_be_sent(client, session):
    with read_only():
        answer = client.post(at("book", session), {"school": "ash"})
    assert answer.status_code == 403


def test_odd_and_huge_posts_come_back_as_they_were(client, session):
    said = {"school": 'ash"><script>', "<b>": "'\"&", "empty": "", "long": "x" * 100_000, "many": ["1", "2", "2"]}
    with read_only():
        answer = post(client, at("book", session), said)
    check_page(answer, TITLES["save"])
    assert "<script>" not in answer.content.decode()
    fields = Page(answer).fields
    assert {name: fields[name] for name in ("school", "<b>", "empty", "long")} == {
        name: said[name] for name in ("school", "<b>", "empty", "long")
    }
    assert answer.content.decode().count('name="many"') == 3


def test_page_needs_no_statement(rf, django_assert_num_queries):
    fault = _real_fault()
    with django_assert_num_queries(0):
        assert page(rf.post("/my-bookings/", {"email": "ada@school.example"}), fault).status_code == 503
        assert page(rf.post("/admin/hubs/hub/add/", {"name": "Kent"}), fault).status_code == 503


def _real_fault():
    try:
        with read_only():
            StaffUser.objects.update(full_name="")
    except Exception as error:
        return error


# --- staff ----------------------------------------------------------------------------------------------------------


def test_staff_read_why_and_lose_nothing(client, session):
    client.force_login(staff_of(session.hub_year.hub))
    address = reverse("admin:bookings_booking_changelist")
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    said = {"action": "confirm", "_selected_action": [booking.pk], "why": "line one\nline two"}
    with read_only():
        answer = post(client, address, said)
    check_page(answer, "Nothing was saved | Showcase")
    assert "can be read and not written" in Page(answer).text
    assert "line one" in Page(answer).fields["why"]
