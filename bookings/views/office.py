"""The host school's office, by its private link: who is coming, to see and to print; who has arrived, if it may say."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from bookings.attendance import office, register
from bookings.models import OfficeLink, Visitor
from bookings.models.visitor import needs_deleted_on
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import FROZEN
from bookings.views.access import open_office
from hubs.models.calendar import calendar_of_session
from hubs.pages import private

INSIDE = "inside"  # as the address asks for the fire roll alone


@private
@require_safe
def coming(request: HttpRequest, link: OfficeLink, token: str) -> HttpResponse:
    """Names, schools and needs; no address and no number of theirs."""
    page = "inside" if request.GET.get("show") == INSIDE else "coming"
    return render(request, f"bookings/office/{page}.html", _context(link, token))


@private
@require_http_methods(["GET", "HEAD", "POST"])
def arrived(request: HttpRequest, token: str) -> HttpResponse:
    """Mark one visitor. Only the button does; who opens the address comes to the list."""
    link = open_office(token)
    now = timezone.now()
    tap = register.read_mark(request.POST.get("mark", ""))
    leaving = register.read_leaving(request.POST.get("left", ""))
    if request.method != "POST" or (tap is None and leaving is None):
        return redirect("booking", token)
    try:
        if not (link.may_mark and register.office_may_mark(link.session, now=now)):
            return _refused(request, link, token, _("Arrivals cannot be marked here now."))
        if tap:
            register.mark(link.session, tap._replace(ago=0), by=None, now=now)
        elif leaving:
            register.mark_left(link.session, leaving, now=now)
    except Refused as error:
        return _refused(request, link, token, why_not(error))
    response = redirect("booking", token)
    response["Location"] += f"#v{tap.visitor}" if tap else "#inside"
    return response


def _refused(request: HttpRequest, link: OfficeLink, token: str, why: str) -> HttpResponse:
    context = _context(link, token) | {"why": why}
    return render(request, "bookings/office/coming.html", context, status=409)


def _context(link: OfficeLink, token: str) -> dict[str, Any]:
    session, now = link.session, timezone.now()
    visitors = register.people(session)
    changed = _changed(link, visitors)
    return {
        "token": token,
        "link": link,
        "session": session,
        "visitors": visitors,
        "arrived": sum(one.attendance == register.ATTENDED for one in visitors),
        "inside": register.inside(visitors),
        "left": [one for one in visitors if one.left_at],
        "with_needs": sum(one.has_needs for one in visitors),
        "catering": register.catering(visitors),
        "is_open": register.is_open(session, now=now),
        "show_inside": f"?show={INSIDE}",
        "works_until": needs_deleted_on(session),
        "changed": changed,
        "gone": _gone(changed.gone) if changed else [],
        "marks": link.may_mark and register.office_may_mark(session, now=now),
        "marks_from": register.office_marks_from(session) if link.may_mark and session.starts_at else None,
        "off": session.places.status in FROZEN,
        "status": session.places.get_status_display(),
        "year": session.hub_year,
        "now": now,
    }


def _changed(link: OfficeLink, visitors: list[Visitor]) -> office.Changes | None:
    """What has changed since the office was first told of this day; None before that, also where the day is another."""
    day = link.session.first_day
    if not link.known_at or day is None:
        return None
    told_of_this_day = link.known_at >= office.first_at(day, calendar_of_session(link.session.pk))
    return office.changes(link, visitors) if told_of_this_day else None


def _gone(visitors: frozenset[int]) -> list[Visitor]:
    """Those who do not come any longer, as far as their names are still kept."""
    if not visitors:
        return []
    return list(Visitor.objects.filter(pk__in=visitors, full_name__isnull=False).select_related("booking__school"))
