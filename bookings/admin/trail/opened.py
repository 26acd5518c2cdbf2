"""Who opened what, to look at: for the leads of a hub what is of their sessions, for superusers everything."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.main_page import link_to
from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.models import Opened
from hubs.staff.navigation import called_of_all


@admin.register(Opened)
class OpenedAdmin(ReadOnlyAdmin):
    """A booking is said by its reference alone: who looks through this list need read no name of a visitor."""

    list_display = ["at", "staff", "what", "page_in_words", "session_page", "reference"]
    list_filter = ["what"]
    list_select_related = ["staff", "session", "booking"]
    search_fields = ["staff__email", "staff__full_name", "session__ref", "booking__reference"]
    search_help_text = _("Name or address of a member of staff, or a session's or booking's reference.")
    fields = ["at", "staff", "what", "page_in_words", "session_page", "reference", "hub", "request_id"]
    readonly_fields = ["page_in_words", "session_page", "reference"]
    date_hierarchy = "at"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Opened]:
        return super().get_queryset(request).prefetch_related("session__lessons")

    @admin.display(description=_("page"), ordering="page")
    def page_in_words(self, row: Opened) -> str:
        """As in "Visitors: list"; what the address table calls the page, after what it is about."""
        app, _line, rest = row.page.partition("_")
        name, _line, page = rest.partition("_")
        if not page:
            return _now("Search")
        of = called_of_all(apps.get_model(app, name)._meta)
        return f"{of}: {'list' if page == 'changelist' else page.replace('_', ' ')}"

    @admin.display(description=_("session"), ordering="session__first_day")
    def session_page(self, row: Any) -> SafeString | str:
        return link_to(row.session) if row.session else ""

    @admin.display(description=_("booking"), ordering="booking__reference")
    def reference(self, row: Opened) -> str:
        return row.booking.reference_spaced if row.booking else ""
