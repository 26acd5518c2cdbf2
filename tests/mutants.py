"""Whether a test notices when a line changes: `python -m tests.mutants [--changes 120] [--seed 1] [--only FOLDER]`.

One change at a time, as a careless colleague would make it; then the fast tests that execute that line, until one fails
and so has killed it. No file of the checkout is touched: a function gets its changed code in a process of its own, and
what runs at import is changed in a copy. What survives is either no change at all (`x > 0` and `x >= 1` of whole
numbers), a line that nothing needs, or a gap in the tests: somebody has to look.
No part of script/test: it takes minutes, and before them a run of the fast tests that notes who executes what (kept in
var/ while no Python file of ours changes).
"""

import argparse
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from tests.executed import CALM, CODE, PYTEST, VAR, executed, record, seconds
from tests.forks import DOES_NOT_FIT, DONE, TODO, UNCHANGED
from tests.imports import ROOT, imports_of, python_files
from tests.mutations import Change, changes_of, is_python

NOT_LOOKED_AT = ("bookings/management/demo.py", "bookings/management/commands/demo.py")
MOST_TESTS = 60
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


class Outcome(NamedTuple):
    """What became of a change: `by` is the test that killed it, or why none could run; empty where it survived."""

    change: Change
    tests: int
    by: str


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants")
    parser.add_argument("--changes", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="a folder or file, such as bookings/verbs")
    options = parser.parse_args()
    record()
    changes = sorted(chosen(options.changes, options.seed, options.only), key=lambda one: (one.file, one.start))
    report(list(try_all(changes)))
    return 0


# --- which changes, and which tests ---------------------------------------------------------------------------------


def chosen(how_many: int, seed: int, only: str = "") -> list[Change]:
    """Drawn by a seed: from a large file more than from a small one, and not mostly of the commonest kind."""
    draw, sources, ranked = random.Random(seed), dict[str, bytes](), []
    for file in python_files("bookings", "hubs"):
        if file.startswith(only) and file not in NOT_LOOKED_AT:
            sources[file] = (ROOT / file).read_bytes()
            found = changes_of(file, sources[file])
            of_kind = Counter(change.kind for change in found)
            found.sort(key=lambda change: draw.random() ** of_kind[change.kind], reverse=True)
            ranked += [((n + draw.random()) / len(found) ** 0.5, change) for n, change in enumerate(found)]
    in_order = (change for _, change in sorted(ranked) if is_python(change.made(sources[change.file])))
    return list(islice(in_order, how_many))


def tests_of(change: Change) -> tuple[list[str], bool]:
    """The tests that execute the line; where it runs at import, those that execute any of its file, and True."""
    by_line = executed(change.file)
    for lines in change.lines:
        tests = set().union(*(by_line.get(line, set()) for line in lines))
        if tests - {""}:
            return in_order(tests), False
        if tests:
            return in_order(tests_of_file(change.file))[:MOST_TESTS], True
    return [], False


def tests_of_file(file: str) -> set[str]:
    """Or, of one that only declares, the tests of those that import it."""
    found = set().union(*executed(file).values()) - {""}
    importing = [] if found else [one for one in python_files(*CODE) if file in {two.target for two in imports_of(one)}]
    return found.union(*(tests for one in importing for tests in executed(one).values()))


def in_order(tests: Iterable[str]) -> list[str]:
    """Those first that tell most: of as many files and functions as there are, and the fastest of each."""
    took, files, functions, ranked = seconds(), Counter[str](), Counter[str](), []
    for test in sorted((test for test in tests if test in took), key=took.__getitem__):
        file, function = test.partition("::")[0], test.partition("[")[0]
        ranked.append((files[file] + 10 * functions[function], took[test], test))
        files[file] += 1
        functions[function] += 1
    return [test for _, _, test in sorted(ranked)]


# --- trying them ----------------------------------------------------------------------------------------------------


def try_all(changes: Sequence[Change]) -> Iterator[Outcome]:
    """Changes of functions in forks of one process that has imported everything: what survives a few tests, again with
    all that execute the line. The rest after them, started anew."""
    tests = {change: tests_of(change) for change in changes}
    forked = {change: some for change, (some, at_import) in tests.items() if some and not at_import}
    done = in_forks({change: some[:MOST_TESTS] for change, some in forked.items()})
    done |= in_forks({change: some for change, some in forked.items() if not done[change] and some[MOST_TESTS:]})
    for change, (some, _) in tests.items():
        by = done.get(change, DOES_NOT_FIT) if some else ""
        outcome = Outcome(change, len(some), start_anew(change, some[:MOST_TESTS]) if by == DOES_NOT_FIT else by)
        print(f"killed by {outcome.by}" if outcome.by else "survived", change, flush=True)
        yield outcome


def in_forks(tests: dict[Change, list[str]]) -> dict[Change, str]:
    """See tests/forks.py."""
    if not tests:
        return {}
    shutil.rmtree(DONE, ignore_errors=True)
    DONE.mkdir(parents=True)
    tasks = [
        (n, change.file, change.made((ROOT / change.file).read_bytes()).decode(), some, sum(seconds()[t] for t in some))
        for n, (change, some) in enumerate(tests.items())
    ]
    TODO.write_text(json.dumps(tasks))
    files = sorted({test.partition("::")[0] for some in tests.values() for test in some})
    subprocess.run([*PYTEST, "-s", "-n", "0", "-p", "tests.forks", *files], cwd=ROOT, env=os.environ | CALM, check=True)
    if fails := (DONE / str(UNCHANGED.number)).read_text():
        raise RuntimeError(f"{fails} fails though nothing is changed")
    return {change: (DONE / str(n)).read_text() for n, change in enumerate(tests)}


@cache
def copy_of_the_checkout() -> Path:
    """All files that git knows or would take, and the migrated database; warm, so that no compiling is left to do."""
    copy = VAR / "copy"
    shutil.rmtree(copy, ignore_errors=True)
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    files = subprocess.run(listed, cwd=ROOT, check=True, capture_output=True, text=True).stdout.split("\0")
    for file in [*filter(None, files), *(f"var/{path.name}" for path in (ROOT / "var").glob("migrated-*"))]:
        if (ROOT / file).exists():
            (copy / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / file, copy / file)
    subprocess.run(
        [*PYTEST, "-n", "0", "--collect-only", "tests"],
        cwd=copy,
        env=environment(copy),
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return copy


def environment(copy: Path) -> dict[str, str]:
    return os.environ | CALM | {"PYTHONPYCACHEPREFIX": str(copy / "var" / "pycache")}


def start_anew(change: Change, tests: Sequence[str]) -> str:
    """Make the change, run its tests, and leave the file as it was: what was compiled of it stays true."""
    copy = copy_of_the_checkout()
    path = copy / change.file
    times, source = path.stat(), path.read_bytes()
    path.write_bytes(change.made(source))
    try:
        return killed_by(tests, copy)
    finally:
        path.write_bytes(source)
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))


def killed_by(tests: Sequence[str], copy: Path) -> str:
    """The first of these tests that fails in `copy`; nothing where all pass. One that never ends counts as failed."""
    command = [*PYTEST, "-x", "-n", "0", "--tb=no", *tests]
    env = environment(copy) | {"PYTHONDONTWRITEBYTECODE": "1"}
    child = subprocess.Popen(
        command, cwd=copy, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        said, _ = child.communicate(timeout=60 + 10 * sum(seconds()[test] for test in tests))
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.communicate()
        return "the clock"
    if child.returncode == 0:
        return ""
    failed = FAILED.search(said)
    return failed[1] if failed else said.strip().splitlines()[-1]  # it does not even start


# --- what came of it ------------------------------------------------------------------------------------------------


def report(outcomes: Sequence[Outcome]) -> None:
    survived = [one for one in outcomes if not one.by and one.tests]
    untouched = [one for one in outcomes if not one.by and not one.tests]
    killed = len(outcomes) - len(survived) - len(untouched)
    lines = []
    for name, some in (("Survived", survived), ("Executed by no fast test", untouched)):
        for change, tests, _ in some:
            lines += ["", f"{name}: {change}, {tests} tests", *change.diff()]
    by_kind = Counter(one.change.kind for one in outcomes)
    lines += ["", ", ".join(f"{n} {kind}" for kind, n in by_kind.most_common())]
    lines.append(
        f"{len(outcomes)} changes: {killed} killed, {len(survived)} survived, {len(untouched)} executed by no fast test"
    )
    (VAR / "report.txt").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    sys.exit(main())
