"""The database killed in the middle of a rush: who was told of a place has it, and every booking gets its mail.

On PostgreSQL the whole server is killed, a cluster of this test's own; on SQLite all processes that write.
"""

import os
import signal
import time

import pytest
from django.db import connection

from bookings.mail.claiming import LEASE
from tests.bookings import rush
from tests.factories import NOW
from tests.postgres import Cluster

pytestmark = pytest.mark.slow

ATTEMPTS, PLACES = 140, 100
FINAL = ("booked", "SessionFull")
# How many places have been booked when everything is killed. The processes of one rush outlive the server's deaths;
# where they are the victims, each death needs a rush of its own.
SERVER_KILLED_AT = range(8, 72, 8)
WRITERS_KILLED_AT = (15, 50)


def test_database_killed_in_a_rush_loses_no_booking_and_no_mail(tmp_path):
    told, mail = rush.Told(tmp_path / "told"), tmp_path / "mail"
    if connection.vendor == "sqlite":
        env = rush.environment(f"sqlite:///{tmp_path / 'rush.sqlite3'}", EMAIL_URL=f"filemail:///{mail}")
        check(told, kill_writers(env, told), mails_in(mail), kills=len(WRITERS_KILLED_AT))
        return
    with Cluster() as cluster:
        env = rush.environment(cluster.url, EMAIL_URL=f"filemail:///{mail}")
        check(told, kill_server(env, told, cluster), mails_in(mail), kills=len(SERVER_KILLED_AT))


def kill_server(env, told, cluster):
    """A rush during which the server is killed and started again; then how everything stands."""
    session = rush.order(env, do="prepare", capacity=PLACES)
    with begun(env, told, session, patient=True) as rushing:
        for number in SERVER_KILLED_AT:
            wait_until_booked(number, told, rushing)
            cluster.kill()
            cluster.start()
        _said, errors = rushing.communicate(timeout=rush.PATIENCE)
    assert rushing.returncode == 0, errors
    return afterwards(env)


def kill_writers(env, told):
    """Rushes whose processes are killed, and one that is not; then how everything stands."""
    session = rush.order(env, do="prepare", capacity=PLACES)
    for number in WRITERS_KILLED_AT:
        with begun(env, told, session) as rushing:
            wait_until_booked(number, told, rushing)
            os.killpg(rushing.pid, signal.SIGKILL)
            rushing.communicate(timeout=rush.PATIENCE)
    with begun(env, told, session) as rushing:
        _said, errors = rushing.communicate(timeout=rush.PATIENCE)
    assert rushing.returncode == 0, errors
    return afterwards(env)


def begun(env, told, session, **how):
    attempts = still_to_try(told)
    return rush.begun(env, do="hold", session=session, told=told.path, attempts=attempts, worker=True, **how)


def afterwards(env):
    """How everything stands when what is due has been done a few times, each past the lease of a mail."""
    return rush.order(env, do="work", moments=[(NOW + times * LEASE).isoformat() for times in range(1, 5)])


def still_to_try(told):
    """The attempts that have no answer, or that were told of a database that had gone."""
    return sorted(set(range(ATTEMPTS)) - told.who_was_told(*FINAL))


def wait_until_booked(number, told, rushing):
    deadline = time.monotonic() + rush.PATIENCE
    assert told.answers["booked"] < PLACES  # it is in the middle
    while told.answers["booked"] < number:
        assert rushing.poll() is None, rushing.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check(told, left, delivered, *, kills):
    print(f"\n{connection.vendor}: killed {kills} times, {dict(told.answers)}")
    booked = {str(rush.request_key(n)) for n in told.who_was_told("booked")}
    assert len(booked) == PLACES
    assert sorted(left["bookings"]) == sorted([key, "held"] for key in booked)
    assert sorted(left["mails"]) == sorted([key, "sent"] for key in booked)
    assert left["events"] == ["hold"] * PLACES
    assert (left["taken"], left["miscounts"]) == (PLACES, [])
    expected = {f"teacher{n}@school.example" for n in told.who_was_told("booked")}
    assert set(delivered) == expected
    assert len(delivered) <= PLACES + kills + 1  # each, and the end of the last rush, may have sent one mail twice


def mails_in(folder):
    """The recipient of every mail that was delivered."""
    text = "".join(path.read_text() for path in folder.iterdir())
    return [line.removeprefix("To: ") for line in text.splitlines() if line.startswith("To: ")]


def test_attempts_that_lost_the_database_are_tried_again(tmp_path):
    told = rush.Told(tmp_path / "told")
    lines = ['{"n": 0, "said": "booked"}', '{"n": 1, "said": "OperationalError"}', '{"n": 2, "said": "SessionFull"}']
    told.path.write_text("\n".join(lines) + '\n{"n": 3, "sa')
    assert still_to_try(told) == [1, *range(3, ATTEMPTS)]
