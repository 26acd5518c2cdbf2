"""What script/test all looks at in environments of their own: the advisories on our packages, and the next Django.

What cannot be had here (a list of advisories, a newer Python) is said in a sentence, and fails nothing.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from _common import LOGS, PYTHON, VAR, run

AUDITOR = "pip-audit==2.10.1"
NEXT_DJANGO = "django>=6.0,<6.1"  # the last before 6.2 LTS, and what that will ask for
NEXT_PYTHON = (3, 12)  # which it needs
# Tools that look at the code and not at what it does.
TOOLS = ("django==", "-r ", "ruff==", "mypy==", "djade==", "django-stubs==")


def environment(name: str, packages: list[str], *, python: str = sys.executable) -> str | None:
    """The Python of an environment with these packages, made anew; None where they cannot be had."""
    where = VAR / name
    log = LOGS / f"{name}.log"
    made = run([python, "-m", "venv", "--clear", str(where)], log=log) == 0
    inside = str(where / "bin" / "python")
    install = [inside, "-m", "pip", "install", "--no-compile", "--disable-pip-version-check", *packages]
    return inside if made and run(install, log=log) == 0 else None


def advisories() -> tuple[bool, str]:
    """Whether nothing is known against any installed package, and a sentence; "not audited" is no failure."""
    inside = environment("audit", [AUDITOR])
    if inside is None:
        return True, "Not audited: pip-audit could not be installed."
    site = subprocess.run(
        [PYTHON, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True,
        text=True,
        check=True,
    )
    command = [
        inside,
        "-m",
        "pip_audit",
        "--path",
        site.stdout.strip(),
        "--format",
        "json",
        "--progress-spinner",
        "off",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return True, f"Not audited: no list of advisories could be reached ({last_line(done.stderr)})"
    skipped = [one["name"] for one in packages if "skip_reason" in one]
    if len(skipped) == len(packages):
        return True, "Not audited: no package is known to the list of advisories that was reached."
    bad = [
        f"{one['name']} {one['version']}: {', '.join(v['id'] for v in one['vulns'])}"
        for one in packages
        if one.get("vulns")
    ]
    told = f"{len(packages) - len(skipped)} packages audited, {len(bad)} with advisories"
    told += f"; not to be found there: {', '.join(skipped)}" if skipped else ""
    return not bad, "\n".join([told, *bad])


def last_line(text: str) -> str:
    return (text.strip().splitlines() or ["it said nothing"])[-1][:200]


def next_django(requirements: list[Path]) -> tuple[str | None, str]:
    """The Python of an environment with the next Django in place of ours, or None with a sentence why not."""
    python = newer_python()
    if python is None:
        return (
            None,
            f"Not tried: {NEXT_DJANGO} needs Python {'.'.join(map(str, NEXT_PYTHON))} or newer, and none is here.",
        )
    lines = [line for file in requirements for line in file.read_text().splitlines()]
    packages = [line for line in lines if line and not line.startswith(("#", *TOOLS))]
    inside = environment("next", [NEXT_DJANGO, *packages], python=python)
    return inside, "" if inside else "Not tried: its packages could not be installed (var/log/next.log)."


def newer_python() -> str | None:
    """This Python where it is new enough, or the newest there is that runs: a name may lead to nothing."""
    if sys.version_info >= NEXT_PYTHON:
        return sys.executable
    for minor in (14, 13, 12):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return None
