"""Tables of a report as a CSV file: the same cells in the same copy as on the page, and until when it may be kept."""

import csv
import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpResponse
from django.utils.translation import gettext as _

from bookings.admin.base.spreadsheets import BOM, harmless
from bookings.report.keeping import delete_after
from bookings.report.report import Report

Lines = Sequence[Sequence[str]]  # a caption, headings, rows


def as_file(report: Report, tables: Iterable[Lines], *, as_at: dt.date, name: str) -> HttpResponse:
    """A file to save: in its first line the day after which it is to be deleted."""
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    writer = csv.writer(response)
    for line in _lines(report, tables, as_at=as_at):
        writer.writerow([harmless(text) for text in line])
    return response


def _lines(report: Report, tables: Iterable[Lines], *, as_at: dt.date) -> Iterator[Sequence[str]]:
    yield [_("Delete after %(day)s") % {"day": delete_after(report.facts).isoformat()}]
    kind = _("Copy to send out: rounded") if report.leaves else _("The hub’s own copy: not to be sent out")
    yield [report.selection.name, _("as at %(day)s") % {"day": as_at.isoformat()}, kind]
    for table in tables:
        yield []
        yield from table
