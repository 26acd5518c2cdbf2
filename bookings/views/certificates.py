"""Certificates: behind a private link the page that prints and the PDF; and for anybody, whether a code is genuine."""

import datetime as dt

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.afterwards import checking
from bookings.afterwards.certificates import certificates_of, holds
from bookings.afterwards.checking import Found
from bookings.forms import FullName, Line, StepForm
from bookings.models import Certificate, Visitor
from bookings.public import certificate_pdf
from bookings.public.certificate import Sheet, is_shown_to_contact, said_of
from bookings.public.certificate_of_teaching import sheet_of
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.verbs import details
from bookings.views import limits
from bookings.views.access import Opened, open_certificate
from bookings.views.limits import within_limits
from bookings.views.private import opened
from hubs.pages import private
from hubs.vocabulary.longest import not_kept
from hubs.vocabulary.references import in_two_halves


@require_safe
def page(request: HttpRequest, certificate: Certificate, token: str) -> HttpResponse:
    """The certificate, to read and to print. One that holds no longer says so, and no name."""
    now = timezone.now()
    if not certificate.full_name or not holds(certificate, now=now):
        return render(request, "bookings/certificate/ended.html", {"certificate": certificate}, status=410)
    if certificate.host_school:
        context = {"sheet": sheet_of(certificate, now=now), "token": token}
        return render(request, "bookings/certificate/teaching.html", context)
    return render(request, "bookings/certificate/page.html", said_of(certificate) | {"token": token})


@private
@require_safe
def pdf(request: HttpRequest, token: str) -> HttpResponse:
    """The same as a PDF, to keep. Where it cannot be set, the page that prints."""
    certificate = open_certificate(token)
    now = timezone.now()
    if not certificate.full_name or not holds(certificate, now=now):
        return redirect("booking", token)
    try:
        return as_pdf(certificate, now=now)
    except certificate_pdf.CannotBeSet:
        return redirect("booking", token)


def as_pdf(certificate: Certificate, *, now: dt.datetime) -> HttpResponse:
    """A certificate of either kind as a file to keep. Raises CannotBeSet."""
    if certificate.host_school:
        made = certificate_pdf.of_teaching(sheet_of(certificate, now=now))
    else:
        made = certificate_pdf.of(Sheet(certificate))
    response = HttpResponse(made, content_type="application/pdf")
    name = in_two_halves(certificate.code)
    response["Content-Disposition"] = f'attachment; filename="certificate-{name}.pdf"'
    return response


# --- a name that is put right -----------------------------------------------------------------------------------------


class NameForm(StepForm):
    """The name as it is to stand on the certificate."""

    full_name = FullName(
        label=_("Full name"),
        empty=_("Enter the full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )


@opened
@require_http_methods(["GET", "HEAD", "POST"])
def put_right(request: HttpRequest, link: Opened, position: int) -> HttpResponse:
    """Put right a name after the session: one's own, or by the contact that of a colleague without an address."""
    visitor = _of_link(link, position)
    form = NameForm(request.POST if request.method == "POST" else None, initial={"full_name": visitor.full_name})
    if form.is_valid() and _is_put_right(visitor, form):
        return redirect("booking", link.token)
    context = {"form": form, "token": link.token, "visitor": visitor, "session": link.booking.session}
    return render(request, "bookings/certificate/name.html", context, status=422 if form.is_bound else 200)


def _of_link(link: Opened, position: int) -> Visitor:
    """The visitor whose certificate this link shows. Raises Http404."""
    visitors = Visitor.objects.coming().filter(booking=link.booking, position=position)
    visitor = visitors.first()
    own = visitor is not None and (link.visitor == visitor if link.visitor else is_shown_to_contact(visitor))
    if visitor is None or not own or visitor.pk not in certificates_of(visitors, now=timezone.now()):
        raise Http404
    return visitor


def _is_put_right(visitor: Visitor, form: NameForm) -> bool:
    """Whether it is done; else the form says why not."""
    try:
        details.put_name_right(visitor.pk, form.cleaned_data["full_name"], clock=timezone.now)
    except Refused as refused:
        form.add_error("full_name", why_not(refused))
        return False
    return True


# --- for anybody ------------------------------------------------------------------------------------------------------


class CheckForm(StepForm):
    """A code and a name, as they stand on paper."""

    code = Line(
        label=_("Code"),
        empty=_("Enter the code of the certificate"),
        max_length=not_kept(40),
        help_text=_("Ten letters and digits, such as K7M2P-4XQ9T."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    name = Line(
        label=_("Name"),
        empty=_("Enter the name on the certificate"),
        max_length=not_kept(200),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


@private
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Whether a code and a name are those of a certificate. The answer stands on this page: no address has a name."""
    form = CheckForm(request.POST if request.method == "POST" else None)
    context: dict[str, object] = {"form": form}
    now = timezone.now()
    if form.is_valid() and within_limits(request, form, limits.CHECK, now=now, field="code"):
        answer = checking.check(form.cleaned_data["code"], form.cleaned_data["name"], now=now)
        context["found"] = answer.found.value
        if answer.certificate and answer.found in (Found.GENUINE, Found.NAME_GONE):
            of_visit = answer.certificate.host_school is not None
            context |= {"sheet": sheet_of(answer.certificate, now=now)} if of_visit else said_of(answer.certificate)
            context["of_visit"] = of_visit
    return render(request, "bookings/certificate/check.html", context, status=422 if form.errors else 200)
