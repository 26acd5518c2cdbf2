"""What verbs write is shown in the admin, and no form of it changes anything."""

import re
from collections.abc import Callable
from typing import Any

from django.contrib.admin import ShowFacets
from django.contrib.admin.views.main import PAGE_VAR
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from bookings.admin.base.long_list import LongList, SomeCounted, up_to
from bookings.models import Booking
from hubs.admin.bases import ModelAdmin, TabularInline
from hubs.models import StaffUser
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.school_words import searchable


def staff(request: HttpRequest) -> StaffUser:
    """Who is asking. Every admin page has let nobody else in."""
    if not isinstance(request.user, StaffUser):
        raise TypeError("An admin page without a member of staff.")
    return request.user


# What belongs to the word after it, however it is typed: O Neill, D Arcy, Mc Donald, Mac Donald.
BEFORE_A_NAME = re.compile(r"\b(o|d|mc|mac) (?=\w)")


class _NeverWritten:
    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ReadOnlyAdmin(_NeverWritten, ModelAdmin):
    """Rows to look at: up to a million, so no list counts them all, nor those of each choice beside it."""

    show_full_result_count = False
    show_facets = ShowFacets.NEVER

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        return LongList

    def get_paginator(self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any) -> Any:
        page = request.GET.get(PAGE_VAR, "")
        return SomeCounted(queryset, per_page, *args, up_to=up_to(page, per_page), **kwargs)


class ReadOnlyInline(_NeverWritten, TabularInline):
    """Rows to look at, on the page of what they belong to."""

    extra = 0
    can_delete = False


def by_booking_or_address(term: str, *, reference: str, address: str) -> Q | None:
    """What a term that is a booking's reference or an email address finds by index; None for other terms.

    `reference` and `address` are their look-ups. A reference may be typed as it is read aloud: 7f3q km2p.
    """
    if "@" in term:
        return Q(**{address: email_key(term)})
    compact = "".join(term.split()).upper()
    if Booking.objects.filter(reference=compact).exists():
        return Q(**{reference: compact})
    return None


def by_words(term: str, stands: Callable[[list[str]], Q]) -> Q | None:
    """Rows in which the words of a term stand, as names are compared; `stands` says where. None for an empty term."""
    if not term.strip():
        return None
    plain = searchable(term)
    if not plain:
        return Q(pk__in=[])
    found, together = stands(_each_once(plain)), BEFORE_A_NAME.sub(r"\1", plain)
    return found if together == plain else found | stands(_each_once(together))


def _each_once(words: str) -> list[str]:
    return list(dict.fromkeys(words.split()))


class FoundByBookingOrAddress(ReadOnlyAdmin):
    """Lists that find a booking's reference or an address at once, and other words by name or by `search_fields`."""

    reference_lookup = "booking__reference"
    address_lookup = "email_key"

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        lookups = {"reference": self.reference_lookup, "address": self.address_lookup}
        found = by_booking_or_address(search_term, **lookups) or self.by_name(search_term)
        if found is not None:
            return queryset.filter(found), False
        return super().get_search_results(request, queryset, search_term)

    def by_name(self, term: str) -> Q | None:
        """Whom a list of people finds by that name; None where it is no such list."""
        return None
