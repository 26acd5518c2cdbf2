"""Saying what was arranged for somebody who needs something."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.main_page import address_of
from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.forms import Line
from bookings.models import Visitor
from bookings.rule.refusals import NeedsChanged, Refused
from bookings.rule.words import why_not
from bookings.states import Status
from bookings.verbs.needs import arrange
from hubs.models import ShowcaseSession
from hubs.vocabulary.longest import longest


class ArrangeForm(forms.Form):
    """What was arranged."""

    use_required_attribute = False

    arranged = Line(
        label=_("What is arranged"),
        empty=_("Say what is arranged."),
        max_length=longest(Visitor, "arranged"),
        help_text=_("For example: “The side door is level; ask at reception.” They are emailed this."),
        widget=forms.TextInput(attrs={"size": 60}),
    )


class NeedPages(RowPages):
    """Say what was arranged for a visitor."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """No form of Django's changes a visitor, so its own permission to change one is refused to all."""
        return request.user.has_perm("bookings.change_visitor", row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.has_needs and row.released_at is None and row.booking.status == Status.CONFIRMED:
            yield self.url_of(row.pk, "arrange"), _now("Say what is arranged…")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("arrange", self.arrange_view)]

    def arrange_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """What they need, what was arranged before, and a line to answer in."""
        visitor = self.get_object_or_deny(request, object_id)
        sent = request.POST if request.method == "POST" else None
        form = ArrangeForm(sent, initial={"arranged": visitor.arranged})
        if form.is_valid():
            try:
                self._arrange(request, visitor, form)
            except Refused as error:
                form.add_error(None, why_not(error))
            else:
                self.message(request, _done(visitor))
                return self._back(request, visitor)
        return self._page(request, visitor, form)

    def _back(self, request: HttpRequest, visitor: Visitor) -> HttpResponse:
        """To the needs of the session, for who came from there."""
        if request.GET.get("from") != "session":
            return self.redirect(visitor)
        return HttpResponseRedirect(address_of(ShowcaseSession, visitor.booking.session_id) + "#needs")

    def _arrange(self, request: HttpRequest, visitor: Visitor, form: ArrangeForm) -> None:
        if request.POST.get("read") != _mark_of(visitor):  # they have changed since the page was opened
            raise NeedsChanged
        said = form.cleaned_data["arranged"]
        arrange(visitor.pk, said, read=visitor.what_they_need, by=staff(request), clock=timezone.now)

    def _page(self, request: HttpRequest, visitor: Visitor, form: ArrangeForm) -> HttpResponse:
        return self.form_page(
            request,
            form,
            title=_now("Say what is arranged"),
            button=_now("Save and email them"),
            original=visitor,
            rows=list(_rows(visitor)),
            hidden=[("read", _mark_of(visitor))],
        )


def _mark_of(visitor: Visitor) -> str:
    """The words that are answered, as a number that says nothing: what stands in a form is kept by browsers."""
    return salted_hmac("bookings.needs", f"{visitor.pk}|{visitor.what_they_need}").hexdigest()[:16]


def _rows(visitor: Visitor) -> Iterable[str]:
    yield f"{visitor}, {visitor.booking.school_in_words}: {visitor.booking.session}"
    if visitor.needs:
        yield _now("In their own words: %(words)s") % {"words": visitor.needs}
    if visitor.needs_added:
        yield _now("Added by %(name)s: %(words)s") % {
            "name": visitor.booking.contact_name or _now("the contact"),
            "words": visitor.needs_added,
        }
    if visitor.arranged and not visitor.arranged_at:
        yield _now("Arranged before: %(words)s") % {"words": visitor.arranged}


def _done(visitor: Visitor) -> str:
    """Who is told of it."""
    if visitor.has_own_mail or (visitor.is_contact and visitor.email):
        return _now("Saved, and an email is on its way to %(name)s.") % {"name": visitor}
    if visitor.booking.contact_email:
        return _now("Saved. %(name)s has no email address of their own, so the email goes to %(contact)s.") % {
            "name": visitor,
            "contact": visitor.booking.contact_name,
        }
    return _now("Saved. There is no email address: ring or write to them.")
