"""The register at the door: who is coming, a tap for each who has come, and the same on paper.

Every page of it is for staff who may change the session's visitors: the programme office reads no name.
"""

import datetime as dt
from collections.abc import Iterable
from itertools import zip_longest
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.admin.base.read_only import staff
from bookings.admin.day.day_pages import DayPages
from bookings.attendance import register
from bookings.attendance.standing import RegisterStands, recorded_row, stands
from bookings.models import Visitor
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import Status
from hubs.models.calendar import calendar_of_session

MOST_MARKS = 500  # in one request: a telephone that was out of reach sends all of its taps at once
BLANK_ROWS = 8  # on paper, for whoever nobody expects
A_SHEET = 10  # badges
EPOCH, MILLIONTH = dt.datetime(1970, 1, 1, tzinfo=dt.timezone.utc), dt.timedelta(microseconds=1)


class RegisterPages(DayPages):
    """The register itself, on the screen and on paper."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "register"), _("Register")

    def urls(self) -> list[URLPattern]:
        return [
            self.url_pattern("register", self.register_view),
            self.url_pattern("register_marks", self.marks_view, route="register/marks/"),
            self.url_pattern("register_inside", self.inside_view, route="register/inside/"),
            self.url_pattern("register_print", self.print_view, route="register/print/"),
            self.url_pattern("register_badges", self.badges_view, route="register/badges/"),
        ]

    def register_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who is coming, and a button for each. Nothing changes by looking."""
        session, now = self.get_object_or_deny(request, object_id), timezone.now()
        people = register.people(session)
        by_school = request.GET.get("by") == "school"
        standing = {state: sum(one.attendance == state for one in people) for state in Visitor.Attendance.values}
        at = _moment(request.GET.get("all", ""))
        row = recorded_row(session)
        how = stands(session, calendar_of_session(session.pk), now=now, row=row)
        just_marked = sum(bool(at) and one.marked_at == at and one.attendance == "attended" for one in people)
        context = {
            "groups": register.by_school(people) if by_school else register.by_letter(people, unnamed=_("To be named")),
            "by_school": by_school,
            "number": len(people),
            "standing": standing,
            "not_confirmed": register.not_confirmed(session),
            "over": register.is_over(session, now=now),
            "recorded": row,
            "counts_for_nothing": how is RegisterStands.NOT_RECORDED,
            "just_marked": just_marked,
            "all_at": request.GET.get("all"),
        }
        return self.register_page(request, "register", session, title=_("Register"), **context)

    def marks_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How everybody stands, for the script of the page; a POST marks first. Without the script it leads back."""
        session = self.get_object_or_deny(request, object_id)
        asked = request.headers.get("Accept", "").startswith("application/json")
        if request.method != "POST":
            return JsonResponse({"marks": register.marks(session)}) if asked else self._back(request, session)
        try:
            done, problem = self._carry_out(request, session), ""
        except Refused as error:
            done, problem = "", why_not(error)
        if asked:
            return JsonResponse({"marks": register.marks(session), "problem": problem})
        if problem:
            self.message(request, problem, messages.ERROR)
        return self._back(request, session, done)

    def _carry_out(self, request: HttpRequest, session: Any) -> str:
        """Do what a button says; gives what the page's address ends with afterwards."""
        by, now = staff(request), timezone.now()
        match request.POST.get("do", ""):
            case "all":
                register.mark_all(session, by=by, now=now)
                return f"all={(now - EPOCH) // MILLIONTH}"
            case "undo_all":
                if at := _moment(request.POST.get("at", "")):
                    register.undo_all(session, at, by=by, now=now)
            case _:
                return self._mark(request, session, by=by, now=now)
        return ""

    def _mark(self, request: HttpRequest, session: Any, *, by: Any, now: dt.datetime) -> str:
        """Taps, in the order in which they come; what is no tap is passed over."""
        taps = [register.read_mark(text) for text in request.POST.getlist("mark")[:MOST_MARKS]]
        for tap in taps:
            if tap:
                register.mark(session, tap, by=by, now=now)
        return f"#v{taps[-1].visitor}" if taps and taps[-1] else ""

    def _back(self, request: HttpRequest, session: Any, end: str = "") -> HttpResponse:
        """To the register, to the same order and the same line."""
        parts = [part for part in ("by=school" if request.GET.get("by") == "school" else "", end) if part]
        query = "&".join(part for part in parts if not part.startswith("#"))
        line = end if end.startswith("#") else ""
        return HttpResponseRedirect(self.url_of(session.pk, "register") + (f"?{query}" if query else "") + line)

    # --- on paper -----------------------------------------------------------------------------------------------------

    def print_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """A list to sign, with needs and with lines for whoever nobody expects."""
        session = self.get_object_or_deny(request, object_id)
        people = register.people(session)
        held = [one for one in register.not_confirmed(session) if one.status == Status.HELD]
        held_visitors = [(visitor, one) for one in held for visitor in one.visitors.all() if not visitor.released_at]
        context = {"visitors": people, "held": held_visitors, "blank": range(BLANK_ROWS), "now": timezone.now()}
        return self.register_page(request, "print", session, title=_("Register"), **context)

    def inside_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Who has arrived and not left: the fire roll, to print; and a button for who leaves."""
        session, now = self.get_object_or_deny(request, object_id), timezone.now()
        if request.method == "POST":
            if leaving := register.read_leaving(request.POST.get("left", "")):
                try:
                    register.mark_left(session, leaving, now=now)
                except Refused as error:
                    self.message(request, why_not(error), messages.ERROR)
            return HttpResponseRedirect(request.path)
        people = register.people(session)
        left = [one for one in people if one.left_at]
        context = {"inside": register.inside(people), "left": left, "now": now}
        return self.register_page(request, "inside", session, title=_("In the building now"), **context)

    def badges_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Ten badges a sheet; those left over on the last are blank."""
        session = self.get_object_or_deny(request, object_id)
        people = register.people(session)
        sheets = [list(sheet) for sheet in zip_longest(*[iter(people)] * A_SHEET)] or [[None] * A_SHEET]
        return self.register_page(
            request,
            "badges",
            session,
            title=_("Name badges"),
            sheets=[[(one, size_of(one)) for one in sheet] for sheet in sheets],
        )


def size_of(visitor: Visitor | None) -> str:
    """How large a name can stand on a badge 90 mm wide: by its length and its longest word."""
    name = (visitor.full_name or "") if visitor else ""
    longest = max((len(word) for word in name.split()), default=0)
    if len(name) <= 22 and longest <= 12:
        return "large"
    return "middle" if len(name) <= 40 and longest <= 17 else "small"


def _moment(text: str) -> dt.datetime | None:
    """A moment as `all=` carries it, in millionths of a second; None for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 18):
        return None
    return EPOCH + int(text) * MILLIONTH
