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

from bookings.admin.base.read_only import staff
from bookings.admin.session.changes import WithChanges
from bookings.models import Places
from bookings.public.session import Showing
from bookings.public.session_page import said_of
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions import changes as session_changes
from bookings.states import SessionStatus
from hubs.models import ShowcaseSession


class WithDrafts(WithChanges):
    """Sessions that can be looked at before anybody else sees them."""

    def change_links(self, request: HttpRequest, session: Any) -> Iterable[tuple[str, str]]:
        yield from super().change_links(request, session)
        if self._hidden(session):
            yield self.page_of(session.pk, "preview"), _("Preview")
        if session.places.status == SessionStatus.DRAFT:
            yield self.page_of(session.pk, "discard"), _("Delete this draft")

    def get_view_on_site_url(self, obj: Any = None) -> str | None:
        """No link to a page that is not there yet."""
        return None if obj and self._hidden(obj) else super().get_view_on_site_url(obj)

    @staticmethod
    def _hidden(session: Any) -> bool:
        staff_only = session.visibility == ShowcaseSession.Visibility.STAFF
        return bool(staff_only or session.places.status == SessionStatus.DRAFT)

    def get_urls(self) -> list[URLPattern]:
        pages = [self.page_path("preview", self.preview_view), self.page_path("discard", self.discard_view)]
        return [*pages, *super().get_urls()]

    def preview_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The public page, for whoever may change the session. A draft looks as it would with booking open, or as
        announced where something for that is missing."""
        session = self.row_of(request, object_id)  # it names who teaches before anybody else may know
        known: Places = session.places
        if known.status == SessionStatus.DRAFT:
            opens = session.can_open and known.capacity
            status = SessionStatus.OPEN if opens else SessionStatus.ANNOUNCED
            room = {"capacity": known.capacity, "held_back": known.held_back}
            session.places = Places(session=session, status=status, **room)  # to look at: nothing is saved
        context = said_of(Showing(session, timezone.now())) | {"preview": self.page_of(session.pk)}
        return render(request, "bookings/session.html", context)

    def discard_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Asks once, then deletes a draft to which nothing has happened."""
        session = self.row_of(request, object_id)
        if not super().has_delete_permission(request, session):
            raise PermissionDenied
        form = forms.Form(request.POST or None)
        if request.method == "POST":
            try:
                session_changes.discard(session.pk, by=staff(request), clock=timezone.now)
            except Refused as error:
                self.message_user(request, why_not(error), messages.ERROR)
                return HttpResponseRedirect(self.page_of(session.pk))
            self.log_deletions(request, [session])  # type: ignore[arg-type]  # any rows
            self.message_user(request, _("Deleted: %(session)s") % {"session": session}, messages.SUCCESS)
            return HttpResponseRedirect(reverse("admin:hubs_showcasesession_changelist"))
        title = _("Delete this draft")
        rows = [str(session), _("It goes with its lessons and its programme, for good. Nobody is told.")]
        return self.form_page(request, form, title=title, button=title, original=session, rows=rows)
