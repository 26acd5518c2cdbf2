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


@pytest.mark.django_db(transaction=True)
def test_rows_that_were_written_for_real_go_and_no_table_is_made_anew():
    SessionFactory()
    with statements() as asked:
        call_command("flush", interactive=False, verbosity=0)
    assert (School.objects.count(), ShowcaseSession.objects.count()) == (0, 0)
    assert [one for one in asked if "TRUNCATE" in one] == []
    assert connection.get_autocommit()
