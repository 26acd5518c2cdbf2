"""What every test stands on: no network but this machine's, and a count of places that is right after every test."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack

import hypothesis
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker, Settings

from bookings.operations.counting import miscounted
from tests import flushing, kept_database
from tests.bookings.observed import rows_of, something_booked
from tests.database import rows_taken_back
from tests.this_machine import _nothing_outside  # noqa: F401  (and from here on nothing outside is reached)

# A test makes many small objects and few circles: looked for this often, they cost a tenth of the suite's time.
gc.set_threshold(100_000, 50, 100)
# A busy machine takes a second for what takes a millisecond: no rule is wrong for that.
hypothesis.settings.register_profile("ours", deadline=None)
hypothesis.settings.load_profile("ours")


@pytest.fixture(scope="session")
def django_db_keepdb() -> bool:
    """It begins with a copy of what was migrated, which migrating again finds complete."""
    return True


@pytest.fixture(scope="session")
def _migrated(django_db_modify_db_settings: None) -> Iterator[ExitStack]:
    """Lay a copy of what was migrated where this process's database will be; where there is none, others wait."""
    with ExitStack() as until_it_is_kept:
        until_it_is_kept.enter_context(kept_database.one_migrates(connection.vendor))
        kept_database.lay_anew(connection.creation._get_test_db_name())
        yield until_it_is_kept


@pytest.fixture(scope="session")
def django_db_setup(_migrated: ExitStack, django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    """Keep what was migrated, for the processes that wait for it and the next run."""
    with _migrated, django_db_blocker.unblock():
        kept_database.keep()
    flushing.what_tests_wrote_alone()


@pytest.fixture
def versions_kept(settings: Settings) -> None:
    """For a test that reads the versions of what staff edit."""
    settings.SIMPLE_HISTORY_ENABLED = True


@pytest.fixture(scope="module")
def shared_rows(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """For fixtures that make rows for a whole module: each test begins with them as they were, and all go at its end.

    What a test writes is taken back as ever, around these rows. No test of the module may ask for real transactions,
    and each is marked: pytest-django makes the tests' database for marked ones alone, and else these rows would be
    written into the one of the settings.
    """
    tests = [one for one in request.session.items if isinstance(one, pytest.Function)]
    asking = [one for one in tests if "shared_rows" in one.fixturenames]
    assert [one.nodeid for one in asking if not one.get_closest_marker("django_db")] == []
    with django_db_blocker.unblock(), rows_taken_back():
        yield


@pytest.fixture(autouse=True)
def _places_counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that used the database, places taken equal seated visitors (rule.md#counting)."""
    marked = request.node.get_closest_marker("django_db")
    if marked:
        request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    yield
    if marked and not connection.needs_rollback and something_booked():
        assert rows_of(miscounted) == []
