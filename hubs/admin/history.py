"""What staff changed of a row: when, who, from what to what. Nothing is put back from here: verbs have moved on."""

import datetime as dt
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import formats, timezone
from simple_history.admin import SimpleHistoryAdmin
from simple_history.template_utils import HistoricalRecordContextHelper

from hubs.staff import scope

if TYPE_CHECKING:
    from django.contrib import admin

    _Base: TypeAlias = admin.ModelAdmin[Any]
else:
    _Base = SimpleHistoryAdmin


class InWords(HistoricalRecordContextHelper):  # type: ignore[misc]  # the package has no types
    """What a field was and became as staff read it: the package would show times in UTC, and codes of choices."""

    def prepare_delta_change_value(self, change: Any, value: Any) -> Any:
        field: Any = self.model._meta.get_field(change.field)
        value = super().prepare_delta_change_value(change, value)
        if isinstance(value, dt.datetime):
            return formats.date_format(timezone.localtime(value), "D j M Y, H:i")
        if isinstance(value, dt.date):
            return formats.date_format(value, "D j M Y")
        if value is None or value == "":
            return "–"
        return dict(getattr(field, "flatchoices", ())).get(value, value)


class WithHistory(_Base):
    """Rows of which every version is kept (`history` of their model)."""

    object_history_list_template = "admin/versions.html"

    def get_historical_record_context_helper(self, request: HttpRequest, historical_record: Any) -> InWords:
        return InWords(self.model, historical_record)

    def get_urls(self) -> list[URLPattern]:
        """Without the package's page of one version, which is a form and could be sent."""
        return [one for one in super().get_urls() if not (one.name or "").endswith("_simple_history")]

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """For whoever may see the row: the package would show the versions of a row that is gone, or another hub's."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not scope.may_read_names(request.user, row):  # versions say what every field said, also of people
            raise PermissionDenied
        return super().history_view(request, object_id, extra_context)
