"""What happened and what was sent: the audit trail, the outbox, and the rows that verbs lock."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.admin.needs import Needs
from bookings.admin.read_only import FoundByBookingOrAddress, ReadOnlyAdmin
from bookings.models import AuditEntry, Mail, Places


class Who:
    """Who did it: the member of staff, or else the visitor or the clock."""

    @admin.display(description=_("by"), ordering="by")
    def who(self, entry: AuditEntry) -> str:
        return str(entry.staff or entry.get_by_display())


@admin.register(AuditEntry)
class AuditEntryAdmin(Who, FoundByBookingOrAddress):
    list_display = ["at", "verb", "who", "session", "booking", "from_status", "to_status", "places", "why"]
    list_filter = ["verb", "by"]
    list_select_related = ["staff", "session", "booking"]
    search_fields = ["session__ref"]
    search_help_text = _("A booking's or a session's reference, or the email address of a member of staff.")
    address_lookup = "staff__email"
    fields = ["at", "verb", "who", "session", "booking", "from_status", "to_status", "places", "why"]
    readonly_fields = ["who"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).prefetch_related("session__lessons")


@admin.register(Mail)
class MailAdmin(FoundByBookingOrAddress):
    """The facts frozen in a mail are not shown: the booking's page says them."""

    list_display = ["kind", "recipient", "state", "booking", "session", "created_at", "due_at", "answered_at"]
    list_filter = [Needs, "state", "kind", "urgent"]
    list_select_related = ["session", "booking"]
    search_fields = ["session__ref"]
    search_help_text = _("Email address, or a booking's or a session's reference.")
    address_lookup = "recipient_key"
    fields = [
        "kind",
        "recipient",
        "state",
        "session",
        "booking",
        "visitor",
        "language",
        "urgent",
        "created_at",
        "due_at",
        "expires_at",
        "answered_at",
        "tries",
        "last_error",
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        return super().get_queryset(request).prefetch_related("session__lessons")


@admin.register(Places)
class PlacesAdmin(ReadOnlyAdmin):
    list_display = ["session", "status", "capacity", "places_taken", "held_back"]
    list_filter = ["status"]
    list_select_related = ["session"]
    search_fields = ["session__ref", "session__title"]
    search_help_text = _("A session's reference or title.")
    fields = ["session", "status", "capacity", "places_taken", "held_back", "calendar_sequence"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Places]:
        return super().get_queryset(request).prefetch_related("session__lessons")
