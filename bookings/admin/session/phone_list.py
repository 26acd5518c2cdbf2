"""Whom to phone about the last change of a session, with one thumb: who, a number to press, and "told by phone"."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.models import Booking, Phoned, SessionChange
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions import phoning
from bookings.sessions.phoning import ToTell
from hubs.schools.whereabouts import in_miles
from hubs.staff import scope
from hubs.vocabulary.dates import clock
from hubs.vocabulary.ids import AN_ID


class PhonePages(RowPages):
    """Who has seen the last change, and whom to phone."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.changes.exists() and scope.may(request.user, "view", Booking, row):
            yield self.url_of(row.pk, "seen"), _("Whom to phone")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("seen", self.seen_view)]

    def seen_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Whom the last change touches: those who do not know yet, then those who do, with who told them."""
        session = self.get_object_or_deny(request, object_id)
        change = session.changes.newest()
        if change is None:
            raise Http404
        if not scope.may(request.user, "change", Booking, session):
            raise PermissionDenied
        if request.method == "POST":
            self._press(request, change)
            wide = _number(request.POST.get("wide", ""))
            back = reverse("admin:bookings_widechange_phone", args=[wide]) if wide else request.path
            return HttpResponseRedirect(back)
        title, opts, media = _("Whom to phone"), self.model_admin.opts, self.model_admin.media
        context = self.admin_site.each_context(request)
        context |= {"title": title, "original": session, "session": session, "opts": opts, "media": media}
        context |= {"own_page": self.url_of(session.pk), "lists": [list_of(change)]}
        return TemplateResponse(request, "admin/phone_list.html", context)

    def _press(self, request: HttpRequest, change: SessionChange) -> None:
        """ "Told by phone", or its undoing: of the change that the page was about, also where there is a later one."""
        of = _number(request.POST.get("change", "")) or 0
        pressed = change.session.changes.filter(pk=of).first()
        whom, undone = phoning.read_whom(request.POST.get("told", "")), _number(request.POST.get("undo", ""))
        by = staff(request)
        try:
            if pressed and undone and phoning.take_back(pressed, undone, by=by, clock=timezone.now):
                self.message(request, _("Taken back: not told by phone yet."))
            elif pressed and whom:
                row, new = phoning.tell(pressed, whom, by=by, clock=timezone.now)
                self.message(request, _("Told by phone.") if new else _already(row))
        except Refused as error:
            self.message(request, why_not(error), messages.ERROR)


def list_of(change: SessionChange) -> dict[str, Any]:
    """A change with those who do not know of it yet, and those who do."""
    people = phoning.to_tell(change)
    return {
        "change": change,
        "session": change.session,
        "to_tell": [(one, _how_far(one)) for one in people if not one.knows],
        "told": [one for one in people if one.knows],
        "all": len(people),
    }


def _how_far(one: ToTell) -> str:
    """How far their school is; nothing of the office and of who teaches."""
    if one.booking is None:
        return ""
    return _("distance not known") if one.metres is None else _("%(far)s away") % {"far": in_miles(one.metres)}


def _already(row: Phoned) -> str:
    return _("%(name)s had told them already, at %(time)s.") % {"name": row.staff, "time": clock(row.at)}


def _number(text: str) -> int | None:
    return int(text) if AN_ID.fullmatch(text) else None
