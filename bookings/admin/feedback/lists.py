"""Quotes, who would join a group, and to whom a hub may write: rows to look at and take away."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.export_page import WithExport
from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.admin.base.spreadsheets import Column
from bookings.admin.groups.ticked import invite_actions
from bookings.mail import links
from bookings.models import Interest, NewsConsent, Quote
from hubs.schools.whereabouts import in_miles, metres_between
from hubs.vocabulary.dates import day as day_in_words
from hubs.vocabulary.teaching import roles_in_words


class _ByItsFiltersAlone(ReadOnlyAdmin):
    """A list that is narrowed by its own filters and by nothing else: not by a column that it does not show."""

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        allowed = {one for one in self.list_filter if isinstance(one, str)}
        return any(lookup.startswith(one) for one in allowed) and super().lookup_allowed(lookup, value, request)


@admin.register(Quote)
class QuoteAdmin(_ByItsFiltersAlone):
    """What has been released. Deleting one takes it back."""

    list_display = ["text", "session", "hub_year", "released_by", "released_on"]
    list_filter = ["hub_year__exchange", "hub_year__hub"]
    list_select_related = ["session", "hub_year__exchange", "released_by"]
    search_fields = ["text"]
    fields = ["text", "session", "hub_year", "released_by", "released_on"]
    readonly_fields = ["released_on"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Quote]:
        return super().get_queryset(request).prefetch_related("session__lessons")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.delete_quote", obj)

    @admin.display(description=_("released on"), ordering="released_at")
    def released_on(self, quote: Quote) -> str:
        return day_in_words(quote.released_at)


def _school(interest: Interest) -> str:
    return interest.visitor.booking.school_in_words


def _phase(interest: Interest) -> str:
    school = interest.visitor.booking.school
    return str(school.get_phase_display()) if school else ""


def _far(interest: Interest) -> str:
    school, lead = interest.visitor.booking.school, interest.hub_year.lead_school
    if not (school and lead):
        return ""
    metres = metres_between(school.easting, school.northing, lead.easting, lead.northing)
    return "" if metres is None else in_miles(metres)


INTEREST = [
    Column(_("Name"), lambda one: one.visitor.full_name or ""),
    Column(_("Email"), lambda one: one.visitor.email or ""),
    Column(_("School"), _school),
    Column(_("Phase"), _phase),
    Column(_("From the lead school"), _far),
    Column(_("Would join a group"), lambda one: one.get_wants_display()),
    Column(_("As"), lambda one: one.get_role_display()),
    Column(_("Role"), lambda one: roles_in_words(one.visitor.role)),
]


@admin.register(Interest)
class InterestAdmin(WithExport, _ByItsFiltersAlone):
    """Who would join a group of nearby schools: said with their name, apart from what they answered. Those ticked can
    be invited to a group of the hub."""

    export_columns = INTEREST
    list_display = ["name", "school", "phase", "far", "wants", "role", "hub_year"]
    list_filter = ["wants", "role", "hub_year__exchange", "hub_year__hub"]
    list_select_related = ["visitor__booking__school", "hub_year__exchange", "hub_year__lead_school"]
    search_fields = ["visitor__name_words"]
    fields = ["name", "school", "phase", "wants", "role", "hub_year"]
    readonly_fields = ["name", "school", "phase"]
    ordering = ["visitor__name_words", "visitor"]

    @admin.display(description=_("name"), ordering="visitor__name_words")
    def name(self, interest: Interest) -> str:
        return str(interest.visitor)

    @admin.display(description=_("school"))
    def school(self, interest: Interest) -> str:
        return _school(interest)

    @admin.display(description=_("phase"))
    def phase(self, interest: Interest) -> str:
        return _phase(interest)

    @admin.display(description=_("from the lead school"))
    def far(self, interest: Interest) -> str:
        return _far(interest)

    def get_actions(self, request: HttpRequest) -> Any:
        return super().get_actions(request) | invite_actions(request)


NEWS = [
    Column(_("Email"), lambda one: one.email),
    Column(_("Name"), lambda one: one.full_name),
    Column(_("Agreed on"), lambda one: one.agreed_at.date()),
    Column(_("Their link to stop it: put it into what you send"), lambda one: stop_link(one)),
]


def stop_link(consent: NewsConsent) -> str:
    """By which they stop it themselves."""
    return links.url(links.Purpose.UNSUBSCRIBE, consent)


@admin.register(NewsConsent)
class NewsConsentAdmin(WithExport, _ByItsFiltersAlone):
    """To whom the hub may write about its work. We send nothing on it; who asks to be left alone is deleted."""

    export_columns = NEWS
    list_display = ["email", "full_name", "hub", "agreed_on"]
    list_filter = ["hub"]
    list_select_related = ["hub"]
    search_fields = ["email"]
    fields = ["email", "full_name", "hub", "agreed_on"]
    readonly_fields = ["agreed_on"]
    ordering = ["email_key"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.delete_newsconsent", obj)

    @admin.display(description=_("agreed on"))
    def agreed_on(self, consent: NewsConsent) -> str:
        return day_in_words(consent.agreed_at)
