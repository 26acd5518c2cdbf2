"""Which test executes which line: a plugin of pytest for tests/mutants.py, `python -m pytest -p tests.executed`.

Each process of a run writes files of its own into var/mutants/executed/: what `coverage` counted, with the name of the
test beside every line, and how long each test took.
"""

import json
import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import coverage
import pytest

ROOT = Path(__file__).resolve().parent.parent
VAR = ROOT / "var" / "mutants"
KEPT = VAR / "executed"
CODE = ("bookings", "hubs", "showcase")

lines = coverage.Coverage(
    data_file=str(KEPT / "lines"), data_suffix=True, branch=True, config_file=False, source=list(CODE)
)
lines.set_option("run:core", "ctrace")  # the one that can tell tests apart, on every Python
seconds: dict[str, float] = defaultdict(float)
failed: set[str] = set()


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    """Begin before Django is set up, so that what runs at import is counted too."""
    KEPT.mkdir(parents=True, exist_ok=True)
    lines.start()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    lines.switch_context(item.nodeid)
    result = yield
    lines.switch_context("")
    return result


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    seconds[report.nodeid] += report.duration
    if not report.passed:
        failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    lines.stop()
    lines.save()
    passed = {test: took for test, took in seconds.items() if test not in failed}
    (KEPT / f"seconds-{os.getpid()}.json").write_text(json.dumps(passed))
