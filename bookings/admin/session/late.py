"""Late start: a session of today or tomorrow begins later. A move, asked for in minutes (rule.md#changes)."""

import datetime as dt
from collections.abc import Iterable
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.preview import PreviewPages
from bookings.admin.base.read_only import staff
from bookings.admin.base.sessions import name_and_day
from bookings.admin.home.cards import is_near
from bookings.admin.session.change_forms import NewsForm
from bookings.admin.session.whom import whom
from bookings.admin.session.words import as_it_stands, what_was_done, whom_to_phone, why_not_changed
from bookings.sessions import moving
from bookings.sessions.moving import Plan
from bookings.states import SESSION_TABLE, Verb
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock

MINUTES = (15, 30, 45, 60, 90)
A_DAY = dt.timedelta(days=1)
# Ready to send: at half past six nobody wants to think of words.
WORDS = _("We start later than planned, so please set out later too. The new time is in this email.")


class LateForm(NewsForm):
    """How much later, and whether all of it is. `was` is the start that the page was opened with: two who press at
    once ask for the same new start, and not for twice as much."""

    field_order = ["minutes", "all_of_it", "message"]
    was = forms.DateTimeField(widget=forms.HiddenInput)
    minutes = forms.TypedChoiceField(
        label=_("Starts later by"),
        coerce=int,
        choices=[(n, _("%(n)d minutes") % {"n": n}) for n in MINUTES],
        widget=forms.RadioSelect,
        initial=30,
    )
    all_of_it = forms.BooleanField(
        label=_("The end, the lessons and the programme are as much later"),
        required=False,
        initial=True,
        help_text=_("Without the tick the end stays as it is: then look at the lessons' times in the session's form."),
    )

    def __init__(self, *args: Any, session: ShowcaseSession, **kwargs: Any) -> None:
        first = {"message": WORDS, "was": session.starts_at.isoformat() if session.starts_at else ""}
        super().__init__(*args, initial=first, **kwargs)
        self.session = session

    def clean_was(self) -> dt.datetime:
        was: dt.datetime = self.cleaned_data["was"]
        starts_at = self.session.starts_at
        if starts_at is None or abs(was - starts_at) > A_DAY:
            raise ValidationError(_now("Its start has changed since this page was opened. Open it again."))
        return was

    def plan(self) -> Plan:
        data, session = self.cleaned_data, self.session
        if session.starts_at is None or session.ends_at is None:
            raise ValueError("A session without a start has no late start.")
        starts_at = data["was"] + dt.timedelta(minutes=data["minutes"])
        later = starts_at - session.starts_at
        changed: dict[str, Any] = {"starts_at": starts_at, "moves_lessons": data["all_of_it"]}
        if session.arrival_at:
            changed["arrival_at"] = session.arrival_at + later
        if data["all_of_it"]:
            changed["ends_at"] = session.ends_at + later
        return Plan.of(session, **changed)


class LatePages(PreviewPages):
    """Begin later than planned."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        if row.places.status in SESSION_TABLE[Verb.POSTPONE][0] and is_near(row, now=timezone.now()):
            yield self.url_of(row.pk, "late"), _now("Late start")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("late", self.late_view)]

    def late_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """How much later, then whom it touches, then the Send button."""
        session = self.get_object_or_deny(request, object_id)
        if not session.starts_at:
            raise Http404
        form = LateForm(request.POST or None, session=session, admin_site=self.admin_site)

        def do(form: Any) -> str:
            change = moving.move(session.pk, form.plan(), by=staff(request), clock=timezone.now, news=form.news())
            return what_was_done(change)

        def preview(form: Any) -> list[str]:
            plan = form.plan()
            new = _now("New: %(starts)s to %(ends)s") % {"starts": clock(plan.starts_at), "ends": clock(plan.ends_at)}
            return [name_and_day(session), new, *whom([session.pk])]

        return self.form_with_preview(
            request,
            form,
            title=_now("Late start"),
            original=session,
            preview=preview,
            do=do,
            rows=as_it_stands(session),
            refused=partial(why_not_changed, session),
            then=partial(whom_to_phone, session),
        )
