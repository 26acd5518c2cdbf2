"""Tries changes of functions without starting anew: a plugin of pytest for tests/mutants.py.

Everything is imported and collected once. Then each change has a process of its own, forked from there, in which the
one function gets its changed code, and a database of its own; its tests run there until one fails.
"""

import gc
import json
import os
import shutil
import signal
import time
import traceback
from collections.abc import Callable, Sequence
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from types import CodeType, FunctionType
from typing import NamedTuple

import pytest
from django.db import connections

from tests.executed import VAR
from tests.imports import ROOT

TODO, DONE = VAR / "todo.json", VAR / "done"
AT_ONCE = 2
A_FUNCTION = 0x1  # CO_OPTIMIZED, which no class body has
DOES_NOT_FIT = "It is no change of one function."
failed: list[str] = []


class Task(NamedTuple):
    """`source` is the changed file, `tests` the tests to run."""

    number: int
    file: str
    source: str
    tests: list[str]
    seconds: float


UNCHANGED = Task(-1, "", "", [], 3600.0)  # runs what killed the others, which has to pass


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.failed:
        failed.append(report.nodeid)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool:
    tasks = [Task(*task) for task in json.loads(TODO.read_text())]
    items = {item.nodeid: item for item in session.items}
    warm, other = two_tests_of_rows(session.items)
    run(warm, other)  # makes the database
    assert not failed, failed
    database = close_database()
    for_each(tasks, lambda task: in_child(task, [items[test] for test in task.tests], other, database))
    killers = {test for task in tasks if (test := (DONE / str(task.number)).read_text()) in items}
    for_each([UNCHANGED], lambda task: in_child(task, [items[test] for test in sorted(killers)], other, database))
    return True


def for_each(tasks: Sequence[Task], does: Callable[[Task], None]) -> None:
    """In a fork each; one that takes ten times as long as it may is ended, and all of them with this process."""
    waiting, running = list(tasks), dict[int, tuple[Task, float]]()
    try:
        while waiting or running:
            while waiting and len(running) < AT_ONCE:
                task = waiting.pop(0)
                child = os.fork()
                if child == 0:
                    does(task)
                running[child] = task, time.monotonic() + 60 + 10 * task.seconds
            time.sleep(0.05)
            for child, (task, deadline) in list(running.items()):
                late = time.monotonic() > deadline
                if late:
                    (DONE / str(task.number)).write_text("the clock")
                    os.killpg(child, signal.SIGKILL)
                if os.waitpid(child, 0 if late else os.WNOHANG)[0]:
                    del running[child]
    finally:
        for child in running:
            os.killpg(child, signal.SIGKILL)


def two_tests_of_rows(items: list[pytest.Item]) -> tuple[pytest.Item, pytest.Item]:
    """Of two files, so that what is made for one file is gone after the first."""
    of_rows = [item for item in items if item.get_closest_marker("django_db")]
    return of_rows[0], next(item for item in of_rows if item.path != of_rows[0].path)


def run(item: pytest.Item, following: pytest.Item) -> None:
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def close_database() -> Path:
    connections.close_all()
    return Path(connections["default"].settings_dict["NAME"])


def in_child(task: Task, items: list[pytest.Item], other: pytest.Item, database: Path) -> None:
    """Ends the process; what came of it is in a file, unless this file itself has a fault."""
    os.setsid()
    try:
        with (DONE / f"{task.number}.log").open("w") as log:
            os.dup2(log.fileno(), 1)
            os.dup2(log.fileno(), 2)
        own = use_a_copy(database, task.number)
        fits = task is UNCHANGED or swap(task.file, task.source)
        (DONE / str(task.number)).write_text(first_failure(items, other) if fits else DOES_NOT_FIT)
        for path in own.parent.glob(f"{own.name}*"):
            path.unlink()
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(0)


def use_a_copy(database: Path, number: int) -> Path:
    own = database.with_name(f"{number}-{database.name}")
    shutil.copy(database, own)
    connections["default"].settings_dict["NAME"] = str(own)
    return own


def first_failure(items: list[pytest.Item], other: pytest.Item) -> str:
    for item, following in pairwise([*items, other]):
        run(item, following)
        if failed:
            return failed[0]
    return ""


# --- a function gets other code -------------------------------------------------------------------------------------


def swap(file: str, source: str) -> bool:
    """Give the function of `file` that differs in `source` its code from there; False where that cannot be done."""
    path = ROOT / file
    before = functions(compile(path.read_text(), str(path), "exec", dont_inherit=True))
    after = functions(compile(source, str(path), "exec", dont_inherit=True))
    changed = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    if len(before) != len(after) or len(changed) != 1:
        return False
    ((old, new),) = changed
    if sum(place_of(one) == place_of(old) for one in before) > 1:
        return False
    import_module(file.removesuffix(".py").replace("/", "."))  # a page that no test has asked for yet
    every = [one for one in gc.get_objects() if type(one) is FunctionType]  # isinstance would wake what is lazy
    found = [one for one in every if place_of(one.__code__) == place_of(old)]
    try:
        for function in found:
            function.__code__ = new
    except ValueError:  # it sees other names of the functions around it
        return False
    return bool(found)


def functions(code: CodeType) -> list[CodeType]:
    """The functions and methods of a module, and not those inside them."""
    inner = [const for const in code.co_consts if isinstance(const, CodeType)]
    return [one for const in inner for one in ([const] if const.co_flags & A_FUNCTION else functions(const))]


def place_of(code: CodeType) -> tuple[str, str, int]:
    return code.co_filename, code.co_name, code.co_firstlineno
