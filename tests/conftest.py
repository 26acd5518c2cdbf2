"""What every test stands on: no network but this machine's, and a count of places that is right after every test."""

from collections.abc import Iterator

import pytest
from django.db import connection

from bookings.due import miscounts
from tests.this_machine import _nothing_outside  # noqa: F401  (and from here on nothing outside is reached)


@pytest.fixture(autouse=True)
def _places_counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that used the database, places taken equal seated visitors in every session (section 3.3)."""
    marked = request.node.get_closest_marker("django_db")
    if marked:
        request.getfixturevalue("transactional_db" if marked.kwargs.get("transaction") else "db")
    yield
    if marked and not connection.needs_rollback:
        assert miscounts() == []
