"""Schools near a host that nobody came from: all of them, nearest first, and one press to a list for next time.

For the hub's own staff alone. The list is one of the hub's lists of schools, to be opened, changed and used to say who
may book.
"""

from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.report.area import RADII, Area, Seen
from bookings.report.selection import Of, Selection, may_read_own, selection
from hubs.models import Hub, SchoolList
from hubs.staff import scope
from hubs.vocabulary.longest import longest

OF_A_PAGE = 100
LONGEST = longest(SchoolList, "name")


def page(request: HttpRequest, of: str, pk: int) -> HttpResponse:
    """The list of one distance; a press makes it a list of schools. Raises Http404 for what somebody may not read."""
    now = timezone.now()
    found = selection(request.user, of, pk, today=timezone.localdate(now))
    if found is None or found.of == Of.COUNTRY or not may_read_own(request.user, found):
        raise Http404
    area = Area(found, now=now)
    miles = _miles(request)
    nobody = area.nobody_came(miles)
    may_keep = scope.may(request.user, "add", SchoolList, _hub(found))
    if request.method == "POST":
        if not may_keep or not nobody:
            raise Http404
        return _keep(request, found, nobody, miles)
    shown = Paginator(nobody, OF_A_PAGE).get_page(request.GET.get("p"))
    context = admin.site.each_context(request) | {
        "title": _("Schools that nobody came from"),
        "name": found.name,
        "report": reverse("report", args=[of, pk]),
        "hosts": [host.name for host in area.hosts if host.name],
        "miles": miles,
        "counts": [(radius, len(area.nobody_came(radius))) for radius in RADII],
        "shown": shown,
        "start": shown.start_index(),
        "list_name": list_name(found, miles),
        "may_keep": may_keep and bool(nobody),
    }
    return TemplateResponse(request, "admin/report/schools.html", context)


def list_name(of: Selection, miles: int) -> str:
    """What the list is called: the same each time, so that a second press fills the same list anew."""
    year = of.hub_year
    when = f", {year.exchange.academic_year}" if year else ""
    whose = "" if of.of in (Of.EXCHANGE, Of.HUB) else f", {of.row}"
    name = _("Nobody came, up to %(n)s miles") % {"n": miles} + when + whose
    return name[:LONGEST].rstrip()


def _keep(request: HttpRequest, of: Selection, nobody: list[Seen], miles: int) -> HttpResponse:
    """Make the list, or fill it anew: twice is once. It leads to its page, where it can be changed."""
    with transaction.atomic():
        made, _new = SchoolList.objects.get_or_create(hub=_hub(of), name=list_name(of, miles))
        made.schools.set([one.urn for one in nobody])
    text = ngettext("A list of %(n)d school is made.", "A list of %(n)d schools is made.", len(nobody))
    messages.success(request, text % {"n": len(nobody)})
    return HttpResponseRedirect(reverse("admin:hubs_schoollist_change", args=[made.pk]))


def _hub(of: Selection) -> Any:
    year = of.hub_year
    return year.hub if year else Hub.objects.get(pk=of.pk)


def _miles(request: HttpRequest) -> int:
    """Which distance the address or the press says; the least where it says none of ours."""
    said = (request.POST if request.method == "POST" else request.GET).get("miles", "")
    return next((radius for radius in RADII if str(radius) == said), RADII[0])
