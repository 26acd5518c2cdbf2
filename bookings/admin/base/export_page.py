"""What a list of the admin shows, as a file: its filters, its search and its order, and nothing that it does not show.

Who has taken how many rows stands in the admin's own log.
"""

import weakref
from collections.abc import Sequence
from typing import IO, Any

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.read_only import staff
from bookings.admin.base.spreadsheets import MOST_ROWS_OF_A_SHEET, Column, as_csv, as_xlsx
from bookings.admin.base.two_at_once import AllTaken, one_of_two, wait_page
from bookings.forgetting.copies import delete_after
from hubs.admin.bases import ModelAdmin
from hubs.vocabulary.one_moment import one_moment

AT_ONCE = 2000  # rows that are in memory
TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WRITE = {"csv": as_csv, "xlsx": as_xlsx}
OF_ONE_PAGE = ("p", "all", "_changelist_filters")


class WithExport(ModelAdmin):
    """A list with two links that save it. `export_columns`: what it shows, and what else a table should say."""

    change_list_template = "admin/with_export.html"
    export_columns: Sequence[Column] = ()
    session_path = ""  # from a row to its session, where it says something of people

    def to_export(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows with all that the columns ask for."""
        return queryset

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.export_view)
        kinds = ("csv", "xlsx")
        ours = [path(f"export.{kind}", view, {"kind": kind}, name=self.url_name(kind)) for kind in kinds]
        return [*ours, *super().get_urls()]

    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """All pages of the list that these filters and this search show."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        if request.method != "GET":
            return HttpResponseNotAllowed(["GET"])
        asked = request.GET.copy()
        for name in OF_ONE_PAGE:
            asked.pop(name, None)
        request.GET = asked  # type: ignore[assignment]  # a copy of it
        back = f"{self.admin_site.name}:{self.url_name('changelist')}"
        try:
            shown = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            return redirect(back)
        number = shown.queryset.order_by().count()
        if kind == "xlsx" and number > MOST_ROWS_OF_A_SHEET:
            self.message_user(request, _("That is more rows than a sheet has room for: save it as CSV."), "ERROR")
            return redirect(back)
        try:
            with one_of_two():
                self._record(request, kind, number)
                with one_moment():
                    file = self._written(request, kind, shown.get_queryset(request))
        except AllTaken:
            return wait_page(request)
        return self._response(kind, file)

    def _written(self, request: HttpRequest, kind: str, found: Any) -> IO[bytes]:
        """The whole file: whoever reads it slowly keeps no transaction open meanwhile."""
        rows = self.to_export(request, found).iterator(chunk_size=AT_ONCE)
        return WRITE[kind](self.export_columns, rows, first=self._delete_after(found))

    def _delete_after(self, rows: Any) -> str:
        """The first line of every file: a copy must not outlive what it was taken from."""
        day = delete_after(rows, self.session_path, today=timezone.localdate())
        if not self.session_path:
            return _("Delete after %(day)s.") % {"day": f"{day:%Y-%m-%d}"}
        text = _("Delete after %(day)s, and phone numbers and needs within a week of their session.")
        return text % {"day": f"{day:%Y-%m-%d}"}

    def _response(self, kind: str, file: IO[bytes]) -> HttpResponseBase:
        name = f"{capfirst(str(self.opts.verbose_name_plural))} {timezone.localtime():%Y-%m-%d %H.%M}.{kind}"
        response = FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[kind])
        weakref.finalize(response, file.close)  # also where nobody ever reads it
        response["Cache-Control"] = "private, no-store"
        return response

    def _record(self, request: HttpRequest, kind: str, number: int) -> None:
        """Filters are recorded, what was searched for is not: it may be a name."""
        filters = ", ".join(f"{name}={value}" for name, value in sorted(request.GET.items()) if name != "q")
        rows = ngettext("%(n)d row", "%(n)d rows", number) % {"n": number}
        text = _("Exported as %(kind)s: %(rows)s.") % {"kind": kind.upper(), "rows": rows}
        LogEntry.objects.create(
            user_id=staff(request).pk,
            content_type=ContentType.objects.get_for_model(self.model),
            object_repr=f"{capfirst(str(self.opts.verbose_name_plural))}: {text}"[:200],
            action_flag=CHANGE,
            change_message=f"{text} {filters} {_('Searched.') if request.GET.get('q') else ''}".strip(),
        )
