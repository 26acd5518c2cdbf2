"""Reports that were counted in the night, for the technically minded: which there are, and as at when."""

from django.contrib import admin

from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.models import KeptReport


@admin.register(KeptReport)
class KeptReportAdmin(ReadOnlyAdmin):
    """Their figures stand on the page of the report."""

    list_display = ["exchange", "hub_year", "leaves", "as_at"]
    search_fields = ["exchange__name", "hub_year__name"]
    list_select_related = ["exchange", "hub_year__exchange"]
    fields = ["exchange", "hub_year", "leaves", "as_at"]
