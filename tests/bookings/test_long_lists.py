"""Lists of a million rows: none is counted, no page sorts what it does not show, and names are found by an index."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.admin.base import long_list, read_only
from bookings.admin.home.cards import next_ones
from bookings.admin.home.needs import NEEDS
from bookings.models import AuditEntry, Booking, Mail, Visitor
from bookings.models.names import PARTS, has_word, has_words
from bookings.operations import of_mail
from hubs.models import ShowcaseSession
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

pytestmark = pytest.mark.django_db
LISTS = ("bookings_booking", "bookings_visitor", "bookings_mail", "bookings_auditentry")


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def client():
    client = Client()
    client.force_login(StaffFactory(is_superuser=True, full_name="Sam Super"))
    return client


@pytest.fixture
def five():
    """Bookings of five schools, the last one last."""
    session = SessionFactory()
    return [
        places.hold(
            session.pk,
            party(school=SchoolFactory(), email=f"{n}@school.example", contact_name=f"Ada {name}"),
            clock=lambda n=n: NOW + dt.timedelta(minutes=n),
        )
        for n, name in enumerate(("Moore", "Khan", "Bell", "Zhāng", "O’Neill"))
    ]


@pytest.fixture
def _counted_so_far(monkeypatch):
    monkeypatch.setattr(read_only, "up_to", lambda page, per_page: {"2": 4, "3": 6}.get(page, 3))
    monkeypatch.setattr(read_only.ReadOnlyAdmin, "list_per_page", 2)


def test_a_list_is_counted_to_the_next_thousand_beyond_its_page():
    assert [long_list.up_to(page, 100) for page in ("", "1", "9", "10", "25", "x", "9" * 30)] == [
        1000,
        1000,
        1000,
        2000,
        3000,
        1000,
        1000,
    ]


@pytest.mark.usefixtures("five", "_counted_so_far")
@pytest.mark.parametrize("model", LISTS)
def test_no_list_counts_its_rows(client, model):
    with CaptureQueriesContext(
        connection,
    ) as asked:
        page = client.get(reverse(f"admin:{model}_changelist"))
    said = [one["sql"] for one in asked.captured_queries]
    assert len(page.context["cl"].result_list) == 2
    assert not [sql for sql in said if "COUNT(" in sql and f'FROM "{model}"' in sql]
    assert all("LIMIT" in sql or " IN (" in sql or "INSERT" in sql for sql in said if f'FROM "{model}"' in sql)
    assert "more than 3 " in page.content.decode()


@pytest.mark.usefixtures("_counted_so_far")
def test_pages_follow_one_another_and_the_last_one_says_how_many_there_are(client, five):
    shown, numbers = [], []
    for page in (1, 2, 3):
        answer = client.get(reverse("admin:bookings_booking_changelist"), {"p": page, "q": "ada"})
        shown += answer.context["cl"].result_list
        numbers.append("more than" in answer.content.decode())
    assert shown == five[::-1]
    assert numbers == [True, True, False]
    assert "5 bookings" in " ".join(answer.content.decode().split())


@pytest.mark.usefixtures("_counted_so_far")
@pytest.mark.parametrize("order", ["1", "-1", "2", "6", "-6"])
def test_a_page_in_another_order_is_the_first_of_that_order(client, five, order):
    answer = client.get(reverse("admin:bookings_booking_changelist"), {"o": order})
    fields = {"1": "contact_name", "2": "school__name", "6": "reference"}
    sign = "-" if order.startswith("-") else ""
    wanted = Booking.objects.order_by(f"{sign}{fields[order.strip('-')]}", "-pk")[:2]
    assert [*answer.context["cl"].result_list] == [*wanted]


@pytest.mark.usefixtures("five", "_counted_so_far")
def test_nobody_selects_all_rows_of_a_list_that_was_not_counted(client):
    page = client.get(reverse("admin:bookings_booking_changelist")).content.decode()
    assert "0 of 2 selected" in page
    assert 'class="question' not in page


@pytest.mark.usefixtures("five")
def test_a_list_that_was_counted_says_how_many_it_has(client):
    page = client.get(reverse("admin:bookings_booking_changelist"), {"q": "khan"}).content.decode()
    assert "1 result" in page
    assert "more than" not in page
    assert "_facets" not in page


@pytest.mark.usefixtures("five")
def test_a_list_that_shows_nothing_says_why(client):
    nobody = client.get(reverse("admin:bookings_booking_changelist"), {"q": "nobody"}).content.decode()
    assert "No bookings match that." in nobody
    assert "0 results" not in nobody
    empty = client.get(reverse("admin:hubs_notice_changelist")).content.decode()
    assert "There are no notices yet." in empty
    assert 'name="action"' not in empty
    assert "show all" not in client.get(reverse("admin:bookings_booking_changelist")).content.decode()


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name, typed",
    [
        ("Ana", "an"),
        ("Ana Bea", "b"),
        ("Ana Bea Cleo", "cle"),
        ("Ana Bea Cleo Dora", "do"),
        ("Ana Bea Cleo Dora Eve", "eve"),
        ("Ana Bea Cleo Dora Eve", "cleo dora"),
        ("Ana Bea Cleo Dora Eve", "eve b"),
        ("Zhāng Wěi", "zhang"),
        ("Zoë", "ZOE"),
        ("A" * 40, "a" * 35),
        ("김민수", "민수"),
    ],
)
def test_names_are_found_by_how_their_words_begin(name, typed):
    booking = places.hold(SessionFactory().pk, party(contact_name=name), clock=lambda: NOW)
    words = read_only.searchable(typed).split()
    assert [*Booking.objects.filter(has_words(words))] == [booking]
    assert [one.booking for one in Visitor.objects.filter(has_words(words))] == [booking]


@pytest.mark.parametrize("name, typed", [("Jill Moore", "ill"), ("Jill Moore", "ore"), ("A" * 40, "a" * 30 + "b")])
def test_the_middle_of_a_word_finds_nobody(name, typed):
    places.hold(SessionFactory().pk, party(contact_name=name), clock=lambda: NOW)
    assert not Booking.objects.filter(has_words([typed])).exists()


def test_the_longest_word_that_postgresql_indexes_can_be_written():
    """A letter of Arabic becomes eighteen when names are compared."""
    booking = places.hold(SessionFactory().pk, party(contact_name="ﷺ" * 200), clock=lambda: NOW)
    assert len(booking.name_words) > 3000


def plan_of(rows):
    """How the database finds them: PostgreSQL reads a table of five rows whole, unless it may not."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute("SET LOCAL enable_indexscan = off")
    return rows.explain()


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("model", [Booking, Visitor])
def test_a_name_is_found_by_index(model):
    plan = plan_of(model.objects.filter(has_word("zhang")).order_by().values("pk"))
    assert all(f"{model._meta.model_name}_by_{part}_word" in plan for part in PARTS)


@pytest.mark.usefixtures("five")
def test_who_needs_something_or_left_a_number_is_found_by_index():
    if connection.vendor == "postgresql":
        pytest.skip("It compares what a parameter is.")
    assert "visitor_with_needs" in Visitor.objects.with_needs().order_by().values("pk").explain()
    assert "visitor_with_mobile" in Visitor.objects.with_mobile().order_by().values("pk").explain()
    assert "booking_with_mobile" in Booking.objects.with_mobile().order_by().values("pk").explain()


def test_home_reads_no_session_to_come_that_it_does_not_show():
    """With thousands of them: neither to find the next six nor to count those that nobody has said an opening of."""
    if connection.vendor == "postgresql":
        pytest.skip("It reads a table of no rows whole.")
    in_order = next_ones(StaffFactory(is_superuser=True), now=NOW).values("pk")[:6].explain()
    assert "session_by_day (last_day>?)" in in_order
    assert "TEMP B-TREE" not in in_order
    unopened = {need.name: need for need in NEEDS}["opening"].narrow(ShowcaseSession.objects.all(), NOW)
    assert "places_announced" in unopened.order_by().values("pk").explain()


@pytest.mark.usefixtures("five")
def test_mails_that_were_not_sent_are_found_by_the_index_of_their_state():
    assert Mail.objects.in_state(Mail.State.WAITING).count() == 5
    assert not Mail.objects.in_state(Mail.State.FAILED, Mail.State.UNSURE).exists()
    assert of_mail.oldest_due(NOW + dt.timedelta(hours=1)) is not None
    plan = plan_of(Mail.objects.in_state(Mail.State.FAILED).order_by())
    assert "mail_by_state" in plan or connection.vendor == "postgresql"


@pytest.mark.usefixtures("five")
@pytest.mark.parametrize("state, found", [("waiting", 5), ("failed", 0), ("sent", 0)])
def test_the_outbox_by_state(client, state, found):
    page = client.get(reverse("admin:bookings_mail_changelist"), {"state__exact": state})
    assert len(page.context["cl"].result_list) == found
    assert AuditEntry.objects.exists()
