"""A session's lock that somebody holds: who waits for it, who is told at once, and that all other pages answer."""

import http.client
import sqlite3
import threading
import time
from collections import Counter
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from bookings import places
from bookings.models import Booking, Mail, NetworkUse, Opened, Places, TurnedAway
from bookings.sessions import changes
from hubs.vocabulary.database_faults import Busy
from hubs.vocabulary.shedding import LONG, Doors
from showcase.sqlite3.base import DatabaseWrapper
from tests.bookings import rush
from tests.bookings.test_rush import Gunicorn, drafts, session_ahead
from tests.browser.steps import fill_in
from tests.database import address
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory, party

PLACES, ATTEMPTS = 30, 200
SECRET = "c" * 32
NEW_PAGE = "Too many are pressing at this moment"


class Locked(OperationalError):
    """What Django raises when SQLite's lock is not to be had in time."""

    def __init__(self):
        super().__init__("database is locked")
        self.__cause__ = sqlite3.OperationalError("database is locked")


@pytest.fixture
def doors():
    return Doors(threads=4)


@contextmanager
def waiting(doors, session=7):
    """Somebody who waits for that session's lock while the block lasts."""
    with doors.turn(lambda: [session], known=[session]) as turn:
        yield turn


def times_out(doors, session=7):
    with pytest.raises(Locked), doors.turn(lambda: [session]) as turn:
        raise Locked
    return turn


# --- what is shut ---------------------------------------------------------------------------------------------------


def test_after_a_time_out_one_at_a_time_tries_again_and_the_rest_are_told_at_once(doors):
    times_out(doors)
    with waiting(doors), pytest.raises(Busy), waiting(doors):
        pass
    with waiting(doors, session=8):  # another session
        pass


def test_who_gets_the_lock_opens_the_session_again(doors):
    times_out(doors)
    with waiting(doors) as trial:
        assert trial.most == LONG
        doors.has_locks(trial, [7])
        with waiting(doors), waiting(doors):
            pass


def test_a_trial_that_times_out_shuts_it_again_and_lets_the_next_try(doors):
    times_out(doors)
    times_out(doors)
    with waiting(doors), pytest.raises(Busy), waiting(doors):
        pass


def test_session_is_open_again_after_a_while(doors, monkeypatch):
    times_out(doors)
    later = time.monotonic() + 5.1
    monkeypatch.setattr(time, "monotonic", lambda: later)
    with waiting(doors), waiting(doors):
        pass


def test_what_fails_with_the_lock_in_hand_shuts_nothing(doors):
    with pytest.raises(Locked), waiting(doors) as turn:
        doors.has_locks(turn, [7])
        raise Locked
    with waiting(doors), waiting(doors):
        pass


def test_sessions_are_asked_for_only_where_it_matters(doors):
    asked = []
    with doors.turn(lambda: asked.append(1) or [7]) as turn:
        doors.has_locks(turn, [7])
    assert asked == []


# --- how many wait --------------------------------------------------------------------------------------------------


def test_two_threads_of_four_wait_for_as_long_as_it_takes_and_more_only_for_a_moment(doors):
    with waiting(doors) as first, waiting(doors) as second, waiting(doors) as third:
        assert (first.most, second.most) == (None, None)
        assert 0 < third.most <= LONG


def test_once_somebody_has_waited_for_long_no_third_waits(doors, monkeypatch):
    with waiting(doors), waiting(doors):
        later = time.monotonic() + LONG + 0.01
        monkeypatch.setattr(time, "monotonic", lambda: later)
        with pytest.raises(Busy), waiting(doors):
            pass


def test_who_has_the_lock_waits_no_longer(doors):
    with waiting(doors) as first, waiting(doors):
        doors.has_locks(first, [7])
        with waiting(doors) as third:
            assert third.most is None


def test_a_queue_that_moves_on_sheds_nobody_however_long_it_is(doors, monkeypatch):
    """As in a rush on a slow machine: the lock is had again and again, and the last waits longest."""
    with waiting(doors), waiting(doors) as second, waiting(doors) as third:
        later = time.monotonic() + 3 * LONG
        monkeypatch.setattr(time, "monotonic", lambda: later)
        doors.has_locks(second, [7])
        assert doors.moves_on(third)
        with waiting(doors) as fourth:
            assert fourth.most == LONG


def test_another_session_that_moves_on_says_nothing_of_this_one(doors, monkeypatch):
    with waiting(doors), waiting(doors), waiting(doors) as third, waiting(doors, session=8) as fourth:
        later = time.monotonic() + LONG
        monkeypatch.setattr(time, "monotonic", lambda: later)
        doors.has_locks(fourth, [8])
        assert not doors.moves_on(third)
        with pytest.raises(Busy), waiting(doors):
            pass


def test_a_wait_cut_short_shuts_nothing(doors):
    with waiting(doors), waiting(doors):
        times_out(doors)
        with waiting(doors):
            pass


# --- the real thing -------------------------------------------------------------------------------------------------


@pytest.fixture
def server(tmp_path):
    """Two processes of four threads, as the guide has it; on PostgreSQL by a role that waits 5 s for a lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE IF EXISTS web_of_test")
            cursor.execute("CREATE ROLE web_of_test LOGIN SUPERUSER")
            cursor.execute("ALTER ROLE web_of_test SET lock_timeout = '5s'")
    env = rush.environment(address(user="web_of_test"))
    with Gunicorn(env | {"PROXIES": "1"}, tmp_path / "gunicorn.log", processes=2, threads=4) as served:
        yield served
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DROP ROLE web_of_test")


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_healthy_rush_sheds_nobody(client, server, tmp_path):
    session = session_ahead()
    attempts = drafts(client, session, ATTEMPTS)
    server.warm_up(f"/sessions/{session.ref}/book/")
    told = rush.Told(tmp_path / "told")
    rush.order(
        server.env,
        do="post",
        port=server.port,
        path=reverse("book-check", args=[session.ref]),
        told=told.path,
        attempts=attempts,
    )
    print(f"\n{connection.vendor}: {ATTEMPTS} presses in {told.seconds:.2f} s, {dict(told.answers)}")
    sent = f"302 {reverse('book-sent', args=[session.ref])}"
    assert told.answers == {sent: PLACES, "full": ATTEMPTS - PLACES}


@contextmanager
def held_elsewhere(session):
    """Somebody else has the session's lock, or on SQLite the one lock, in a thread of their own."""
    has, leave = threading.Event(), threading.Event()

    def hold():
        with transaction.atomic():
            list(Places.objects.select_for_update().filter(session=session))
            has.set()
            leave.wait(60)
        connections.close_all()

    thread = threading.Thread(target=hold)
    thread.start()
    has.wait(60)
    try:
        yield
    finally:
        leave.set()
        thread.join()


def ask(server, method, path, key="", n=1):
    """The status, what the page says, and how long it took."""
    began = time.monotonic()
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "X-Forwarded-For": f"10.0.0.{n}"}
    headers["Cookie"] = f"draft={key}; csrftoken={SECRET}"
    line.request(method, path, urlencode({"csrfmiddlewaretoken": SECRET}) if method == "POST" else None, headers)
    answer = line.getresponse()
    text = answer.read().decode()
    line.close()
    return answer.status, text, time.monotonic() - began


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_eight_who_press_at_a_held_session_cost_no_other_page(client, server):
    session = session_ahead()
    other = SessionFactory(starts_at=session.starts_at, ends_at=session.ends_at)
    keys = drafts(client, session, 8)
    server.warm_up(f"/sessions/{session.ref}/book/")
    path, answers = reverse("book-check", args=[session.ref]), []
    most = 13  # SQLite waits 10 s; PostgreSQL 5 s, twice where two wait: for who waits before, then for the lock

    def press(n):
        answers.append(ask(server, "POST", path, keys[n], n))

    with held_elsewhere(session):
        threads = [threading.Thread(target=press, args=[n]) for n in range(8)]
        for one in threads:
            one.start()
        time.sleep(LONG + 0.3)  # by now all but two in each process have been told
        for page in ("/", "/hubs/", reverse("session", args=[other.ref]), reverse("book-check", args=[session.ref])):
            status, _text, seconds = ask(server, "GET", page)
            assert (status in (200, 302), seconds < 3) == (True, True), (page, status, seconds)
        for one in threads:
            one.join()
        statuses = Counter(status for status, _text, _seconds in answers)
        assert statuses == {503: 8}
        assert all(NEW_PAGE in text for _status, text, _seconds in answers)
        assert max(seconds for _status, _text, seconds in answers) < most
    assert (Booking.objects.count(), NetworkUse.objects.filter(what="booking", used__gt=0).count()) == (0, 0)
    assert [ask(server, "POST", path, key)[0] for key in keys] == [302] * 8  # the first who tries opens it again
    assert Booking.objects.count() == 8


@pytest.mark.django_db(transaction=True)
def test_looking_waits_for_no_lock():
    session = SessionFactory(room__capacity=1)
    booking = places.hold(session.pk, party(), clock=lambda: NOW)
    Mail.objects.update(answered_at=NOW)
    with held_elsewhere(session):
        began = time.monotonic()
        assert places.settle_if_due(session.pk, lambda: booking.deadline) is False
        assert time.monotonic() - began < 1
        assert Booking.objects.get().status == "held"
    assert places.settle_if_due(session.pk, lambda: booking.deadline) is True
    assert Booking.objects.get().status == "lapsed"


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL is told within the transaction")
def test_sqlite_waits_as_long_as_it_is_told_and_then_as_ever():
    assert isinstance(connections["default"], DatabaseWrapper)
    for seconds, told in ((0, 0), (1, 1000), (None, 10_000)):
        connection.wait_for_locks(seconds)
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout")
            assert cursor.fetchone() == (told,)


@pytest.mark.django_db(transaction=True)
def test_what_is_noted_of_a_look_or_a_refused_press_keeps_nobody_waiting(client, monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    session, lead = SessionFactory(room__capacity=1), StaffFactory(is_superuser=True)
    places.hold(session.pk, party(), clock=lambda: NOW)
    fill_in(client, session, SchoolFactory())
    changes.close_booking(session.pk, by=lead, clock=lambda: NOW)
    staff = Client()
    staff.force_login(lead)
    with held_elsewhere(session):
        began = time.monotonic()
        assert staff.get(reverse("admin:bookings_booking_changelist")).status_code == 200
        assert client.post(reverse("book-check", args=[session.ref])).status_code == 303
        assert time.monotonic() - began < 5
    noted = 0 if connection.vendor == "sqlite" else 1  # where the lock is for everything that writes
    assert (Opened.objects.count(), TurnedAway.objects.count()) == (noted, noted)
