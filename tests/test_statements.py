"""Which tests PostgreSQL needs."""

import json
import random

import pytest
from django.db import connection

from tests.statement_parts import odd, parts, shapes, with_odd_values
from tests.statements import ALWAYS, Recorder, chosen


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
    assert shapes(one) == shapes(other)


def test_statements_that_ask_something_else_are_two():
    assert shapes("SELECT * FROM a ORDER BY b") != shapes("SELECT * FROM a ORDER BY c")


def test_every_statement_is_asked_by_the_tests_that_ask_the_most_for_their_asking():
    record = {
        "locks": (900, {1}),
        "slow page": (500, {1, 2, 3, 4}),
        "quick page": (3, {1, 2, 3}),
        "the same again": (4, {2, 3}),
        "another": (4, {4}),
    }
    assert chosen(record, {"locks"}) == {"locks", "quick page", "another"}


def test_what_others_ask_between_them_is_left_out_though_it_was_found_first():
    record = {"all but the ends": (1, {2, 3, 4, 5}), "first": (9, {1, 2, 3}), "last": (9, {4, 5, 6})}
    assert chosen(record, set()) == {"first", "last"}


@pytest.mark.parametrize("seed", range(20))
def test_no_statement_is_lost(seed):
    draw = random.Random(seed)
    record = {f"test {n}": (draw.randint(1, 99), set(draw.sample(range(60), draw.randint(1, 9)))) for n in range(40)}
    asked = set().union(*(record[name][1] for name in chosen(record, {"test 0", "test 1"})))
    assert asked == set().union(*(statements for _often, statements in record.values()))


def test_what_asks_nothing_itself_but_starts_a_server_of_its_own_is_run():
    record = {"page": (1, {1})}
    assert ALWAYS.search("test_database_kills")
    assert chosen(record, {"kill"}) == {"kill", "page"}


@pytest.mark.parametrize("name", ["test_clock_change", "test_lock_out", "test_shown", "test_steps_with_faults"])
def test_what_sounds_like_a_lock_or_a_fault_of_the_database_and_is_none_is_chosen_by_its_statements(name):
    assert not ALWAYS.search(name)


def test_plain_statement_is_its_tables_comparisons_and_order():
    statement = (
        'SELECT "a"."id", T0."n" AS "x" FROM "a" LEFT OUTER JOIN "b" T0 ON ("a"."b_id" = T0."id") '
        'WHERE ("a"."hub_id" IN (%s) AND (T0."n" >= %s OR NOT (T0."n" IS NULL))) '
        'ORDER BY "a"."n" DESC NULLS LAST LIMIT 0'
    )
    assert parts(statement) == [
        'FROM "a"',
        ' LEFT OUTER JOIN "b" T0 ON ("a"."b_id" = T0."id")',
        '"a"."hub_id" IN (%s)',
        'T0."n" >= %s',
        'T0."n" IS NULL',
        '"a"."n" DESC NULLS LAST',
    ]
    assert parts('UPDATE "a" SET "n" = %s, "m" = %s WHERE "a"."id" = %s') == [
        'UPDATE "a"',
        '"a"."id" = %s',
        'UPDATE "a" SET "n" = %s',
        'UPDATE "a" SET "m" = %s',
    ]


@pytest.mark.parametrize(
    "rest",
    [
        ', COUNT(*) AS "n" FROM "a"',
        ' FROM "a" GROUP BY "a"."n"',
        ' FROM "a" ORDER BY CASE WHEN "a"."n" = %s THEN %s ELSE %s END ASC',
        ' FROM "a" WHERE "a"."n" = %s UNION SELECT "b"."n" FROM "b" WHERE "b"."n" = %s',
    ],
)
def test_statement_that_one_database_may_understand_otherwise_is_one_whole(rest):
    statement = f'SELECT "a"."n"{rest}'
    assert parts(statement) == [statement]


@pytest.mark.parametrize("rest", [" FOR UPDATE", ' GROUP BY "a"."n" HAVING COUNT(*) > %s', " LIMIT 0 OFFSET 0"])
def test_what_it_asks_of_a_row_is_asked_beside_it(rest):
    condition = '("a"."n" = %s AND "a"."m" BETWEEN %s AND (LOWER("a"."n") = %s OR "a"."n" = %s))'
    assert parts(f'SELECT "a"."n" FROM "a" WHERE {condition}{rest}') == [
        f'SELECT "a"."n" FROM "a"{rest}',
        '"a"."n" = %s',
        '"a"."m" BETWEEN %s',
        '(LOWER("a"."n") = %s OR "a"."n" = %s)',
    ]


@pytest.mark.parametrize(
    "term",
    [
        'EXISTS(SELECT %s AS "a" FROM "b" WHERE ("b"."n" = %s AND "b"."m" = %s) LIMIT 0)',
        '"a"."n" = ("a"."m" + %s)',
        '("a"."n" = %s) OR ("a"."n" & %s)',
        'NOT ("a"."n" IN (SELECT U0."n" FROM "b" U0 WHERE U0."n" = %s))',
    ],
)
def test_term_that_is_more_than_a_comparison_is_one_whole(term):
    assert parts(f'SELECT "a"."n" FROM "a" WHERE {term}') == ['FROM "a"', term]
    assert parts(f'SELECT "a"."n" FROM "a" WHERE ("a"."m" = %s AND {term})') == ['FROM "a"', '"a"."m" = %s', term]


def test_what_sqlite_alone_is_told_is_nothing_to_ask_postgresql():
    assert parts("PRAGMA foreign_keys = ON") == []


@pytest.mark.parametrize(
    "value, sort",
    [
        ("Ada\x00", "nul"),
        (json.dumps({"a": "\x00"}), "nul"),
        ("\ud800", "half"),
        (json.dumps("\ud800"), "half"),
        (json.dumps("x\udc00"), "half"),
        (json.dumps("👩"), ""),
        ("9999-12-31", "far"),
        ("0001-01-01", "far"),
        ("2027-01-26", ""),
        ("x" * 255, ""),
        ("x" * 256, "9"),
        ("x" * 100_000, "17"),
        ("\x00" * 256, "nul9"),
        (2**31 - 1, ""),
        (-(2**31), ""),
        (2**31, "1 times 32 bits"),
        (2**63, "2 times 32 bits"),
        (None, ""),
        (True, ""),
        (b"\x00", ""),
    ],
    ids=lambda value: ascii(value)[:24],
)
def test_value_that_one_database_may_not_take_has_a_sort(value, sort):
    assert odd(value) == sort


def test_statement_with_an_odd_value_is_asked_for_each_sort_beside_what_it_is():
    plain = shapes("SELECT 1")
    assert with_odd_values(plain, ["Ada", 1]) == plain
    one, other = (set(with_odd_values(plain, values)) for values in (["A\x00"], ["A\x00", 2**40]))
    assert set(plain) < one < other


@pytest.mark.django_db
def test_recorder_notes_how_often_a_test_asks_what_and_with_which_values(request):
    recorder = Recorder("this test")
    protocol = recorder.pytest_runtest_protocol(request.node)
    next(protocol)
    asked = "DELETE FROM hubs_school WHERE name = %s"
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        cursor.executemany(asked, [["Ash"], ["Ash" * 99]])
    with pytest.raises(StopIteration):
        next(protocol)
    noted = recorder.tests[request.node.nodeid]
    assert noted["often"] == 2
    assert noted["statements"] == sorted({*shapes("SELECT 1"), *with_odd_values(shapes(asked), ["Ash" * 99])})
