"""What people have asked for so far: wishes to be told, half-filled forms; and the people behind the visits.

Nothing here shows a key that opens something, nor what somebody has typed but not sent.
"""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.models import Draft, NetworkUse, Person, TellMe, Told
from hubs.vocabulary.email_address import email_key


@admin.register(TellMe)
class TellMeAdmin(ReadOnlyAdmin):
    """Who asks on the telephone to be forgotten can be deleted."""

    goes_too = ("bookings.Mail",)
    list_display = ["email", "session", "host_school", "hub", "words", "created_at", "told_at"]
    list_filter = ["hub"]
    list_select_related = ["session", "host_school__school", "host_school__hub_year__exchange", "hub"]
    search_fields = ["email"]
    fields = ["email", "session", "host_school", "hub", "words", "language", "created_at", "proved_at", "told_at"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.delete_tellme")

    def get_queryset(self, request: HttpRequest) -> QuerySet[TellMe]:
        return super().get_queryset(request).prefetch_related("session__lessons")


@admin.register(Draft)
class DraftAdmin(ReadOnlyAdmin):
    list_display = ["pk", "session", "expires_at", "consumed_at", "booking"]
    list_select_related = ["session", "booking"]
    ordering = ["-pk"]
    fields = ["session", "booking", "expires_at", "consumed_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Draft]:
        return super().get_queryset(request).defer("answers").prefetch_related("session__lessons")


@admin.register(NetworkUse)
class NetworkUseAdmin(ReadOnlyAdmin):
    """Counts by network. A network that may ask again, for its school telephones, has its count deleted."""

    list_display = ["hour", "what", "used", "network"]
    list_filter = ["what"]
    ordering = ["-hour", "-used"]
    fields = ["hour", "what", "used", "network"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.delete_networkuse")


@admin.register(Told)
class ToldAdmin(ReadOnlyAdmin):
    """What everybody has been written to about; without its row they would be asked for again."""

    list_display = ["session", "of", "at"]
    search_fields = ["session__ref"]
    list_select_related = ["session"]
    ordering = ["-pk"]
    fields = ["session", "of", "at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Told]:
        return super().get_queryset(request).prefetch_related("session__lessons")


@admin.register(Person)
class PersonAdmin(ReadOnlyAdmin):
    """Found by a whole address; the row itself says nothing."""

    list_display = ["id"]
    ordering = ["id"]
    search_fields = ["id"]
    search_help_text = _("A whole email address.")
    fields = ["id"]

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Person], search_term: str
    ) -> tuple[QuerySet[Person], bool]:
        return queryset.filter(email_key=email_key(search_term)) if search_term else queryset, False
