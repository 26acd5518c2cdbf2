"""Visitors: who is expected, shown as the verbs left them."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base import columns
from bookings.admin.base.export_page import WithExport
from bookings.admin.base.for_session import ForSessionOfBooking
from bookings.admin.base.main_page import link_to
from bookings.admin.base.pages import WithPages
from bookings.admin.base.read_only import FoundByBookingOrAddress, ReadOnlyInline, by_words, staff
from bookings.admin.base.sessions import name_and_short_day
from bookings.admin.booking.erase_pages import ErasePages
from bookings.admin.booking.everything import EverythingOfAPerson
from bookings.admin.booking.need_pages import NeedPages
from bookings.admin.booking.person_pages import PersonPages
from bookings.admin.home.needs import Needs
from bookings.models import AddressChange, HandOver, Visitor
from bookings.models.names import has_words
from bookings.states import Status
from bookings.verbs import contact
from hubs.vocabulary.teaching import in_words, roles_in_words

MOST_AT_ONCE = 100


class InWords:
    """What a visitor said, in words."""

    @admin.display(description=_("visitor"), ordering="full_name")
    def visitor(self, visitor: Visitor) -> str:
        return str(visitor)

    @admin.display(description=_("role"))
    def role_shown(self, visitor: Visitor) -> str:
        return roles_in_words(visitor.role)

    @admin.display(description=_("years taught"))
    def years_shown(self, visitor: Visitor) -> str:
        return in_words(visitor.years)


class VisitorInline(InWords, ReadOnlyInline):
    model = Visitor
    fields = [
        "visitor",
        "email",
        "is_contact",
        "role_shown",
        "years_shown",
        "needs",
        "needs_added",
        "arranged",
        "seen_before",
        "attendance",
        "released_at",
    ]
    readonly_fields = ["visitor", "role_shown", "years_shown"]
    show_change_link = True


class AddressChangeInline(ReadOnlyInline):
    """Who has asked for another address, and whether the link that went there has been pressed."""

    model = AddressChange
    fields = ["email", "visitor", "asked_at", "pressed_at"]


class HandOverInline(ReadOnlyInline):
    model = HandOver
    fields = ["at", "from_name", "to_name", "to_email", "taken_at", "taken_back_at"]


@admin.register(Visitor)
class VisitorAdmin(InWords, WithPages, WithExport, FoundByBookingOrAddress):
    page_classes = [NeedPages, PersonPages, EverythingOfAPerson, ErasePages]
    actions = ["send_place"]
    export_columns = columns.VISITOR
    session_path = "booking__session"
    inlines = [HandOverInline]
    list_display = ["visitor", "booking", "session", "school", "role_shown", "attendance", "released_at"]
    list_filter = [ForSessionOfBooking, Needs, "attendance", "booking__status", "booking__session__hub_year__hub"]
    # Instead, where the list is of those whom nobody has answered yet.
    to_arrange = ["visitor", "say", "what_they_need", "session", "school"]
    ordering = ["-pk"]
    search_fields = ["name_words"]
    search_help_text = _("Name, email address, or the booking's reference.")
    fields = [
        "visitor",
        "booking",
        "session",
        "school",
        "email",
        "is_contact",
        "role_shown",
        "years_shown",
        "mobile",
        "needs",
        "needs_added",
        "arranged",
        "arranged_at",
        "arranged_by",
        "seen_before",
        "first_time",
        "attendance",
        "marked_at",
        "marked_by",
        "left_at",
        "released_at",
    ]

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """As of bookings: no form changes a visitor, so "change" is refused."""
        return request.user.has_perm("bookings.change_visitor")

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.has_own_mail and not row.released_at and row.booking.status == Status.CONFIRMED:
            yield "send_place", _now("Send their link again")

    @admin.action(description=_("Send their link again"), permissions=["decide"])
    def send_place(self, request: HttpRequest, queryset: QuerySet[Visitor]) -> None:
        """The link of a colleague's own place."""
        by = staff(request)
        self.carry_out(
            request,
            queryset[:MOST_AT_ONCE],
            lambda pk: contact.send_place_again(pk, by=by, clock=timezone.now),
            done=_now("Link on its way"),
            named=lambda visitor: f"{visitor} ({visitor.email})",
        )

    def get_list_display(self, request: HttpRequest) -> Any:
        return self.to_arrange if request.GET.get(Needs.parameter_name) == "arrange" else self.list_display

    @admin.display(description=_("needs"))
    def what_they_need(self, visitor: Visitor) -> SafeString:
        added = format_html(_now("{} (added by whoever booked)"), visitor.needs_added) if visitor.needs_added else ""
        return format_html_join(mark_safe("<br>"), "{}", ((words,) for words in (visitor.needs, added) if words))

    @admin.display(description=_("answer"))
    def say(self, visitor: Visitor) -> SafeString:
        return format_html('<a href="{}">{}</a>', self.url_of(visitor.pk, "arrange"), _now("Say what is arranged"))

    def get_queryset(self, request: HttpRequest) -> QuerySet[Visitor]:
        visitors: QuerySet[Visitor] = super().get_queryset(request)
        return visitors.select_related("booking__session", "booking__school").prefetch_related(
            "booking__session__lessons"
        )

    def to_export(self, request: HttpRequest, queryset: QuerySet[Visitor]) -> QuerySet[Visitor]:
        plain = queryset.select_related(None).prefetch_related(None)
        return plain.select_related("booking__school").prefetch_related(columns.sessions_of("booking__session"))

    def by_name(self, term: str) -> Q | None:
        return by_words(term, has_words)

    @admin.display(description=_("session"), ordering="booking__session__first_day")
    def session(self, visitor: Visitor) -> SafeString:
        return link_to(visitor.booking.session, name_and_short_day(visitor.booking.session))

    @admin.display(description=_("school"), ordering="booking__school__name")
    def school(self, visitor: Visitor) -> str:
        return visitor.booking.school_in_words

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        said = ["visitor", "session", "school", "role_shown", "years_shown", "first_time"]
        return [*said, "marked_at", "marked_by", "left_at", "arranged_at", "arranged_by"]
