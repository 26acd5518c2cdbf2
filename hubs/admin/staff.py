"""Staff who sign in, by email address."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubs.admin.bases import TabularInline, UserAdmin, UserChangeForm, UserCreationForm
from hubs.models import Membership, StaffUser

admin.site.unregister(Group)  # what staff may do follows from their memberships, not from groups


class AddStaffForm(UserCreationForm):
    class Meta:
        model = StaffUser
        fields = ["email", "full_name"]


class ChangeStaffForm(UserChangeForm):
    class Meta:
        model = StaffUser
        fields = ["email", "full_name", "is_active", "is_programme_office", "is_superuser"]


class MembershipInline(TabularInline):
    model = Membership
    extra = 0
    autocomplete_fields = ["hub"]


@admin.register(StaffUser)
class StaffUserAdmin(UserAdmin):
    """Django's user pages, with an address for a user name. Memberships say what somebody may do."""

    form = ChangeStaffForm
    add_form = AddStaffForm
    list_display = ["full_name", "email", "is_active", "is_programme_office", "is_superuser", "last_login"]
    list_filter = ["is_active", "is_programme_office", "is_superuser", "memberships__hub"]
    search_fields = ["full_name", "email"]
    ordering = ["full_name"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["email", "full_name", "password"]}),
        (_("What they may do"), {"fields": ["is_active", "is_programme_office", "is_superuser"]}),
        (_("Dates"), {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "full_name", "password1", "password2"], "classes": ["wide"]})]

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """Nobody is deleted in bulk: what they did names them. Whoever leaves may not sign in any more."""
        actions: dict[str, Any] = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions
