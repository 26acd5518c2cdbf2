"""Bookings: shown as they stand; staff confirm, cancel and book for somebody, by the verbs."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings import places
from bookings.admin.base import columns
from bookings.admin.base.export_page import WithExport
from bookings.admin.base.for_session import ForSession
from bookings.admin.base.form_page import form_page
from bookings.admin.base.main_page import link_to
from bookings.admin.base.pages import WithPages
from bookings.admin.base.read_only import FoundByBookingOrAddress, by_words, staff
from bookings.admin.base.sessions import name_and_short_day
from bookings.admin.booking import said_before
from bookings.admin.booking.booking_pages import BookingPages
from bookings.admin.booking.erase_pages import ErasePages
from bookings.admin.booking.everything import EverythingOfAPerson
from bookings.admin.booking.overview import OverviewPages
from bookings.admin.booking.staff_booking import StaffBookingForm, say_why_not
from bookings.admin.booking.story import story_of
from bookings.admin.booking.visitor import AddressChangeInline, VisitorInline
from bookings.admin.home.needs import Needs
from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail
from bookings.models.names import has_word
from bookings.rule.refusals import Ended, Refused
from bookings.rule.words import why_not
from bookings.states import LIVE, Status
from bookings.verbs import contact, staff_booking
from hubs.models import School, ShowcaseSession
from hubs.models.school import SchoolWord
from hubs.models.to_come import to_come
from hubs.staff import scope
from hubs.vocabulary.longest import longest
from hubs.vocabulary.school_words import distinctive, searchable, words_of

MOST_AT_ONCE = 100
MOST_SCHOOLS = 500  # beyond so many, bookings are asked for the words of their schools
# The colour of a status in a list.
TONES: dict[str, str] = {Status.CONFIRMED: "good", Status.HELD: "wait", Status.OFFERED: "wait", Status.WAITING: "wait"}


class WhyForm(forms.Form):
    """Staff say why."""

    why = forms.CharField(
        label=_("Reason"),
        max_length=longest(AuditEntry, "why"),
        help_text=_("Kept in the booking's history. No names."),
    )
    tell_why = forms.BooleanField(
        label=_("Tell them this reason"),
        required=False,
        help_text=_("In the email to everyone of the booking, and on its page. Without the tick staff alone see it."),
    )


class OfSessions(admin.SimpleListFilter):
    """Bookings of sessions to come, unless something is looked for: then of all, for it may be long ago."""

    title = _("sessions")
    parameter_name = "of"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("to_come", _("to come")), ("past", _("past")), ("all", _("all"))]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        looks_for = request.GET.get("q") or any(name.startswith("session__id") for name in request.GET)
        self.unless_said = "all" if looks_for else "to_come"

    def value(self) -> str:
        return super().value() or self.unless_said

    def choices(self, changelist: Any) -> Any:
        """Without Django's own "All", which is the choice that nobody made."""
        return list(super().choices(changelist))[1:]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        wanted = {"to_come": to_come(today, of="session"), "past": Q(session__last_day__lt=today)}
        return queryset.filter(wanted.get(self.value(), Q()))


@admin.register(Booking)
class BookingAdmin(WithPages, WithExport, FoundByBookingOrAddress):
    page_classes = [OverviewPages, BookingPages, EverythingOfAPerson, ErasePages]
    main_page = "overview"
    back_to_main_page = _("Back to the booking")
    export_columns = columns.BOOKING
    session_path = "session"
    list_display = ["who", "school_shown", "party", "standing", "session_shown", "reference_shown"]
    list_filter = [OfSessions, ForSession, Needs, "status", "source", "uses_held_back", "session__hub_year__hub"]
    search_fields = ["name_words", "school__search", "school_words"]
    search_help_text = _("Reference or email address; or a name of the contact or the school.")
    reference_lookup = "reference"
    actions = ["confirm", "send_link", "cancel"]
    inlines = [VisitorInline, AddressChangeInline]
    fieldsets = [
        (None, {"fields": ["reference_shown", "session", "status", "deadline", "party", "uses_held_back"]}),
        (_("Contact"), {"fields": ["contact_name", "contact_email", "contact_mobile", "contact_comes"]}),
        (_("School"), {"fields": ["school_kind", "school_shown"]}),
        (_("How it was made"), {"fields": ["created_at", "source", "goes_with", "joined_at", "smallest_party"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Booking]:
        bookings: QuerySet[Booking] = super().get_queryset(request)
        return bookings.select_related("session__hub_year", "school").prefetch_related("session__lessons")

    def by_name(self, term: str) -> Q | None:
        """By the contact or the school, or by words of both."""
        found = by_words(term, _of_contact_or_school)
        called = words_of(term)
        if found is None or called == [word for typed in searchable(term).split() for word in words_of(typed)[:1]]:
            return found
        return found | _of_school(called)[0]  # "C of E" is one word of a school's, and "of" is none

    def to_export(self, request: HttpRequest, queryset: QuerySet[Booking]) -> QuerySet[Booking]:
        plain = queryset.select_related(None).prefetch_related(None)
        return plain.select_related("school").prefetch_related(columns.sessions_of())

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm("bookings.add_booking")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        """Whether somebody may confirm and cancel: no form changes a booking, so "change" is refused."""
        return request.user.has_perm("bookings.change_booking")

    @admin.display(description=_("contact"), ordering="contact_name")
    def who(self, booking: Booking) -> str:
        return booking.contact_name or booking.reference_spaced

    @admin.display(description=_("status"), ordering="status")
    def standing(self, booking: Booking) -> SafeString:
        return format_html(
            '<span class="tag {}">{}</span>', TONES.get(booking.status, ""), booking.get_status_display()
        )

    @admin.display(description=_("reference"), ordering="reference")
    def reference_shown(self, booking: Booking) -> str:
        return booking.reference_spaced

    @admin.display(description=_("school"), ordering="school__name")
    def school_shown(self, booking: Booking) -> str:
        return booking.school_in_words

    @admin.display(description=_("session"), ordering="session__first_day")
    def session_shown(self, booking: Booking) -> SafeString:
        return link_to(booking.session, name_and_short_day(booking.session))

    # --- verbs ------------------------------------------------------------------------------------

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.status == Status.HELD:
            yield "confirm", _now("Confirm")
        if row.status in LIVE and row.contact_email:
            yield "send_link", _now("Send the link again")
        if row.status in LIVE:
            yield "cancel", _now("Cancel this booking…")

    def warnings(self, request: HttpRequest, row: Any) -> Iterable[str]:
        """A hold whose mail could not be sent stands until somebody sees to it (rule.md#hold)."""
        if row.status == Status.HELD:
            asked = Mail.objects.filter(booking=row, kind=Kind.CONFIRM, recipient_key=row.email_key)
            last = asked.order_by("pk").last()
            if last and last.state == Mail.State.FAILED:
                yield _now(
                    "The email that asks to confirm could not be sent, so nobody knows of these places. "
                    "Send the link again, ring and confirm, or cancel."
                )
            if last and last.state == Mail.State.UNSURE:
                yield _now(
                    "The email that asks to confirm may not have arrived: the mail server took it and did not answer. "
                    "Ask them, and say on the email’s page whether it did. Until then these places are kept."
                )
        if row.status in LIVE and not row.contact_email:
            yield _now("No email address: no email is sent and there is no link. Ring or write to them.")

    def story(self, request: HttpRequest, row: Any) -> Iterable[Any]:
        return story_of(row)

    @admin.action(description=_("Send the link again"), permissions=["decide"])
    def send_link(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        by = staff(request)
        self.carry_out(
            request,
            queryset[:MOST_AT_ONCE],
            lambda pk: contact.send_again(pk, by=by, clock=timezone.now),
            done=_now("Link on its way"),
            named=lambda booking: f"{booking} ({booking.contact_email})",
        )

    @admin.action(description=_("Confirm"), permissions=["decide"])
    def confirm(self, request: HttpRequest, queryset: QuerySet[Booking]) -> None:
        by = staff(request)
        self.carry_out(
            request,
            queryset,
            lambda pk: places.confirm(pk, by=by, clock=timezone.now),
            done=_now("Confirmed"),
            refused=why_not_confirmed,
        )

    @admin.action(description=_("Cancel…"), permissions=["decide"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Booking]) -> HttpResponse | None:
        """Asks once for a reason, on a page of its own, and then cancels."""
        bookings = list(queryset[: MOST_AT_ONCE + 1])
        if len(bookings) > MOST_AT_ONCE:
            too_many = _now("Cancel at most %(n)d bookings at once.") % {"n": MOST_AT_ONCE}
            self.message_user(request, too_many, messages.ERROR)
            return None
        form = WhyForm(request.POST if "why" in request.POST else None)
        if not form.is_valid():
            return self._ask_why(request, bookings, form)
        by, reason = staff(request), form.cleaned_data
        self.carry_out(
            request, bookings, lambda pk: places.cancel(pk, by=by, clock=timezone.now, **reason), done=_now("Cancelled")
        )
        return None

    def _ask_why(self, request: HttpRequest, bookings: list[Booking], form: WhyForm) -> HttpResponse:
        hidden = [("action", "cancel"), ("_from_row", request.POST.get("_from_row", ""))]
        hidden += [(ACTION_CHECKBOX_NAME, str(booking.pk)) for booking in bookings]
        number = len(bookings)
        title = ngettext("Cancel %(n)d booking", "Cancel %(n)d bookings", number) % {"n": number}
        rows = [f"{one}, {one.contact_name}, {one.school_in_words}: {one.session}" for one in bookings]
        return form_page(self, request, form, title=title, button=title, rows=rows, hidden=hidden)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Book for somebody. The form carries a key, so that pressing twice books once."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        mine = scope.choices(request.user, ShowcaseSession.objects.all(), of=Booking)
        chosen = mine.filter(ref=request.GET.get("session", "")).first()
        first = {"request_key": uuid.uuid4(), "session": chosen}
        form = StaffBookingForm(request.POST or None, initial=first, admin_site=self.admin_site, by=staff(request))
        title, button, fieldsets = _now("Book for somebody"), _now("Book"), form.fieldsets()
        more = self._asked_first(request, form) if form.is_valid() else {}
        if not more and form.is_valid() and (booking := self._book(request, form)):
            return HttpResponseRedirect(self.url_of(booking.pk))
        return form_page(self, request, form, title=title, button=button, fieldsets=fieldsets, **more)

    def _asked_first(self, request: HttpRequest, form: StaffBookingForm) -> dict[str, Any]:
        """What is said before anybody is booked: each of a party is asked about once they have been counted, and who
        writes down a need reads what is known of getting in. Nothing where both have been."""
        hidden = [("told", "1")]
        if form.asks_of_others:
            return {"rows": [_now("Nothing is booked yet: say what you know of each of them, then press Book.")]}
        needs, session = form.written_needs(), form.cleaned_data["session"]
        size = form.cleaned_data["size"]
        if "told" not in request.POST and (known := said_before.of_access(session, needs, places=size)):
            return {"rows": [*known, _now("Nothing is booked yet: press Book again to go on.")], "hidden": hidden}
        return {}

    def _book(self, request: HttpRequest, form: StaffBookingForm) -> Booking | None:
        data, party = form.cleaned_data, form.party()
        again = Booking.objects.filter(request_key=party.request_key).exists()
        try:
            booking = staff_booking.staff_booking(
                data["session"].pk,
                party,
                by=staff(request),
                clock=timezone.now,
                use_held_back=data["use_held_back"],
                why=data["why"],
            )
        except Refused as error:
            say_why_not(form, error)
            return None
        text = _now("This form has booked already: %(booking)s.") if again else _now("Booked: %(booking)s.")
        level = messages.WARNING if again else messages.SUCCESS
        self.message_user(request, text % {"booking": booking}, level)
        return booking


def _of_contact_or_school(words: list[str]) -> Q:
    """Where words may stand: each is the beginning of a word of the contact's name, or of the school's.

    The longest that is not of too many schools leads to them by index.
    """
    words = sorted(words, key=len, reverse=True)
    schools = {word: _of_school((words_of(word) or [word])[:1]) for word in words}
    led = next((word for word, (_listed, by_index) in schools.items() if by_index), None)
    return Q(*(has_word(word, by_index=word == led) | _typed(word) | schools[word][0] for word in words))


def _typed(word: str) -> Q:
    """Of a school that is not in the register."""
    beginning = Q(school_words__startswith=word) | Q(school_words__contains=f" {word}")
    return Q(school=None) & (beginning | Q(school_place__icontains=word))


def _of_school(words: list[str]) -> tuple[Q, bool]:
    """Bookings of schools of the register that have all these words; and whether an index leads to them, where there
    are not too many."""
    found = School.objects.filter(*(Q(search__contains=f" {word}") for word in words)).order_by()
    if led := [word for word in distinctive(words) if not word.isdecimal()]:  # a URN is no word
        found = found.filter(pk__in=SchoolWord.objects.beginning(led[0]).order_by().values("school"))
    keys = list(found.values_list("pk", flat=True)[: MOST_SCHOOLS + 1])
    if len(keys) > MOST_SCHOOLS:
        return Q(*(Q(school__search__contains=f" {word}") for word in words)), False
    return Q(school__in=keys), True


def why_not_confirmed(booking: Booking, error: Refused) -> str:
    """Staff confirm what is held; how anything else stands is the reason why not."""
    if isinstance(error, Ended):
        booking.refresh_from_db(fields=["status"])
        return _now("it is %(status)s, and only held places can be confirmed.") % {
            "status": booking.get_status_display()
        }
    return why_not(error)
