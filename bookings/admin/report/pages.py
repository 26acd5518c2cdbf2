"""Reports: which there are for somebody, and one of them as a page and as tables to save.

Whoever may not read the hub's own copy is given the one that leaves, whatever the address says.
"""

from typing import Any
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.utils.text import slugify
from django.utils.translation import gettext as _

from bookings.admin.base.two_at_once import AllTaken, one_of_two, wait_page
from bookings.admin.report.listing import listing
from bookings.admin.report.saving import as_file
from bookings.report import kept
from bookings.report.report import Report
from bookings.report.selection import Of, Selection, may_read_any, may_read_own, selection
from hubs.vocabulary.one_moment import one_moment

OUT = "out"  # what the address says of the copy that leaves
EVERY = "every-table"


def reports(request: HttpRequest) -> HttpResponse:
    """Of what there are reports for this member of staff."""
    if not may_read_any(request.user):
        raise PermissionDenied
    context = admin.site.each_context(request) | {
        "title": _("Reports"),
        "exchanges": listing(request.user),
        "whole_country": request.user.is_programme_office or request.user.is_superuser,  # type: ignore[union-attr]
    }
    return TemplateResponse(request, "admin/report/reports.html", context)


def page(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """One report: as it was counted in the night, where that is kept and stands; else counted now."""
    found = _report(request, of, pk)
    of_the_night = kept.kept(found)
    context = admin.site.each_context(request) | {
        "title": _("Was it worth it?"),
        "report": found,
        "name": found.selection.name,
        "as_at": timezone.localdate(of_the_night.as_at) if of_the_night else found.as_at,
        "may_read_own": may_read_own(request.user, found.selection),
        "own": address(found.selection),
        "out": address(found.selection, leaves=True),
        "all_tables": address(found.selection, leaves=found.leaves, table=EVERY),
        "smaller": _smaller(found),
    }
    if of_the_night:
        context |= {"kept": mark_safe(of_the_night.page), "heads": of_the_night.heads}  # noqa: S308  (of our template)
    else:
        context |= kept.body(found) | {"heads": found.heads()}
    return TemplateResponse(request, "admin/report/report.html", context)


def table(request: HttpRequest, of: str, pk: int, name: str) -> HttpResponse:
    """One table of it, or all of them after one another, as CSV, all of it of one moment."""
    try:
        with one_of_two(), one_moment():
            return _table(request, of, pk, name)
    except AllTaken:
        return wait_page(request)


def _table(request: HttpRequest, of: str, pk: int, name: str) -> HttpResponse:
    found = _report(request, of, pk)
    if of_the_night := kept.kept(found):
        tables: dict[str, Any] = of_the_night.tables
    else:
        tables = {one.name: [[str(one.caption)], *one.lines(found.copy)] for one in found.tables()}
    chosen = [lines for table, lines in tables.items() if name in (EVERY, table)]
    if not chosen:
        raise Http404
    copy = _("rounded") if found.leaves else _("hub’s own copy")
    as_at = of_the_night.as_at if of_the_night else found.now
    file = f"{slugify(found.selection.name)} {name} {as_at:%Y-%m-%d} {copy}.csv"
    return as_file(found, chosen, as_at=timezone.localdate(as_at), name=file)


def address(of: Selection, *, leaves: bool = False, table: str = "") -> str:
    """Of a report, in the copy that leaves or the hub's own; or of a table of it."""
    args: list[Any] = [of.of, of.pk, *([table] if table else [])]
    path = reverse("report-table" if table else "report", args=args)
    return f"{path}?{urlencode({'copy': OUT})}" if leaves else path


def _report(request: HttpRequest, of: str, pk: int) -> Report:
    """What is asked for. Raises Http404 for what somebody may not read as for what there is not."""
    now = timezone.now()
    found = selection(request.user, of, pk, today=timezone.localdate(now))
    if found is None:
        raise Http404
    leaves = request.GET.get("copy") == OUT or not may_read_own(request.user, found)
    return Report(found, leaves=leaves, now=now)


def _smaller(report: Report) -> list[tuple[str, str]]:
    """Reports of what this one is made of, in the same copy, each with its name: the sessions of an exchange."""
    if report.selection.of in (Of.SESSION, Of.COUNTRY, Of.HUB):
        return []
    found = [Selection(Of.SESSION, session, report.selection.today) for session in report.facts.names.values()]
    return [(address(one, leaves=report.leaves), f"{one.row.name}, {one.row.first_day:%d %b %Y}") for one in found]
