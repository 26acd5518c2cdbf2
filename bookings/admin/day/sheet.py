"""The visitors' sheet of a session, for staff to print for everybody; each visitor has it by their own link too."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.public.sheet import sheet_of


class SheetPages(RowPages):
    """One page with the programme, how to be in a classroom, and room for notes."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.starts_at:
            yield self.url_of(row.pk, "sheet"), _("Visitors’ sheet")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("sheet", self.sheet_view)]

    def sheet_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """As visitors have it."""
        return render(request, "bookings/sheet.html", sheet_of(self.get_object_or_deny(request, object_id)))
