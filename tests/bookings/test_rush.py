"""Two hundred want one of thirty places at the same moment: thirty get one, and the others are told that it is full."""

import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections import Counter
from copy import copy

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Draft, Mail
from bookings.operations.counting import miscounts
from bookings.states import Verb
from hubs.vocabulary.school_days import london
from tests.bookings import rush
from tests.bookings.observed import count
from tests.database import address
from tests.factories import SessionFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

ATTEMPTS, PLACES, PROCESSES = 200, 30, 8


@pytest.fixture
def env():
    """What lets another process work with the database of the tests."""
    return rush.environment(address())


@pytest.fixture
def told(tmp_path):
    return rush.Told(tmp_path / "told")


def hold(env, told, session, *, attempts=ATTEMPTS, **how):
    rush.order(env, do="hold", session=session.pk, told=told.path, attempts=list(range(attempts)), **how)
    print(f"\n{connection.vendor}: {attempts} attempts in {told.seconds:.2f} s, {dict(told.answers)}")
    return told.answers


def test_two_hundred_hold_thirty_places(env, told):
    session = SessionFactory(room__capacity=PLACES)
    assert hold(env, told, session) == {"booked": PLACES, "SessionFull": ATTEMPTS - PLACES}
    keys = {rush.request_key(n) for n in told.who_was_told("booked")}
    assert set(Booking.objects.values_list("request_key", flat=True)) == keys
    assert count(session) == (PLACES, 0, PLACES)
    assert miscounts() == []
    assert Counter(Mail.objects.values_list("kind", flat=True)) == {Kind.CONFIRM: PLACES}
    assert Counter(AuditEntry.objects.values_list("verb", flat=True)) == {Verb.HOLD: PLACES}


def test_two_hundred_of_one_school_hold_its_share(env, told):
    session = SessionFactory(room__capacity=PLACES, share=2)
    assert hold(env, told, session, one_school=True) == {"booked": 2, "SchoolShareUsed": ATTEMPTS - 2}
    assert count(session) == (2, 0, PLACES)


def test_one_form_that_is_sent_by_many_processes_books_once(env, told):
    session = SessionFactory(room__capacity=PLACES)
    rush.order(env, do="hold", session=session.pk, told=told.path, attempts=[7] * 40)
    assert told.answers == {"booked": 40}
    assert count(session) == (1, 0, PLACES)
    assert Mail.objects.count() == 1


# --- without the lock these tests fail ------------------------------------------------------------------------------


def test_without_the_lock_the_share_is_broken(env, told):
    session = SessionFactory(room__capacity=PLACES, share=2)
    answers = hold(env, told, session, one_school=True, with_lock=False)
    assert answers != {"booked": 2, "SchoolShareUsed": ATTEMPTS - 2}
    if connection.vendor == "sqlite":
        assert answers["OperationalError"] == PROCESSES - 1  # "database is locked"
    else:
        assert answers["booked"] >= PROCESSES


def test_without_the_lock_the_database_still_refuses_what_the_room_does_not_hold(env, told):
    session = SessionFactory(room__capacity=3)
    answers = hold(env, told, session, attempts=PROCESSES, with_lock=False)
    if connection.vendor == "sqlite":
        assert answers == {"booked": 1, "OperationalError": PROCESSES - 1}
    else:
        assert answers == {"booked": 3, "IntegrityError": PROCESSES - 3}
    assert count(session)[0] <= 3


# --- over HTTP ------------------------------------------------------------------------------------------------------


def test_two_hundred_press_the_last_button(env, told, client, tmp_path):
    session = session_ahead()
    path = reverse("book-check", args=[session.ref])
    with Gunicorn(env, tmp_path / "log") as server:
        keys = drafts(client, session, ATTEMPTS)
        server.warm_up(reverse("session", args=[session.ref]))
        rush.order(env, do="post", port=server.port, path=path, told=told.path, attempts=keys)
    print(f"\n{connection.vendor}: {ATTEMPTS} posts in {told.seconds:.2f} s, {dict(told.answers)}")
    sent = f"302 {reverse('book-sent', args=[session.ref])}"
    assert told.answers == {sent: PLACES, "full": ATTEMPTS - PLACES}
    assert count(session) == (PLACES, 0, PLACES)
    assert Counter(Mail.objects.values_list("kind", flat=True)) == {Kind.CONFIRM: PLACES}
    assert Draft.objects.filter(consumed_at__isnull=False, booking__isnull=False).count() == PLACES
    for fault in ("locked", "Traceback", "ERROR", "Error"):
        assert fault not in server.log.read_text()


def session_ahead(room=PLACES):
    """A session a month ahead of the real day, for the server reads its own clock."""
    day = timezone.localdate() + dt.timedelta(days=30)
    starts_at, ends_at = london(day, dt.time(9)), london(day, dt.time(11, 45))
    return SessionFactory(room__capacity=room, starts_at=starts_at, ends_at=ends_at)


def drafts(client, session, number):
    """Drafts that have come to the last step: one by the steps, the others like it. Returns their keys."""
    school = {"kind": "independent", "name": "School 0 of many", "place": "Kent"}
    contact = {"coming": "yes", "name": "Test Teacher", "email": "teacher0@school.example", "role_own": "1"}
    client.post(reverse("book-other", args=[session.ref]), school)
    answer = client.post(reverse("book-who", args=[session.ref]), contact)
    assert answer.headers["Location"] == reverse("book-check", args=[session.ref])
    first = Draft.objects.get()
    copies = []
    for n in range(1, number):
        text = json.dumps(first.answers).replace("School 0", f"School {n}").replace("teacher0@", f"teacher{n}@")
        copies.append(copy(first))
        copies[-1].pk, copies[-1].key, copies[-1].request_key = None, uuid.uuid4(), uuid.uuid4()
        copies[-1].answers = json.loads(text)
    Draft.objects.bulk_create(copies)
    return [str(key) for key in Draft.objects.order_by("pk").values_list("key", flat=True)]


class Gunicorn:
    """The real server, by default eight processes of it, on a socket that this one has bound: nobody waits for a port.

    With `threads`, as the guide has it.
    """

    def __init__(self, env, log, *, processes=PROCESSES, threads=1):
        self.env, self.log, self.processes, self.threads = env, log, processes, threads
        self.socket = socket.socket()
        self.socket.bind(("127.0.0.1", 0))
        self.socket.listen(256)
        self.port = self.socket.getsockname()[1]

    def __enter__(self):
        command = [sys.executable, "-m", "gunicorn", "showcase.wsgi", "--preload", "--no-control-socket"]
        command += ["--bind", f"fd://{self.socket.fileno()}", "--workers", str(self.processes), "--timeout", "60"]
        if self.threads > 1:
            command += ["-c", "python:showcase.gunicorn", "--worker-class", "gthread", "--threads", str(self.threads)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                command,
                cwd=rush.ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                pass_fds=[self.socket.fileno()],
                start_new_session=True,
            )
        return self

    def __exit__(self, *_error):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        finally:
            if self.process.poll() is None:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
            self.socket.close()

    def warm_up(self, path):
        """Let every process answer once: each loads the pages' code with its first request."""
        deadline = time.monotonic() + rush.PATIENCE
        while self.log.read_text().count("Booting worker") < self.processes:
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)
        asked = [socket.create_connection(("127.0.0.1", self.port), rush.PATIENCE) for _ in range(3 * self.processes)]
        for line in asked:
            line.sendall(f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1\r\n\r\n".encode())
        for line in asked:
            with line, line.makefile("rb") as answer:
                assert answer.readline().split()[1] == b"200"
