"""A new session in seven questions: a draft that reads well, and then another one like it.

Whatever else there is to say stands in the session's form; what the visit, the hub and the session before say is
taken from there.
"""

import datetime as dt
import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.base.pages import RowPages
from bookings.admin.session.session_form import OTHER_YEAR
from bookings.public.session_page import WITH_A_LESSON
from hubs.admin.typed import TimeField
from hubs.models import HostSchool, Lesson, ShowcaseSession
from hubs.staff import scope
from hubs.vocabulary.dates import days_between
from hubs.vocabulary.ids import AN_ID
from hubs.vocabulary.longest import not_kept
from hubs.vocabulary.references import session_ref_of
from hubs.vocabulary.school_days import academic_year
from hubs.vocabulary.typed_answers import read_days, read_suits, read_taught

AND_ANOTHER = "_another"
KEPT = ("kind", "starts", "ends", "taught", "places", "suits")  # from one session to another on another day
MOST_LESSONS_SAID = _("Write at most four lessons.")
# Which question a mistake belongs to that the session's own form finds.
ASKED_AS = {
    "host_school": "visit",
    "starts_at": "starts",
    "ends_at": "ends",
    "first_day": "day",
    "last_day": "day",
    "capacity": "places",
    "suits_years": "suits",
    "suits_roles": "suits",
}


class Visits(forms.ModelChoiceField):  # type: ignore[type-arg]  # no subscript when it runs
    """A host school's visit, said by its school and its days."""

    def label_from_instance(self, visit: Any) -> str:
        school = visit.school.name if visit.school else _now("School to be announced")
        year = visit.hub_year.exchange.academic_year
        days = days_between(visit.first_day, visit.last_day) if visit.first_day else year
        return f"{school}, {days} ({visit.hub_year.name})"


class NewSessionForm(forms.Form):
    """Seven questions. The key makes pressing twice one set of drafts."""

    use_required_attribute = False
    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    visit = Visits(
        HostSchool.objects.none(),
        label=_("Which visit?"),
        empty_label=None,
        help_text=_("Brings the school, its visiting teachers, and what the last session there said of the place."),
        error_messages={"required": _("Choose the visit that it belongs to.")},
    )
    kind = forms.ChoiceField(
        label=_("What is it?"),
        choices=[one for one in ShowcaseSession.Kind.choices if one[0] != ShowcaseSession.Kind.MEETING],
        widget=forms.RadioSelect,
        initial="showcase",
    )
    day = forms.CharField(
        label=_("Which day?"),
        required=False,
        max_length=not_kept(300),
        help_text=_(
            "22 Jan, 22/1 or Friday 22 January. “January” or “14 to 25 January” is enough to announce it. "
            "Several days, with commas between them, make a session each."
        ),
    )
    starts = TimeField(label=_("Starts"), required=False)
    ends = TimeField(label=_("Ends"), required=False)
    taught = forms.CharField(
        label=_("Which class is taught?"),
        required=False,
        max_length=not_kept(300),
        help_text=_("Year 6, KS1 or Reception. With a topic: “Year 5: area”. Several lessons: “Year 5: area; Year 2”."),
    )
    places = forms.IntegerField(
        label=_("How many places?"), required=False, min_value=0, max_value=10_000, help_text=_("Empty: not known yet.")
    )
    suits = forms.CharField(
        label=_("Who does it suit?"),
        required=False,
        max_length=not_kept(300),
        help_text=_("Years, key stages and roles: “Year 6, KS3, maths leads”. Empty: the class that is taught."),
    )

    def __init__(self, *args: Any, visits: Any, **kwargs: Any) -> None:
        super().__init__(*args, **({"label_suffix": ""} | kwargs))
        self.fields["visit"].queryset = visits  # type: ignore[attr-defined]  # of a field of rows

    def clean_taught(self) -> Any:
        lessons = read_taught(self.cleaned_data["taught"])
        if len(lessons) > 4:
            raise ValidationError(MOST_LESSONS_SAID)
        for one in lessons:
            Lesson._meta.get_field("topic").run_validators(one.topic)
        return lessons

    def clean_suits(self) -> Any:
        return read_suits(self.cleaned_data["suits"])

    def clean(self) -> dict[str, Any]:
        """The days are read in the academic year of the visit."""
        super().clean()
        data = self.cleaned_data
        visit = data.get("visit")
        if visit and "day" in data:
            try:
                data["days"] = read_days(data["day"], year=visit.hub_year.exchange.year) or [None]
            except ValidationError as error:
                self.add_error("day", error)
        if data.get("starts") and not data.get("ends"):
            self.add_error("ends", _now("Enter when it ends."))
        if data.get("ends") and not data.get("starts") and "starts" not in self.errors:
            self.add_error("starts", _now("Enter when it starts."))
        if data.get("starts") and any(days is None or days[0] != days[1] for days in data.get("days", [])):
            self.add_error("day", _now("Times need one day. Write the day, or leave the times empty."))
        return data

    def as_session(self, days: tuple[dt.date, dt.date] | None) -> dict[str, Any]:
        """What the session's own form is sent for one of the days."""
        data = self.cleaned_data
        years, roles = data["suits"]
        for lesson in data["taught"] if not (years or roles) else []:
            years |= lesson.years
        sent: dict[str, Any] = {
            "hub_year": data["visit"].hub_year_id,
            "host_school": data["visit"].pk,
            "kind": data["kind"],
            "visibility": "public",
            "who_may_book": "everyone",
            "capacity": data["places"] or "",
            "suits_years": [str(int(one)) for one in years.parts()],
            "suits_roles": [str(int(one)) for one in roles.parts()],
        }
        if days and data["starts"]:
            return sent | {"starts_at_0": days[0].isoformat(), "starts_at_1": data["starts"], "ends_at": data["ends"]}
        return sent | ({"first_day": days[0].isoformat(), "last_day": days[1].isoformat()} if days else {})


class NewSessionPages(RowPages):
    """The page of seven questions. It is about no row yet."""

    def urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.new_view)
        return [path("new/", view, name=self.model_admin.url_name("new"))]

    def new_view(self, request: HttpRequest) -> HttpResponse:
        """Asks, makes the drafts, and leads to the one or asks for another."""
        if not self.model_admin.has_add_permission(request):
            raise PermissionDenied
        visits = self._visits(request)
        form = NewSessionForm(request.POST or None, visits=visits, initial=self._initial(request, visits))
        if request.method == "POST" and form.is_valid():
            made = self._make(request, form)
            if made and AND_ANOTHER in request.POST:
                return self._another(form)
            if made:
                return self._lead_to(made)
        return self._page(request, form)

    def _visits(self, request: HttpRequest) -> Any:
        """The visits of somebody's hubs in academic years that are not over, the first to come first."""
        this = academic_year(timezone.localdate())
        of_years = HostSchool.objects.filter(hub_year__exchange__year__gte=this)
        named = of_years.select_related("school", "hub_year__exchange", "hub_year__hub")
        return scope.choices(request.user, named.order_by("hub_year__exchange__year", "pk"), of=ShowcaseSession)

    def _initial(self, request: HttpRequest, visits: Any) -> dict[str, Any]:
        wanted = request.GET.get("host_school", "")
        visit = (visits.filter(pk=wanted).first() if AN_ID.fullmatch(wanted) else None) or visits.first()
        kept = {name: request.GET[name] for name in KEPT if name in request.GET}
        return kept | ({"visit": visit.pk} if visit else {})

    def _make(self, request: HttpRequest, form: NewSessionForm) -> list[ShowcaseSession]:
        """All the drafts or none; what they cannot be is said beside the question. The same key makes nothing twice."""
        key, days = form.cleaned_data["key"], form.cleaned_data["days"]
        refs = [session_ref_of(key, n) for n in range(len(days))]
        if there := list(ShowcaseSession.objects.filter(ref__in=refs).with_names()):
            return there
        made = []
        try:
            with transaction.atomic():
                for ref, one in zip(refs, days, strict=True):
                    session = self._one(request, form, ref, one)
                    if session is None:
                        transaction.set_rollback(True)
                        return []
                    made.append(session)
        except IntegrityError:  # the other press of two at once has made them since
            if there := list(ShowcaseSession.objects.filter(ref__in=refs).with_names()):
                return there
            raise
        what = "; ".join(f"{one}, {days_between(one.first_day, one.last_day)}" for one in made)
        text = ngettext("Made, as a draft: %(what)s", "Made, as drafts: %(what)s", len(made))
        self.message(request, text % {"what": what})
        return made

    def _one(self, request: HttpRequest, form: NewSessionForm, ref: str, days: Any) -> ShowcaseSession | None:
        """One draft, by the session's own form, so that its rules and what it fills in hold here."""
        of_session: Any = self.model_admin.get_form(request, None)
        session_form = of_session(form.as_session(days), instance=ShowcaseSession(ref=ref))
        if not session_form.is_valid():
            for name, errors in session_form.errors.as_data().items():
                for error in errors:
                    asked = "day" if error.code == OTHER_YEAR else ASKED_AS.get(name, name)
                    form.add_error(asked if asked in form.fields else None, error)
            return None
        session: ShowcaseSession = session_form.save(commit=False)
        self.model_admin.save_model(request, session, session_form, change=False)
        session_form.save_m2m()
        self._lessons(session, form)
        self.model_admin.log_addition(request, session, [{"added": {}}])
        return session

    def _lessons(self, session: ShowcaseSession, form: NewSessionForm) -> None:
        """The lessons that were named; where none was, one by the visiting teachers, if it is that kind of session."""
        teachers = list(session.host_school.visiting_teachers.all()) if session.host_school else []
        said = form.cleaned_data["taught"]
        for position, one in enumerate(said, start=1):
            lesson = Lesson.objects.create(session=session, position=position, years=one.years, topic=one.topic)
            if session.kind in WITH_A_LESSON:
                lesson.visiting_teachers.set(teachers)

    def _another(self, form: NewSessionForm) -> HttpResponse:
        """The same questions with the same answers, but for the day."""
        kept = {name: form.data.get(name, "") for name in KEPT} | {"host_school": form.cleaned_data["visit"].pk}
        return HttpResponseRedirect(f"{reverse('admin:hubs_showcasesession_new')}?{urlencode(kept)}#id_day")

    def _lead_to(self, made: list[ShowcaseSession]) -> HttpResponse:
        if len(made) == 1:
            return HttpResponseRedirect(self.url_of(made[0].pk))
        drafts = reverse("admin:hubs_showcasesession_changelist") + "?places__status__exact=draft"
        return HttpResponseRedirect(drafts)

    def _page(self, request: HttpRequest, form: NewSessionForm) -> HttpResponse:
        context = self.admin_site.each_context(request) | {
            "title": _now("And another on…") if "taught" in request.GET else _now("New session"),
            "form": form,
            "opts": self.model_admin.opts,
            "has_visits": form.fields["visit"].queryset.exists(),  # type: ignore[attr-defined]  # of a field of rows
            "error_words": _now("There is a problem") if form.errors else "",
        }
        status = 422 if form.errors else 200
        return TemplateResponse(request, "admin/new_session.html", context, status=status)
