"""The form of a session, and the lists in it: lessons, programme, readings and materials."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.forms.models import construct_instance
from django.http import HttpRequest
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.session.inherited import SAID_ANEW, inherited
from bookings.models import Booking, Places
from bookings.sessions.moving import OF_THE_PLACE
from bookings.states import SessionStatus
from hubs.admin.bases import HTTPS, StackedInline, TabularInline
from hubs.admin.meanwhile import InlineFormSet, ModelForm
from hubs.admin.typed import OneDay, OnTheDayField, PenceField
from hubs.models import HostSchool, HubYear, Lesson, ProgrammeSegment, Resource, ShowcaseSession
from hubs.models.calendar import calendar_of_hub
from hubs.models.lesson import MOST_LESSONS
from hubs.staff import scope
from hubs.vocabulary import access

FILLED_IN = ["closes_at", "waiting_closes_at", "release_at", "share_until"]
LONDON = _("Times are London time.")
# What people with a booking go by: when and where.
TOLD = ["starts_at", "ends_at", "arrival_at", "where_name", "place_address", "where_town", "where_postcode"]
OTHER_YEAR = "other_year"  # the code of a day that is not in the academic year
NAMES_OF_TEACHERS = ("visiting_teachers", "specialists", "other_teacher")
WHEN_EMPTY = _("Empty: worked out from the start when you save.")


class SessionForm(OneDay, ModelForm):
    """What staff say of a session. Verbs write whether it is open and how many places it has; a new one is made with
    its places."""

    capacity = forms.IntegerField(
        label=_("Places"), min_value=0, max_value=10_000, required=False, help_text=_("Empty: not known yet.")
    )
    held_back = forms.IntegerField(
        label=_("Held back"),
        min_value=0,
        max_value=10_000,
        required=False,
        help_text=_("Of these, kept for guests and the host's own staff until they come free."),
    )
    ends_at = OnTheDayField(label=_("Ends"), required=False, help_text=_("The same day."))
    arrival_at = OnTheDayField(
        label=_("Arrival from"), required=False, help_text=_("When people may come in. Empty: not said.")
    )
    cost_pence = PenceField(label=_("Cost for each visitor"))
    absence_charge_pence = PenceField(label=_("Charge for not coming"))
    # What was filled in from the last session at the same host school, by its label.
    filled_in: list[str]

    class Meta:
        help_texts = dict.fromkeys(FILLED_IN, WHEN_EMPTY) | {
            "starts_at": LONDON,
            "opens_at": _("Empty: as soon as you open booking."),
            "open_to_everyone_at": _("Empty: never."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filled_in = []
        self._offer_what_fits_a_group()
        if self.instance._state.adding and "share" in self.fields:
            self.fields["share"].help_text = _("Empty: as the hub has it. For no limit, save, then empty it.")
        if self.instance.pk:
            last = last_time(self.instance.hub_year, self.instance.host_school, but=self.instance.pk)
            for name, words in inherited(self.instance, last).items():
                if name in self.fields:
                    self.fields[name].help_text = words

    def _offer_what_fits_a_group(self) -> None:
        """A meeting stays one, and on no public list; what is none is made one on the page of a group alone."""
        meeting, public = str(ShowcaseSession.Kind.MEETING), str(ShowcaseSession.Visibility.PUBLIC)
        of_group = self.instance.group_id is not None
        kinds = {kind for kind in ShowcaseSession.Kind.values if (kind == meeting) is of_group}
        seen = set(ShowcaseSession.Visibility.values) - ({public} if of_group else set())
        for name, may_be in (("kind", kinds), ("visibility", seen)):
            if name in self.fields:
                field: Any = self.fields[name]
                field.choices = [choice for choice in field.choices if choice[0] in may_be]

    def clean(self) -> dict[str, Any]:
        """Fills in what was left empty, before the rules of the database are asked."""
        super().clean()
        data = self.cleaned_data
        if self.errors:
            return data
        self.keep_to_one_day()
        self._take_the_year_of_the_visit()
        if self.errors:
            return data
        hub = data["hub_year"].hub
        if self.instance._state.adding:
            if data.get("share") is None:
                data["share"] = hub.share
                data["share_for_good"] = data.get("share_for_good") or hub.share_for_good
            self._take_from_last_time()
            self._check_places()
        session = construct_instance(self, ShowcaseSession())
        session.clean()
        session.fill_in_dates(calendar_of_hub(hub.pk))
        data |= {name: getattr(session, name) for name in FILLED_IN}
        self._check_that_everyone_is_told(session)
        self._check_days(session)
        self._check_who_may_book(session)
        self._check_that_an_open_session_stays_ready(session)
        return data

    def _take_the_year_of_the_visit(self) -> None:
        """A session is of the hub and of the academic year of its visit."""
        visit = self.cleaned_data.get("host_school")
        if visit is None or visit.hub_year_id == self.cleaned_data["hub_year"].pk:
            return
        if visit.hub_year.hub_id != self.cleaned_data["hub_year"].hub_id:
            self.add_error("host_school", _now("This visit is another hub’s."))
        else:
            self.cleaned_data["hub_year"] = visit.hub_year

    def _take_from_last_time(self) -> None:
        """A host school is as it was: what was left empty of it is filled in from its last session."""
        data = self.cleaned_data
        known = of_last_time(data["hub_year"], data.get("host_school"))
        said = {name for name, value in data.items() if value}
        for name, value in known.items():
            if value and not data.get(name) and access.beside(name) not in said:
                data[name] = value
                self.filled_in.append(str(self.fields[name].label))

    def _check_places(self) -> None:
        if (self.cleaned_data.get("held_back") or 0) > (self.cleaned_data.get("capacity") or 0):
            self.add_error("held_back", _now("There are not that many places."))

    def _check_that_everyone_is_told(self, session: ShowcaseSession) -> None:
        """Whoever has a place or waits must hear of another time or place: this form tells nobody."""
        if self.instance._state.adding:
            return
        before = ShowcaseSession.objects.with_names().get(pk=self.instance.pk)
        other = [name for name in TOLD if getattr(before, name) != getattr(session, name)]
        if other and Booking.objects.live().filter(session=before).exists():
            beside = next((name for name in other if name in self.changed_data), None)
            self.add_error(beside, _now("People have booked. Use Move: it tells everyone."))

    def _check_days(self, session: ShowcaseSession) -> None:
        """What the database's rules let pass because something in them is empty."""
        if (session.first_day is None) != (session.last_day is None):
            self.add_error(None, _now("Enter both days, the first one first."))
        if not session.is_of_its_year:
            text = _now("That day is not in the academic year %(year)s.")
            text %= {"year": session.hub_year.exchange.academic_year}
            self.add_error("starts_at" if session.starts_at else "first_day", ValidationError(text, OTHER_YEAR))

    def _check_who_may_book(self, session: ShowcaseSession) -> None:
        if session.share == 0:
            self.add_error("share", _now("Enter 1 or more, or leave it empty for no limit."))
        only_some = session.who_may_book == ShowcaseSession.WhoMayBook.AUTHORITIES
        if only_some and not self.cleaned_data["only_authorities"]:
            self.add_error("only_authorities", _now("Choose the local authorities whose schools may book."))

    def _check_that_an_open_session_stays_ready(self, session: ShowcaseSession) -> None:
        is_open = Places.objects.filter(session=self.instance.pk, status=SessionStatus.OPEN).exists()
        if is_open and not session.can_open:
            needs = _now("Booking is open, so a start, an end and a place are needed: close booking first.")
            self.add_error(None, needs)


def last_time(hub_year: HubYear, visit: HostSchool | None, *, but: int | None = None) -> ShowcaseSession | None:
    """The hub's last session at that host school, `but` for one."""
    if visit is None or visit.school_id is None:
        return None
    there = Q(venue=visit.school_id) | Q(venue=None, place_name="", host_school__school=visit.school_id)
    held = ShowcaseSession.objects.filter(there, hub_year__hub=hub_year.hub_id).exclude(pk=but or 0)
    return held.order_by(F("first_day").desc(nulls_last=True), "-pk").first()


def of_last_time(hub_year: HubYear, visit: HostSchool | None) -> dict[str, Any]:
    """What the hub's last session at that host school said of the place."""
    last = last_time(hub_year, visit)
    return {name: getattr(last, name) for name in OF_THE_PLACE if name not in SAID_ANEW} if last else {}


class OrderedFormSet(InlineFormSet):
    """Rows in an order. Whoever leaves the number empty gets the first that is free."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["position"].required = False
        if not form.instance.pk:  # type: ignore[attr-defined]  # a form of the formset's model
            form.initial["position"] = None

    def clean(self) -> None:
        super().clean()
        rows = [form for form in self.forms if form.has_changed() or form.instance.pk]
        rows = [form for form in rows if not form.cleaned_data.get("DELETE")]
        taken = {form.cleaned_data.get("position") for form in rows}
        for form in rows:
            if not form.cleaned_data.get("position"):
                form.instance.position = min(set(range(1, len(self.forms) + 1)) - taken)
                taken.add(form.instance.position)


class LessonInline(StackedInline):
    model = Lesson
    formset = OrderedFormSet
    extra = 0
    max_num = MOST_LESSONS
    autocomplete_fields = ["pupils_of", "visiting_teachers", "specialists"]
    fields = [
        ("position", "starts", "ends"),
        "years",
        ("topic", "class_note"),
        ("picture", "picture_of"),
        "watch_for",
        "visiting_teachers",
        "specialists",
        "other_teacher",
        "pupils_of",
    ]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The programme office sees what is taught and not by whom: a visiting teacher's name may not be public."""
        of_people = obj is None or scope.may_read_names(request.user, obj)
        return [field for field in self.fields if of_people or field not in NAMES_OF_TEACHERS]

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, validate_max=True, **kwargs)


class ProgrammeInline(TabularInline):
    model = ProgrammeSegment
    formset = OrderedFormSet
    extra = 0
    verbose_name_plural = _("programme")


class ResourceInline(TabularInline):
    model = Resource
    extra = 0
    # A plain file field: files have no public address, so there is nothing to link to.
    formfield_overrides = HTTPS | {models.FileField: {"widget": forms.FileInput}}
