"""The certificates of who taught at a host school's visit: for visiting teachers, who have theirs on their own page
too, and for specialists, who get it from the hub."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.afterwards.taught import certificates_of_visit, is_finished
from bookings.models import Certificate
from bookings.public import certificate_pdf
from bookings.public.certificate_of_teaching import sheet_of
from hubs.vocabulary.references import in_two_halves


class TaughtPages(RowPages):
    """Certificates of who taught at a visit, once it is over and its registers are recorded or given up."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.sessions.filter(ends_at__lte=timezone.now()).exists():
            yield self.url_of(row.pk, "certificates"), _("Certificates")

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("certificates", self.list_view),
            self.url_pattern("certificates_print", self.print_view, route="certificates/print/"),
            self.url_pattern("certificate_pdf", self.pdf_view, route="certificates/<int:certificate_id>/"),
        ]

    def list_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who taught, with the code and the file to send."""
        visit, now = self.get_object_or_deny(request, object_id), timezone.now()
        people = [
            (one, in_two_halves(one.code), self.model_admin.url_of(visit.pk, "certificates") + f"{one.pk}/")
            for one in certificates_of_visit(visit, now=now)
        ]
        context = self.admin_site.each_context(request) | {
            "title": _("Certificates"),
            "opts": self.model_admin.opts,
            "original": visit,
            "own_page": self.url_of(visit.pk),
            "is_finished": is_finished(visit, now=now),
            "people": people,
            "print_page": self.url_of(visit.pk, "certificates_print"),
        }
        return TemplateResponse(request, "admin/certificates/of_visit.html", context)

    def print_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One sheet each."""
        visit, now = self.get_object_or_deny(request, object_id), timezone.now()
        sheets = [sheet_of(one, now=now) for one in certificates_of_visit(visit, now=now)]
        back = self.url_of(visit.pk, "certificates")
        context = {"sheets": sheets, "back": back, "title": _("Certificates"), "of_visit": True}
        return render(request, "admin/certificates/print.html", context)

    def pdf_view(self, request: HttpRequest, object_id: int, certificate_id: int) -> HttpResponse:
        """One of them as a PDF, to send. Where it cannot be set, the page that prints."""
        visit, now = self.get_object_or_deny(request, object_id), timezone.now()
        one: Certificate | None = next(
            (one for one in certificates_of_visit(visit, now=now) if one.pk == certificate_id), None
        )
        if one is None:
            raise Http404
        try:
            made = certificate_pdf.of_teaching(sheet_of(one, now=now))
        except certificate_pdf.CannotBeSet:
            return self.redirect(visit, "certificates_print")
        response = HttpResponse(made, content_type="application/pdf")
        response["Content-Disposition"] = f'attachment; filename="certificate-{in_two_halves(one.code)}.pdf"'
        return response
