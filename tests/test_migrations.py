"""From the first release on a migration only adds: the code of before goes on serving while it runs.

A linter reads what each would say to PostgreSQL. The initial ones make a database and meet nobody: they are left out.
"""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.bookings import rush
from tests.postgres import Cluster

ROOT = Path(__file__).resolve().parent.parent
LINT = [sys.executable, "manage.py", "lintmigrations", "--ignore-name", "0001_initial", "--warnings-as-errors"]


@pytest.fixture(scope="module")
def lint():
    """Lint the project's migrations, or those beside them."""
    with Cluster() as cluster:

        def lint(beside=""):
            settings = {"DJANGO_SETTINGS_MODULE": "tests.migrating_settings", "MIGRATIONS_BESIDE": beside}
            env = rush.environment(cluster.url, **settings)
            only = ["--include-apps", "hubs", "bookings", "--sql-analyser", "postgresql", "--no-cache"]
            return subprocess.run([*LINT, *only], cwd=ROOT, env=env, capture_output=True, text=True, check=False)

        yield lint


def test_no_migration_stops_those_who_are_booking(lint):
    done = lint()
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_only_adds_passes(lint):
    done = lint("tests.expanded")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "9002_an_index)... OK" in done.stdout


def test_what_takes_away_renames_fills_or_locks_is_found(lint):
    done = lint("tests.contracted")
    assert done.returncode != 0
    for name in ("9001_no_column", "9002_another_name", "9003_never_empty", "9004_an_index_that_locks"):
        assert f"{name})... ERR" in done.stdout, done.stdout
