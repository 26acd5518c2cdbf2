"""What each file of the project imports, read from its syntax tree: for test_floors.py and `script/test changed`."""

import ast
from functools import cache
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = ("showcase", "hubs", "bookings", "tests")


class Import(NamedTuple):
    """One file imports another; `line` is where, `inside` the function in which, or an empty string."""

    file: str
    line: int
    target: str
    inside: str


@cache
def python_files(*folders: str) -> tuple[str, ...]:
    """The project's Python files below these folders, without migrations."""
    found = (path for folder in folders or FOLDERS for path in (ROOT / folder).rglob("*.py"))
    return tuple(sorted(str(path.relative_to(ROOT)) for path in found if "migrations" not in path.parts))


@cache
def imports_of(file: str) -> tuple[Import, ...]:
    """What `file` imports of ours. A name taken from a package is that module, where there is one, else the package."""
    found = []
    for node, inside in _with_function(ast.parse((ROOT / file).read_text(), file), ""):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        targets = {target for name in names if (target := file_of(name))}
        found += [Import(file, node.lineno, target, inside) for target in sorted(targets)]
    return tuple(found)


def _with_function(tree: ast.AST, inside: str) -> list[tuple[ast.AST, str]]:
    """Every node below `tree`, with the name of the function that it stands in."""
    found = []
    for node in ast.iter_child_nodes(tree):
        found.append((node, inside))
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        found += _with_function(node, node.name if is_function else inside)
    return found


@cache
def file_of(name: str) -> str | None:
    """`bookings.rule.room.Room` is bookings/rule/room.py; None for what is not ours."""
    parts = name.split(".")
    if parts[0] not in FOLDERS:
        return None
    while parts:
        path = ROOT.joinpath(*parts)
        if path.with_suffix(".py").is_file():
            return str(path.with_suffix(".py").relative_to(ROOT))
        if (path / "__init__.py").is_file():
            return str((path / "__init__.py").relative_to(ROOT))
        parts.pop()
    return None
