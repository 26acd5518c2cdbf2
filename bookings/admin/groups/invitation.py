"""Invitations as the verbs have written them, to look at. What is done with one is done on its group's page."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from bookings.admin.base.read_only import ReadOnlyAdmin, ReadOnlyInline
from bookings.models import Enrolment, GroupTeacher, Invitation


class TeacherInline(ReadOnlyInline):
    model = GroupTeacher
    fields = ["position", "full_name", "email", "is_lead"]


class EnrolmentInline(ReadOnlyInline):
    model = Enrolment
    fields = ["session", "booking", "done_at", "told_at", "problem"]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ["school", "group", "state", "invited_at", "answered_at"]
    list_filter = ["state", "group__hub_year__hub"]
    search_fields = ["school__name", "group__name"]
    list_select_related = ["school", "group__hub_year"]
    inlines = [TeacherInline, EnrolmentInline]
    fields = [
        *("group", "school", "state", "invited_at", "invited_by", "answered_at"),
        *("asked_name", "asked_email", "head_name", "head_email", "language", "interest"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Invitation]:
        rows: QuerySet[Invitation] = super().get_queryset(request)
        return rows.select_related("school", "group__hub_year__exchange", "interest", "invited_by")
