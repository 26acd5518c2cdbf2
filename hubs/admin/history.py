"""What staff changed of a row: when, who, from what to what. Nothing is put back from here: verbs have moved on."""

from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.admin.utils import unquote
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from simple_history.admin import SimpleHistoryAdmin
from simple_history.models import HistoricalRecords

if TYPE_CHECKING:
    from django.contrib import admin

    _Base: TypeAlias = admin.ModelAdmin[Any]
else:
    _Base = SimpleHistoryAdmin


class WithHistory(_Base):
    """Rows of which every version is kept (`history` of their model)."""

    object_history_list_template = "admin/versions.html"

    def get_urls(self) -> list[URLPattern]:
        """Without the package's page of one version, which is a form and could be sent."""
        return [one for one in super().get_urls() if not (one.name or "").endswith("_simple_history")]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """For whoever may see the row: the package would show the versions of a row that is gone, or another hub's."""
        if self.get_object(request, unquote(object_id)) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Who saves the form is who changed the rows in it."""
        HistoricalRecords.context.request = request
        try:
            return super().changeform_view(request, *args, **kwargs)
        finally:
            del HistoricalRecords.context.request
