"""Tables as temporary files, CSV or XLSX, written as they are read from the database: neither holds all its rows.

People type names into public forms, and a spreadsheet takes a text that begins like a formula for one: so no cell is
ever a formula, in either kind of file.
"""

import csv
import datetime as dt
import io
import tempfile
from collections.abc import Callable, Iterable, Sequence
from typing import IO, TYPE_CHECKING, Any, NamedTuple

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.later import Later

if TYPE_CHECKING:
    import xlsxwriter
else:
    xlsxwriter = Later("xlsxwriter")

# How a formula begins, for one spreadsheet or another (OWASP, "CSV Injection"); the wide forms are typed in Chinese.
BEGINS_A_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
BOM = "\ufeff"  # without it Excel reads a CSV as the Windows alphabet of the country
MOST_ROWS_OF_A_SHEET = 1_048_574  # a first line and the headings: what an .xlsx sheet has room for
WIDTH = 18  # of a column, in characters


class Column(NamedTuple):
    """A heading and what stands under it for a row."""

    heading: str | Promise
    value: Callable[[Any], Any]


def as_csv(columns: Sequence[Column], rows: Iterable[Any], *, first: str = "") -> IO[bytes]:
    """A CSV file, at its beginning; it is deleted when it is closed. `first` is a line before the headings."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    text = io.TextIOWrapper(file, encoding="utf-8", newline="")
    text.write(BOM)
    writer = csv.writer(text)
    if first:
        writer.writerow([first])
    writer.writerow([harmless(str(column.heading)) for column in columns])
    for row in rows:
        writer.writerow([harmless(_plain(column.value(row))) for column in columns])
    text.detach()  # which writes what is left, and leaves the file open
    file.seek(0)
    return file


def as_xlsx(columns: Sequence[Column], rows: Iterable[Any], *, first: str = "") -> IO[bytes]:
    """An XLSX file, at its beginning; it is deleted when it is closed. Texts are cells of text, whatever they hold."""
    top = 1 if first else 0  # the line of the headings
    file = tempfile.TemporaryFile()  # noqa: SIM115  (the response closes it)
    book = xlsxwriter.Workbook(file, {"constant_memory": True})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.set_column(0, len(columns) - 1, WIDTH)
    sheet.freeze_panes(top + 1, 0)
    if first:
        sheet.write_string(0, 0, first, bold)
    for place, column in enumerate(columns):
        sheet.write_string(top, place, str(column.heading), bold)
    for line, row in enumerate(rows, start=top + 1):
        for place, column in enumerate(columns):
            value = _plain(column.value(row))
            if isinstance(value, int):
                sheet.write_number(line, place, value)
            elif value:
                sheet.write_string(line, place, value)
    book.close()
    file.seek(0)
    return file


def harmless(value: str | int) -> str | int:
    """A text that no spreadsheet takes for a formula: one that begins like one has an apostrophe before it."""
    if isinstance(value, str) and (value.startswith(BEGINS_A_FORMULA) or value.lstrip().startswith(BEGINS_A_FORMULA)):
        return f"'{value}"
    return value


def _plain(value: Any) -> str | int:
    """A value as people and spreadsheets read it: times in London, days as 2027-01-26, which sort."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_or_no(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, dt.datetime):
        return timezone.localtime(value).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()[:10] if isinstance(value, dt.date) else value.strftime("%H:%M")
    return str(value)


@kept_by_language
def _yes_or_no(value: bool) -> str:  # noqa: FBT001
    return _("yes") if value else _("no")
