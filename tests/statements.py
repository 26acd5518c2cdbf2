"""Which tests PostgreSQL needs after SQLite has run them all: every statement once, and all of what differs there.

A test of a page asks SQLite a hundred statements that other tests ask it too, in the same words. What could go wrong on
PostgreSQL alone is a statement that it understands otherwise; so it is asked each statement that SQLite was asked, and
of the plain ones (columns of joined tables, compared and sorted) each part, in whatever company. It is asked by the
tests that ask the most new ones for all that they ask (not for their time: then each run would choose others). And all
tests run there whose subject differs between the two: what locks, constrains, searches, kills or reads dates, and what
SQLite skipped.

`script/test` records with --record-statements on SQLite, and chooses with --choose-by-statements on PostgreSQL. Without
a record, or by hand, everything runs.
"""

import json
import re
import zlib
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from django.db import connection

RECORDS = Path(__file__).resolve().parent.parent / "var" / "statements"
# Their subject differs between the databases. So does that of what works with real transactions.
ALWAYS = re.compile(
    r"((?<!c)lock(?!_out)|constraint|models|one_each|settle|hold|confirm|cancel|waiting_list|outbox|session_changes|moved|calendar"
    r"|finder|near|search|reminders|school_days|exports|import_schools|rule|kills|bad_input|faults|attacks)"
)
# They work with real transactions for the sake of a real server, and their subject is what stands before it; or they
# ask whether a measurement still runs, which others of their module ask there.
ONCE = {"test_many_readers", "test_restart", "test_table_has_every_figure_it_names"}
# What is the same statement in other words: values, names of savepoints, how many rows.
SAME = [
    (re.compile(r"'[^']*'"), "?"),
    (re.compile(r"\b([TUVW])?\d+\b"), r"\g<1>0"),  # of a table's second name too
    (re.compile(r'SAVEPOINT "\w+"'), "SAVEPOINT"),
    (re.compile(r"\(\s*%s(?:\s*,\s*%s)+\s*\)"), "(%s)"),
    (re.compile(r"\(%s\)(?:, \(%s\))+"), "(%s)"),
    (re.compile(r"BETWEEN %s AND %s"), "BETWEEN %s"),  # its AND joins nothing
]

COLUMN = r'(?:"\w+"|[TUVW]0)\."\w+"'
READ = rf'(?:{COLUMN}|%s)(?: AS "\w+")?'
COLUMN = r'(?:"\w+"|[TUVW]0)\."\w+"'
READ = rf'(?:{COLUMN}|%s)(?: AS "\w+")?'
JOIN = re.compile(rf' (?:INNER|LEFT OUTER) JOIN "\w+"(?: T0)? ON \({COLUMN} = {COLUMN}\)')
SET = re.compile(r'"\w+" = %s')
COMPARED = re.compile(rf"{COLUMN} (?:(?:=|<|>|<=|>=) (?:%s|{COLUMN})|IN \(%s\)|IS NULL|IS NOT NULL|LIKE %s ESCAPE \?)")
BETWEEN = re.compile(r"AND|OR|NOT|[()\s]")
BY = rf"{COLUMN} (?:ASC|DESC)(?: NULLS (?:FIRST|LAST))?"
PLAIN = re.compile(
    rf'(?:SELECT (?:COUNT\(\*\) AS "\w+"|{READ}(?:, {READ})*) FROM "\w+"(?P<joined>(?:{JOIN.pattern})*)'
    rf'|UPDATE "\w+" SET (?P<set>{SET.pattern}(?:, {SET.pattern})*)|DELETE FROM "\w+")'
    rf"(?: ORDER BY (?P<order>{BY}(?:, {BY})*))?(?: LIMIT 0)?"
)
TABLE = re.compile(r'(?:FROM|UPDATE) "\w+"')
# Where the condition of a statement begins and ends, outside its brackets, and where one thing is asked beside another.
STEPS = re.compile(r"[()]| WHERE | AND | (?:GROUP BY|HAVING|ORDER BY|LIMIT|FOR|UNION) ")

BEGIN = 20  # statements that a test takes as long as before it asks its first

Record = dict[str, dict[str, object]]


@lru_cache(20_000)  # most are asked again and again, and five patterns on each would be a minute of the whole run
def shapes(statement: str) -> tuple[int, ...]:
    """Numbers for a statement, the same for all that differ in their values alone: one, or one for each part."""
    for pattern, instead in SAME:
        statement = pattern.sub(instead, statement)
    return tuple(zlib.crc32(part.encode()) for part in parts(statement))


def parts(statement: str) -> list[str]:
    """What each database understands by itself: all that is asked of a row, one by one, and the rest of the statement.

    The rest is its tables and its order where it is plain: no function, group, distinction, subquery or lock in it.
    """
    if statement.startswith("PRAGMA"):  # SQLite's alone
        return []
    rest, condition = divided(statement)
    asked = [part for term in terms(condition) for part in compared(term)]
    plain = PLAIN.fullmatch(rest)
    if plain is None:
        return [rest, *asked]
    joined, put, order = (plain[group] or "" for group in ("joined", "set", "order"))
    table = TABLE.findall(rest)[0]
    return [
        table,
        *JOIN.findall(joined),
        *asked,
        *re.findall(BY, order),
        *(f"{table} SET {one}" for one in SET.findall(put)),
    ]


def divided(statement: str) -> tuple[str, str]:
    """A statement without its condition, and that; one with more than one of them is left as it is."""
    depth, begin, end = 0, 0, len(statement)
    for step in STEPS.finditer(statement):
        word = step[0].strip()
        depth += {"(": 1, ")": -1}.get(word, 0)
        if depth == 0 and word == "UNION":
            return statement, ""
        if depth == 0 and word == "WHERE":
            begin = step.end()
        elif depth == 0 and begin and word not in ("(", ")", "AND"):
            end = step.start()
            break
    return (statement[: begin - len(" WHERE ")] + statement[end:], statement[begin:end]) if begin else (statement, "")


def terms(condition: str) -> list[str]:
    """What a condition asks one beside the other: `(a AND (b OR c))` is `a` and `(b OR c)`."""
    depth, begin, found = 0, 0, list[str]()
    ends = []  # of what stands in brackets
    for step in STEPS.finditer(condition):
        depth += {"(": 1, ")": -1}.get(step[0], 0)
        if depth == 0 and step[0] == ")":
            ends.append(step.end())
        elif depth == 0 and step[0] == " AND ":
            found.append(condition[begin : step.start()])
            begin = step.end()
    if condition.startswith("(") and ends == [len(condition)]:
        return terms(condition[1:-1])
    return [one for one in (*found, condition[begin:]) if one]


def compared(term: str) -> list[str]:
    """Its comparisons of columns with values, if there is nothing else in it."""
    return [term] if BETWEEN.sub("", COMPARED.sub("", term)) else COMPARED.findall(term)


def chosen(record: dict[str, tuple[int, set[int]]], always: set[str]) -> set[str]:
    """The tests in `always`, and of the others so many that every statement is asked.

    The record says of each test how often it asks, and which statements. Those with the most for that come first; and
    what those after them ask as well, between them, goes again.
    """
    asked: set[int] = set().union(*(record[name][1] for name in always & record.keys()))
    alone = {name: statements - asked for name, (_often, statements) in record.items() if name not in always}
    left, found = dict(alone), list[str]()
    while left:
        best = max(left, key=lambda name: (len(left[name]) / (record[name][0] + BEGIN), name))
        if not left[best]:
            break
        found.append(best)
        new = left.pop(best)
        left = {name: statements - new for name, statements in left.items()}
    return always.union(found) - without_need({name: alone[name] for name in found}, record)


def without_need(found: dict[str, set[int]], record: dict[str, tuple[int, set[int]]]) -> set[str]:
    """Of the tests found, those whose every statement others of them ask, beginning with what asks longest."""
    times = Counter(statement for statements in found.values() for statement in statements)
    gone = set()
    for name in sorted(found, key=lambda name: (-record[name][0], name)):
        if all(times[statement] > 1 for statement in found[name]):
            times.subtract(found[name])
            gone.add(name)
    return gone


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--record-statements", action="store_true", help="note which test asks the database what")
    parser.addoption("--choose-by-statements", action="store_true", help="run what PostgreSQL needs, by that record")


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--record-statements"):
        config.pluginmanager.register(Recorder(getattr(config, "workerinput", {}).get("workerid", "main")))


class Recorder:
    """Notes the statements of each test, and how often it asks, in a file of this process."""

    def __init__(self, process: str) -> None:
        self.file = RECORDS / f"{process}.json"
        self.tests: Record = {}
        self.skipped: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.skipped:
            self.skipped.add(report.nodeid)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[object]:
        statements: list[tuple[int, ...]] = []

        def note(execute: object, sql: str, params: object, many: object, context: object) -> object:
            statements.append(shapes(sql))
            return execute(sql, params, many, context)  # type: ignore[operator]

        with connection.execute_wrapper(note):
            answer = yield
        self.tests[item.nodeid] = {
            "often": len(statements),
            "statements": sorted(set().union(*statements)),
            "skipped": item.nodeid in self.skipped,
        }
        return answer

    def pytest_sessionfinish(self) -> None:
        RECORDS.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps(self.tests))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--choose-by-statements"):
        return
    noted = {
        name: test for file in sorted(RECORDS.glob("*.json")) for name, test in json.loads(file.read_text()).items()
    }
    record = {name: (test["often"], set(test["statements"])) for name, test in noted.items() if test["statements"]}
    if record:
        skipped = {name for name, test in noted.items() if test["skipped"]}
        needed = chosen(record, skipped.union(item.nodeid for item in items if differs(item)))
        config.hook.pytest_deselected(items=[item for item in items if item.nodeid not in needed])
        items[:] = [item for item in items if item.nodeid in needed]


def differs(item: pytest.Item) -> bool:
    """Whether what the test is about differs between the databases."""
    marked = item.get_closest_marker("django_db")
    real = bool(marked and marked.kwargs.get("transaction"))
    once = not ONCE.isdisjoint({item.path.stem, item.name})
    return not once and (real or bool(ALWAYS.search(item.path.stem)))
