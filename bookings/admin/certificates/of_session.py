"""Who of a session has which certificate, and all of them on paper: one sheet each, for who has no address."""

from collections.abc import Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.afterwards.certificates import certificates_of
from bookings.attendance import register
from bookings.models import Certificate, Visitor
from bookings.public.certificate import Sheet
from hubs.vocabulary.references import in_two_halves


class CertificatePages(RowPages):
    """Certificates of those who came to a session that is over."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if register.is_over(row, now=timezone.now()):
            yield self.url_of(row.pk, "certificates"), _("Certificates")

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("certificates", self.list_view),
            self.url_pattern("certificates_print", self.print_view, route="certificates/print/"),
        ]

    def list_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Each who came, with the code; those who get it from nobody but the hub are counted."""
        session = self.get_object_or_deny(request, object_id)
        people = _people(session)
        context = self.admin_site.each_context(request) | {
            "title": _("Certificates"),
            "opts": self.model_admin.opts,
            "original": session,
            "own_page": self.url_of(session.pk),
            "is_over": register.is_over(session, now=timezone.now()),
            "people": [(one, in_two_halves(certificate.code)) for one, certificate in people],
            "by_hand": sum(by_hand(one) for one, _certificate in people),
            "print_page": self.url_of(session.pk, "certificates_print"),
        }
        return TemplateResponse(request, "admin/certificates/of_session.html", context)

    def print_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """One sheet each, of everybody or (`?of=by-hand`) of those whom no email reaches."""
        session = self.get_object_or_deny(request, object_id)
        some = request.GET.get("of") == "by-hand"
        sheets = [Sheet(certificate) for one, certificate in _people(session) if not some or by_hand(one)]
        context = {"sheets": sheets, "back": self.url_of(session.pk, "certificates"), "title": _("Certificates")}
        return render(request, "admin/certificates/print.html", context)


def by_hand(visitor: Visitor) -> bool:
    """Whether nobody else hands it to them: neither they nor whoever booked have an address."""
    return not visitor.email and not visitor.booking.contact_email


def _people(session: Any) -> list[tuple[Visitor, Certificate]]:
    """Who came, in the order of the register, each with their certificate, which is made if need be."""
    found = certificates_of(Visitor.objects.filter(booking__session=session), now=timezone.now())
    return [(one, found[one.pk]) for one in register.people(session) if one.pk in found]
