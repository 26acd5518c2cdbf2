"""A table in a file as DfE publishes it: its encoding, its header, its rows with their line numbers.

The downloads are in Windows-1252. People open them in a spreadsheet and save them again, often as UTF-8, and UTF-8 read
as Windows-1252 raises nothing: it makes "École" of "École". So the encoding is found out before a row is read.
"""

import codecs
import csv
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

BLOCK = 1 << 20
Cells = Mapping[str, str]


class CannotRead(Exception):
    """Nothing of the file can be used; the sentence says why and what to do."""


class BrokenLine(Exception):
    """One row cannot be used; the sentence says why."""


def cells_of(path: Path, *, needed: Collection[str]) -> Iterator[tuple[int, Cells | BrokenLine]]:
    """Each row with the number of its first line: its cells by column, or what is wrong with it.

    Raises CannotRead before the first row where the file, its encoding or its header is of no use.
    """
    with path.open(encoding=_encoding(path), newline="") as file:
        reader = csv.reader(file)
        yield from _rows(reader, _header(path, reader, needed))


def check(path: Path, *, needed: Collection[str]) -> None:
    """Raises CannotRead where `cells_of` would before its first row."""
    for _first in cells_of(path, needed=needed):
        return


def _encoding(path: Path) -> str:
    """UTF-8 where the whole file is, else Windows-1252. Raises CannotRead where it is neither."""
    try:
        if _holds(path, "utf-8"):
            return "utf-8-sig"
        if _holds(path, "cp1252"):
            return "cp1252"
    except OSError as problem:
        raise CannotRead(f"{path} cannot be read: {problem.strerror}.") from problem
    raise CannotRead(
        f"{path} is not a file of text in Windows-1252, in which DfE publishes its registers. "
        "Download it again, and unpack it if it is a zip file."
    )


def _holds(path: Path, encoding: str) -> bool:
    """Whether every byte of the file makes sense in `encoding`. No text of the register holds a zero byte."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        try:
            while block := file.read(BLOCK):
                if "\0" in decoder.decode(block):
                    return False
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return False
    return True


def _header(path: Path, reader: Iterator[list[str]], needed: Collection[str]) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error:
        header = []
    if not any(header):
        raise CannotRead(f"{path} is empty.")
    if missing := [name for name in needed if name not in header]:
        raise CannotRead(f"{path} lacks columns that are needed, so nothing was read: {', '.join(missing)}.")
    return header


def _rows(reader: Any, header: list[str]) -> Iterator[tuple[int, Cells | BrokenLine]]:
    while True:
        line = reader.line_num + 1
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as problem:
            yield line, BrokenLine(f"The row cannot be read: {problem}.")
            continue
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            yield line, BrokenLine(f"The row has {len(row)} cells, the header {len(header)}.")
        else:
            yield line, {name: cell.strip() for name, cell in zip(header, row, strict=True)}
