"""The database killed in the middle of a rush: who was told of a place has it, and every booking gets its mail.

On PostgreSQL the whole server is killed, a cluster of this test's own; on SQLite all processes that write.
"""

import os
import signal
import time

import pytest
from django.db import connection

from bookings.outbox import LEASE
from tests.bookings import rush
from tests.factories import NOW
from tests.postgres import Cluster

ATTEMPTS, PLACES = 120, 60
KILLED_AT = (10, 30)  # places that have been booked when everything is killed
FINAL = ("booked", "SessionFull")


@pytest.fixture
def victim(tmp_path):
    """A database of its own, by its address, and what kills it in the middle of a rush."""
    if connection.vendor == "sqlite":
        yield f"sqlite:///{tmp_path / 'rush.sqlite3'}", lambda rushing: os.killpg(rushing.pid, signal.SIGKILL)
        return
    with Cluster() as cluster:

        def kill(_rushing):
            cluster.kill()
            cluster.start()

        yield cluster.url, kill


def test_database_killed_in_a_rush_loses_no_booking_and_no_mail(victim, tmp_path):
    database, kill = victim
    env = rush.environment(database, EMAIL_URL=f"filemail:///{tmp_path / 'mail'}")
    told = rush.Told(tmp_path / "told")
    session = rush.order(env, do="prepare", capacity=PLACES)
    for number in KILLED_AT:
        attempts = still_to_try(told)
        with rush.begun(env, do="hold", session=session, told=told.path, attempts=attempts, worker=True) as rushing:
            wait_until_booked(number, told, rushing)
            kill(rushing)
            rushing.communicate(timeout=rush.PATIENCE)
        assert told.answers["booked"] < PLACES  # it was in the middle
    rush.order(env, do="hold", session=session, told=told.path, attempts=still_to_try(told))
    past_the_leases = [(NOW + times * LEASE).isoformat() for times in range(1, 5)]
    left = rush.order(env, do="work", moments=past_the_leases)
    print(f"\n{connection.vendor}: killed {len(KILLED_AT)} times, then {dict(told.answers)}")
    check(told, left, mails_in(tmp_path / "mail"))


def still_to_try(told):
    """The attempts that have no answer, or that were told of a database that had gone."""
    return sorted(set(range(ATTEMPTS)) - told.who_was_told(*FINAL))


def wait_until_booked(number, told, rushing):
    deadline = time.monotonic() + rush.PATIENCE
    while told.answers["booked"] < number:
        assert rushing.poll() is None, rushing.stderr.read()
        assert time.monotonic() < deadline
        time.sleep(0.005)


def check(told, left, delivered):
    booked = {str(rush.request_key(n)) for n in told.who_was_told("booked")}
    assert len(booked) == PLACES
    assert sorted(left["bookings"]) == sorted([key, "held"] for key in booked)
    assert sorted(left["mails"]) == sorted([key, "sent"] for key in booked)
    assert left["events"] == ["hold"] * PLACES
    assert (left["taken"], left["miscounts"]) == (PLACES, [])
    expected = {f"teacher{n}@school.example" for n in told.who_was_told("booked")}
    assert set(delivered) == expected
    assert len(delivered) <= PLACES + len(KILLED_AT)  # each kill may send one mail twice


def mails_in(folder):
    """The recipient of every mail that was delivered."""
    text = "".join(path.read_text() for path in folder.iterdir())
    return [line.removeprefix("To: ") for line in text.splitlines() if line.startswith("To: ")]


def test_attempts_that_lost_the_database_are_tried_again(tmp_path):
    told = rush.Told(tmp_path / "told")
    lines = ['{"n": 0, "said": "booked"}', '{"n": 1, "said": "OperationalError"}', '{"n": 2, "said": "SessionFull"}']
    told.path.write_text("\n".join(lines) + '\n{"n": 3, "sa')
    assert still_to_try(told) == [1, *range(3, ATTEMPTS)]
