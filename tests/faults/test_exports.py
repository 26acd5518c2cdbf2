"""A file of many rows: made in one short transaction that only reads, sent to whoever reads slowly, two at once."""

import http.client
import socket
import threading
import time
from collections import Counter
from contextlib import contextmanager
from copy import copy
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from bookings import places
from bookings.admin.base.two_at_once import AllTaken, one_of_two
from bookings.models import Booking
from hubs.vocabulary.one_moment import one_moment
from hubs.vocabulary.references import booking_reference
from tests import pgbouncer
from tests.bookings import rush
from tests.bookings.test_rush import Gunicorn
from tests.browser.reading import Page
from tests.database import address
from tests.factories import NOW, SessionFactory, party, staff_of

ROWS = 1200
EXPORT = "/admin/bookings/booking/export.csv"


@pytest.fixture
def session():
    return SessionFactory(room__capacity=30)


@pytest.fixture
def staff(session):
    client = Client(raise_request_exception=False)
    client.force_login(staff_of(session.hub_year.hub))
    return client


# --- one moment -----------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_what_is_read_is_of_one_moment_and_keeps_nobody_from_writing(session):
    with one_moment():
        assert Booking.objects.count() == 0
        in_a_thread(lambda: places.hold(session.pk, party(), clock=lambda: NOW))
        assert Booking.objects.count() == 0
    assert Booking.objects.count() == 1
    places.hold(session.pk, party(email="after@school.example"), clock=lambda: NOW)  # the next transaction writes again


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no transaction that is forbidden to write")
def test_nothing_is_written_in_it(session):
    with pytest.raises(DatabaseError, match="read-only"), one_moment():
        Booking.objects.update(contact_name="")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SHOW transaction_isolation")
        assert cursor.fetchone() == ("read committed",)


def in_a_thread(does):
    def work():
        try:
            does()
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join(60)


# --- two at once ----------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_third_is_asked_to_wait_and_told_for_how_long(staff, session):
    places.hold(session.pk, party(), clock=lambda: NOW)
    report = reverse("report-table", args=["session", session.pk, "every-table"])
    with one_of_two(), one_of_two():
        for address in (EXPORT, report):
            answer = staff.get(address)
            assert (answer.status_code, answer["Retry-After"]) == (503, "10")
            assert Page(answer).links["Make the file"] == address
    assert LogEntry.objects.count() == 0  # nothing was taken
    assert b"Delete after" in b"".join(staff.get(EXPORT))


def test_a_place_is_free_again_also_when_it_failed():
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), one_of_two():
            raise ZeroDivisionError
    with one_of_two(), one_of_two(), pytest.raises(AllTaken), one_of_two():
        pass


# --- who reads slowly -----------------------------------------------------------------------------------------------


def many_bookings(session):
    """Cancelled ones, which take no place."""
    booking = places.hold(session.pk, party(contact_name="A" * 90), clock=lambda: NOW)
    places.cancel(booking.pk, clock=lambda: NOW)
    booking.refresh_from_db()
    rows = [copy(booking) for _ in range(ROWS)]
    for row in rows:
        row.pk, row.reference, row.request_key = None, booking_reference(), uuid4()
        row.public_id = Booking._meta.get_field("public_id").get_default()
    Booking.objects.bulk_create(rows)


@contextmanager
def database():
    """Its address: PostgreSQL behind PgBouncer, which hands each transaction to any connection, where there is one."""
    known = connection.settings_dict
    if connection.vendor == "sqlite" or not pgbouncer.program():
        yield address()
        return
    with pgbouncer.PgBouncer(SimpleNamespace(port=known["PORT"]), [known["USER"]], pool=4) as pooler:
        yield address(user=known["USER"], port=pooler.port)


@pytest.fixture(scope="module")
def server(django_db_setup, tmp_path_factory):
    """One for both tests: what is asked of it is kept by nobody."""
    with database() as url:
        env = rush.environment(url, DATABASE_URL_DIRECT=url)
        with Gunicorn(env, tmp_path_factory.mktemp("exports") / "gunicorn.log", processes=2, threads=4) as served:
            yield served


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_reader_of_a_kilobyte_a_second_holds_no_transaction_while_others_book(staff, session, server):
    many_bookings(session)
    cookie = f"{settings.SESSION_COOKIE_NAME}={staff.cookies[settings.SESSION_COOKIE_NAME].value}"
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    line.settimeout(60)
    with line:
        line.connect(("127.0.0.1", server.port))
        line.sendall(f"GET {EXPORT} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        assert line.recv(1024).startswith(b"HTTP/1.1 200")
        for n in range(3):
            assert line.recv(1024)
            booking = places.hold(session.pk, party(email=f"{n}@school.example"), clock=lambda: NOW)
            assert booking is not None
            assert open_transactions() == 0
            time.sleep(1)
        assert "Traceback" not in server.log.read_text()
    assert Booking.objects.filter(status="held").count() == 3


def open_transactions():
    """Of anybody else: on SQLite whoever reads keeps the log of changes from being begun anew."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL AND pid <> pg_backend_pid()"
                " AND backend_type = 'client backend' AND datname = current_database()"
            )
        return cursor.fetchone()[0]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_are_files_or_asked_to_wait_and_no_fault(staff, session, server):
    many_bookings(session)
    cookie = f"{settings.SESSION_COOKIE_NAME}={staff.cookies[settings.SESSION_COOKIE_NAME].value}"
    statuses = []

    def save():
        status = 503
        while status == 503:  # as whoever does what the page says
            line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            line.request("GET", EXPORT, headers={"Cookie": cookie})
            answer = line.getresponse()
            status, length = answer.status, len(answer.read())
            statuses.append((status, length > 100_000))
            line.close()
            time.sleep(0.2)

    threads = [threading.Thread(target=save) for _ in range(20)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    counted = Counter(statuses)
    print(f"\n{connection.vendor}: {dict(counted)}")
    assert counted[(200, True)] == 20
    assert set(counted) <= {(200, True), (503, False)}
