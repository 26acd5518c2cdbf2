"""Several dates at once from one session, the same again in another exchange, and a whole visit again."""

import datetime as dt
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
from hubs.admin.typed import DateField, TimeField
from hubs.models import HostSchool, HubYear, ShowcaseSession
from hubs.staff import scope
from hubs.vocabulary.dates import days_between

MOST_DATES = 10
MOST_OF_A_VISIT = 40
A_YEAR_OF_SCHOOL = _("Of another year: who taught is left out, for those teachers have gone home.")


class CopyForm(forms.Form):
    """Which hub year the drafts are for. The key makes pressing twice one set of drafts."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    hub_year = forms.ModelChoiceField(
        HubYear.objects.none(), label=_("Hub in a year"), empty_label=None, help_text=A_YEAR_OF_SCHOOL
    )

    def __init__(self, *args: Any, years: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["hub_year"].queryset = years  # type: ignore[attr-defined]  # of a field of rows


class MoreDatesForm(CopyForm):
    """Up to ten dates, with the times of the session unless others are typed."""

    def __init__(self, *args: Any, session: ShowcaseSession, **kwargs: Any) -> None:
        super().__init__(*args, **({"initial": {"hub_year": session.hub_year_id, "key": uuid.uuid4()}} | kwargs))
        times = [timezone.localtime(at).time() if at else None for at in (session.starts_at, session.ends_at)]
        for n in range(1, MOST_DATES + 1):
            self.fields[f"day_{n}"] = DateField(label=_("Date %(n)d") % {"n": n}, required=False)
            self.fields[f"starts_{n}"] = TimeField(label=_("Starts"), required=False, initial=times[0])
            self.fields[f"ends_{n}"] = TimeField(label=_("Ends"), required=False, initial=times[1])

    @property
    def fieldsets(self) -> list[tuple[Any, dict[str, Any]]]:
        rows = [(f"day_{n}", f"starts_{n}", f"ends_{n}") for n in range(1, MOST_DATES + 1)]
        return [(None, {"fields": ["hub_year", *rows]})]

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
    """A date for each session of a visit; without one it is a draft without a date."""

    def __init__(self, *args: Any, sessions: list[ShowcaseSession], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sessions = sessions
        for session in sessions:
            was = _now("%(session)s: was %(day)s") % {
                "session": session,
                "day": days_between(session.first_day, session.last_day),
            }
            self.fields[f"day_{session.pk}"] = DateField(label=was, required=False)

    def whens(self) -> dict[ShowcaseSession, When | None]:
        days: dict[ShowcaseSession, dt.date | None] = {
            session: self.cleaned_data.get(f"day_{session.pk}") for session in self.sessions
        }
        return {session: When(day) if day else None for session, day in days.items()}


class _CopyPages(RowPages):
    """Pages that make drafts, and then show them."""

    def years_of(self, request: HttpRequest, hub_id: int) -> Any:
        """The years of that hub for which somebody may make sessions, the newest first."""
        of_hub = HubYear.objects.filter(hub=hub_id).select_related("exchange").order_by("-exchange__year")
        return scope.choices(request.user, of_hub, of=ShowcaseSession)

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
    """Make drafts like a session, for other dates."""

    def links(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        yield self.url_of(row.pk, "dates"), _now("Make more dates")

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("dates", self.dates_view)]

    def dates_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """Other dates of one session: drafts like it, in its own year or in another."""
        session = self.get_object_or_deny(request, object_id)
        years = self.years_of(request, session.hub_year.hub_id)
        form = MoreDatesForm(request.POST or None, session=session, years=years)
        if request.method == "POST" and form.is_valid():
            data, by = form.cleaned_data, staff(request)
            year = {"hub_year": data["hub_year"], "key": data["key"]}
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
        if row.sessions.exists() and self._other_years(request, row).exists():
            yield self.url_of(row.pk, "again"), _now("Copy to another year")

    def _other_years(self, request: HttpRequest, visit: HostSchool) -> Any:
        return self.years_of(request, visit.hub_year.hub_id).exclude(pk=visit.hub_year_id)

    def urls(self) -> list[URLPattern]:
        return [self.url_pattern("again", self.again_view)]

    def again_view(self, request: HttpRequest, object_id: int) -> HttpResponse:
        """The sessions of a visit as drafts of another year."""
        visit = self.get_object_or_deny(request, object_id)
        sessions = list(visit.sessions.with_names()[:MOST_OF_A_VISIT])
        form = VisitAgainForm(request.POST or None, sessions=sessions, years=self._other_years(request, visit))
        if request.method == "POST" and form.is_valid():
            data, by = form.cleaned_data, staff(request)
            year = {"hub_year": data["hub_year"], "key": data["key"]}
            done = self.make(
                request, form, lambda: copying.visit_again(visit, form.whens(), by=by, clock=timezone.now, **year)
            )
            if done:
                return done
        title, rows = _now("Copy to another year"), [_now("A session without a date becomes a draft without one.")]
        button = _now("Make drafts")
        return self.form_page(request, form, title=title, button=button, original=visit, rows=rows)
