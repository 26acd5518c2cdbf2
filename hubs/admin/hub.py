"""Hubs with their settings, staff and calendar; what they are called in a year; notices."""

from typing import Any

from csp.constants import SELF
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hubs.admin.bases import HTTPS, ModelAdmin, TabularInline
from hubs.admin.by_name import FoundByName
from hubs.admin.history import WithHistory
from hubs.models import ClosedDay, Hub, HubYear, Membership, Notice, OldHubAddress

LONDON = _("Times are London time.")
SNIPPET = '<iframe src="{}" title="{}" width="100%" height="600"></iframe>'
ONLY_THESE = _("Browsers show it on the sites listed above, and refuse it on any other.")
NONE_LISTED = _(
    "No site is listed above, so browsers refuse to show it anywhere: list the site’s address first, and save."
)


class HubYearInline(TabularInline):
    model = HubYear
    extra = 0
    fields = ["exchange", "name", "lead_school"]
    autocomplete_fields = ["exchange", "lead_school"]
    show_change_link = True


class MembershipInline(TabularInline):
    """Who belongs to the hub. Nobody is added here: an invitation is written to them (bookings/admin/staff.py)."""

    model = Membership
    fields = ["known_as", "role"]
    readonly_fields = ["known_as"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ClosedDayInline(TabularInline):
    model = ClosedDay
    extra = 0


class OldHubAddressInline(TabularInline):
    model = OldHubAddress
    extra = 0
    verbose_name_plural = _("old addresses, which redirect")


@admin.register(Hub)
class HubAdmin(WithHistory, FoundByName):
    list_display = ["current_name", "web_address", "share", "hold_until", "offer_hours", "retention_months"]
    search_fields = ["slug", "years__name"]
    search_year = "years__exchange__year"
    inlines = [HubYearInline, MembershipInline, ClosedDayInline, OldHubAddressInline]
    fieldsets = [
        (None, {"fields": ["slug"]}),
        (_("Booking"), {"fields": [("share", "share_for_good"), "hold_until", "offer_hours"], "description": LONDON}),
        (_("On the day"), {"fields": ["in_the_classroom"]}),
        (_("Signing in"), {"fields": ["second_factor_required"]}),
        (_("What is kept about people"), {"fields": ["retention_months", "data_contact"]}),
        (_("Other sites"), {"fields": ["embed_origins"]}),
    ]
    readonly_fields = ["to_paste", "as_it_looks"]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A slug is nobody's word: it is the end of the address of the hub's page."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "slug" and field:
            field.label = _("Web address")
            field.help_text = _("The end of it: with %(example)s here, the hub’s page is %(address)s") % {
                "example": "kent-medway",
                "address": settings.SITE_URL + reverse("hub", args=["kent-medway"]),
            }
        return field

    def get_queryset(self, request: HttpRequest) -> QuerySet[Hub]:
        return super().get_queryset(request).with_name(today=timezone.localdate()).order_by("slug")  # type: ignore[attr-defined, no-any-return]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """A hub that has a page has a list that other sites can show."""
        if obj is None or not obj.years.exists():
            return self.fieldsets
        *others, (title, part) = self.fieldsets
        return [*others, (title, part | {"fields": [*part["fields"], "to_paste", "as_it_looks"]})]

    def change_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """With leave to show the list in a frame, as other sites will."""
        response = super().change_view(request, *args, **kwargs)
        response._csp_update = {"frame-src": [SELF]}  # type: ignore[attr-defined]  # django-csp's own
        return response

    @admin.display(description=_("web address"), ordering="slug")
    def web_address(self, hub: Hub) -> str:
        return reverse("hub", args=[hub.slug])

    @admin.display(description=_("name now"), ordering="current_name")
    def current_name(self, hub: Hub) -> str:
        return hub.current_name or hub.slug  # type: ignore[attr-defined]  # with_name()

    @admin.display(description=_("to paste into the site"))
    def to_paste(self, hub: Hub) -> SafeString:
        snippet = format_html(SNIPPET, settings.SITE_URL + _embed(hub), _sessions_of(hub))
        said = ONLY_THESE if hub.embed_origins.split() else NONE_LISTED
        return format_html('<pre class="to-paste">{}</pre><p>{}</p>', escape(snippet), said)

    @admin.display(description=_("as it will look"))
    def as_it_looks(self, hub: Hub) -> SafeString:
        return format_html('<iframe class="as-it-looks" src="{}" title="{}"></iframe>', _embed(hub), _sessions_of(hub))


def _embed(hub: Hub) -> str:
    return reverse("hub-embed", args=[hub.slug])


def _sessions_of(hub: Hub) -> str:
    return _now("Sessions of %(hub)s") % {"hub": hub.current_name}  # type: ignore[attr-defined]  # with_name()


@admin.register(HubYear)
class HubYearAdmin(WithHistory, FoundByName):
    list_display = ["name", "hub", "exchange", "lead_school", "contact_name", "contact_email"]
    list_filter = ["exchange"]
    search_fields = ["name", "programme_name", "hub__slug", "lead_school__name"]
    search_year = "exchange__year"
    autocomplete_fields = ["hub", "exchange", "lead_school", "area"]
    fieldsets = [
        (None, {"fields": ["hub", "exchange", "name", "programme_name"]}),
        (_("Who leads it"), {"fields": ["lead_school", "partners", "area", "about", "about_zh"]}),
        (_("Contact"), {"fields": ["contact_name", "contact_email", "contact_phone"]}),
        (_("Groups of schools"), {"fields": ["tells_of_groups"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HubYear]:
        return super().get_queryset(request).select_related("hub", "exchange", "lead_school")


@admin.register(Notice)
class NoticeAdmin(WithHistory, ModelAdmin):
    list_display = ["text", "hub", "from_at", "until_at"]
    list_filter = ["hub"]
    list_select_related = ["hub"]
    search_fields = ["text"]
    autocomplete_fields = ["hub"]
    date_hierarchy = "from_at"
    formfield_overrides = HTTPS
    fieldsets = [(None, {"fields": ["hub", "text", "text_zh", "link", "from_at", "until_at"], "description": LONDON})]
