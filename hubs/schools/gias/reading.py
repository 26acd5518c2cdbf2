"""DfE's register of schools, `edubasealldataYYYYMMDD.csv`, row by row.

Releases have 120 to 139 columns that come and go, so they are read by name. What would blank a field of every school
if its column were missing is needed; a column of MAY_BE_MISSING that is not there leaves what is kept as it is.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from hubs.models import School
from hubs.schools.gias.table import BrokenLine, CannotRead, Cells, cells_of
from hubs.vocabulary.postcodes import tidy_postcode

__all__ = ["Broken", "CannotRead", "RegisterRow", "read_register"]

DATE = re.compile(r"(\d\d)-(\d\d)-(\d{4})", re.ASCII)
LARGEST_URN = 9_999_999
OLDEST = 99
MOST_PUPILS = 99_999
# The British National Grid in metres, as far as Great Britain goes.
EASTERNMOST, NORTHERNMOST = 700_000, 1_300_000


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A school as the register has it. `values` are fields of School, only those whose column the file has."""

    line: int
    urn: int
    authority: tuple[str, str] | None
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that is left out. Its URN where that can be read: such a school is not missing from the file."""

    line: int
    why: str
    urn: int | None = None

    def __str__(self) -> str:
        return f"Line {self.line}: {self.why}"


def read_register(path: Path) -> Iterator[RegisterRow | Broken]:
    """The rows of a register. Raises CannotRead, before the first row, for a file that is no register."""
    seen: set[int] = set()
    for line, cells in cells_of(path, needed=NEEDED):
        yield Broken(line, str(cells)) if isinstance(cells, BrokenLine) else _row(line, cells, seen)


def _row(line: int, cells: Cells, seen: set[int]) -> RegisterRow | Broken:
    urn = None
    try:
        urn = read_urn("URN", cells["URN"])
        if urn in seen:
            raise BrokenLine(f"URN {urn} stands in the file twice; the first row counts.")
        values = {field: read(name, cells[name]) for name, (field, read) in COLUMNS.items() if name in cells}
        row = RegisterRow(line, urn, _authority(cells), values)
    except BrokenLine as problem:
        return Broken(line, str(problem), urn)
    seen.add(urn)
    return row


def _authority(cells: Cells) -> tuple[str, str] | None:
    """Code and name; many rows have none."""
    code = cells["LA (code)"]
    if not code:
        return None
    if not re.fullmatch(r"\d{3}", code, re.ASCII):
        raise BrokenLine(f"LA (code) is “{_short(code)}”, which is not a number of three digits.")
    return code, _text(100)("LA (name)", cells["LA (name)"]) or code


def read_urn(column: str, cell: str) -> int:
    """A URN. Raises BrokenLine."""
    urn: int = _needed(_number(LARGEST_URN))(column, cell)
    return urn


def _text(longest: int) -> Callable[[str, str], str]:
    def read(column: str, cell: str) -> str:
        text = " ".join(cell.split())
        if len(text) > longest:
            raise BrokenLine(f"{column} is longer than {longest} characters: “{_short(text)}”.")
        return text

    return read


def _number(largest: int) -> Callable[[str, str], int | None]:
    """A whole number from 0; an empty cell is None."""

    def read(column: str, cell: str) -> int | None:
        if not cell:
            return None
        if not re.fullmatch(r"\d{1,9}", cell, re.ASCII):
            raise BrokenLine(f"{column} is “{_short(cell)}”, which is not a whole number.")
        if int(cell) > largest:
            raise BrokenLine(f"{column} is {cell}, which is more than {largest}.")
        return int(cell)

    return read


def _per_cent(column: str, cell: str) -> Decimal | None:
    """A share of a hundred with one place after the point; an empty cell is None."""
    if not cell:
        return None
    if not re.fullmatch(r"\d{1,3}(\.\d{1,4})?", cell, re.ASCII) or Decimal(cell) > 100:
        raise BrokenLine(f"{column} is “{_short(cell)}”, which is not a number from 0 to 100.")
    return round(Decimal(cell), 1)


def _metres(largest: int) -> Callable[[str, str], int | None]:
    """A coordinate: 0 stands for one that is not known."""
    read = _number(largest)
    return lambda column, cell: read(column, cell) or None


def _needed(read: Callable[[str, str], Any]) -> Callable[[str, str], Any]:
    def read_needed(column: str, cell: str) -> Any:
        if not cell:
            raise BrokenLine(f"{column} is empty.")
        return read(column, cell)

    return read_needed


def _code(choices: type[School.Status] | type[School.Phase]) -> Callable[[str, str], int]:
    known = {str(value): int(value) for value in choices.values}

    def read(column: str, cell: str) -> int:
        if cell not in known:
            raise BrokenLine(f"{column} is “{_short(cell)}”, which is not a code we know.")
        return known[cell]

    return read


def read_date(column: str, cell: str) -> dt.date | None:
    if not cell:
        return None
    parts = DATE.fullmatch(cell)
    try:
        day, month, year = (int(part) for part in parts.groups()) if parts else (0, 0, 0)
        return dt.date(year, month, day)
    except ValueError as problem:
        raise BrokenLine(f"{column} is “{_short(cell)}”, which is not a date like 31-08-2019.") from problem


def _postcode(column: str, cell: str) -> str:
    """As the Post Office writes it. What is no British postcode is not known: places abroad have others."""
    return tidy_postcode(cell)


def _short(text: str) -> str:
    return text if len(text) <= 30 else f"{text[:30]}…"


COLUMNS: dict[str, tuple[str, Callable[[str, str], Any]]] = {
    "EstablishmentName": ("name", _needed(_text(200))),
    "TypeOfEstablishment (name)": ("type_name", _text(100)),
    "EstablishmentStatus (code)": ("status", _needed(_code(School.Status))),
    "OpenDate": ("opened", read_date),
    "CloseDate": ("closed", read_date),
    "PhaseOfEducation (code)": ("phase", _needed(_code(School.Phase))),
    "StatutoryLowAge": ("low_age", _number(OLDEST)),
    "StatutoryHighAge": ("high_age", _number(OLDEST)),
    "Town": ("town", _text(100)),
    "Postcode": ("postcode", _postcode),
    "Easting": ("easting", _metres(EASTERNMOST)),
    "Northing": ("northing", _metres(NORTHERNMOST)),
    "NumberOfPupils": ("pupils", _number(MOST_PUPILS)),
    "PercentageFSM": ("free_meals", _per_cent),
}
MAY_BE_MISSING = {"TypeOfEstablishment (name)", "OpenDate", "CloseDate", "NumberOfPupils", "PercentageFSM"}
NEEDED = ["URN", "LA (code)", "LA (name)", *(name for name in COLUMNS if name not in MAY_BE_MISSING)]
