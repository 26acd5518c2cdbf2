"""The worker killed before every one of its steps, and many workers at once: nothing is lost, nothing counted twice."""

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection
from django.utils import timezone

from bookings import due, places
from bookings.due import run_due
from bookings.mail.claiming import LEASE
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places
from bookings.operations.counting import miscounts
from bookings.rule import mails as emails
from bookings.rule.room import Clock
from bookings.states import Status, Verb
from hubs.models import School, ShowcaseSession
from tests.bookings.conftest import MailServer
from tests.database import address
from tests.factories import NOW, SchoolFactory, SessionFactory, party

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
MINUTE = dt.timedelta(minutes=1)
KILLED = -signal.SIGKILL
# When holds made at NOW are over: at 18:00 on the next school day.
EVENING = NOW + dt.timedelta(days=1, hours=8, minutes=30)


def environment(port: int, database: str = "") -> dict[str, str]:
    """What a process of its own needs to work with the tests' database and mail server."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": database or address(),
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
    }


class Runs:
    """The warm process of killed_run.py."""

    def __init__(self, port: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.bookings.killed_run"],
            cwd=django_settings.BASE_DIR,
            env=environment(port),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._answer() == "ready\n"

    def order(self, now: dt.datetime, **order: int) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps({"now": now.isoformat()} | order) + "\n")
        self.process.stdin.flush()
        return json.loads(self._answer())

    def _answer(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline()

    def stop(self) -> None:
        for stream in (self.process.stdin, self.process.stdout):
            assert stream
            stream.close()
        assert self.process.wait(60) == 0


@pytest.fixture
def runs(smtp_server: MailServer) -> Iterator[Runs]:
    warm = Runs(smtp_server.port)
    yield warm
    warm.stop()


class Scene:
    """A session with a hold that lapses, whose mail was read long ago, and one whose link is sent, and sent again."""

    def __init__(self, schools: list[School]) -> None:
        self.session: ShowcaseSession = SessionFactory(hub_year=_hub_year(), venue=schools[0])
        self.late = self._hold("late", schools[0], NOW)
        Mail.objects.filter(booking=self.late).update(state=Mail.State.SENT, answered_at=NOW)
        self.fresh = self._hold("fresh", schools[1], EVENING - MINUTE)
        emails.resend_link(self.fresh, now=EVENING - MINUTE)

    def _hold(self, name: str, school: School, now: dt.datetime) -> Booking:
        # Nobody's address twice: it would be spared a second mail of the same day.
        wanted = party(email=f"{name}.{self.session.pk}@school.example", school=school)
        booking = places.hold(self.session.pk, wanted, clock=lambda: now)
        assert booking
        return booking

    def mails(self) -> dict[str, list[int]]:
        """Rows of mails to be sent once each, by kind."""
        rows = Mail.objects.filter(session=self.session).exclude(answered_at=NOW).order_by("pk")
        found: dict[str, list[int]] = {}
        for mail in rows:
            found.setdefault(mail.kind, []).append(mail.pk)
        return found

    def states(self) -> list[str]:
        return [Booking.objects.get(pk=one.pk).status for one in (self.late, self.fresh)]


def _hub_year() -> Any:
    from hubs.models import HubYear
    from tests.factories import HubYearFactory

    return HubYear.objects.first() or HubYearFactory()


def settle_down(now: dt.datetime) -> None:
    """Clean runs until nothing is due: a server may need a moment to see that a killed client is gone."""
    for _ in range(100):
        run_due(lambda: now)
        if not Mail.objects.due(now=now).exists():
            return
        time.sleep(0.02)


def test_worker_killed_before_any_of_its_steps_loses_nothing(runs: Runs, smtp_server: MailServer) -> None:
    schools = SchoolFactory.create_batch(2)
    doubled, killed_at = 0, 0
    while True:
        killed_at += 1
        scene = Scene(schools)
        smtp_server.received.clear()
        answer = runs.order(EVENING, kill_at=killed_at)
        connection.close()
        settle_down(EVENING + LEASE)
        expected = {Kind.CONFIRM: 2, Kind.LAPSED: 1}
        mails = scene.mails()
        assert (killed_at, {kind: len(rows) for kind, rows in mails.items()}) == (killed_at, expected)
        copies = [
            smtp_server.copies()[f"<{mail.message_id}@showcase.invalid>"]
            for mail in Mail.objects.filter(pk__in=[row for rows in mails.values() for row in rows])
        ]
        assert (killed_at, len(smtp_server.received)) == (killed_at, sum(copies))
        assert (killed_at, sorted(copies)) in [(killed_at, [1, 1, 1]), (killed_at, [1, 1, 2])]
        doubled += max(copies) == 2
        assert (killed_at, scene.states()) == (killed_at, [Status.LAPSED, Status.HELD])
        assert AuditEntry.objects.filter(booking=scene.late, verb=Verb.LAPSE).count() == 1
        assert Mail.objects.filter(session=scene.session).exclude(state=Mail.State.SENT).count() == 0
        if answer["ends"] == [0]:
            break
        assert answer["ends"] == [KILLED]
    assert miscounts() == []
    assert killed_at == answer["steps"] + 1
    assert killed_at > 40
    assert doubled >= 3  # killed once each mail was accepted, before the row says so


def test_ten_workers_at_once_do_everything_once(runs: Runs, smtp_server: MailServer) -> None:
    schools = SchoolFactory.create_batch(16)
    sessions = [SessionFactory(hub_year=_hub_year(), venue=schools[0]) for _ in range(5)]
    late = []
    for number, session in enumerate(sessions):
        for place, school in enumerate(schools):
            email = f"{number}.{place}@school.example"
            booking = places.hold(session.pk, party(email=email, school=school), clock=lambda: NOW)
            assert booking
            late.append(booking.pk)
    lapsing = late[::4]
    Mail.objects.filter(booking__in=lapsing).update(state=Mail.State.SENT, answered_at=NOW)
    Booking.objects.exclude(pk__in=lapsing).update(deadline=EVENING + dt.timedelta(days=1))
    to_send = Mail.objects.filter(state=Mail.State.WAITING).count()
    answer = runs.order(EVENING, at_once=10)
    assert answer["ends"] == [0] * 10
    assert Mail.objects.exclude(state=Mail.State.SENT).count() == 0
    assert (to_send, len(lapsing)) == (60, 20)
    assert len(smtp_server.received) == to_send + len(lapsing)
    assert set(smtp_server.copies().values()) == {1}
    lapses = AuditEntry.objects.filter(verb=Verb.LAPSE).values_list("booking", flat=True)
    assert sorted(lapses) == sorted(lapsing)
    assert Mail.objects.filter(kind=Kind.LAPSED).count() == len(lapsing)
    assert sum(Places.objects.values_list("places_taken", flat=True)) == 60


def test_session_that_cannot_be_settled_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    schools = SchoolFactory.create_batch(2)
    broken, sound = Scene(schools), Scene(schools)

    @contextmanager
    def locked(session_id: int, clock: Clock) -> Iterator[Any]:
        if session_id == broken.session.pk:
            raise RuntimeError("a fault of ours")
        with places.locked(session_id, clock) as room:
            yield room

    monkeypatch.setattr(due, "locked", locked)
    run_due(lambda: EVENING)
    assert (broken.states(), sound.states()) == ([Status.HELD, Status.HELD], [Status.LAPSED, Status.HELD])


# --- the worker as a process ----------------------------------------------------------------------------------------


class Worker:
    """`manage.py worker`, and what it logs."""

    def __init__(self, *, every: float, env: dict[str, str]) -> None:
        command = [sys.executable, "manage.py", "worker", f"--every={every}"]
        self.process = subprocess.Popen(
            command, cwd=django_settings.BASE_DIR, env=env, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.communicate()

    def wait_for_log(self, words: str) -> None:
        assert self.process.stderr
        for line in self.process.stderr:
            if words in line:
                return
        raise AssertionError(f"The worker ended without saying: {words}")

    def stops_within(self, seconds: float) -> bool:
        """Tell it to stop; whether it does, and well, in that time."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(seconds) == 0
        except subprocess.TimeoutExpired:
            return False


def mail_due_now(address: str) -> None:
    """The worker reads the real clock."""
    booking = places.hold(SessionFactory(hub_year=_hub_year()).pk, party(email=address), clock=lambda: NOW)
    Mail.objects.filter(booking=booking).update(due_at=timezone.now() - MINUTE, expires_at=None)


def wait_for_mail(smtp_server: MailServer, *addresses: str) -> None:
    deadline = time.monotonic() + 120  # of a machine that does much else
    while smtp_server.to != list(addresses) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert smtp_server.to == list(addresses)


def test_worker_stops_at_once_even_while_it_waits(smtp_server: MailServer) -> None:
    mail_due_now("a@school.example")
    with Worker(every=600, env=environment(smtp_server.port)) as worker:
        wait_for_mail(smtp_server, "a@school.example")
        time.sleep(0.3)  # now it waits
        assert worker.stops_within(10)


def test_worker_that_is_told_while_it_sends_finishes_that_mail_alone(smtp_server: MailServer) -> None:
    mail_due_now("slow@school.example")
    mail_due_now("next@school.example")
    smtp_server.slow, smtp_server.seconds = {"slow@school.example"}, 1
    with Worker(every=600, env=environment(smtp_server.port)) as worker:
        while not smtp_server.busy:
            time.sleep(0.02)
        assert worker.stops_within(10)
    assert smtp_server.to == ["slow@school.example"]
    assert Mail.objects.get(recipient="slow@school.example").state == Mail.State.SENT
    assert Mail.objects.get(recipient="next@school.example").tries == 0


def test_worker_outlives_a_database_that_is_away(smtp_server: MailServer, tmp_path: Path) -> None:
    mail_due_now("a@school.example")
    if connection.vendor == "sqlite":
        folder, name = os.path.split(connection.settings_dict["NAME"])
        away = f"sqlite:///{tmp_path}/later/{name}"
        with Worker(every=0.1, env=environment(smtp_server.port, away)) as worker:
            worker.wait_for_log("This round failed; trying again")
            (tmp_path / "later").symlink_to(folder)
            wait_for_mail(smtp_server, "a@school.example")
            assert worker.stops_within(10)
        return
    with Worker(every=0.1, env=environment(smtp_server.port)) as worker:
        wait_for_mail(smtp_server, "a@school.example")
        with connection.cursor() as cursor:
            others = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            cursor.execute(f"SELECT count(pg_terminate_backend(pid)) {others}")
            assert cursor.fetchone()[0] >= 1
        mail_due_now("b@school.example")
        wait_for_mail(smtp_server, "a@school.example", "b@school.example")
        assert worker.stops_within(10)
