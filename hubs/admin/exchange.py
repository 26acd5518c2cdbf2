"""Exchanges, the specialists they sent, the schools that host, and the teachers who visit."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from hubs.admin.bases import ModelAdmin, StackedInline
from hubs.admin.by_name import FoundByName
from hubs.admin.history import WithHistory
from hubs.models import Consent, Exchange, HostSchool, MasterySpecialist, Photograph, VisitingTeacher
from hubs.vocabulary.email_address import email_key


@admin.register(Exchange)
class ExchangeAdmin(ModelAdmin):
    list_display = ["name", "academic_year", "reporting_date"]
    search_fields = ["name", "year"]

    @admin.display(description=_("academic year"), ordering="year")
    def academic_year(self, exchange: Exchange) -> str:
        return exchange.academic_year


@admin.register(HostSchool)
class HostSchoolAdmin(WithHistory, FoundByName):
    list_display = ["host", "hub_year", "phase", "first_day", "last_day", "is_draft"]
    list_filter = ["is_draft", "phase", "hub_year__exchange", "hub_year__hub"]
    search_fields = ["school__name", "school__town", "hub_year__name"]
    search_year = "hub_year__exchange__year"
    autocomplete_fields = ["hub_year", "school", "visiting_teachers", "specialists"]
    date_hierarchy = "first_day"
    fieldsets = [
        (None, {"fields": ["hub_year", "school", "phase", ("first_day", "last_day"), "is_draft"]}),
        (_("Who teaches"), {"fields": ["visiting_teachers", "specialists"]}),
        (_("Only with a place"), {"fields": ["joining_instructions", "office_email"]}),
        (_("Afterwards"), {"fields": ["visitors_reported", "reported_source"], "classes": ["collapse"]}),
    ]
    names_of_people = ["visiting_teachers", "specialists", "joining_instructions"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """The programme office sees a visit, and neither who teaches nor what is for visitors."""
        shown = super().get_fieldsets(request, obj)
        if obj is None or self.has_change_permission(request, obj):
            return shown
        return [part for part in shown if not set(part[1]["fields"]) & set(self.names_of_people)]

    def get_queryset(self, request: HttpRequest) -> QuerySet[HostSchool]:
        return super().get_queryset(request).select_related("school", "hub_year__exchange")

    @admin.display(description=_("school"), ordering="school__name")
    def host(self, visit: HostSchool) -> str:
        return str(visit.school or _("School to be announced"))


class PhotographInline(StackedInline):
    """A photograph of the teacher, while they agree to it."""

    model = Photograph
    extra = 0
    max_num = 1
    fields = ["file", "pupils", "agreed_until"]
    # A plain file field, as files have no address that is open before they are published.
    formfield_overrides = {models.FileField: {"widget": forms.FileInput}}


@admin.register(VisitingTeacher)
class VisitingTeacherAdmin(WithHistory, FoundByName):
    """Who visits. What they agree to they say themselves, behind their private link; staff can write it for them."""

    list_display = ["name_pinyin", "name_characters", "hub_year", "phase", "home_school", "may_be_named"]
    list_filter = ["hub_year__exchange", "hub_year__hub", "phase"]
    list_select_related = ["hub_year__exchange"]
    search_fields = ["name_pinyin", "name_characters", "home_school"]
    search_year = "hub_year__exchange__year"
    autocomplete_fields = ["hub_year"]
    inlines = [PhotographInline]
    fieldsets = [
        (None, {"fields": ["hub_year", "name_pinyin", "name_characters", "home_school", "phase", "email", "mobile"]}),
        (
            _("What they agreed to"),
            {
                "fields": [consent.field for consent in Consent],
                "description": _(
                    "They say so themselves on their itinerary. Where they told you: when they agreed (London time). "
                    "Empty: not published."
                ),
            },
        ),
    ]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A consent is sent with what it was when the form was opened: see `save_model`."""
        if db_field.name in [consent.field for consent in Consent]:
            kwargs["show_hidden_initial"] = True
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: VisitingTeacher, form: Any, change: bool) -> None:  # noqa: FBT001  (Django's own)
        """A form that was opened before the teacher took a yes back must not bring it back, nor a withdrawn link."""
        if change:
            now = VisitingTeacher.objects.select_for_update(no_key=True).get(pk=obj.pk)
            theirs = {consent.field for consent in Consent} - set(form.changed_data)
            for field in ["link_version", *theirs]:
                setattr(obj, field, getattr(now, field))
            if email_key(obj.email) != email_key(now.email):
                obj.link_version += 1  # whoever has the link at the old address has it no longer
        super().save_model(request, obj, form, change)

    @admin.display(description=_("may be named"), boolean=True)
    def may_be_named(self, teacher: VisitingTeacher) -> bool:
        return teacher.name_agreed_at is not None


@admin.register(MasterySpecialist)
class MasterySpecialistAdmin(FoundByName):
    list_display = ["full_name", "school", "hub_year"]
    list_filter = ["hub_year__exchange", "hub_year__hub"]
    list_select_related = ["school", "hub_year__exchange"]
    search_fields = ["full_name", "school__name", "hub_year__name"]
    search_year = "hub_year__exchange__year"
    autocomplete_fields = ["hub_year", "school"]
