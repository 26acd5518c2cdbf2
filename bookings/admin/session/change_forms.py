"""The forms by which staff cancel, postpone, reinstate and move sessions, and substitute teachers and topics."""

import uuid
from typing import Any, ClassVar

from django import forms
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.sessions import SessionsField
from bookings.models import SessionChange
from bookings.models.change import LONGEST_MESSAGE, MOST_INSTEAD
from bookings.sessions.changes import News
from bookings.sessions.moving import OF_THE_PLACE, WHEN_AND_WHERE, Plan, Teaching
from bookings.states import SessionStatus, Standing, Verb
from hubs.admin.choosing import RowsField, use_autocomplete
from hubs.admin.typed import DateTimeField, OneDay, OnTheDayField
from hubs.models import Lesson, MasterySpecialist, School, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.longest import longest

LONDON = _("London time.")
# What the message says already where the session is today or tomorrow, so that Next and Send are enough.
IN_A_HURRY: dict[Verb, Any] = {
    Verb.CANCEL_SESSION: _("We are sorry to tell you so late: this session cannot take place. Please do not set out."),
    Verb.POSTPONE: _(
        "We are sorry to tell you so late: this session cannot take place on this day. Please do not set out. "
        "We will write to you as soon as there is a new date."
    ),
}


class NewsForm(forms.Form):
    """What the hub says of a change. The key makes pressing twice one change."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)
    message = forms.CharField(
        label=_("Message"),
        required=False,
        max_length=LONGEST_MESSAGE,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_(
            "In the hub's own words, at the top of the email and on the session's page. Up to 1,000 characters."
        ),
        error_messages={"max_length": _("Write 1,000 characters or fewer.")},
    )

    def __init__(self, *args: Any, admin_site: AdminSite, of: ShowcaseSession | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.admin_site = admin_site
        self.of = of  # the one session that the news is of, if it is of one

    def choose(self, name: str, model: Any, relation: str, queryset: Any, *, several: bool = False) -> None:
        """Let a field be chosen as the admin's forms let it be, by typing a part of the name."""
        use_autocomplete(self, name, model._meta.get_field(relation), queryset, site=self.admin_site, several=several)

    def news(self) -> News:
        data = self.cleaned_data
        return News(data["message"], list(data.get("instead", [])), data["key"])


class TakeOffForm(NewsForm):
    """Cancel or postpone: a message, and sessions to go to instead."""

    instead = SessionsField(
        ShowcaseSession.objects.none(),
        label=_("Offer instead"),
        required=False,
        help_text=_("Up to three sessions of any hub. Each is shown only while it can be booked."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        open_ones = ShowcaseSession.objects.filter(places__status=SessionStatus.OPEN)
        choices = open_ones.public().with_names()
        self.choose("instead", SessionChange, "instead", choices, several=True)
        self.fields["instead"].error_messages["invalid_choice"] = _("Choose sessions that can be booked now.")

    def clean_instead(self) -> list[ShowcaseSession]:
        chosen = list(self.cleaned_data["instead"].select_related("places"))
        if len(chosen) > MOST_INSTEAD:
            raise ValidationError(_now("Choose three sessions or fewer."))
        now = timezone.now()
        for session in chosen:
            if session == self.of:
                raise ValidationError(_now("Offer sessions that take place."))
            if session.places.standing(now=now) != Standing.OPEN:
                raise ValidationError(_now("%(session)s cannot be booked now.") % {"session": session})
        return chosen


class MoveForm(OneDay, NewsForm):
    """Other times, another place with what is true of it, another number of places."""

    field_order = [*WHEN_AND_WHERE, "capacity", *OF_THE_PLACE, "message"]
    fieldsets: ClassVar[list[tuple[Any, dict[str, Any]]]] = [
        (None, {"fields": [*WHEN_AND_WHERE, "capacity"]}),
        (
            _("What is true of the new place"),
            {
                "fields": OF_THE_PLACE,
                "description": _(
                    "At another place, what you leave empty here is emptied. At the same place it stays as it is."
                ),
            },
        ),
        (_("What you say"), {"fields": ["message"]}),
    ]
    starts_at = DateTimeField(label=_("Starts"), help_text=LONDON)
    ends_at = OnTheDayField(label=_("Ends"), help_text=_("The same day."))
    arrival_at = OnTheDayField(label=_("Arrival from"), required=False)
    venue = forms.ModelChoiceField(
        School.objects.all(),
        label=_("At the school"),
        required=False,
        help_text=_("Empty: the host school, or the place named below."),
    )
    place_name = forms.CharField(
        label=_("Place"),
        required=False,
        max_length=longest(ShowcaseSession, "place_name"),
        help_text=_("Where it is no school."),
    )
    place_address = forms.CharField(
        label=_("Address"), required=False, max_length=longest(ShowcaseSession, "place_address")
    )
    place_town = forms.CharField(label=_("Town"), required=False, max_length=longest(ShowcaseSession, "place_town"))
    place_postcode = forms.CharField(
        label=_("Postcode"), required=False, max_length=longest(ShowcaseSession, "place_postcode")
    )
    capacity = forms.IntegerField(label=_("Places there"), min_value=0, max_value=10_000)

    def __init__(self, *args: Any, session: ShowcaseSession, **kwargs: Any) -> None:
        now = {name: getattr(session, name) for name in WHEN_AND_WHERE}
        super().__init__(*args, initial={"capacity": session.places.capacity, "key": uuid.uuid4()} | now, **kwargs)
        self.choose("venue", ShowcaseSession, "venue", School.objects.all())
        self.fields.update(forms.fields_for_model(ShowcaseSession, OF_THE_PLACE))
        self.order_fields(self.field_order)

    def plan(self) -> Plan:
        data = self.cleaned_data
        there = {name: data[name] for name in OF_THE_PLACE if data[name]}
        return Plan(**{name: data[name] for name in (*WHEN_AND_WHERE, "capacity")}, there=there)


class SubstituteForm(NewsForm):
    """Another topic or other teachers of one lesson."""

    field_order = ["topic", "visiting_teachers", "specialists", "other_teacher", "message"]
    topic = forms.CharField(label=_("Topic"), required=False, max_length=longest(Lesson, "topic"))
    visiting_teachers = RowsField(VisitingTeacher.objects.all(), label=_("Visiting teachers"), required=False)
    specialists = RowsField(MasterySpecialist.objects.all(), label=_("Mastery specialists"), required=False)
    other_teacher = forms.CharField(
        label=_("Another teacher"), required=False, max_length=longest(Lesson, "other_teacher")
    )

    def __init__(self, *args: Any, lesson: Lesson, **kwargs: Any) -> None:
        now = {"topic": lesson.topic, "other_teacher": lesson.other_teacher, "key": uuid.uuid4()}
        people: dict[str, Any] = {"visiting_teachers": VisitingTeacher, "specialists": MasterySpecialist}
        now |= {name: list(getattr(lesson, name).values_list("pk", flat=True)) for name in people}
        super().__init__(*args, initial=now, **kwargs)
        for name, model in people.items():
            of_the_hub = model.objects.filter(hub_year__hub=lesson.session.hub_year.hub_id)
            self.choose(name, Lesson, name, of_the_hub, several=True)

    def teaching(self) -> Teaching:
        data = self.cleaned_data
        return Teaching(
            data["topic"], list(data["visiting_teachers"]), list(data["specialists"]), data["other_teacher"]
        )


class WideForm(TakeOffForm):
    """The sessions of a visit or an exchange that are to be cancelled, postponed or reinstated."""

    field_order = ["sessions", "message", "instead"]
    sessions = SessionsField(
        ShowcaseSession.objects.none(),
        label=_("Sessions"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one session.")},
    )

    def __init__(self, *args: Any, sessions: Any, offers: bool, message: str = "", **kwargs: Any) -> None:
        first = {"sessions": list(sessions), "key": uuid.uuid4(), "message": message}
        super().__init__(*args, initial=first, **kwargs)
        field: Any = self.fields["sessions"]
        field.queryset = sessions
        if not offers:
            del self.fields["instead"]

    def clean(self) -> dict[str, Any]:
        super().clean()
        data = self.cleaned_data
        if set(data.get("instead", [])) & set(data.get("sessions", [])):
            self.add_error("instead", _now("Offer sessions that take place."))
        return data
