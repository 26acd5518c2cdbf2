"""What every test stands on: no network but this machine's, and a count of places that is right after every test."""

import gc
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker, Settings

from bookings.operations.counting import miscounts
from tests import kept_database
from tests.bookings.observed import something_booked
from tests.this_machine import _nothing_outside  # noqa: F401  (and from here on nothing outside is reached)

# A test makes many small objects and few circles: looked for this often, they cost a tenth of the suite's time.
gc.set_threshold(100_000, 50, 100)
# A busy machine takes a second for what takes a millisecond: no rule is wrong for that.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """SQLite begins with a copy of the migrated file, which migrating again finds complete."""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """Put the migrated file, where there is one, where this process's database will be."""
    if connection.vendor == "sqlite":
        kept_database.lay(Path(connection.settings_dict["TEST"]["NAME"]))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep what was migrated for the next run."""
    if connection.vendor == "sqlite":
        with django_db_blocker.unblock():
            kept_database.keep()


@pytest.fixture
def versions_kept(settings: Settings) -> None:
    """For a test that reads the versions of what staff edit."""
    settings.SIMPLE_HISTORY_ENABLED = True


@pytest.fixture(scope="module")
def shared_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """For fixtures that make rows for a whole module: each test begins with them as they were, and all go at its end.

    What a test writes is taken back as ever, around these rows. No test of the module may ask for real transactions.
    """
    around = transaction.atomic()
    around._from_testcase = True  # as Django's TestCase does: verbs are durable, and may be called inside
    with django_db_blocker.unblock(), around:
        yield
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _places_counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that used the database, places taken equal seated visitors (rule.md#counting)."""
    marked = request.node.get_closest_marker("django_db")
    if marked:
        request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    yield
    if marked and not connection.needs_rollback and something_booked():
        assert miscounts() == []
