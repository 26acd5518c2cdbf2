"""Files stand in the database: a second host and a replica serve the same bytes, and neither has a folder of them."""

import time

import pytest
from django.db import connection

from tests.bookings import rush
from tests.faults.restored import two
from tests.postgres import Standby

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

CONTENTS = (1, 256 * 1024 + 1, 2_000_000)


@pytest.fixture(scope="module")
def databases(django_db_setup, tmp_path_factory):
    with two(connection, tmp_path_factory.mktemp("everywhere")) as made:
        session = made.does(made.first, "session", capacity=5)
        made.does(made.first, "store", session=session, contents=CONTENTS)
        yield made


def test_second_host_serves_what_was_given_to_the_first(databases, tmp_path):
    """Another process, with a folder of its own that is empty."""
    address = databases.first["DATABASE_URL"]
    with_options = address + ("?application_name=second" if connection.vendor == "postgresql" else "?timeout=20")
    second = databases.first | {"VAR_DIR": str(tmp_path), "DATABASE_URL": with_options}
    assert databases.does(second, "files", contents=CONTENTS)
    assert databases.does(second, "downloads", contents=CONTENTS)
    assert list(tmp_path.iterdir()) == []


def test_replica_serves_them_and_those_given_since(databases, tmp_path):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no replicas.")
    at = connection.settings_dict
    with Standby(at["HOST"], at["PORT"], at["USER"]) as standby:
        name = databases.first["DATABASE_URL"].rpartition("/")[2]
        url = standby.url.removesuffix("postgres") + name
        there = databases.first | {"VAR_DIR": str(tmp_path), "DATABASE_URL": url}
        databases.does(databases.first, "store_one_more", number=len(CONTENTS), size=300_000)
        deadline = time.monotonic() + rush.PATIENCE
        while not databases.does(there, "files", contents=[*CONTENTS, 300_000]):
            assert time.monotonic() < deadline
            time.sleep(0.1)
        assert databases.does(there, "downloads", contents=CONTENTS)
    assert list(tmp_path.iterdir()) == []
