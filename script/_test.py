"""Every check and test, and one line of totals at the end. Run by script/test.

A part that fails, or cannot be had, never hides the parts after it: the end names all that failed.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import _beside
import _chromium
from _common import LOGS, PYTHON, ROOT, VAR, VENV, as_root, heed_signals, make_environment, only_one, run, start, stop

RESULTS = VAR / "test-results"
# What a developer may have set for a server of their own, and no test may see.
OURS = set(re.findall(r'Setting\(\s*"([A-Z_]+)"', (ROOT / "showcase" / "environment.py").read_text()))
OTHERS = ("DJANGO_", "GUNICORN_", "PG", "PYTEST_", "PYTHONWARNINGS", "SHOWCASE_")
PLUGINS = [f"-ptests.{name}" for name in ("statements", "side_by_side", "dear")]
PYTEST = ["-m", "pytest", "-q", "-n", "2", "--durations=10", *PLUGINS]
# Two processes keep two cores busy; where one of them waits for what it has frozen or killed, a third has a core.
# What is slow begins first. In the browser the module of most tests does: it looks at pages before others add to them.
BESIDE_WHAT_WAITS = ("-n", "3", "--no-loadscope-reorder")
IN_A_BROWSER = ("-m", "browser", "tests/browser")
# Debian's servers that faults are tried with; what many machines are made of is for `all`.
SERVERS = ("nginx-light", "pgbouncer")
HEAVY = ("patroni", "etcd-server", "etcd-client", "postgresql-15", "debootstrap", "iproute2", "python3-etcd", "curl")


NONE = 5  # as pytest says that no test was found
FAST = "not browser and not slow and not dear and not long"
USE = """Use: script/test
     script/test all              and what takes minutes: whole machines, clusters, faults one by one
     script/test fast             without browser, second database, Chinese and what is slow or dear: 90 seconds
     script/test changed [HEAD~3] of those, what the files changed since that commit (or the last one) can touch"""


class Run:
    """What has been run so far: the failed parts by name, and the tests by outcome."""

    def __init__(self, env: dict[str, str]) -> None:
        self.env = env
        self.failed: list[str] = []
        self.tests: Counter[str] = Counter()

    def part(
        self, name: str, command: list[str], *, beside: bool = False, fine: Sequence[int] = (0,), **env: str
    ) -> int:
        """Run it, and say how it went; `beside` another, what it prints comes in one piece at its end."""
        log = LOGS / f"{name.replace(' ', '-')}.log" if beside else None
        if not log:
            print(f"\n== {name}", flush=True)
        began = time.monotonic()
        code = run(command, env=self.env | env, log=log, first=signal.SIGINT, patience=30)
        result = "ok" if code in fine else f"FAILED with code {code}"
        printed = f"\n== {name}\n{log.read_text()}" if log else ""
        print(f"{printed}== {name}: {result}, {time.monotonic() - began:.1f} s", flush=True)
        if code not in fine:
            self.failed.append(name)
        return code

    def pytest(
        self,
        name: str,
        *options: str,
        on_postgres: bool = False,
        may_be_none: bool = False,
        python: str = PYTHON,
        **env: str,
    ) -> None:
        report = RESULTS / f"{name.replace(' ', '-')}.xml"
        report.unlink(missing_ok=True)
        command = [python, *PYTEST, f"--junit-xml={report}", *options]
        if on_postgres:
            command = [PYTHON, "-m", "tests.postgres", *command]
        if self.part(name, command, fine=(0, NONE) if may_be_none else (0,), **env) == NONE:
            counts = "all that can tell is left to the whole run" if may_be_none else "and that counts as a failure"
            print(f"{name}: no test was found, {counts}.", flush=True)
        self.tests += outcomes(report)

    def cannot(self, name: str, sentence: str) -> None:
        print(f"\n== {name}: FAILED. {sentence}", flush=True)
        self.failed.append(name)


def main() -> int:
    what, *since = sys.argv[1:] or ["whole"]
    if what not in ("whole", "all", "fast", "changed") or since[1:] or (since and what != "changed"):
        sys.exit(USE)
    heed_signals()
    with only_one("test"):
        with ThreadPoolExecutor() as pool:  # on a new machine both take a while
            machine = pool.submit(make_machine, what)
            make_environment("requirements.txt", "requirements-dev.txt")
            chromium = machine.result()
        RESULTS.mkdir(parents=True, exist_ok=True)
        run_ = Run(environment())
        with migrating_meanwhile(run_.env):
            if what != "fast":
                checks(run_)
        if what == "changed":
            changed(run_, *since)
        elif what == "fast":
            with ThreadPoolExecutor() as pool:
                checked = pool.submit(checks, run_, beside=True)
                run_.pytest("tests on SQLite", "-m", FAST)
                checked.result()
        else:
            shutil.rmtree(VAR / "statements", ignore_errors=True)
            run_.pytest("tests on SQLite", *BESIDE_WHAT_WAITS, "-m", "not browser and not long", "--record-statements")
            # What SQLite was asked, and all that differs: see tests/statements.py.
            chosen = (*BESIDE_WHAT_WAITS, "-m", "not browser and not long", "--choose-by-statements")
            run_.pytest("tests on PostgreSQL", *chosen, on_postgres=True)
            browser(run_, chromium)
            if what == "all":
                # One at a time: each has the machine to itself.
                run_.pytest("what takes minutes", "-m", "long", "-n", "0", CHROMIUM_BIN=chromium or "")
                beside(run_)
    return totals(run_)


def make_machine(what: str) -> str | None:
    """Install what Debian has of what these tests need; returns a browser that runs, where they need one."""
    if what not in ("whole", "all"):
        return None
    chromium = find_chromium()
    install([*SERVERS, *(HEAVY if what == "all" else ())])
    return chromium


def environment() -> dict[str, str]:
    """The caller's environment without what could change a result."""
    names = [name for name in os.environ if name not in OURS and not name.startswith(OTHERS)]
    return {name: os.environ[name] for name in names} | {
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "HYPOTHESIS_STORAGE_DIRECTORY": str(VAR / "cache" / "hypothesis"),
    }


@contextmanager
def migrating_meanwhile(env: dict[str, str]) -> Iterator[None]:
    """The database that SQLite's tests begin with is made beside what needs one core (see tests/kept_database.py)."""
    file = VAR / "migrating.sqlite3"
    file.unlink(missing_ok=True)
    own = env | {"DATABASE_URL": f"sqlite:///{file}"}
    child = start([PYTHON, "-m", "tests.kept_database"], env=own, log=LOGS / "migrating.log")
    try:
        yield  # and it may go on beside the tests, which wait for it as for each other
    except BaseException:
        stop([child])
        raise


def checks(run_: Run, *, beside: bool = False) -> None:
    part = partial(run_.part, beside=beside)
    templates = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "templates").rglob("*.html"))
    part("ruff check", [PYTHON, "-m", "ruff", "check"])
    part("ruff format", [PYTHON, "-m", "ruff", "format", "--check"])
    part("mypy", [PYTHON, "-m", "mypy"])
    part("djade", [str(VENV / "bin" / "djade"), "--check", "--target-version", "5.2", *templates])
    # These two need no rows, and the database of a running demo is none of their business.
    nowhere = "sqlite://:memory:"
    part("makemigrations", [PYTHON, "manage.py", "makemigrations", "--check"], DATABASE_URL=nowhere)
    part("check", [PYTHON, "manage.py", "check", "--fail-level", "WARNING"], DATABASE_URL=nowhere)


def changed(run_: Run, revision: str = "HEAD") -> None:
    """The fast tests of the files that what has changed can touch."""
    command = [PYTHON, "-m", "tests.touched", revision]
    asked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    files = asked.stdout.split()
    if asked.returncode != 0:
        run_.cannot("tests of what has changed", f"git knows no changes since {revision!r}.")
    elif not files:
        print("\nNo test can tell what has changed.", flush=True)
    else:
        run_.pytest("tests of what has changed", "-m", FAST, *files, may_be_none=True)


def beside(run_: Run) -> None:
    """What is known against our packages, and the fast tests on the next Django."""
    nothing_known, sentence = _beside.advisories()
    print(f"\n== advisories: {sentence}", flush=True)
    if not nothing_known:
        run_.failed.append("advisories")
    python, why_not = _beside.next_django([ROOT / "requirements.txt", ROOT / "requirements-dev.txt"])
    if python is None:
        print(f"\n== the next Django: {why_not}", flush=True)
    else:
        run_.pytest("tests on the next Django", "-m", FAST, python=python)


def browser(run_: Run, chromium: str | None) -> None:
    if chromium is None:
        remedy = as_root("apt-get install chromium")
        run_.cannot("browser tests", f"No Chromium runs here: {remedy} (or let CHROMIUM_BIN name one).")
        return
    run_.pytest("browser tests", *IN_A_BROWSER, CHROMIUM_BIN=chromium)


def find_chromium() -> str | None:
    """A browser that runs, installed first where this user may; None where there is none to be had."""
    found = _chromium.program()
    if os.environ.get("CHROMIUM_BIN"):
        return found
    for package in _chromium.NAMES[:2]:  # not every system has the first
        if found is None:
            install([package], recommended=True)
            found = _chromium.program()
    return found


def install(packages: Sequence[str], *, recommended: bool = False) -> None:
    """Install Debian's packages that are missing, where this user may; starts none of their services.

    A browser needs the fonts that go with it (`recommended`). What cannot be had, the test that needs it says.
    """
    dpkg = shutil.which("dpkg-query")
    if dpkg is None or os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    there = subprocess.run(
        [dpkg, "-W", "-f", "${Package} ${db:Status-Status}\\n"], capture_output=True, text=True, check=False
    )
    missing = [name for name in packages if f"{name} installed" not in there.stdout.splitlines()]
    if not missing:
        return
    print(f"Installing {', '.join(missing)} …", flush=True)
    quiet = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    run(["apt-get", "update"], env=quiet, log=LOGS / "apt-update.log")
    with services_kept_off():
        alone = [] if recommended else ["--no-install-recommends"]
        run(["apt-get", "install", "-y", *alone, *missing], env=quiet, log=LOGS / f"apt-install-{missing[0]}.log")


@contextmanager
def services_kept_off() -> Iterator[None]:
    """Debian's own way to install a server and not start it; what this machine says of that itself stands."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    try:
        yield
    finally:
        policy.unlink(missing_ok=True)


def outcomes(report: Path) -> Counter[str]:
    """How many tests passed, failed or were skipped. One that fails in its clean-up as well counts once."""
    if not report.exists():
        return Counter()
    worst: dict[tuple[str | None, str | None], str] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        key = case.get("classname"), case.get("name")
        if case.find("failure") is not None or case.find("error") is not None:
            worst[key] = "failed"
        else:
            worst.setdefault(key, "skipped" if case.find("skipped") is not None else "passed")
    return Counter(worst.values())


def totals(run_: Run) -> int:
    skipped = f", {run_.tests['skipped']} skipped" if run_.tests["skipped"] else ""
    print(f"\nFailed: {', '.join(run_.failed)}." if run_.failed else "")
    print(f"total: {run_.tests['passed']} passed, {run_.tests['failed']} failed{skipped}", flush=True)
    return 1 if run_.failed else 0


if __name__ == "__main__":
    sys.exit(main())
