"""The commands of the guide, as somebody who follows it would type them: each block ```sh, under its headings.

What stands in a block ```text is for the reader alone.
"""

from pathlib import Path
from typing import NamedTuple

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "running.md"
FENCE = "```"
FOLLOWED, WRITTEN = f"{FENCE}sh", f"{FENCE}text"  # what the test runs; what it does not


class Block(NamedTuple):
    """One block: the headings above it, its line in the guide, its commands, and whether the test runs them."""

    under: tuple[str, ...]
    line: int
    text: str
    followed: bool


def blocks(text: str) -> list[Block]:
    """Every block of commands, in order. Raises ValueError for a block of another kind, which nobody would follow."""
    found: list[Block] = []
    headings: dict[int, str] = {}
    inside: list[str] | None = None
    followed = False
    for number, line in enumerate(text.splitlines(), start=1):
        if inside is not None:
            if line == FENCE:
                under = tuple(headings[depth] for depth in sorted(headings))
                found.append(Block(under, number - len(inside), "\n".join(inside), followed))
                inside = None
            else:
                inside.append(line)
        elif line.startswith(FENCE):
            if line not in (FOLLOWED, WRITTEN):
                raise ValueError(f"Line {number} begins a block that is no commands: {line}")
            inside, followed = [], line == FOLLOWED
        elif line.startswith("#"):
            depth = len(line) - len(line.lstrip("#"))
            headings = {one: words for one, words in headings.items() if one < depth}
            headings[depth] = line.lstrip("# ")
    return found
