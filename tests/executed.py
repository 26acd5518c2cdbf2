"""Which test executes which line, for tests/mutants.py: a plugin of pytest that notes it, and what reads the notes.

Each process of a run writes files of its own into var/mutants/executed/: what `coverage` counted, with the name of the
test beside every line, and how long each test took. For a report of what no test executes:
`coverage combine --keep --data-file var/coverage var/mutants/executed/lines.*`, and then
`coverage html --data-file var/coverage -d var/coverage-html`.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache, lru_cache

import coverage
import pytest

from tests.imports import ROOT, python_files

VAR = ROOT / "var" / "mutants"
KEPT = VAR / "executed"
CODE = ("bookings", "hubs", "showcase")
FAST = "not browser and not slow and not long"  # as in script/_test.py, and what is dear
PYTEST = [sys.executable, "-m", "pytest", "-q", "--no-header"]
CALM = {"DJANGO_SETTINGS_MODULE": "tests.settings", "PYTHONHASHSEED": "0"}

lines = coverage.Coverage(
    data_file=str(KEPT / "lines"), data_suffix=True, branch=True, config_file=False, source=list(CODE)
)
lines.set_option("run:core", "ctrace")  # the one that can tell tests apart, on every Python
took: dict[str, float] = defaultdict(float)
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
    took[report.nodeid] += report.duration
    if not report.passed:
        failed.add(report.nodeid)


def pytest_sessionfinish() -> None:
    lines.stop()
    lines.save()
    passed = {test: time for test, time in took.items() if test not in failed}
    (KEPT / f"seconds-{os.getpid()}.json").write_text(json.dumps(passed))


# --- reading what was noted ------------------------------------------------------------------------------------------


def record() -> None:
    """Run the fast tests once and note who executes what, unless that is known of these very files."""
    digest = hashlib.sha256(b"".join((ROOT / file).read_bytes() for file in python_files())).hexdigest()
    of = KEPT / "digest"
    if of.exists() and of.read_text() == digest:
        return
    shutil.rmtree(KEPT, ignore_errors=True)
    print("Which test executes which line …", flush=True)
    command = [*PYTEST, "-n", "2", "--dist", "loadscope", "-p", "tests.executed", "-m", FAST]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | CALM, check=False)
    if done.returncode not in (0, 1):  # a test that fails counts for nothing; a run that broke off does
        done.check_returncode()
    of.write_text(digest)


@cache
def seconds() -> dict[str, float]:
    """How long each test took, of those that passed."""
    found = [json.loads(path.read_text()) for path in KEPT.glob("seconds-*.json")]
    return max(found, key=len)  # each process knows its own, the first of them all


@lru_cache(maxsize=1)
def executed(file: str) -> dict[int, set[str]]:
    """By line, the tests that execute it; an empty name stands for what runs at import."""
    by_line: dict[int, set[str]] = {}
    for path in KEPT.glob("lines.*"):
        data = coverage.CoverageData(str(path))
        data.read()
        for line, tests in data.contexts_by_lineno(str(ROOT / file)).items():
            by_line.setdefault(line, set()).update(map(sys.intern, tests))
    return by_line
