"""The changes that a careless colleague could make to one line, found by its syntax tree: for tests/mutants.py.

`if party <= left` offers `if party < left`; a call with `at=now` offers one without. Words, types and what goes into a
log are left alone: they are read, not tested.
"""

import ast
import difflib
import re
from itertools import accumulate
from typing import NamedTuple

from tests.imports import ROOT

# What these say outside functions, makemigrations compares, or it is how the staff pages look.
ONLY_FUNCTIONS = ("/models/", "/admin/")
TURNED: dict[type[ast.AST], tuple[bytes, bytes]] = {
    ast.Lt: (b"<", b"<="),
    ast.LtE: (b"<=", b"<"),
    ast.Gt: (b">", b">="),
    ast.GtE: (b">=", b">"),
    ast.Eq: (b"==", b"!="),
    ast.NotEq: (b"!=", b"=="),
    ast.In: (b"in", b"not in"),
    ast.NotIn: (b"not in", b"in"),
    ast.Is: (b"is", b"is not"),
    ast.IsNot: (b"is not", b"is"),
    ast.And: (b"and", b"or"),
    ast.Or: (b"or", b"and"),
    ast.Add: (b"+", b"-"),
    ast.Sub: (b"-", b"+"),
}
# What is done with these is read by people, or by nobody: words, logs, and that a value of ours is frozen.
WORDS = {"dataclass", "log", "_", "gettext", "gettext_lazy", "ngettext", "ngettext_lazy", "pgettext", "pgettext_lazy"}


class Change(NamedTuple):
    """Bytes `start` to `end` of `file` become `new`; `lines` are tried in order for tests that execute them."""

    file: str
    kind: str
    start: int
    end: int
    new: bytes
    lines: tuple[range, ...]

    def made(self, source: bytes) -> bytes:
        """The changed file, each other line of which keeps its number."""
        fewer = source[self.start : self.end].count(b"\n") - self.new.count(b"\n")
        return source[: self.start] + self.new + b"\n" * fewer + source[self.end :]

    def diff(self) -> list[str]:
        before = (ROOT / self.file).read_bytes()
        after = self.made(before).decode().splitlines()
        lines = difflib.unified_diff(before.decode().splitlines(), after, lineterm="", n=0)
        return [line for line in lines if re.match(r"-(?!--)|\+(?!\+\+)\s*\S", line)]

    def __str__(self) -> str:
        return f"{self.file}:{self.lines[0].start} ({self.kind})"


# --- what could be changed ------------------------------------------------------------------------------------------


class Finder(ast.NodeVisitor):
    """Collects the changes that a file's syntax tree offers, never one of words, types or what goes into a log."""

    def __init__(self, file: str, source: bytes) -> None:
        self.file, self.source, self.found = file, source, list[Change]()
        self.starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
        self.statement: ast.stmt | None = None
        self.in_function = not any(folder in file for folder in ONLY_FUNCTIONS)
        self.last: set[ast.stmt] = set()  # at the end of a function: a return there is not an early one

    def begin(self, node: ast.AST) -> int:
        return self.starts[node.lineno - 1] + node.col_offset

    def end(self, node: ast.AST) -> int:
        return self.starts[node.end_lineno - 1] + node.end_col_offset

    def end_of(self, pattern: bytes, at: int) -> int:
        return re.compile(pattern).match(self.source, at).end()

    def offer(self, kind: str, node: ast.AST, start: int, end: int, new: bytes) -> None:
        if self.in_function and self.statement:
            first = self.statement.lineno
            lines = (range(node.lineno, node.end_lineno + 1), range(first, first + 1))
            self.found.append(Change(self.file, kind, start, end, new, lines))

    def turn(self, kind: str, node: ast.AST, left: ast.AST, op: ast.AST, right: ast.AST) -> None:
        old, new = TURNED[type(op)]
        at = self.source.find(old, self.end(left), self.begin(right))
        if at >= 0:
            self.offer(kind, node, at, at + len(old), new)

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Call) and WORDS & names(node.func)):
            return
        outer = self.statement
        if isinstance(node, ast.stmt):
            self.statement = node
            self.delete(node)
        super().visit(node)
        self.statement = outer

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for part in (*node.decorator_list, node.args):
            self.visit(part)
        outer, self.in_function = self.in_function, True
        self.last.update(node.body)
        for part in node.body:
            self.visit(part)
        self.in_function = outer

    def visit_arg(self, node: ast.arg) -> None:
        """A type is no behaviour."""

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value:
            self.visit(node.value)

    def delete(self, node: ast.stmt) -> None:
        """An expression, `+=`, an error or an early return, replaced by nothing."""
        is_call = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and not WORDS & names(node.value.func)
        early = isinstance(node, ast.Return) and node not in self.last
        if is_call or early or isinstance(node, ast.AugAssign | ast.Raise):
            self.offer("statement deleted", node, self.begin(node), self.end(node), b"pass")

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self.turn("comparison", node, left, op, right)
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for left, right in zip(node.values, node.values[1:], strict=False):
            self.turn("and/or", node, left, node.op, right)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if isinstance(node.op, ast.Add | ast.Sub) and not any(is_text(side) for side in (node.left, node.right)):
            self.turn("+/-", node, node.left, node.op, node.right)
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not):
            start = self.begin(node)
            self.offer("not dropped", node, start, self.end_of(rb"not\s*", start), b"")
        self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, bool | int):
            is_bool = isinstance(node.value, bool)
            new = str(not node.value if is_bool else node.value + 1).encode()
            self.offer("yes/no" if is_bool else "one more", node, self.begin(node), self.end(node), new)

    def visit_Call(self, node: ast.Call) -> None:
        parts = sorted([*node.args, *node.keywords], key=self.begin)
        for before, part in zip([None, *parts], parts, strict=False):
            if isinstance(part, ast.keyword) and part.arg and not is_text(part.value):
                start = self.end(before) if before else self.begin(part)
                end = self.end(part) if before else self.end_of(rb"\s*,?\s*", self.end(part))
                self.offer("argument dropped", part, start, end, b"")
        self.generic_visit(node)


def names(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


def is_text(node: ast.AST) -> bool:
    """Words or a list of them, also joined or filled in: what is written, and never reckoned with."""
    if isinstance(node, ast.BinOp):
        return is_text(node.left) or is_text(node.right)
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    return isinstance(node, ast.JoinedStr | ast.List) or (isinstance(node, ast.Call) and "_" in names(node))


def changes_of(file: str, source: bytes) -> list[Change]:
    """Every change that this file offers; now and then one is no Python, as a comma too many (see `is_python`)."""
    finder = Finder(file, source)
    finder.visit(ast.parse(source))
    return finder.found


def is_python(source: bytes) -> bool:
    try:
        ast.parse(source)
    except SyntaxError:
        return False
    return True
