"""The link of the host school's office: given, given anew, withdrawn."""

import uuid
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.read_only import ReadOnlyAdmin, staff
from bookings.admin.day.day_pages import DayPages
from bookings.attendance import office
from bookings.models import OfficeLink
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not


class OfficeForm(forms.Form):
    """What the office may do with its link."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    may_mark = forms.BooleanField(
        label=_("The office may mark arrivals too"),
        required=False,
        help_text=_("From two hours before the start until the end of the day."),
    )


class OfficePages(DayPages):
    """Give the office of the session's host school a link to who is coming."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("register_office", self.office_view, route="register/office/")]

    def office_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Send the office its link, or withdraw it."""
        session = self.get_object_or_deny(request, object_id)
        link = OfficeLink.objects.filter(session=session).first()
        if request.method == "POST" and "withdraw" in request.POST:
            office.withdraw(session.pk, by=staff(request), clock=timezone.now)
            self.message(request, _now("Withdrawn: the office’s link opens nothing any longer."))
            return HttpResponseRedirect(request.path)
        first = {"key": uuid.uuid4(), "may_mark": bool(link and link.may_mark)}
        form = OfficeForm(request.POST or None, initial=first, label_suffix="")
        if form.is_valid() and self._give(request, session, form):
            return HttpResponseRedirect(request.path)
        title = _now("The school’s office")
        return self.register_page(
            request, "office", session, title=title, form=form, link=link, address=office.address_of(session)
        )

    def _give(self, request: HttpRequest, session: Any, form: OfficeForm) -> bool:
        data = form.cleaned_data
        try:
            link = office.give(
                session.pk, may_mark=data["may_mark"], key=data["key"], by=staff(request), clock=timezone.now
            )
        except Refused as error:
            form.add_error(None, why_not(error))
            return False
        sent = _now("The link is on its way to %(address)s.") % {"address": link.given_to}
        self.message(request, sent)
        return True


@admin.register(OfficeLink)
class OfficeLinkAdmin(ReadOnlyAdmin):
    """Which offices have a link. The link itself is shown nowhere."""

    list_display = ["session", "given_to", "may_mark", "given_at", "withdrawn_at"]
    list_select_related = ["session"]
    search_fields = ["session__ref", "given_to"]
    fields = ["session", "given_to", "may_mark", "given_at", "withdrawn_at"]
