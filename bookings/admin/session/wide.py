"""A whole visit, or a hub's exchange: cancel, postpone and reinstate its sessions; and what has become of it.

`hubs` know nothing of bookings, so the pages of visits and hub years get their links here.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base import columns
from bookings.admin.base.export_page import WithExport
from bookings.admin.base.pages import WithPages
from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import ReadOnlyAdmin, ReadOnlyInline, staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.home.needs import Needs
from bookings.admin.session.change_forms import WideForm
from bookings.admin.session.flyers import VisitFlyerPages
from bookings.admin.session.letters import WideLetterPages
from bookings.admin.session.more_dates import VisitAgainPages
from bookings.admin.session.whom import whom
from bookings.admin.session.words import why_not_open
from bookings.models import Booking, Phoned, Seen, SessionChange, WideChange, WideStep
from bookings.sessions import changes, wide_changes
from bookings.states import SessionStatus, Verb
from hubs.admin.by_name import FoundByName
from hubs.admin.exchange import HostSchoolAdmin
from hubs.admin.hub import HubYearAdmin
from hubs.admin.meanwhile import ModelForm
from hubs.models import HostSchool, HubYear, ShowcaseSession

NAMES: dict[str, tuple[Verb, Promise | str]] = {
    "cancel": (Verb.CANCEL_SESSION, _("Cancel its sessions")),
    "postpone": (Verb.POSTPONE, _("Postpone its sessions")),
    "reinstate": (Verb.REINSTATE, _("Reinstate its sessions")),
}


class WideChangePages(PreviewPages):
    """Cancel, postpone or reinstate sessions that belong together."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        for name, (verb, label) in NAMES.items():
            if wide_changes.sessions_of(row, verb, today=timezone.localdate()).exists():
                yield self.url_of(row.pk, name), str(label)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern(name, self.wide_view, page=name) for name in NAMES]

    def wide_view(self, request: HttpRequest, object_id: int, page: str) -> HttpResponse:
        """Which sessions, and what the hub says. It is stored, and the worker carries it out."""
        row = self.get_object_or_deny(request, object_id)
        verb, label = NAMES[page]
        sessions = wide_changes.sessions_of(row, verb, today=timezone.localdate())
        offers = verb is not Verb.REINSTATE
        form = WideForm(request.POST or None, sessions=sessions, offers=offers, admin_site=self.admin_site)

        def do(form: Any) -> str:
            chosen = list(form.cleaned_data["sessions"])
            by, news = staff(request), form.news()
            wide = wide_changes.ask_for(row, verb, chosen, by=by, clock=timezone.now, news=news)
            number = wide.steps.count()
            return ngettext(
                "%(n)d session is changed within a minute or so.",
                "%(n)d sessions are changed within a minute or so.",
                number,
            ) % {"n": number}

        def preview(form: Any) -> list[str]:
            chosen = list(form.cleaned_data["sessions"])
            return [*map(name_and_day, chosen), *whom([session.pk for session in chosen])]

        return self.form_with_preview(request, form, title=str(label), original=row, preview=preview, do=do)


admin.site.unregister(HostSchool)
admin.site.unregister(HubYear)


class VisitForm(ModelForm):
    """A visit. Its sessions are where its school is, unless they say otherwise."""

    def clean(self) -> dict[str, Any]:
        """Whoever has a place or waits must hear of another school: this form tells nobody."""
        super().clean()
        if "school" in self.changed_data and self.instance.pk:
            here = ShowcaseSession.objects.filter(host_school=self.instance, venue=None, place_name="")
            to_come = here.upcoming(today=timezone.localdate())
            if Booking.objects.live().filter(session__in=to_come).exists():
                self.add_error("school", _now("People have booked sessions here. Move these: it tells everyone."))
        if self.cleaned_data.get("is_draft") and self.instance.pk:
            told = self.instance.sessions.exclude(places__status=SessionStatus.DRAFT)
            if told.exists():
                self.add_error("is_draft", _now("The public knows of sessions of this visit, so it is no draft."))
        return self.cleaned_data


@admin.register(HostSchool)
class VisitAdmin(WithExport, WithPages, HostSchoolAdmin):
    """A host school's visit, whose sessions can be announced or called off together."""

    actions = ["announce", "announce_all"]

    page_classes = [WideChangePages, WideLetterPages, VisitAgainPages, VisitFlyerPages]
    form = VisitForm
    export_columns = columns.VISIT
    list_filter = [Needs, *HostSchoolAdmin.list_filter]

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.is_draft:
            yield "announce", _now("Announce")
        drafts = row.sessions.filter(places__status=SessionStatus.DRAFT).count()
        if drafts:
            with_them = ngettext("Announce with its session", "Announce with its %(n)d sessions", drafts)
            yield "announce_all", with_them % {"n": drafts}

    @admin.action(description=_("Announce"), permissions=["change"])
    def announce(self, request: HttpRequest, queryset: QuerySet[HostSchool]) -> None:
        """Show visits to the public; sessions that are drafts stay so."""
        visits = list(queryset)
        for visit in visits:
            visit.announce()
        self.message_user(request, _now("Announced: %(visits)s") % {"visits": ", ".join(map(str, visits))})

    @admin.action(description=_("Announce with their sessions"), permissions=["change"])
    def announce_all(self, request: HttpRequest, queryset: QuerySet[HostSchool]) -> None:
        """Show visits and their sessions to the public, each session in a transaction of its own."""
        visits, by = list(queryset), staff(request)
        drafts = ShowcaseSession.objects.filter(host_school__in=visits, places__status=SessionStatus.DRAFT).with_names()

        def one(session_id: int) -> None:
            changes.announce(session_id, by=by, clock=timezone.now)

        self.announce(request, queryset)
        self.carry_out(request, drafts, one, done=_now("Announced"), refused=why_not_open, named=name_and_day)


@admin.register(HubYear)
class ExchangeOfHubAdmin(WithPages, HubYearAdmin):
    """A hub in a year, whose sessions can be called off together."""

    page_classes = [WideChangePages, WideLetterPages]
    list_filter = [Needs, *HubYearAdmin.list_filter]


# --- what has become of it --------------------------------------------------------------------------------------------


class StepInline(ReadOnlyInline):
    model = WideStep
    fields = ["session", "done_at", "refused"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WideStep]:
        return super().get_queryset(request).select_related("session")


@admin.register(WideChange)
class WideChangeAdmin(ReadOnlyAdmin, FoundByName):
    """Which sessions have been changed, which are to be, and which could not."""

    list_display = ["__str__", "staff", "created_at", "done"]
    list_filter = ["verb"]
    list_select_related = ["staff", "host_school__school", "host_school__hub_year__exchange", "hub_year__exchange"]
    search_fields = ["hub_year__name", "host_school__school__name"]
    fields = ["verb", "host_school", "hub_year", "message", "staff", "created_at", "done"]
    readonly_fields = ["done"]
    inlines = [StepInline]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WideChange]:
        steps = {"all_steps": Count("steps"), "steps_done": Count("steps", filter=Q(steps__done_at__isnull=False))}
        wide: QuerySet[WideChange] = super().get_queryset(request)
        return wide.annotate(**steps).order_by("-pk")

    @admin.display(description=_("done"))
    def done(self, wide: Any) -> str:
        return _now("%(done)d of %(all)d sessions") % {"done": wide.steps_done, "all": wide.all_steps}


class SeenInline(ReadOnlyInline):
    model = Seen
    fields = ["booking", "visitor", "at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Seen]:
        return super().get_queryset(request).select_related("booking", "visitor")


class PhonedInline(ReadOnlyInline):
    model = Phoned
    fields = ["booking", "visitor", "teacher", "specialist", "at", "staff"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Phoned]:
        return super().get_queryset(request).select_related("booking", "visitor", "teacher", "specialist", "staff")


@admin.register(SessionChange)
class SessionChangeAdmin(ReadOnlyAdmin):
    """What was done to sessions, and what the hub said of it."""

    list_display = ["at", "verb", "session", "staff", "message"]
    list_filter = ["verb", "session__hub_year__hub"]
    list_select_related = ["session", "staff"]
    search_fields = ["session__ref"]
    fields = ["session", "verb", "at", "staff", "message"]
    inlines = [SeenInline, PhonedInline]
