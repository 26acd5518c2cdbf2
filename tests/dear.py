"""Which tests `script/test fast` leaves to the whole run because they take long: tests/dear.txt, written by measuring.

`python -m tests.dear` chooses anew from the last run's report (var/test-results/): the dearest are left out until the
rest takes `BUDGET` seconds of CPU. Of each module the cheapest stay, so that fast tests feel every part of the product.
No test fails for being dear, or for a busy machine: a run says at its end which of the fast ones took most.
"""

import resource
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIST = ROOT / "tests" / "dear.txt"
REPORT = ROOT / "var" / "test-results" / "tests-on-SQLite.xml"
BUDGET = 130.0  # of the 180 that two cores have in 90 seconds; the others are for starting, types and style
STAY = 2  # of each module, the cheapest
CHEAP = 0.05  # nobody waits for these, however many there are
MARKED = ("slow", "long", "browser")  # left out already
CPU = "cpu"


@cache
def dear() -> frozenset[str]:
    return frozenset(LIST.read_text().splitlines())


@pytest.hookimpl(tryfirst=True)  # before it is chosen by marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.nodeid.partition("[")[0] in dear():
            item.add_marker("dear")


# --- measured ---------------------------------------------------------------------------------------------------------


def used() -> float:
    """Seconds of CPU, of this process and of those that it has waited for."""
    both = [resource.getrusage(whose) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in both)


BEGAN = pytest.StashKey[float]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Iterator[None]:
    item.stash[BEGAN] = used()
    return (yield)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Note it in the report, but for what is marked by hand."""
    try:
        return (yield)
    finally:
        if not any(item.get_closest_marker(mark) for mark in MARKED):
            item.user_properties.append((CPU, f"{used() - item.stash[BEGAN]:.3f}"))


MEASURED: dict[str, float] = {}


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        MEASURED.update((report.nodeid, float(str(value))) for name, value in report.user_properties if name == CPU)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    fast = {name: cpu for name, cpu in MEASURED.items() if name.partition("[")[0] not in dear()}
    terminalreporter.section(f"dearest of the fast tests, which took {sum(fast.values()):.0f} s of CPU")
    for name, cpu in sorted(fast.items(), key=lambda one: -one[1])[:10]:
        terminalreporter.line(f"{cpu:.2f} s {name}")


# --- chosen -----------------------------------------------------------------------------------------------------------


def chosen(measured: dict[str, float], listed: frozenset[str], *, budget: float = BUDGET) -> list[str]:
    """What is left out, in order. What was listed and has not been run now stays listed."""
    costs: dict[str, list[float]] = defaultdict(list)
    for name, cpu in measured.items():
        costs[name.partition("[")[0]].append(cpu)
    each = {name: sum(cases) / len(cases) for name, cases in costs.items()}
    modules: dict[str, list[str]] = defaultdict(list)
    for name in sorted(each, key=lambda name: each[name]):
        modules[name.partition("::")[0]].append(name)
    stay = {name for names in modules.values() for name in names[:STAY] if each[name] < 10 * CHEAP}
    left_out, rest = set(listed - each.keys()), sum(measured.values())
    for name in sorted(each, key=lambda name: -each[name]):
        if rest > budget and name not in stay and each[name] > CHEAP:
            left_out.add(name)
            rest -= sum(costs[name])
    return sorted(left_out)


def is_there(name: str) -> bool:
    file, _, test = name.partition("::")
    return (ROOT / file).is_file() and f"def {test}(" in (ROOT / file).read_text()


def read(report: Path) -> dict[str, float]:
    """CPU by test, of a run's report."""
    found = {}
    for case in ElementTree.parse(report).iter("testcase"):
        for one in case.iterfind(f"properties/property[@name='{CPU}']"):
            file = (case.get("classname") or "").replace(".", "/")
            found[f"{file}.py::{case.get('name')}"] = float(one.get("value") or 0)
    return found


if __name__ == "__main__":
    listed = frozenset(filter(is_there, dear()))
    names = chosen(read(Path(sys.argv[1]) if sys.argv[1:] else REPORT), listed)
    LIST.write_text("".join(f"{name}\n" for name in names))
    print(f"{len(names)} tests are left to the whole run.")
