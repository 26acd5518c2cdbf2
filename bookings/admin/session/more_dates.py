"""Several dates at once from one session, the same again in another exchange, and a whole visit again."""

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.base.read_only import staff
from bookings.rule.refusals import Refused
from bookings.rule.words import why_not
from bookings.sessions import copying
from bookings.sessions.copying import When
from bookings.states import SessionStatus
from hubs.admin.typed import DateField, TimeField
from hubs.models import HubYear, ShowcaseSession
from hubs.models.exchange import in_schools_words
from hubs.vocabulary.dates import days_between
from hubs.vocabulary.school_days import academic_year

MOST_DATES = 10
MOST_OF_A_VISIT = 40
A_YEAR_OF_SCHOOL = _("Of another year: who taught is left out, for those teachers have gone home.")


class CopyForm(forms.Form):
    """Which academic year the drafts are for, never one that is over. The key makes two presses one set of drafts."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    year = forms.TypedChoiceField(label=_("Academic year"), coerce=int, help_text=A_YEAR_OF_SCHOOL)

    def __init__(self, *args: Any, years: list[int], known: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **({"initial": {"year": years[0], "key": uuid.uuid4()}} | kwargs))
        made = _now("%(year)s, which this makes for your hub")
        self.fields["year"].choices = [  # type: ignore[attr-defined]  # of a field of choices
            (year, in_schools_words(year) if year in known else made % {"year": in_schools_words(year)})
            for year in years
        ]


class MoreDatesForm(CopyForm):
    """Up to ten dates, with the times of the session unless others are typed."""

    def __init__(self, *args: Any, session: ShowcaseSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        times = [timezone.localtime(at).time() if at else None for at in (session.starts_at, session.ends_at)]
        for n in range(1, MOST_DATES + 1):
            self.fields[f"day_{n}"] = DateField(label=_("Date %(n)d") % {"n": n}, required=False)
            self.fields[f"starts_{n}"] = TimeField(label=_("Starts"), required=False, initial=times[0])
            self.fields[f"ends_{n}"] = TimeField(label=_("Ends"), required=False, initial=times[1])

    @property
    def fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        rows = [(f"day_{n}", f"starts_{n}", f"ends_{n}") for n in range(1, MOST_DATES + 1)]
        return [(None, {"fields": ["year", *rows]})]

    def clean(self) -> dict[str, Any]:
        super().clean()
        whens = self.whens()
        if not whens and not self.errors:
            raise ValidationError(_now("Enter at least one date."))
        if len(set(whens)) < len(whens):
            raise ValidationError(_now("Two of the dates are the same. Take one out."))
        return self.cleaned_data

    def whens(self) -> list[When]:
        data = self.cleaned_data
        return [
            When(data[f"day_{n}"], data.get(f"starts_{n}"), data.get(f"ends_{n}"))
            for n in range(1, MOST_DATES + 1)
            if data.get(f"day_{n}")
        ]


class VisitAgainForm(CopyForm):
    """Which sessions of a visit, each with a date; without one it is a draft without a date."""

    def __init__(self, *args: Any, sessions: list[ShowcaseSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = sessions
        for session in sessions:
            was = _now("%(session)s: was %(day)s") % {
                "session": session,
                "day": days_between(session.first_day, session.last_day),
            }
            took_place = session.places.status != SessionStatus.CANCELLED
            self.fields[f"copy_{session.pk}"] = forms.BooleanField(label=was, required=False, initial=took_place)
            self.fields[f"day_{session.pk}"] = DateField(label=_("New date"), required=False)

    @property
    def fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        rows = [(f"copy_{session.pk}", f"day_{session.pk}") for session in self.sessions]
        return [(None, {"fields": ["year"]}), (_("Sessions to copy"), {"fields": rows})]

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.whens():
            raise ValidationError(_now("Tick at least one session."))
        for session in self.sessions:
            if self.cleaned_data.get(f"day_{session.pk}") and not self.cleaned_data.get(f"copy_{session.pk}"):
                self.add_error(f"copy_{session.pk}", _now("Tick this session, or take its date out."))
        return self.cleaned_data

    def whens(self) -> dict[ShowcaseSession, When | None]:
        data = self.cleaned_data
        ticked = [session for session in self.sessions if data.get(f"copy_{session.pk}")]
        return {session: When(day) if (day := data.get(f"day_{session.pk}")) else None for session in ticked}


class _CopyPages(RowPages):
    """Pages that make drafts, and then show them."""

    def years(self, hub_year: HubYear, *, without_own: bool) -> dict[str, Any]:
        """Academic years for which a form can make drafts: those that are not over, the likeliest first, and the next
        one even where the hub has none yet; and which of them the hub has."""
        known = set(HubYear.objects.filter(hub=hub_year.hub_id).values_list("exchange__year", flat=True))
        this, own = academic_year(timezone.localdate()), hub_year.exchange.year
        first = max(own + 1 if without_own else own, this)
        others = {year for year in known | {this, this + 1} if year >= this} - ({own} if without_own else set())
        return {"years": [first, *sorted(others - {first})], "known": known}

    def make(self, request: HttpRequest, form: Any, made: Any) -> HttpResponse | None:
        """Make the drafts and lead to them, or put on the form why not."""
        try:
            sessions = made()
        except Refused as error:
            form.add_error(None, why_not(error))
            return None
        text = ngettext("%(n)d draft made.", "%(n)d drafts made.", len(sessions))
        self.message(request, text % {"n": len(sessions)})
        drafts = reverse("admin:hubs_showcasesession_changelist") + "?places__status__exact=draft"
        return HttpResponseRedirect(drafts)


class MoreDatesPages(_CopyPages):
    """Make drafts like a session, for other dates; not like a group's meeting, which is made on its group's page."""

    def has_permission(self, request: HttpRequest, row: Any) -> bool:
        return row.group_id is None and super().has_permission(request, row)

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "dates"), _now("Make more dates")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("dates", self.dates_view)]

    def dates_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Other dates of one session: drafts like it, in its own year or in another."""
        session = self.get_object_or_deny(request, object_id)
        years = self.years(session.hub_year, without_own=False)
        form = MoreDatesForm(request.POST or None, session=session, **years)
        if request.method == "POST" and form.is_valid():
            data, by = form.cleaned_data, staff(request)
            year = {"year": data["year"], "key": data["key"]}
            done = self.make(
                request,
                form,
                lambda: copying.more_dates(session.pk, form.whens(), by=by, clock=timezone.now, **year),
            )
            if done:
                return done
        rows = [_now("Each is made as a draft: nobody sees it before you announce it or open booking.")]
        return self.form_page(
            request,
            form,
            title=_now("Make more dates"),
            button=_now("Make drafts"),
            fieldsets=form.fieldsets,
            original=session,
            rows=rows,
        )


class VisitAgainPages(_CopyPages):
    """Make the sessions of a visit again in another year."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield reverse("admin:hubs_showcasesession_new") + f"?host_school={row.pk}", _now("Add a session")
        if row.sessions.exists():
            yield self.url_of(row.pk, "again"), _now("Copy to another year")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("again", self.again_view)]

    def again_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The sessions of a visit as drafts of another year."""
        visit = self.get_object_or_deny(request, object_id)
        sessions = list(visit.sessions.filter(group=None).with_names().select_related("places")[:MOST_OF_A_VISIT])
        years = self.years(visit.hub_year, without_own=True)
        form = VisitAgainForm(request.POST or None, sessions=sessions, **years)
        if request.method == "POST" and form.is_valid():
            data, by = form.cleaned_data, staff(request)
            year = {"year": data["year"], "key": data["key"]}
            done = self.make(
                request, form, lambda: copying.visit_again(visit, form.whens(), by=by, clock=timezone.now, **year)
            )
            if done:
                return done
        rows = [
            _now("The visit and its sessions are made as drafts: nobody sees them before you announce them."),
            _now("A session without a date becomes a draft without one."),
        ]
        return self.form_page(
            request,
            form,
            title=_now("Copy to another year"),
            button=_now("Make drafts"),
            fieldsets=form.fieldsets,
            original=visit,
            rows=rows,
        )
