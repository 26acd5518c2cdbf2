"""Which sessions a search of staff finds, and which are offered where one is chosen."""

from typing import Any

from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.states import SessionStatus
from hubs.admin.by_name import FoundByName


class WithSearch(FoundByName):
    """Sessions by what they are called, where they are and whose they are."""

    search_fields = [
        "ref",
        "title",
        "venue__name",
        "place_name",
        "host_school__school__name",
        "hub_year__name",
        "first_day",
    ]
    search_year = "hub_year__exchange__year"
    search_help_text = _("Reference, title, school, place, hub or year.")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """A booking is for a session that is to come, so only those are offered, the next one first.

        To go to instead, any hub's that can be booked and is for everyone to see.
        """
        chosen_for = getattr(request, "chooses_for", None)  # of a look-up: see ScopedAutocomplete
        if chosen_for in ("bookings.Booking.session", "bookings.SessionChange.instead"):
            queryset = queryset.upcoming(today=timezone.localdate())  # type: ignore[attr-defined]  # our queryset
            queryset = queryset.order_by(F("first_day").asc(nulls_last=True), "starts_at", "pk")
        if chosen_for == "bookings.SessionChange.instead":
            queryset = queryset.filter(places__status=SessionStatus.OPEN).public()  # type: ignore[attr-defined]  # our queryset
        return super().get_search_results(request, queryset, search_term)
