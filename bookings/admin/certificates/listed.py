"""Every certificate of a hub, to look at: which code is whose, and whether it is good still."""

import datetime as dt
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.main_page import link_to
from bookings.admin.base.read_only import ReadOnlyAdmin
from bookings.afterwards.certificates import OF_ITS_VISITOR, OF_WHO_TAUGHT, holds
from bookings.models import Certificate
from hubs.vocabulary.references import as_code, in_two_halves


@admin.register(Certificate)
class CertificateAdmin(ReadOnlyAdmin):
    list_display = ["in_halves", "name", "of", "issued_at", "good"]
    list_filter = ["session__hub_year__exchange"]
    list_select_related = [*OF_ITS_VISITOR, *OF_WHO_TAUGHT]
    search_fields = ["code"]
    search_help_text = _("A code, or a name as it stands on the certificate.")
    fields = ["in_halves", "name", "of", "issued_at", "ended_at", "good"]
    readonly_fields = ["in_halves", "name", "of", "good"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Certificate]:
        return super().get_queryset(request).prefetch_related("session__lessons")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """By a code however it is typed, or by a part of a name."""
        if not search_term.strip():
            return queryset, False
        return queryset.filter(Q(code=as_code(search_term)) | Q(full_name__icontains=search_term.strip())), False

    @admin.display(description=_("code"), ordering="code")
    def in_halves(self, certificate: Certificate) -> str:
        return in_two_halves(certificate.code)

    @admin.display(description=_("name"), ordering="full_name")
    def name(self, certificate: Certificate) -> str:
        return certificate.full_name or _now("no longer kept")

    @admin.display(description=_("of"))
    def of(self, certificate: Certificate) -> SafeString | str:
        row = certificate.session or certificate.host_school
        return link_to(row) if row else ""

    @admin.display(description=_("is good"), boolean=True)
    def good(self, certificate: Certificate) -> bool:
        now: dt.datetime = timezone.now()
        return holds(certificate, now=now)
