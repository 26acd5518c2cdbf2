"""A new release migrates while the one of before serves: nobody waits long, nothing is done twice, nothing is lost."""

import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from contextlib import closing
from itertools import islice
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from showcase.postgres.management.commands.migrate import one_at_a_time
from tests import kept_database
from tests.bookings import rush
from tests.database import address

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
ATTEMPTS, PLACES = 100, 60
WAITS_FOR_A_TABLE = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'ALTER TABLE%'"


@pytest.fixture
def database(tmp_path):
    """The address of a database of its own, migrated and with no rows."""
    if connection.vendor == "sqlite":
        kept_database.lay(tmp_path / "own.sqlite3")
        yield f"sqlite:///{tmp_path / 'own.sqlite3'}"
        return
    name = f"own_{uuid.uuid4().hex[:12]}"
    connection.close()  # one that is open cannot be copied
    with closing(psycopg.connect(address("postgres"), autocommit=True)) as own:
        own.execute(f"CREATE DATABASE {name} TEMPLATE {connection.settings_dict['NAME']}")
        yield address(name)
        own.execute(f"DROP DATABASE {name} WITH (FORCE)")


def migrating(database, *, beside, **more):
    settings = {"DJANGO_SETTINGS_MODULE": "tests.migrating_settings", "MIGRATIONS_BESIDE": beside}
    env = rush.environment(database, **settings, **more)
    command = [sys.executable, "manage.py", "migrate"]
    return subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def test_code_of_before_serves_a_rush_while_a_release_expands_the_schema(database, tmp_path):
    env = rush.environment(database)
    session = rush.order(env, do="prepare", capacity=PLACES)
    told, begin, attempts = rush.Told(tmp_path / "told"), tmp_path / "begin", iter(range(1_000_000))

    def more():
        return {"do": "hold", "session": session, "told": told.path, "attempts": list(islice(attempts, ATTEMPTS))}

    with migrating(database, beside="tests.expanded", MIGRATE_ONCE_THERE_IS=str(begin)) as migrate:
        with rush.begun(env, **more()) as booking:
            wait_until(lambda: told.answers["booked"] >= 5)
            begin.touch()
            _, errors = booking.communicate(timeout=rush.PATIENCE)
        assert booking.returncode == 0, errors
        while migrate.poll() is None:  # and so it is among them, however long it takes
            rush.order(env, **more())
        said, _ = migrate.communicate()
    assert migrate.returncode == 0, said
    assert "9002_an_index... OK" in said
    made = next(attempts)
    assert told.answers == {"booked": PLACES, "SessionFull": made - PLACES}


def test_two_hosts_that_migrate_at_once_do_it_once(database):
    both = [migrating(database, beside="tests.expanded") for _ in range(2)]
    said = [one.communicate(timeout=rush.PATIENCE)[0] for one in both]
    assert [one.returncode for one in both] == [0, 0], said
    assert sorted("No migrations to apply" in text for text in said) == [False, True]


def test_a_migration_waits_for_the_one_before_it():
    """What the test above relies on, without its luck."""
    ended = threading.Event()

    def second():
        with one_at_a_time(connection):
            ended.set()
        connection.close()

    other = threading.Thread(target=second)
    with one_at_a_time(connection):
        other.start()
        assert not ended.wait(0.5)
    other.join(timeout=rush.PATIENCE)
    assert ended.is_set()


def test_a_table_in_use_is_left_alone_again_until_it_is_free(database):
    """On PostgreSQL whoever comes behind the migration waits until that gives up, three seconds. SQLite has one lock,
    and reading waits for none."""
    rush.order(rush.environment(database), do="prepare", capacity=PLACES)
    with using(database) as holder, using(database) as reader:
        holder.execute("BEGIN" if connection.vendor == "postgresql" else "BEGIN IMMEDIATE")
        holder.execute("SELECT count(*) FROM bookings_booking").fetchall()
        with migrating(database, beside="tests.expanded") as migrate:
            if connection.vendor == "postgresql":
                wait_until(lambda: reader.execute(WAITS_FOR_A_TABLE).fetchone())
            began = time.monotonic()
            reader.execute("SELECT count(*) FROM bookings_booking").fetchall()
            waited = time.monotonic() - began
            if connection.vendor == "sqlite":
                time.sleep(2)  # in which it finds the lock taken
            holder.execute("ROLLBACK")
            said, _ = migrate.communicate(timeout=rush.PATIENCE)
    assert migrate.returncode == 0, said
    assert ("A table is in use; trying again" in said) is (connection.vendor == "postgresql")
    assert waited < 10


def using(database):
    """A connection of the driver's own, closed at the end of the block."""
    if connection.vendor == "postgresql":
        return closing(psycopg.connect(database, autocommit=True))
    return closing(sqlite3.connect(database.removeprefix("sqlite:///"), isolation_level=None))


def wait_until(true):
    deadline = time.monotonic() + rush.PATIENCE
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.02)
