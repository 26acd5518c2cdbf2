"""A whole visit, or a hub's exchange: cancel, postpone and reinstate its sessions; and what has become of it.

`hubs` know nothing of bookings, so the pages of visits and hub years get their links here.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base import columns
from bookings.admin.base.beside_form import WithButtonsBeside
from bookings.admin.base.export_page import WithExport
from bookings.admin.base.pages import RowPages, WithPages
from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import ReadOnlyAdmin, ReadOnlyInline, staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.certificates.of_visit import TaughtPages
from bookings.admin.costs.pages import CostPages
from bookings.admin.feedback.said import YearSaidPages
from bookings.admin.home.needs import Needs
from bookings.admin.report.links import VisitReportPages, YearReportPages
from bookings.admin.report.public_figures import PublicFigurePages
from bookings.admin.session.announcing import AnnounceVisitPages
from bookings.admin.session.change_forms import IN_A_HURRY, WideForm
from bookings.admin.session.flyers import VisitFlyerPages
from bookings.admin.session.letters import WideLetterPages
from bookings.admin.session.more_dates import VisitAgainPages
from bookings.admin.session.phone_list import list_of
from bookings.admin.session.set_up import SetUpPages
from bookings.admin.session.whom import whom
from bookings.models import Booking, Phoned, Seen, SessionChange, WideChange, WideStep
from bookings.sessions import wide_changes
from bookings.states import SessionStatus, Verb
from hubs.admin.by_name import FoundByName
from hubs.admin.exchange import HostSchoolAdmin
from hubs.admin.hub import HubYearAdmin
from hubs.admin.meanwhile import ModelForm
from hubs.models import HostSchool, HubYear, ShowcaseSession
from hubs.staff import scope

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
        """Which sessions, and what the hub says. It is stored, and carried out at once where they are few."""
        row = self.get_object_or_deny(request, object_id)
        verb, label = NAMES[page]
        sessions = wide_changes.sessions_of(row, verb, today=timezone.localdate())
        return self.called_off(request, row, verb, sessions, title=str(label))

    def called_off(
        self, request: HttpRequest, row: Any, verb: Verb, sessions: Any, *, title: str, hurry: bool = False
    ) -> HttpResponse:
        """The form with these sessions ticked, whom it touches, and after Send whom to phone."""
        done = wide_changes.asked_before(row, request.POST.get("key", "")) if "send" in request.POST else None
        if done:  # pressed twice: by now these sessions are no choice of the form
            self.message(request, what_has_become_of(done))
            return HttpResponseRedirect(_phone_page(done))
        offers = verb is not Verb.REINSTATE
        message = str(IN_A_HURRY[verb]) if hurry and offers else ""
        form = WideForm(
            request.POST or None, sessions=sessions, offers=offers, message=message, admin_site=self.admin_site
        )
        asked: list[WideChange] = []

        def do(form: Any) -> str:
            chosen = list(form.cleaned_data["sessions"])
            by, news = staff(request), form.news()
            wide = wide_changes.ask_for(row, verb, chosen, by=by, clock=timezone.now, news=news)
            asked.append(wide)
            wide_changes.carry_out_now(wide, timezone.now)
            return what_has_become_of(wide)

        def preview(form: Any) -> list[str]:
            chosen = list(form.cleaned_data["sessions"])
            once = _now("Who is told of several of these sessions gets one email of them all.")
            return [
                *map(name_and_day, chosen),
                *whom([session.pk for session in chosen]),
                *([once] if offers and len(chosen) > 1 else []),
            ]

        def then() -> str:
            return _phone_page(asked[0])

        return self.form_with_preview(request, form, title=title, original=row, preview=preview, do=do, then=then)


def _phone_page(wide: WideChange) -> str:
    return reverse("admin:bookings_widechange_phone", args=[wide.pk])


def what_has_become_of(wide: WideChange) -> str:
    """How many of its sessions are changed, how many could not be, and how many the worker is still to do."""
    steps = list(wide.steps.values_list("done_at", "refused"))
    done = sum(1 for at, refused in steps if at and not refused)
    parts = [ngettext("%(n)d session is changed.", "%(n)d sessions are changed.", done) % {"n": done}]
    if refused := sum(1 for _at, why in steps if why):
        said = ngettext("%(n)d could not be: see why below.", "%(n)d could not be: see why below.", refused)
        parts.append(said % {"n": refused})
    if left := sum(1 for at, _why in steps if not at):
        said = ngettext("%(n)d follows within a minute or so.", "%(n)d follow within a minute or so.", left)
        parts.append(said % {"n": left})
    return " ".join(parts)


SCHOOL_DAY: dict[str, tuple[Verb, Promise | str]] = {
    "school_cancel": (Verb.CANCEL_SESSION, _("Cancel everything at this school on this day")),
    "school_postpone": (Verb.POSTPONE, _("Postpone everything at this school on this day")),
    "school_reinstate": (Verb.REINSTATE, _("Reinstate everything at this school on this day")),
}


class SchoolDayPages(WideChangePages):
    """Snow shuts a school, not a session: all that a hub has there on one day. Today leads here."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Who may change the hub's sessions, as for each of them: not only its leads."""
        return scope.may(request.user, "change", ShowcaseSession, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        return []

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern(name, self.day_view, page=name) for name in SCHOOL_DAY]

    def day_view(self, request: HttpRequest, object_id: int, page: str) -> HttpResponse:
        """`?school=` is its URN, `?day=` the day."""
        year = self.get_object_or_deny(request, object_id)
        urn, day = request.GET.get("school", ""), parse_day(request.GET.get("day", ""))
        if day is None or not (urn.isascii() and urn.isdecimal() and len(urn) < 10):
            raise Http404
        verb, label = SCHOOL_DAY[page]
        sessions = wide_changes.sessions_at(year, int(urn), day, verb)
        if request.method != "POST" and not sessions.exists():
            raise Http404
        return self.called_off(request, year, verb, sessions, title=str(label), hurry=True)


def parse_day(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


class WidePhonePages(RowPages):
    """Whom to phone about a change of several sessions: the list of each of them."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        return scope.may(request.user, "change", Booking, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "phone"), _now("Whom to phone")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("phone", self.phone_view)]

    def phone_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Each session that is changed with its people; then those that could not be, with why."""
        wide = self.get_object_or_deny(request, object_id)
        steps = list(wide.steps.order_by("pk").select_related("session__places"))
        keys = [step.key for step in steps]
        found = SessionChange.objects.filter(key__in=keys).select_related("session").order_by("session__starts_at")
        title, opts, media = _now("Whom to phone"), self.model_admin.opts, self.model_admin.media
        context = self.admin_site.each_context(request) | {"title": title, "opts": opts, "media": media, "wide": wide}
        context |= {
            "lists": [list_of(change) for change in found],
            "refused": [step for step in steps if step.refused],
            "left": sum(1 for step in steps if not step.done_at),
        }
        return TemplateResponse(request, "admin/phone_list.html", context)


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
            shown = self.instance.sessions.exclude(visibility=ShowcaseSession.Visibility.STAFF)
            told = shown.exclude(places__status=SessionStatus.DRAFT)
            if told.exists():
                self.add_error("is_draft", _now("The public knows of sessions of this visit, so it is no draft."))
        return self.cleaned_data


@admin.register(HostSchool)
class VisitAdmin(WithExport, WithButtonsBeside, HostSchoolAdmin):
    """A host school's visit, whose sessions can be announced or called off together."""

    page_classes = [VisitReportPages, AnnounceVisitPages, WideChangePages, WideLetterPages, VisitAgainPages,
                    VisitFlyerPages, SetUpPages, TaughtPages, CostPages]  # fmt: skip
    form = VisitForm
    export_columns = columns.VISIT
    list_filter = [Needs, *HostSchoolAdmin.list_filter]


@admin.register(HubYear)
class ExchangeOfHubAdmin(WithButtonsBeside, HubYearAdmin):
    """A hub in a year, whose sessions can be called off together."""

    page_classes = [
        YearReportPages,
        WideChangePages,
        SchoolDayPages,
        WideLetterPages,
        CostPages,
        PublicFigurePages,
        YearSaidPages,
    ]
    list_filter = [Needs, *HubYearAdmin.list_filter]


# --- what has become of it --------------------------------------------------------------------------------------------


class StepInline(ReadOnlyInline):
    model = WideStep
    fields = ["session", "done_at", "refused"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[WideStep]:
        return super().get_queryset(request).select_related("session")


@admin.register(WideChange)
class WideChangeAdmin(WithPages, ReadOnlyAdmin, FoundByName):
    """Which sessions have been changed, which are to be, and which could not."""

    page_classes = [WidePhonePages]
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
