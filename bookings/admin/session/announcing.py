"""A visit that is a draft is announced: alone, or with all of its sessions that are drafts."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.session.words import why_not_open
from bookings.rule.refusals import Refused
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import HostSchool


class AnnounceVisitPages(RowPages):
    """One press shows a visit to the public, with or without its sessions."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.is_draft or _drafts(row):
            yield self.url_of(row.pk, "announce"), _("Announce")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("announce", self.announce_view)]

    def announce_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Which sessions are drafts, and two buttons. Each session is announced in a transaction of its own."""
        visit = self.get_object_or_deny(request, object_id)
        drafts = _drafts(visit)
        if request.method == "POST":
            visit.announce()
            if "with_sessions" in request.POST:
                self._announce_all(request, drafts)
            self.message(request, _("Announced: %(visit)s") % {"visit": visit})
            return self.redirect(visit)
        rows = [_("The public then finds the school and its days on the hub’s page."), *map(name_and_day, drafts)]
        with_them = ngettext("Announce with its session", "Announce with its %(n)d sessions", len(drafts))
        second = ("with_sessions", with_them % {"n": len(drafts)}) if drafts else None
        button = _("Announce the visit alone") if drafts else _("Announce the visit")
        page = {"title": _("Announce"), "button": button, "original": visit, "rows": rows, "second": second}
        return self.form_page(request, forms.Form(), **page)

    def _announce_all(self, request: HttpRequest, drafts: list[Any]) -> None:
        for session in drafts:
            try:
                changes.announce(session.pk, by=staff(request), clock=timezone.now)
            except Refused as error:
                self.message(request, f"{session}: {why_not_open(session, error)}", messages.ERROR)


def _drafts(visit: HostSchool) -> list[Any]:
    return list(visit.sessions.filter(places__status=SessionStatus.DRAFT).with_names())
