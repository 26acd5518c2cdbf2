"""Who opened which register, booking or export, and when: every page that names people, once in ten minutes."""

import datetime as dt
import re

import pytest
from django.contrib.admin import site
from django.contrib.admin.utils import quote
from django.db import OperationalError, connection
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from bookings.forgetting import staff as forgetting
from bookings.models import Booking, Opened, Visitor
from bookings.operations import noting
from hubs.models import Membership, ShowcaseSession
from hubs.vocabulary import request_ids
from tests.factories import NOW, StaffFactory, staff_of
from tests.one_of_each import one_of_each

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MINUTE = dt.timedelta(minutes=1)
# Whom a page names: contacts, visitors and heads; the hub's own staff and teachers are not whom this is about.
NAMED = re.compile(r"(?i)zebedee[ .+](teacher|colleague|maths lead|lead\d|new@|certified|me\d|head\d)")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture(scope="module")
def hub(shared_rows):
    found = one_of_each(1, personal="Zebedee").hub
    Opened.objects.all().delete()
    return found


@pytest.fixture
def lead(hub, client):
    user = staff_of(hub, Membership.Role.LEAD)
    client.force_login(user)
    return user


def rows():
    return list(Opened.objects.order_by("pk").values_list("what", "page", "session", "booking"))


def get(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    if response.streaming:
        b"".join(response.streaming_content)  # to its end, which closes the file
    return response


def test_every_page_that_names_people_is_noted(hub, admin_client):
    unnoted, noted = [], set()
    for model in sorted(site._registry, key=lambda one: one._meta.label):
        for pattern in site._registry[model].get_urls():
            takes = list(pattern.pattern.converters)
            for row in list(model._default_manager.all()[:3]) if takes else [None]:
                try:
                    page = reverse(f"admin:{pattern.name}", args=[quote(row.pk)] * len(takes) if row else [])
                except NoReverseMatch:
                    continue
                response = admin_client.get(page)
                content = b"".join(response.streaming_content) if response.streaming else response.content
                if response.status_code == 200 and NAMED.search(content.decode(errors="replace")):
                    noted.add(pattern.name)
                    if not Opened.objects.filter(page=pattern.name).exists():
                        unnoted.append(page)
                    break  # of the same page for another row nothing more could be said
    assert unnoted == []
    assert {"hubs_showcasesession_register", "bookings_booking_overview", "bookings_visitor_csv"} <= noted
    assert set(Opened.objects.values_list("what", flat=True)) == set(Opened.What.values)


def test_row_says_who_what_when_and_in_which_request(client, lead):
    booking = Booking.objects.filter(contact_name="Zebedee Teacher").first()
    person = Visitor.objects.filter(booking=booking).first()
    answer = get(client, "admin:bookings_booking_overview", booking.pk)
    get(client, "admin:bookings_visitor_person", person.pk)
    get(client, "admin:hubs_showcasesession_register", booking.session_id)
    get(client, "admin:bookings_visitor_csv")
    session = booking.session_id
    assert rows() == [
        ("booking", "bookings_booking_overview", session, booking.pk),
        ("booking", "bookings_visitor_person", session, booking.pk),
        ("register", "hubs_showcasesession_register", session, None),
        ("export", "bookings_visitor_csv", None, None),
    ]
    first, *_between, last = Opened.objects.order_by("pk")
    assert (first.staff, first.at, first.hub) == (lead, NOW, None)
    assert first.request_id == answer[request_ids.HEADER]
    assert last.hub == lead.memberships.get().hub  # it is about no session, and its leads may read it


def test_again_within_ten_minutes_is_the_same(client, lead, monkeypatch):
    for minutes in (0, 1, 9, 11, 12):
        monkeypatch.setattr(timezone, "now", lambda: NOW + minutes * MINUTE)  # noqa: B023
        get(client, "admin:bookings_booking_changelist")
    assert len(rows()) == 2
    client.force_login(staff_of(lead.memberships.get().hub))
    get(client, "admin:bookings_booking_changelist")
    assert len(rows()) == 3


def test_pages_that_name_nobody_and_refused_ones_are_not_noted(client, lead):
    booking = Booking.objects.first()
    get(client, "admin:index")
    get(client, "admin:hubs_showcasesession_changelist")
    assert client.get(reverse("admin:bookings_booking_overview", args=[987654])).status_code == 404
    client.post(reverse("admin:bookings_booking_overview", args=[booking.pk]))
    client.force_login(StaffFactory(is_programme_office=True))
    get(client, "admin:hubs_showcasesession_overview", booking.session_id)
    assert client.get(reverse("admin:bookings_booking_overview", args=[booking.pk])).status_code == 404
    assert rows() == []


def test_page_is_shown_where_nothing_can_be_written_and_the_log_says_so(client, lead, monkeypatch, caplog):
    def read_only(**_columns):
        raise OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(Opened.objects, "create", read_only)
    get(client, "admin:bookings_booking_changelist")
    assert rows() == []
    assert f"Staff {lead.pk} opened bookings_booking_changelist, and that cannot be kept" in caplog.text


def test_noting_is_two_statements_and_one_where_it_is_known(client, lead, django_assert_num_queries, rf):
    request = rf.get("/")
    request.user, match = lead, type("Match", (), {"url_name": "bookings_mail_changelist", "kwargs": {}})
    request.resolver_match = match()
    assert lead.hub_roles
    response = type("Response", (), {"status_code": 200})()
    waits = 2 if connection.vendor == "sqlite" else 1  # says how long it waits for a lock, and on SQLite no longer
    with django_assert_num_queries(4 + waits):  # two of them the savepoint of this test
        noting.note(request, response, now=NOW)
    with django_assert_num_queries(3 + waits):
        noting.note(request, response, now=NOW)


def test_it_is_forgotten_after_a_year(hub):
    staff = StaffFactory()
    for days in (364, 366):
        Opened.objects.create(staff=staff, what="list", page="found", at=NOW - dt.timedelta(days=days))
    forgetting.forget(now=NOW)
    assert [row.at for row in Opened.objects.all()] == [NOW - dt.timedelta(days=364)]


def test_list_shows_leads_their_own_sessions_and_nobody_a_visitor_s_name(client, hub):
    theirs = one_of_each(2, personal="Yolanda")
    Opened.objects.filter(session=None).delete()
    session = ShowcaseSession.objects.filter(hub_year__hub=hub, title__contains="session").first()
    booking = session.bookings.first()
    Opened.objects.create(staff=StaffFactory(), what="booking", page="bookings_booking_overview", session=session,
                          booking=booking, at=NOW)  # fmt: skip
    address = reverse("admin:bookings_opened_changelist")
    client.force_login(staff_of(hub, Membership.Role.LEAD))
    assert [row.session for row in client.get(address).context["cl"].result_list] == [session]
    client.force_login(staff_of(hub, Membership.Role.ADMINISTRATOR))
    assert client.get(address).status_code == 403
    client.force_login(StaffFactory(is_programme_office=True))
    assert client.get(address).status_code == 403  # it says who works for other hubs
    client.force_login(StaffFactory(is_superuser=True))
    page = client.get(address)
    assert {row.session.hub_year.hub for row in page.context["cl"].result_list} == {hub, theirs.hub}
    text = page.content.decode()
    assert booking.reference_spaced in text
    assert "Bookings: overview" in text
    assert not NAMED.search(text)
