"""The register is recorded by one press, or by ticking who did not come; the same form puts it right afterwards."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.read_only import ReadOnlyAdmin, staff
from bookings.admin.day.day_pages import DayPages
from bookings.attendance import recording, register, standing
from bookings.attendance.recording import Done, Said
from bookings.attendance.register import ABSENT
from bookings.models import Register, Visitor
from bookings.rule.refusals import OthersToo, Refused, TooEarly
from bookings.rule.words import why_not
from bookings.states import FROZEN


class RecordingPages(DayPages):
    """Record the register. It is reached from the register itself."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("register_record", self.record_view, route="register/record/")]

    def record_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Tick who did not come. "Record" on the register's own page, which sends `do`, asks nothing more."""
        session = self.get_object_or_deny(request, object_id)
        if request.method != "POST":
            return self._form(request, session)
        rest = request.POST.get("do") == "rest"
        try:
            said = None if rest else _said(request)
            done = recording.record(session.pk, by=staff(request), clock=timezone.now, said=said)
        except OthersToo as refused:
            return self._form(request, session, refused=refused, ticked=set(request.POST.getlist("absent")))
        except Refused as refused:
            self.message(request, why_not(refused), messages.ERROR)
        else:
            self.message(request, _in_words(done))
        return HttpResponseRedirect(self.url_of(session.pk, "register"))

    def _form(
        self, request: HttpRequest, session: Any, *, refused: Refused | None = None, ticked: set[str] | None = None
    ) -> HttpResponse:
        people, now = register.people(session), timezone.now()
        may_record = register.is_open(session, now=now) and register.is_over(session, now=now)
        if not may_record and refused is None:
            refused = None if session.places.status in FROZEN else TooEarly()
        response = self.register_page(
            request,
            "record",
            session,
            title=_("All came except…"),
            groups=register.by_letter(people, unnamed=_("To be named")),
            was=" ".join(f"{one.pk}:{one.attendance}" for one in people),
            ticked=_ticked(people, ticked),
            recorded=standing.recorded_row(session),
            may_record=may_record,
            why=why_not(refused) if refused else "",
        )
        response.status_code = 409 if refused else 200
        return response


@admin.register(Register)
class RegisterAdmin(ReadOnlyAdmin):
    """Which registers are recorded, since when and by whom. They are recorded and put right on the register itself."""

    list_display = ["session", "recorded_at", "recorded_by"]
    list_select_related = ["session", "recorded_by"]
    search_fields = ["session__ref"]
    fields = ["session", "recorded_at", "recorded_by"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Register]:
        return super().get_queryset(request).prefetch_related("session__lessons")


def _ticked(people: list[Visitor], sent: set[str] | None) -> set[int]:
    """Whose box is ticked: as it was sent; else who is marked absent."""
    if sent is None:
        return {one.pk for one in people if one.attendance == ABSENT}
    return {one.pk for one in people if str(one.pk) in sent}


def _said(request: HttpRequest) -> list[Said]:
    """What the form says of everybody whom it showed; what is none of that is passed over."""
    absent = set(request.POST.getlist("absent"))
    found = []
    for text in request.POST.get("was", "").split(" "):
        if said := recording.read_said(text, came=text.partition(":")[0] not in absent):
            found.append(said)
    return found


def _in_words(done: Done) -> str:
    counted = {"came": done.came, "absent": done.absent}
    if done.first:
        said = _("Recorded: %(came)d came, %(absent)d did not.") % counted
    else:
        said = _("The register now says: %(came)d came, %(absent)d did not.") % counted
    if done.unheeded:
        meanwhile = ngettext(
            "%(n)d person was marked since you opened the page, and stays so.",
            "%(n)d people were marked since you opened the page, and stay so.",
            done.unheeded,
        )
        said += " " + meanwhile % {"n": done.unheeded}
    return said
