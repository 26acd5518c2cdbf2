"""What can be done with a session that the public does not see: look at its page as it will be, and delete a draft."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.models import Places
from bookings.public.session import Showing
from bookings.public.session_page import said_of
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import ShowcaseSession
from hubs.staff import scope


def is_hidden(session: Any) -> bool:
    """Whether the public has no page of the session."""
    staff_only = session.visibility == ShowcaseSession.Visibility.STAFF
    return bool(staff_only or session.places.status == SessionStatus.DRAFT)


class DraftPages(RowPages):
    """Look at a session's page before anybody else can, and delete a draft."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if is_hidden(row):
            yield self.url_of(row.pk, "preview"), _("Preview")
        if row.places.status == SessionStatus.DRAFT:
            yield self.url_of(row.pk, "discard"), _("Delete this draft")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("preview", self.preview_view), self.url_pattern("discard", self.discard_view)]

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The public page, for whoever may change the session. A draft looks as it would with booking open, or as
        announced where something for that is missing."""
        session = self.get_object_or_deny(request, object_id)  # it names who teaches before anybody else may know
        known: Places = session.places
        if known.status == SessionStatus.DRAFT:
            opens = session.can_open and known.capacity
            status = SessionStatus.OPEN if opens else SessionStatus.ANNOUNCED
            room = {"capacity": known.capacity, "held_back": known.held_back}
            session.places = Places(session=session, status=status, **room)  # to look at: nothing is saved
        context = said_of(Showing(session, timezone.now())) | {"preview": self.url_of(session.pk)}
        return render(request, "bookings/session.html", context)

    def discard_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks once, then deletes a draft to which nothing has happened."""
        session = self.get_object_or_deny(request, object_id)
        if not scope.may(request.user, "delete", ShowcaseSession, session):  # what has happened to it, the verb asks
            raise PermissionDenied
        form = forms.Form(request.POST or None)
        if request.method == "POST":
            try:
                changes.discard(session.pk, by=staff(request), clock=timezone.now)
            except Refused as error:
                self.message(request, why_not(error), messages.ERROR)
                return self.redirect(session)
            self.model_admin.log_deletions(request, [session])  # type: ignore[arg-type]  # any rows
            self.message(request, _("Deleted: %(session)s") % {"session": session})
            return HttpResponseRedirect(reverse("admin:hubs_showcasesession_changelist"))
        title = _("Delete this draft")
        rows = [str(session), _("It goes with its lessons and its programme, for good. Nobody is told.")]
        return self.form_page(request, form, title=title, button=title, original=session, rows=rows)
