"""What migrating leaves is made by one process while the others wait, and what tests write for real goes again."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection

from hubs.models import School, ShowcaseSession
from tests import kept_database
from tests.bookings.observed import statements
from tests.factories import SessionFactory


@pytest.fixture
def kept(tmp_path, monkeypatch):
    (tmp_path / "var").mkdir()
    monkeypatch.setattr(kept_database, "ROOT", tmp_path)
    monkeypatch.setattr(kept_database, "kept", lambda vendor: tmp_path / vendor)
    return tmp_path / "sqlite"


def other(order):
    def comes():
        with kept_database.one_migrates("sqlite"):
            order.append("another")

    thread = threading.Thread(target=comes, daemon=True)
    thread.start()
    return thread


def test_another_waits_until_the_first_has_kept_it(kept):
    order = []
    with kept_database.one_migrates("sqlite"):
        waits = other(order)
        waits.join(0.2)
        order.append("the first")
        kept.touch()
    waits.join(60)
    assert order == ["the first", "another"]


def test_nobody_waits_where_it_is_kept(kept):
    order = []
    kept.touch()
    with kept_database.one_migrates("sqlite"):
        other(order).join(60)
        assert order == ["another"]


def test_owner_migrates_from_nothing_until_that_was_seen_with_these_roles(kept, monkeypatch):
    begun, roles = [], kept.parent / "showcase" / "postgres" / "roles.py"
    roles.parent.mkdir(parents=True)
    monkeypatch.setattr(kept_database, "migrate", lambda *, anew: begun.append(anew))
    for said in ("these", "these", "others"):
        roles.write_text(said)
        kept_database.migrate_as_owner()
    assert begun == [True, False, True]


def test_what_one_version_of_postgresql_has_kept_is_not_given_to_another(tmp_path, monkeypatch):
    named = set()
    for version in ("15.8", "18.6"):
        program = tmp_path / version / "pg_dump"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}'\n")
        program.chmod(0o755)
        monkeypatch.setenv("TEST_POSTGRES_BIN", str(program.parent))
        named.add(kept_database.kept("postgresql"))
    assert len(named) == 2


@pytest.mark.django_db(transaction=True)
def test_what_is_kept_is_kept_alone_and_no_half_of_what_a_killed_run_has_written(tmp_path, monkeypatch):
    to = kept_database.kept(connection.vendor)
    left = [f"migrated-0123{to.suffix}", f"migrated-0123{to.suffix}.4", f"{to.name}.56"]
    others = {"migrated-0123.other", f"migrating.{connection.vendor}.lock"}
    for name in (*left, *others):
        (tmp_path / name).touch()
    monkeypatch.setattr(kept_database, "kept", lambda vendor: tmp_path / to.name)
    kept_database.keep()
    assert {path.name for path in tmp_path.iterdir()} == {to.name, *others}


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_written_for_real_go_and_no_table_is_made_anew():
    SessionFactory()
    with statements() as asked:
        call_command("flush", interactive=False, verbosity=0)
    assert (School.objects.count(), ShowcaseSession.objects.count()) == (0, 0)
    assert [one for one in asked if "TRUNCATE" in one] == []
    assert connection.get_autocommit()
