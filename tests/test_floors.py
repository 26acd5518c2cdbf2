"""Imports run downwards: a file imports from its own floor and from those below, never from above."""

import ast
from importlib import import_module
from pathlib import Path

import pytest

from tests.imports import Import, file_of, imports_of, python_files

# From the ground up. An entry is a folder or a file; the first that fits counts.
FLOORS = [
    ("hubs/vocabulary/", "bookings/states.py", "bookings/mail_kinds.py"),
    ("hubs/models/", "bookings/models/"),
    ("hubs/schools/", "hubs/staff/", "hubs/admin/", "hubs/templatetags/", "hubs/pages.py", "bookings/rule/"),
    ("bookings/places.py", "bookings/forms/"),
    ("bookings/verbs/", "bookings/sessions/", "bookings/attendance/", "bookings/afterwards/", "bookings/groups/"),
    ("bookings/mail/", "bookings/forgetting/"),
    ("bookings/public/", "bookings/report/", "bookings/operations/"),
    ("bookings/views/", "bookings/admin/", "bookings/templatetags/"),
    ("bookings/due.py", "bookings/urls.py", "bookings/management/", "hubs/management/", "showcase/"),
]
# Django looks for these itself; they say nothing.
NAMES_ALONE = {"hubs/__init__.py", "bookings/__init__.py", "hubs/apps.py", "bookings/apps.py"}
CODE = python_files("showcase", "hubs", "bookings")


@pytest.fixture(scope="module")
def every_import() -> list[Import]:
    return [found for file in CODE for found in imports_of(file)]


def floor_of(file: str) -> int | None:
    for number, rooms in enumerate(FLOORS, start=1):
        if any(file == room or (room.endswith("/") and file.startswith(room)) for room in rooms):
            return number
    return None


def places(found: list[Import]) -> list[str]:
    return [f"{one.file}:{one.line} imports {one.target}" for one in found]


def test_every_file_has_a_floor():
    assert [file for file in CODE if floor_of(file) is None and file not in NAMES_ALONE] == []


def test_no_import_runs_upwards(every_import):
    upwards = [one for one in every_import if (floor_of(one.file) or 0) < (floor_of(one.target) or 0)]
    assert places([one for one in upwards if one.file not in NAMES_ALONE]) == []


def test_hubs_know_nothing_of_bookings_and_neither_knows_the_project(every_import):
    foreign = {"hubs": ("bookings/", "showcase/"), "bookings": ("showcase/",)}
    found = [one for one in every_import if one.target.startswith(foreign.get(one.file.split("/")[0], ()))]
    assert places(found) == []


def test_no_import_hides_in_a_function(every_import):
    assert places([one for one in every_import if one.inside]) == []


def test_code_imports_no_tests_and_nothing_from_a_template_library(every_import):
    found = [one for one in every_import if one.target.startswith("tests/") or "/templatetags/" in one.target]
    assert places(found) == []


def test_what_is_imported_inside_a_function_is_there():
    """Of what `script/test all` alone runs nobody sees that a name has moved: no type checker reads a test."""
    wanted = [
        (file, node.lineno, node.module, alias.name)
        for file in python_files()
        for node in ast.walk(ast.parse(Path(file).read_text()))
        if isinstance(node, ast.ImportFrom) and node.col_offset and file_of(node.module or "")
        for alias in node.names
    ]
    assert wanted
    assert [one for one in wanted if not is_there(*one[2:])] == []


def is_there(module: str, name: str) -> bool:
    return hasattr(import_module(module), name) or file_of(f"{module}.{name}") != file_of(module)


def test_files_import_one_another_in_no_circle():
    assert circles({file: {one.target for one in imports_of(file)} - {file} for file in CODE}) == []


def circles(imports: dict[str, set[str]]) -> list[list[str]]:
    """Groups of files that import one another. A package that names its own files is none: they never import it."""
    found, waiting = [], dict(imports)
    while waiting:
        free = [file for file, targets in waiting.items() if not targets & waiting.keys()]
        if not free:
            used = {target for targets in waiting.values() for target in targets}
            leaders = [file for file in waiting if file not in used]  # they lead to a circle and are in none
            if not leaders:
                return [*found, sorted(waiting)]
            free = leaders
        for file in free:
            del waiting[file]
    return found


@pytest.mark.parametrize(
    "imports, found",
    [
        ({"a": {"b"}, "b": set()}, []),
        ({"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}, [["b", "c"]]),
        ({"a": {"b", "d"}, "b": {"c"}, "c": {"a"}, "d": set()}, [["a", "b", "c"]]),
    ],
    ids=["none", "with one before it", "with one behind it"],
)
def test_every_circle_is_found(imports, found):
    assert circles(imports) == found
