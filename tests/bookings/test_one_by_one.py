"""One that cannot be done keeps no other waiting; a database that is away stops them all."""

import sqlite3

import pytest
from django.db import OperationalError

from bookings.rule.one_by_one import one_by_one


def failing_at(two: BaseException):
    def does(row):
        if row == 2:
            raise two
        return row != 4

    return does


def locked():
    error = OperationalError("database is locked")
    error.__cause__ = sqlite3.OperationalError("database is locked")
    return error


@pytest.mark.parametrize(
    "error, said",
    [
        (ValueError("odd"), "Row 2 failed"),
        (locked(), "Row 2 failed: somebody else is busy with it, so the next round does it"),
    ],
)
def test_others_are_done_and_those_with_something_to_do_are_returned(error, said, caplog):
    assert one_by_one(failing_at(error), [1, 2, 3, 4, 5], failed="Row %s failed") == [1, 3, 5]
    assert [record.getMessage() for record in caplog.records] == [said]


def test_database_that_is_away_stops_them_all():
    with pytest.raises(OperationalError):
        one_by_one(failing_at(OperationalError("server closed the connection")), [1, 2, 3], failed="Row %s failed")


def test_it_stops_when_told():
    done = []
    one_by_one(done.append, [1, 2, 3], failed="%s", stop=lambda: len(done) == 2)
    assert done == [1, 2]
