"""Which tests PostgreSQL needs."""

import pytest

from tests.statements import ALWAYS, chosen, shape


@pytest.mark.parametrize(
    "one, other",
    [
        ("SELECT * FROM a WHERE b = 'x' LIMIT 21", "SELECT * FROM a WHERE b = 'y' LIMIT 3"),
        ("SELECT * FROM a WHERE b IN (%s, %s)", "SELECT * FROM a WHERE b IN (%s, %s, %s)"),
        ("INSERT INTO a VALUES (%s, %s), (%s, %s)", "INSERT INTO a VALUES (%s, %s)"),
        ('RELEASE SAVEPOINT "s1_x2"', 'RELEASE SAVEPOINT "s1_x13"'),
    ],
)
def test_statements_that_differ_in_values_alone_are_one(one, other):
    assert shape(one) == shape(other)


def test_statements_that_ask_something_else_are_two():
    assert shape("SELECT * FROM a ORDER BY b") != shape("SELECT * FROM a ORDER BY c")


def test_every_statement_is_asked_by_the_tests_that_ask_the_most_for_their_asking():
    record = {
        "locks": (900, {1}),
        "slow page": (500, {1, 2, 3, 4}),
        "quick page": (3, {1, 2, 3}),
        "the same again": (4, {2, 3}),
        "another": (4, {4}),
    }
    assert chosen(record, {"locks"}) == {"locks", "quick page", "another"}


def test_no_statement_is_lost():
    record = {f"test {n}": (9, {n, n + 1, n * 7 % 11}) for n in range(20)}
    asked = set().union(*(record[name][1] for name in chosen(record, set())))
    assert asked == set().union(*(statements for _often, statements in record.values()))


def test_what_asks_nothing_itself_but_starts_a_server_of_its_own_is_run():
    record = {"page": (1, {1})}
    assert ALWAYS.search("test_database_kills")
    assert chosen(record, {"kill"}) == {"kill", "page"}
