"""Which test files the changed files can touch, by what imports what: `python -m tests.touched [REVISION]`.

A test file leads to what it imports, and what that imports, and so on; a Python file that names a template leads to
it, and a template to those that it names. A test that asks for pages leads to the addresses, and so to every page.
Prints the test files, one a line: all of them where something changed that stands under every test.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from tests.imports import ROOT, file_of, imports_of, python_files

# What these touch no import tells. Style sheets and scripts are looked at by the browser tests alone.
EVERYTHING = ("requirements", "pyproject.toml", "tests/conftest.py", "tests/settings.py", "showcase/settings.py")
NOTHING = ("static/", "docs/", "script/", ".ci/", "README.md", "tests/browser/", "tests/load/")
APPS = ("hubs", "bookings")
MODULE_NAME = re.compile(r"""["']((?:showcase|hubs|bookings)(?:\.\w+)+)["']""")
ASKS_FOR_PAGES = {"client", "admin_client", "reverse", "Client", "render"}
LOADED = re.compile(r"{% load ([\w ]+?) %}")
TEMPLATE_NAME = re.compile(r"""["']([\w/.-]+\.(?:html|txt|svg))["']""")

PAGES = ("showcase/settings.py", "showcase/urls.py", "bookings/admin/__init__.py", "hubs/admin/__init__.py")
COMMANDS = [file for file in python_files("hubs", "bookings") if "/management/" in file]


def touched(changed: Iterable[str]) -> list[str]:
    """The test files that one of the changed files can touch, in order."""
    changed = [file for file in changed if not file.startswith(NOTHING)]
    tests = [file for file in python_files("tests") if is_test(file)]
    if any(file.startswith(EVERYTHING) or "/migrations/" in file or "/locale/" in file for file in changed):
        return tests
    return [test for test in tests if not reached_from(test).isdisjoint(changed)]


def is_test(file: str) -> bool:
    return Path(file).name.startswith("test_") and not file.startswith("tests/browser/")


@cache
def reached_from(test: str) -> frozenset[str]:
    """Every file that this one leads to, itself among them."""
    found: set[str] = set()
    waiting = [test]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found.add(file)
            waiting += leads_to(file)
    return frozenset(found)


@cache
def leads_to(file: str) -> frozenset[str]:
    """The files that this one names."""
    path = ROOT / file
    if not path.is_file():
        return frozenset()
    text = path.read_text()
    templates = {f"templates/{name}" for name in TEMPLATE_NAME.findall(text)}
    if path.suffix != ".py":
        libraries = {name for names in LOADED.findall(text) for name in names.split()} | {"language_tags"}
        return frozenset(templates | {f"{app}/templatetags/{name}.py" for app in APPS for name in libraries})
    found = templates | {one.target for one in imports_of(file)}
    found |= {target for name in MODULE_NAME.findall(text) if (target := file_of(name))}
    if file.startswith("tests/"):
        used = names_in(file)
        found |= set(PAGES) if ASKS_FOR_PAGES & used else set()
        found |= set(COMMANDS) if "call_command" in used else set()
    if file == "bookings/mail/rendering.py":  # which puts the names of its templates together
        found |= {str(one.relative_to(ROOT)) for one in (ROOT / "templates" / "emails").rglob("*") if one.is_file()}
    return frozenset(found)


def names_in(file: str) -> set[str]:
    """Names and arguments (fixtures, too) that a file uses."""
    nodes = list(ast.walk(ast.parse((ROOT / file).read_text(), file)))
    return {node.id for node in nodes if isinstance(node, ast.Name)} | {
        node.arg for node in nodes if isinstance(node, ast.arg)
    }


def changed_since(revision: str) -> list[str]:
    """Files that differ from `revision`, those that git does not know yet among them. Raises CalledProcessError."""
    differ = ["git", "diff", "--name-only", "--no-renames", revision]
    new = ["git", "ls-files", "--others", "--exclude-standard"]
    lists = (subprocess.run(one, cwd=ROOT, check=True, capture_output=True, text=True).stdout for one in (differ, new))
    return sorted({line for said in lists for line in said.splitlines()})


if __name__ == "__main__":
    print("\n".join(touched(changed_since(*(sys.argv[1:] or ["HEAD"])))))
