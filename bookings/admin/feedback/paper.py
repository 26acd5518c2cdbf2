"""A form on paper, as staff enter it: without a name, and marked as entered from paper."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now

from bookings.admin.base.pages import RowPages
from bookings.afterwards import asking, paper
from bookings.attendance import register
from bookings.forms import PaperForm
from hubs.staff import scope


class PaperPages(RowPages):
    """One paper form after the other."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        return scope.may_read_names(request.user, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if register.is_over(row, now=timezone.now()) and asking.asks(row):
            yield self.url_of(row.pk, "paper"), _now("Enter a form on paper")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("paper", self.paper_view)]

    def paper_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What stands on one form. It belongs to nobody: it is not asked for again, and pairs with no other."""
        session = self.get_object_or_deny(request, object_id)
        form = PaperForm(request.POST if request.method == "POST" else None)
        key = forms.UUIDField(required=False, widget=forms.HiddenInput, initial=paper.new_voice)
        form.fields["key"] = key
        if request.method == "POST" and form.is_valid():
            voice = form.cleaned_data.pop("key") or paper.new_voice()
            if paper.enter(session, form.cleaned_data, voice=voice, clock=timezone.now):
                self.message(request, _now("Kept. Here is the next."))
            else:
                self.message(request, _now("This session asks nobody: it is not over, or it is off."), level=40)
            return self.redirect(session, "paper")
        rows = [
            _now("Without a name, as the form is. It counts as an answer, marked as entered from paper."),
            _now("Leave what was left, and take out names of pupils and colleagues."),
        ]
        title = _now("Enter a form on paper")
        return self.form_page(request, form, title=title, button=_now("Keep"), original=session, rows=rows)
