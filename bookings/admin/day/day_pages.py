"""What the pages of a session's register have in common: who may open them, and how they look."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone

from bookings.admin.base.pages import RowPages
from bookings.attendance import register
from bookings.models import Visitor
from bookings.states import FROZEN
from hubs.staff import scope


class DayPages(RowPages):
    """Pages of a session that name its visitors."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        """Who may change the session's visitors: the programme office, which sees the session, reads no name."""
        return scope.may(request.user, "change", Visitor, row)

    def register_page(
        self, request: HttpRequest, template: str, session: Any, *, title: str, **context: Any
    ) -> HttpResponse:
        """A page in the admin's look, of templates/admin/register/."""
        form, opts, media = context.get("form"), self.model_admin.opts, self.model_admin.media
        context |= self.admin_site.each_context(request)
        context |= _at_the_door(session, now=timezone.now())
        context |= {"title": title, "session": session, "original": session, "opts": opts, "media": media}
        status = 422 if form is not None and form.errors else 200
        return TemplateResponse(request, f"admin/register/{template}.html", context, status=status)


def _at_the_door(session: Any, *, now: dt.datetime) -> dict[str, Any]:
    """Whether people can be marked now, and if not, why: the session is off, or its day is still to come."""
    opens = register.opens_at(session)
    return {
        "live": register.is_open(session, now=now),
        "off": session.places.status in FROZEN,
        "status": session.places.get_status_display(),
        "opens": opens,
        "early": opens is None or now < opens,
    }
