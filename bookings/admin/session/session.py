"""Sessions: a form for what staff describe; buttons and pages of ours for what verbs decide.

A page is a class of its own file: add one to `page_classes`.
"""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings import places
from bookings.admin.base import columns
from bookings.admin.base.export_page import WithExport
from bookings.admin.base.pages import WithPages
from bookings.admin.base.read_only import staff
from bookings.admin.base.sessions import name_and_day, nearest_first
from bookings.admin.certificates.of_session import CertificatePages
from bookings.admin.costs.pages import CostPages
from bookings.admin.day.door import DoorPages
from bookings.admin.day.office import OfficePages
from bookings.admin.day.recording import RecordingPages
from bookings.admin.day.register import RegisterPages
from bookings.admin.day.sheet import SheetPages
from bookings.admin.feedback.paper import PaperPages
from bookings.admin.feedback.said import SaidPages
from bookings.admin.home.needs import Needs
from bookings.admin.report.links import ReportPages
from bookings.admin.session.changes import ChangePages
from bookings.admin.session.drafts import DraftPages, is_hidden
from bookings.admin.session.flyers import FlyerPages
from bookings.admin.session.late import LatePages
from bookings.admin.session.letters import LetterInline, LetterPages
from bookings.admin.session.more_dates import MoreDatesPages
from bookings.admin.session.new_session import NewSessionPages
from bookings.admin.session.one_network import OneNetworkPages
from bookings.admin.session.overview.overview import OverviewPages
from bookings.admin.session.phone_list import PhonePages
from bookings.admin.session.places_page import PlacesPages
from bookings.admin.session.related_lists import RelatedLists
from bookings.admin.session.session_form import LessonInline, ProgrammeInline, ResourceInline, SessionForm, of_last_time
from bookings.admin.session.session_order import Step, session_fieldsets, steps
from bookings.admin.session.session_says import in_a_line
from bookings.admin.session.session_search import WithSearch
from bookings.admin.session.words import why_not_open
from bookings.attendance.lateness import with_register
from bookings.public import pictures
from bookings.public.counting import with_counts
from bookings.public.session import Showing
from bookings.sessions import changes
from bookings.states import SESSION_TABLE, Verb
from hubs.admin.bases import HTTPS
from hubs.admin.history import WithHistory
from hubs.models import HostSchool, HubYear, Lesson, ShowcaseSession
from hubs.staff import scope
from hubs.vocabulary.dates import clock
from hubs.vocabulary.ids import AN_ID
from hubs.vocabulary.teaching import listed

WHOLE = "whole"  # in the address of the form that asks for everything
# What a verb's button is called, and at which sessions it makes sense.
VERBS = [
    ("announce", _("Announce"), SESSION_TABLE[Verb.ANNOUNCE][0]),
    ("open_booking", _("Open booking"), SESSION_TABLE[Verb.OPEN][0]),
    ("close_booking", _("Close booking"), SESSION_TABLE[Verb.CLOSE][0]),
]


class ToCome(admin.SimpleListFilter):
    """Sessions that are to come, or past."""

    title = _("when")
    parameter_name = "when"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, Any]]:
        return [("to_come", _("to come")), ("past", _("past"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        today = timezone.localdate()
        if self.value() == "to_come":
            return queryset.upcoming(today=today)  # type: ignore[attr-defined, no-any-return]  # our queryset
        if self.value() == "past":
            return queryset.past(today=today)  # type: ignore[attr-defined, no-any-return]  # our queryset
        return queryset


@admin.register(ShowcaseSession)
class SessionAdmin(WithSearch, WithExport, WithHistory, WithPages):
    main_page = "overview"
    back_to_main_page = _("Back to the session")
    page_classes = [
        OverviewPages,
        RegisterPages,
        RecordingPages,
        DoorPages,
        OfficePages,
        SaidPages,
        PaperPages,
        PlacesPages,
        OneNetworkPages,
        ChangePages,
        LatePages,
        PhonePages,
        LetterPages,
        ReportPages,
        MoreDatesPages,
        CertificatePages,
        DraftPages,
        FlyerPages,
        SheetPages,
        NewSessionPages,
        RelatedLists,
        CostPages,
    ]
    export_columns = columns.SESSION
    form = SessionForm
    change_form_template = "admin/session_form.html"
    inlines = [LessonInline, ProgrammeInline, ResourceInline]
    change_list_template = "admin/list/sessions.html"
    list_display = ["day", "session", "where", "room"]
    list_display_links = ["session"]
    list_filter = [ToCome, Needs, "places__status", "kind", "visibility", "hub_year__exchange", "hub_year__hub"]
    date_hierarchy = "first_day"
    autocomplete_fields = ["hub_year", "host_school", "venue", "also_run_by", "only_authorities", "only_list"]
    readonly_fields = ["capacity", "taken", "held_back"]
    actions = ["announce", "open_booking", "close_booking"]
    to_choose = staticmethod(name_and_day)  # hubs/admin/scoped.py asks
    formfield_overrides = HTTPS

    def get_queryset(self, request: HttpRequest) -> QuerySet[ShowcaseSession]:
        return super().get_queryset(request).with_names().select_related("places")  # type: ignore[attr-defined, no-any-return]  # our queryset

    def get_list_display(self, request: HttpRequest) -> Any:
        """With the hub, for those who see several."""
        of_one = not request.user.is_superuser and len(scope.hubs_with(request.user, scope.STAFF)) == 1
        return self.list_display if of_one else [*self.list_display, "hub"]

    def get_ordering(self, request: HttpRequest) -> Any:
        return nearest_first(today=timezone.localdate())

    def to_export(self, request: HttpRequest, queryset: QuerySet[ShowcaseSession]) -> QuerySet[ShowcaseSession]:
        return with_register(with_counts(queryset))

    def get_inlines(self, request: HttpRequest, obj: Any = None) -> Any:
        """A session that is there shows what has been written to its people."""
        return self.inlines if obj is None else [*self.inlines, LetterInline]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return session_fieldsets(self._steps(request, obj), obj)

    def _steps(self, request: HttpRequest, obj: Any) -> list[Step]:
        of_people = obj is None or self.has_change_permission(request, obj)  # the programme office may not
        return steps(adding=obj is None, of_people=of_people)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """The form in steps: those with a mistake are open, and the one that the address names."""
        obj, form = context.get("original"), context["adminform"].form
        parts = list(context["adminform"])
        lists = {one.formset.prefix: one for one in context["inline_admin_formsets"]}
        named = scope.may_read_names(request.user, obj) if obj else True
        shown: list[dict[str, Any]] = []
        for step in self._steps(request, obj):
            of_it = [part for part in parts if step.css in part.classes]
            rows = [lists[prefix] for prefix in step.lists if prefix in lists]
            fields = {name for part in of_it for line in part for name in _names(line)}
            wrong = bool(fields & set(form.errors)) or any(one.formset.total_error_count() for one in rows)
            if of_it or rows:
                first = obj is None and not shown
                says = in_a_line(step.key, obj, named=named) if obj else ""
                is_open = wrong or first or request.GET.get("step") == step.key
                shown.append({"step": step, "parts": of_it, "lists": rows, "says": says, "is_open": is_open})
        said = {"steps": shown, "standing": self.standing(obj) if obj else "", "show_save_and_add_another": False}
        if obj:
            said |= {"title": _now("Change the details"), "show_save_and_continue": False}
        return super().render_change_form(request, context | said, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """A step's own button saves, and leads back to the steps."""
        key = request.POST.get("_step", "")
        step = next((one for one in self._steps(request, obj) if one.key == key), None)
        if step is None:
            return super().response_change(request, obj)
        self.message_user(request, _now("Saved: %(step)s") % {"step": step.title}, messages.SUCCESS)
        return HttpResponseRedirect(f"{self.url_of(obj.pk, 'change')}#step-{step.key}")

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        """Seven questions first; all that can be said of a session at once is for whoever asks for it."""
        whole = request.method == "POST" or {WHOLE, "_popup"} & set(request.GET)
        if not whole and self.has_add_permission(request):
            asked = request.GET.urlencode()
            return HttpResponseRedirect(reverse("admin:hubs_showcasesession_new") + (f"?{asked}" if asked else ""))
        return super().add_view(request, form_url, extra_context)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A new session is given its places in the form; later, verbs alone write them."""
        return self.readonly_fields if obj else []

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """The hub's current year where somebody has one hub; of a visit, its hub and what is known of its school."""
        visits = scope.choices(request.user, HostSchool.objects.select_related("hub_year"), of=ShowcaseSession)
        wanted = request.GET.get("host_school", "")
        visit = visits.filter(pk=wanted).first() if AN_ID.fullmatch(wanted) else None
        if visit:
            return {"hub_year": visit.hub_year_id, "host_school": visit.pk} | of_last_time(visit.hub_year, visit)
        mine = scope.hubs_with(request.user, scope.STAFF)
        current = HubYear.objects.current(today=timezone.localdate()).filter(hub__in=mine)
        return {"hub_year": current[0].pk} if len(mine) == 1 and current else {}

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Never several at once, and none that anything happened to: its trail stays."""
        allowed = super().has_delete_permission(request, obj)
        return allowed and obj is not None and not obj.bookings.exists() and not obj.audit.exists()

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """No link to a page that is not there yet."""
        return None if obj and is_hidden(obj) else super().get_view_on_site_url(obj)

    def save_model(self, request: HttpRequest, obj: ShowcaseSession, form: Any, change: bool) -> None:  # noqa: FBT001
        super().save_model(request, obj, form, change)
        if not change:
            room = {name: form.cleaned_data.get(name) or 0 for name in ("capacity", "held_back")}
            places.create(obj, by=staff(request), clock=timezone.now, **room)
            if form.filled_in:
                text = _now("Filled in from the last session at this school, so look at it: %(what)s.")
                self.message_user(request, text % {"what": listed(form.filled_in)}, messages.WARNING)
            return
        if obj.host_school and not is_hidden(obj):
            obj.host_school.announce()
        transaction.on_commit(lambda: self._settle(obj.pk))

    @staticmethod
    def _settle(session_id: int) -> None:
        """Dates and shares that have changed may let somebody on the waiting list have a place, or end it."""
        with places.locked(session_id, timezone.now):
            return

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        """With the versions of its lessons, which are edited on the session's page."""
        of_session = (
            Lesson.history.filter(session_id=object_id) if AN_ID.fullmatch(object_id) else Lesson.history.none()
        )
        lessons = of_session.select_related("history_user").order_by("-history_date", "-history_id")
        return super().history_view(request, object_id, {"also": lessons} | (extra_context or {}))

    # --- what lists and pages show ------------------------------------------------------------------------------------

    @admin.display(description=_("day"), ordering="first_day")
    def day(self, session: ShowcaseSession) -> str:
        if session.starts_at and session.ends_at:
            day = formats.date_format(timezone.localtime(session.starts_at), "D j M Y")
            return f"{day}, {clock(session.starts_at)}–{clock(session.ends_at)}"
        days = [session.first_day] if session.day else [session.first_day, session.last_day]
        return " – ".join(formats.date_format(day, "D j M Y") for day in days if day) or _now("no date yet")

    @admin.display(description=_("session"), ordering="title")
    def session(self, session: ShowcaseSession) -> str:
        return str(session)

    @admin.display(description=_("hub"), ordering="hub_year__name")
    def hub(self, session: ShowcaseSession) -> str:
        return session.hub_year.name

    @admin.display(description=_("where"))
    def where(self, session: ShowcaseSession) -> str:
        return ", ".join(part for part in (session.where_name, session.where_town) if part)

    @admin.display(description=_("now"))
    def standing(self, session: Any) -> str:
        return str(session.places.standing(now=timezone.now()).label)

    @admin.display(description=_("status"))
    def status(self, session: Any) -> str:
        return str(session.places.get_status_display())

    @admin.display(description=_("places"))
    def capacity(self, session: Any) -> int:
        return int(session.places.capacity)

    @admin.display(description=_("taken"))
    def taken(self, session: Any) -> int:
        return int(session.places.places_taken)

    @admin.display(description=_("held back"))
    def held_back(self, session: Any) -> int:
        return int(session.places.kept(now=timezone.now()))

    @admin.display(description=_("places"), ordering="places__places_taken")
    def room(self, session: ShowcaseSession) -> SafeString:
        """Its ten frames, and how it stands in words; the page draws the frames at its end."""
        showing = Showing(session, timezone.now())
        picture, _frames = pictures.places(showing.taken, showing.kept, showing.places.capacity)
        known = showing.places.capacity > 0
        return format_html(
            '{} <span class="tag {}">{}</span> <span class="quiet">{}</span>',
            picture if known else "",
            showing.tone,
            showing.standing.label,
            showing.count if known else "",
        )

    # --- verbs ------------------------------------------------------------------------------------

    def buttons(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        return [(name, str(label)) for name, label, at in VERBS if row.places.status in at]

    @admin.action(description=_("Announce"), permissions=["change"])
    def announce(self, request: HttpRequest, queryset: QuerySet[ShowcaseSession]) -> None:
        self._change(request, queryset, changes.announce, done=_now("Announced"))

    @admin.action(description=_("Open booking"), permissions=["change"])
    def open_booking(self, request: HttpRequest, queryset: QuerySet[ShowcaseSession]) -> None:
        """Says so where the time to book is over already, which opening does not change."""
        late = queryset.filter(closes_at__lte=timezone.now())
        in_time = queryset.exclude(pk__in=late.values("pk"))
        closed = _now("Open, but nobody can book any more: give “Booking closes” a later time")
        self._change(request, in_time, changes.open_booking, done=_now("Booking opened"))
        self._change(request, late, changes.open_booking, done=closed)

    @admin.action(description=_("Close booking"), permissions=["change"])
    def close_booking(self, request: HttpRequest, queryset: QuerySet[ShowcaseSession]) -> None:
        self._change(request, queryset, changes.close_booking, done=_now("Booking closed"))

    def _change(self, request: HttpRequest, queryset: QuerySet[Any], verb: Any, *, done: str) -> None:
        by = staff(request)
        self.carry_out(
            request, queryset, lambda pk: verb(pk, by=by, clock=timezone.now), done=done, refused=why_not_open
        )


def _names(line: Any) -> list[str]:
    """The fields of a line of a part of the form."""
    return [one if isinstance(one, str) else one.get("name", "") for one in line.fields]
