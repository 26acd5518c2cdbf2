"""What happened and what was sent, in words: the audit trail, the outbox, and the rows that verbs lock.

Neither a private link nor the facts frozen in a mail are shown: the booking's page says what it is about.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.main_page import link_to
from bookings.admin.base.pages import WithPages
from bookings.admin.base.read_only import FoundByBookingOrAddress, ReadOnlyAdmin
from bookings.admin.booking.story import change_in_words, fate_of, who_did
from bookings.admin.home.needs import Needs
from bookings.mail import sending
from bookings.models import AuditEntry, Mail, Places, TurnedAway

MOST_AT_ONCE = 100


class ToItsPages:
    """Links to the pages of a row's session and booking."""

    @admin.display(description=_("session"), ordering="session__first_day")
    def session_page(self, row: Any) -> SafeString | str:
        return link_to(row.session) if row.session else ""

    @admin.display(description=_("booking"), ordering="booking__reference")
    def booking_page(self, row: Any) -> SafeString | str:
        return link_to(row.booking) if row.booking else ""


@admin.register(AuditEntry)
class AuditEntryAdmin(ToItsPages, FoundByBookingOrAddress):
    list_display = ["at", "verb", "who", "change", "session_page", "booking_page", "why"]
    list_filter = ["verb", "by"]
    list_select_related = ["staff", "session", "booking"]
    search_fields = ["session__ref"]
    search_help_text = _("A booking's or a session's reference, or the email address of a member of staff.")
    address_lookup = "staff__email"
    fields = ["at", "verb", "who", "change", "session_page", "booking_page", "why", "why_told", "request_id"]
    readonly_fields = ["who", "change", "session_page", "booking_page"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEntry]:
        return super().get_queryset(request).prefetch_related("session__lessons")

    @admin.display(description=_("who"), ordering="by")
    def who(self, entry: AuditEntry) -> str:
        return who_did(entry)

    @admin.display(description=_("how it changed"))
    def change(self, entry: AuditEntry) -> str:
        return change_in_words(entry)


class OfState(admin.ChoicesFieldListFilter):
    """Mails by their state: those that have not been sent are few, and found by its index."""

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        states: Any = self.lookup_val or []
        if states and Mail.State.SENT not in states:
            return queryset.in_state(*states)
        return super().queryset(request, queryset)


@admin.register(Mail)
class MailAdmin(ToItsPages, WithPages, FoundByBookingOrAddress):
    """The outbox; what was given up can be sent again, and what may have arrived too, or be said to have."""

    rows_called = (_("email"), _("emails"))
    list_display = ["kind", "recipient", "fate", "booking_page", "session_page", "created_at", "answered_at"]
    list_filter = [Needs, ("state", OfState), "kind", "urgent"]
    list_select_related = ["session", "booking"]
    search_fields = ["session__ref"]
    search_help_text = _("Email address, or a booking's or a session's reference.")
    address_lookup = "recipient_key"
    actions = ["send_again", "it_arrived"]
    readonly_fields = ["fate", "session_page", "booking_page"]
    fields = [
        *("kind", "recipient", "fate", "session_page", "booking_page", "visitor", "visiting_teacher"),
        *("language", "urgent"),
        *("created_at", "due_at", "expires_at", "answered_at", "tries", "unanswered", "last_error", "request_id"),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Mail]:
        mails: QuerySet[Mail] = super().get_queryset(request).for_staff()  # type: ignore[attr-defined]  # our queryset
        return mails.defer("facts").prefetch_related("session__lessons")

    def has_resend_permission(self, request: HttpRequest) -> bool:
        """No form changes a mail, so "change" is refused: who may send one again is asked of the scope."""
        return request.user.has_perm("bookings.change_mail")

    @admin.display(description=_("what became of it"), ordering="state")
    def fate(self, mail: Mail) -> str:
        return ", ".join(fate_of(mail))

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.state in (Mail.State.FAILED, Mail.State.UNSURE):
            yield "send_again", _now("Send again")
        if row.state == Mail.State.UNSURE:
            yield "it_arrived", _now("It arrived")

    def warnings(self, request: HttpRequest, row: Any) -> Iterable[str]:
        """What nobody but a person can find out."""
        if row.state == Mail.State.UNSURE:
            yield _now(
                "The mail server took this email whole and hung up, each time without saying whether it keeps it. "
                "Ask whoever it is for. If they have it, say that it arrived; if not, send it again: should it have "
                "arrived after all, most mail programs show it once."
            )

    @admin.action(description=_("Send again"), permissions=["resend"])
    def send_again(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        rows = {mail.pk: mail for mail in queryset[:MOST_AT_ONCE]}

        def verb(pk: int) -> None:
            sending.send_again(pk, now=timezone.now())
            self.log_change(request, rows[pk], _now("Sent again."))

        self.carry_out(
            request,
            rows.values(),
            verb,
            done=_now("On its way again"),
            named=_kind_and_address,
        )

    @admin.action(description=_("It arrived"), permissions=["resend"])
    def it_arrived(self, request: HttpRequest, queryset: QuerySet[Mail]) -> None:
        rows = {mail.pk: mail for mail in queryset[:MOST_AT_ONCE]}

        def verb(pk: int) -> None:
            sending.it_arrived(pk, now=timezone.now())
            self.log_change(request, rows[pk], _now("Said to have arrived."))

        self.carry_out(request, rows.values(), verb, done=_now("Counts as sent"), named=_kind_and_address)


def _kind_and_address(mail: Any) -> str:
    return f"{mail.get_kind_display()} ({mail.recipient})"


@admin.register(TurnedAway)
class TurnedAwayAdmin(ReadOnlyAdmin):
    """How many presses on the web were refused, by session, day and reason: counts, and nobody's name."""

    list_display = ["session", "day", "why", "times", "places"]
    list_filter = ["why"]
    list_select_related = ["session"]
    search_fields = ["session__ref"]
    fields = ["session", "day", "why", "times", "places"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[TurnedAway]:
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
