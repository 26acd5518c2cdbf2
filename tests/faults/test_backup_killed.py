"""A backup or a restore killed on the way leaves nothing that looks whole; and a copy ends however much is written."""

import datetime as dt
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing

import pytest
from django.db import connection
from django.utils import timezone

from bookings.operations import archive, copying_out
from tests import kept_database
from tests.bookings import rush
from tests.factories import NOW
from tests.faults.restored import two

pytestmark = pytest.mark.django_db

MEGABYTES = 60
MOMENT = 0.001


@pytest.fixture(scope="module")
def databases(django_db_setup, tmp_path_factory):
    with two(connection, tmp_path_factory.mktemp("killed")) as made:
        made.does(made.first, "session", capacity=5)
        made.does(made.first, "fill", megabytes=MEGABYTES)
        yield made


def killed(env, *command, when):
    """Run a command of manage.py in a group of its own, and kill all of it at that moment."""
    line = [sys.executable, "manage.py", *map(str, command)]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "stdin": subprocess.DEVNULL}
    with subprocess.Popen(line, cwd=rush.ROOT, env=env, start_new_session=True, **quiet) as process:
        deadline = time.monotonic() + rush.PATIENCE
        while not when():
            assert process.poll() is None, "it had ended before it could be killed"
            assert time.monotonic() < deadline
            time.sleep(MOMENT)
        os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == -signal.SIGKILL


def test_backup_that_is_killed_leaves_none_and_the_next_one_clears_up(databases):
    def begun():
        return any(path.stat().st_size > 1_000_000 for path in databases.backups.glob(".*.part"))

    killed(databases.first, "backup", databases.backups, when=begun)
    assert list(databases.backups.glob("*.tar")) == []
    databases.does(databases.first, "back_up", folder=databases.backups)
    archive.check(archive.read(databases.newest))
    assert list(databases.backups.glob(".*.part")) == []
    assert list((databases.folder / "var").glob(f"{copying_out.INSIDE}*")) == []


def test_restore_that_is_killed_leaves_the_database_empty_and_can_be_done_again(databases):
    if connection.vendor != "sqlite":
        pytest.skip("On PostgreSQL one transaction fills it: the server itself takes it back.")
    if not list(databases.backups.glob("*.tar")):
        databases.does(databases.first, "back_up", folder=databases.backups)
    ledger = databases.backups / "showcase-erasures.jsonl"
    ledger.touch()
    for part in (0.2, 0.8):
        command = ("restore", databases.newest, "--key", databases.key)
        killed(databases.second, *command, when=lambda part=part: _is_done(databases, part))
        assert databases.does(databases.second, "empty")
    databases.does(databases.second, "restore", file=databases.newest, key=databases.key, ledger=ledger)
    assert not databases.does(databases.second, "empty")


def _is_done(databases, part):
    """Whether a part of the copy lies where nobody looks; on PostgreSQL, whether it is being filled for so long."""
    if connection.vendor == "sqlite":
        aside = databases.folder / "second.sqlite3.showcase_restoring"
        return aside.exists() and aside.stat().st_size > part * MEGABYTES * 1_000_000
    begun = (
        "SELECT 1 FROM pg_stat_activity WHERE application_name = 'psql' AND datname LIKE '%%second' AND xact_start < %s"
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # or it would say the same until this test ends
        cursor.execute(begun, [timezone.now() - dt.timedelta(seconds=part / 4)])
        return cursor.fetchone() is not None


def test_copy_in_steps_ends_while_others_write_without_a_pause(tmp_path, monkeypatch):
    """Each write of somebody else begins a copy anew that holds no moment: this one holds it."""
    monkeypatch.setattr(copying_out, "PAGES", 1)
    served, copy = tmp_path / "served.sqlite3", tmp_path / "copy.sqlite3"
    kept_database.lay(served)
    with closing(sqlite3.connect(served)) as first:
        first.execute("PRAGMA journal_mode=WAL")
        first.execute("CREATE TABLE written (n INTEGER)")
        first.execute("CREATE TABLE large (content BLOB)")
        first.executemany("INSERT INTO large VALUES (zeroblob(?))", [(1_000_000,)] * 20)
        first.commit()
    stop, written = threading.Event(), []

    def write():
        with closing(sqlite3.connect(served, isolation_level=None, timeout=30)) as writer:
            writer.execute("PRAGMA synchronous=OFF")
            while not stop.is_set():
                written.append(writer.execute("INSERT INTO written VALUES (1)").rowcount)

    writing = threading.Thread(target=write)
    writing.start()
    try:
        while len(written) < 20:
            time.sleep(MOMENT)
        before = len(written)
        copying = threading.Thread(target=copying_out._step_by_step, args=(served, copy, lambda: NOW), daemon=True)
        copying.start()
        copying.join(20)
        assert not copying.is_alive()
        assert len(written) > before  # nobody waited for it
    finally:
        stop.set()
        writing.join()
    with closing(sqlite3.connect(copy)) as there:
        assert there.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert before <= there.execute("SELECT count(*) FROM written").fetchone()[0] <= len(written)
