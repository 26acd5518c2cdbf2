"""Which tests PostgreSQL needs after SQLite has run them all: every statement once, and all of what differs there.

A test of a page asks SQLite a hundred statements that other tests ask it too, in the same words. What could go wrong on
PostgreSQL alone is a statement that it understands otherwise; so it is asked each statement that SQLite was asked, and
of the plain ones (columns of joined tables, compared and sorted) each part, in whatever company. With a value that
SQLite took and PostgreSQL may not (a NUL, a number too large, long text) it is another statement, so that what is sent
by hand is asked there too as far as it has come. It is asked by the tests that ask the most new ones for all that they
ask (not for their time: then each run would choose others). And all tests run there whose subject differs between the
two: what locks, constrains, searches, kills or reads dates, and what SQLite skipped.

`script/test` records with --record-statements on SQLite, and chooses with --choose-by-statements on PostgreSQL. Without
a record, or by hand, everything runs.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.statement_parts import shapes, with_odd_values

RECORDS = Path(__file__).resolve().parent.parent / "var" / "statements"
# Their subject differs between the databases. So does that of what works with real transactions.
ALWAYS = re.compile(
    r"((?<!c)lock(?!_out)|constraint|models|one_each|settle|hold|confirm|cancel|waiting_list|outbox|session_changes"
    r"|moved|calendar|finder|near|search|reminders|school_days|exports|import_schools|rule|kills)"
)
# They work with real transactions for the sake of a real server, and their subject is what stands before it; or they
# ask whether a measurement still runs, which others of their module ask there.
ONCE = {"test_many_readers", "test_restart", "test_table_has_every_figure_it_names"}

BEGIN = 20  # statements that a test takes as long as before it asks its first

Record = dict[str, dict[str, object]]


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
        statements, often = set[int](), 0

        def note(execute: object, sql: str, params: Iterable[Any] | None, many: bool, context: object) -> object:
            nonlocal often
            often += 1
            values = params or ()
            statements.update(with_odd_values(shapes(sql), chain.from_iterable(values) if many else values))
            return execute(sql, params, many, context)  # type: ignore[operator]

        with connection.execute_wrapper(note):
            answer = yield
        self.tests[item.nodeid] = {
            "often": often,
            "statements": sorted(statements),
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
