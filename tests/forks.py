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
from pathlib import Path
from types import CodeType, FunctionType
from typing import NamedTuple

import pytest

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
    running: dict[int, tuple[Task, float]] = {}
    while tasks or running:
        while tasks and len(running) < AT_ONCE:
            task = tasks.pop(0)
            child = os.fork()
            if child == 0:
                in_child(task, [items[test] for test in task.tests if test in items], other, database)
            running[child] = task, time.monotonic() + 60 + 20 * task.seconds
        time.sleep(0.1)
        for child, (task, deadline) in list(running.items()):
            ended = os.waitpid(child, os.WNOHANG)[0]
            if not ended and time.monotonic() > deadline:
                os.killpg(child, signal.SIGKILL)
                os.waitpid(child, 0)
                (DONE / str(task.number)).write_text("the clock")
            if ended or time.monotonic() > deadline:
                del running[child]
    return True


def two_tests_of_rows(items: list[pytest.Item]) -> tuple[pytest.Item, pytest.Item]:
    """Of two files, so that what is made for one file is gone after the first."""
    of_rows = [item for item in items if item.get_closest_marker("django_db")]
    return of_rows[0], next(item for item in of_rows if item.path != of_rows[0].path)


def run(item: pytest.Item, following: pytest.Item) -> None:
    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)


def close_database() -> Path:
    from django.db import connections

    connections.close_all()
    return Path(connections["default"].settings_dict["NAME"])


def in_child(task: Task, items: list[pytest.Item], other: pytest.Item, database: Path) -> None:
    """Ends the process, with what came of it in a file where it is not that all tests passed."""
    from django.db import connections

    os.setsid()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    said = DONE / str(task.number)
    try:
        own = database.with_name(f"{said.name}-{database.name}")
        shutil.copy(database, own)
        connections["default"].settings_dict["NAME"] = str(own)
        said.write_text(DOES_NOT_FIT if not swap(task.file, task.source) else first_failure(items, other))
        for path in own.parent.glob(f"{own.name}*"):
            path.unlink()
    except BaseException as error:  # such as a change that ends the process
        said.write_text(f"{error!r}")
    finally:
        os._exit(0)


def first_failure(items: list[pytest.Item], other: pytest.Item) -> str:
    for item, following in zip(items, [*items[1:], other], strict=True):
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
    of_ours = [one for one in gc.get_objects() if isinstance(one, FunctionType)]
    found = [one for one in of_ours if place_of(one.__code__) == place_of(old)]
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
