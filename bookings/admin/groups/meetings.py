"""Make a group's meetings: all dates at once, going round its schools."""

import uuid
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.forms.fields import Line, StepForm
from bookings.groups import meetings
from bookings.groups.meetings import Meeting
from bookings.models import Invitation
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.states import SessionStatus
from hubs.admin.typed import DateField, TimeField
from hubs.models import Lesson, School, WorkGroup
from hubs.vocabulary.longest import longest
from hubs.vocabulary.teaching import Years, in_words

USUAL, MOST = 6, 30  # rows of the form; the former is no limit: the address asks for more
STARTS, ENDS = "13:00", "16:00"
S = Invitation.State


class MeetingsForm(StepForm):
    """What all of them share. The key makes two presses one set of meetings."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    capacity = forms.IntegerField(label=_("Places at each"), min_value=1, max_value=10_000)


class MeetingForm(StepForm):
    """One meeting; without a date there is none."""

    day = DateField(label=_("Date"), required=False)
    starts = TimeField(label=_("Starts"), required=False)
    ends = TimeField(label=_("Ends"), required=False)
    venue = forms.ChoiceField(label=_("At"), required=False)
    years = forms.ChoiceField(label=_("Class"), required=False)
    teacher = Line(label=_("Teacher"), max_length=longest(Lesson, "other_teacher"))

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.schools = {str(one.urn): one for one in schools}
        at: Any = self.fields["venue"]
        at.choices = [("", _now("to follow")), *((urn, one.name) for urn, one in self.schools.items())]
        taught: Any = self.fields["years"]
        taught.choices = [("", _now("to follow")), *((str(int(one)), in_words(one)) for one in Years.singles())]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if not said.get("day"):
            return said
        for name, text in (("starts", _now("Say when it starts.")), ("ends", _now("Say when it ends."))):
            if not said.get(name) and name not in self.errors:
                self.add_error(name, text)
        if said.get("starts") and said.get("ends") and said["ends"] <= said["starts"]:
            self.add_error("ends", _now("The end must come after the start."))
        return said

    @property
    def meeting(self) -> Meeting | None:
        """Only after is_valid()."""
        said = self.cleaned_data
        if not said.get("day"):
            return None
        years = Years(int(said["years"] or 0))
        venue = self.schools.get(said["venue"])
        return Meeting(said["day"], said["starts"], said["ends"], venue, years, said["teacher"])


class MeetingsPages(RowPages):
    """Dates in a table; each becomes a session that only the group's schools may book."""

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("meetings", self.meetings_view)]

    def meetings_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        group = self.get_object_or_deny(request, object_id)
        whole, rows = self._forms(request, group)
        if request.method != "POST":
            return self._page(request, group, whole, rows)
        right = [form.is_valid() for form in (whole, *rows)]
        plan = [one for form in rows if form.is_valid() and (one := form.meeting)]
        if not all(right):
            return self._page(request, group, whole, rows, status=422)
        if not plan:
            whole.add_error(None, _now("Enter at least one date."))
            return self._page(request, group, whole, rows, status=422)
        said = whole.cleaned_data
        try:
            made = meetings.make_meetings(
                group.pk, plan, by=staff(request), clock=timezone.now, key=said["key"], capacity=said["capacity"]
            )
        except Refused as error:
            whole.add_error(None, why_not(error))
            return self._page(request, group, whole, rows, status=422)
        text = ngettext("%(n)d meeting made.", "%(n)d meetings made.", len(made)) % {"n": len(made)}
        closed = group.meetings.filter(places__status=SessionStatus.DRAFT).count()
        if closed:
            waits = ngettext("%(n)d of them waits for its place.", "%(n)d of them wait for their place.", closed)
            text = f"{text} {waits % {'n': closed}}"
        self.message(request, text)
        return self.redirect(group)

    def _forms(self, request: HttpRequest, group: WorkGroup) -> tuple[MeetingsForm, list[MeetingForm]]:
        data: Any = request.POST if request.method == "POST" else None
        places = {"key": uuid.uuid4(), "capacity": group.schools_wanted * group.teachers_each}
        whole = MeetingsForm(data, initial=places)
        in_it, may_host = _schools(group)
        number = _number(request)
        turn = meetings.in_turn(in_it, number + group.meetings.count())[group.meetings.count() :]
        rows = [
            MeetingForm(
                data,
                prefix=f"m{n}",
                schools=may_host,
                initial={"starts": STARTS, "ends": ENDS, "venue": str(school.urn) if school else ""},
            )
            for n, school in enumerate(turn, start=1)
        ]
        return whole, rows

    def _page(
        self, request: HttpRequest, group: WorkGroup, whole: MeetingsForm, rows: list[MeetingForm], *, status: int = 200
    ) -> TemplateResponse:
        context = self.admin_site.each_context(request) | {
            "title": _now("Make the meetings"),
            "opts": self.model_admin.opts,
            "media": self.model_admin.media,
            "original": group,
            "group": group,
            "own_page": self.url_of(group.pk),
            "whole": whole,
            "rows": rows,
            "mistakes": status == 422,
            "made": group.meetings.count(),
            "more": min(len(rows) + USUAL, MOST) if len(rows) < MOST else 0,
        }
        return TemplateResponse(request, "admin/group/meetings.html", context, status=status)


def _number(request: HttpRequest) -> int:
    """How many rows the address asks for."""
    asked = request.GET.get("rows", "")
    return min(max(int(asked), 1), MOST) if asked.isascii() and asked.isdecimal() and len(asked) < 4 else USUAL


def _schools(group: WorkGroup) -> tuple[list[School], list[School]]:
    """The schools that are in, the specialist's first, round which the meetings go; and all that may host one."""
    first = [group.school] if group.school else []
    rows = group.invitations.filter(state__in=(S.JOINED, S.NAMED, S.INVITED)).select_related("school").order_by("pk")
    joined = [one.school for one in rows if one.state == S.JOINED]
    others = [one.school for one in rows]
    return list(dict.fromkeys([*first, *joined])), list(dict.fromkeys([*first, *joined, *others]))
