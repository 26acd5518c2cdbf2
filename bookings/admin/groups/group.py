"""Work groups: a form for what staff describe, a page of its own for everything about one."""

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.pages import WithPages
from bookings.admin.costs.pages import CostPages
from bookings.admin.groups.invite import InvitePages
from bookings.admin.groups.leave import LeavePages
from bookings.admin.groups.meetings import MeetingsPages
from bookings.admin.groups.overview import GroupPages
from bookings.admin.home.needs import Needs
from bookings.models import Invitation
from bookings.rule.party import MOST_VISITORS
from hubs.admin.by_name import FoundByName
from hubs.admin.history import WithHistory
from hubs.admin.meanwhile import ModelForm
from hubs.models import HubYear, WorkGroup
from hubs.staff import scope


class GroupForm(ModelForm):
    """A school's teachers are one booking, which has its limit (rule.md#visitors)."""

    def clean_teachers_each(self) -> int:
        number: int = self.cleaned_data["teachers_each"]
        if number > MOST_VISITORS:
            self.add_error("teachers_each", _("%(n)d at most: they are one booking.") % {"n": MOST_VISITORS})
        return number


@admin.register(WorkGroup)
class GroupAdmin(WithHistory, WithPages, FoundByName):
    main_page = "overview"
    back_to_main_page = _("Back to the group")
    page_classes = [GroupPages, InvitePages, MeetingsPages, LeavePages, CostPages]
    form = GroupForm
    list_display = ["name", "hub_year", "specialist", "schools_in", "schools_asked", "number_of_meetings"]
    list_filter = [Needs, "phase", "hub_year__exchange", "hub_year__hub"]
    search_fields = ["name", "hub_year__name", "specialist__full_name", "school__name"]
    search_year = "hub_year__exchange__year"
    autocomplete_fields = ["hub_year", "specialist", "school"]
    fieldsets = [
        (None, {"fields": ["hub_year", "name"]}),
        (_("Who leads it"), {"fields": ["specialist", "school"]}),
        (_("Who is in it"), {"fields": ["phase", "schools_wanted", "teachers_each"]}),
        (_("What schools are told"), {"fields": ["about", "cover_days", "hub_pays"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkGroup]:
        of_schools = {
            "n_in": Count("invitations", filter=Q(invitations__state=Invitation.State.JOINED), distinct=True),
            "n_asked": Count("invitations", filter=Q(invitations__state__in=("invited", "named")), distinct=True),
            "n_meetings": Count("meetings", distinct=True),
        }
        rows: QuerySet[WorkGroup] = super().get_queryset(request)
        related = ("hub_year__hub", "hub_year__exchange", "hub_year__lead_school", "specialist", "school", "schools")
        return rows.select_related(*related).annotate(**of_schools)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The hub's current year, where somebody has one hub."""
        mine = scope.hubs_with(request.user, scope.STAFF)
        current = HubYear.objects.current(today=timezone.localdate()).filter(hub__in=mine)
        return {"hub_year": current[0].pk} if len(mine) == 1 and current else {}

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Never several at once, and none that anybody was told of."""
        allowed = super().has_delete_permission(request, obj)
        if not (allowed and isinstance(obj, WorkGroup)):
            return False
        return not obj.invitations.exists() and not obj.meetings.exists()

    @admin.display(description=_("schools in"), ordering="n_in")
    def schools_in(self, group: Any) -> str:
        return f"{group.n_in} / {group.schools_wanted}"

    @admin.display(description=_("schools asked"), ordering="n_asked")
    def schools_asked(self, group: Any) -> int:
        return int(group.n_asked)

    @admin.display(description=_("meetings"), ordering="n_meetings")
    def number_of_meetings(self, group: Any) -> int:
        return int(group.n_meetings)
