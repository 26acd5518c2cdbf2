"""Whoever stands at the door: a name and a school are enough."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Address, FullName, Line, Why
from bookings.models import Booking, SchoolKind
from bookings.rule.party import NewVisitor, Party, VisitingSchool
from hubs.models import School
from hubs.schools.search import schools_found
from hubs.vocabulary.longest import longest
from hubs.vocabulary.school_words import searchable

MOST_SCHOOLS = 8
AS_TYPED = "typed"
LONGEST_SCHOOL = longest(Booking, "school_name", at_most=150)
MOST_PLACES = 10_000  # as in the form that sets them


class WalkInForm(forms.Form):
    """Somebody without a booking. A school that is not clear from its words is asked for once more."""

    use_required_attribute = False

    request_key = forms.UUIDField(widget=forms.HiddenInput)
    name = FullName(label=_("Full name"), empty=_("Enter their full name"))
    school = Line(
        label=_("School"),
        help_text=_("Its name, town, postcode or URN. Empty: no school just now."),
        max_length=LONGEST_SCHOOL,
    )
    which = forms.ChoiceField(label=_("Which school?"), required=False, widget=forms.RadioSelect)
    email = Address(label=_("Email address (optional)"), help_text=_("Then they get the materials after the session."))
    why = Why(label=_("Reason"), help_text=_("Kept in the history. No names."))
    raise_to = forms.IntegerField(required=False, min_value=1, max_value=MOST_PLACES, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.found: list[School] = []
        self.offered = 0  # so many places would let them in
        typed = str(self.data.get("school", ""))[:LONGEST_SCHOOL] if self.is_bound else ""
        if typed:
            self.found = list(schools_found(typed)[:MOST_SCHOOLS])
        field: Any = self.fields["which"]
        field.choices = [(str(school.urn), str(school)) for school in self.found]
        field.choices += [(AS_TYPED, _now("None of these: “%(typed)s” as it is written") % {"typed": typed})]
        field.error_messages["invalid_choice"] = _now("Choose the school")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("school") and not said.get("which") and "which" not in self.errors and not self._is_clear():
            self.add_error("which", _now("Choose the school"))
        return said

    def _is_clear(self) -> bool:
        """Whether only one school can be meant: nothing is found, or one is that is called just so."""
        if not self.found:
            return True
        only, typed = self.found[0], searchable(self.cleaned_data["school"])
        return len(self.found) == 1 and typed in (searchable(only.name), str(only.urn))

    def _school(self) -> VisitingSchool:
        said = self.cleaned_data
        if not said["school"]:
            return VisitingSchool(kind=SchoolKind.NONE)
        which = said["which"] or (str(self.found[0].urn) if self.found else AS_TYPED)
        if which == AS_TYPED:
            return VisitingSchool(kind=SchoolKind.INDEPENDENT, name=said["school"])
        return VisitingSchool(school=next(school for school in self.found if str(school.urn) == which))

    def ask_why(self, *, raising: int | None) -> None:
        """Ask for a reason: for a larger room, or for a school that would have more than its share."""
        self.offered = raising or 0
        over = _now("The school would have more than its share: say why.")
        self.add_error("why", _now("Say why the room can hold more.") if raising else over)

    def party(self) -> Party:
        """One visitor, who is the contact."""
        said = self.cleaned_data
        return Party(
            contact_name=said["name"],
            contact_email=said["email"],
            school=self._school(),
            visitors=(NewVisitor(),),
            request_key=said["request_key"],
        )


class NameForm(forms.Form):
    """The name of somebody who was to be named, as they stand there; before the day (not `live`) nobody has arrived."""

    use_required_attribute = False

    name = FullName(label=_("Full name"), empty=_("Enter their full name"))
    arrived = forms.BooleanField(label=_("Has arrived"), required=False, initial=True)

    def __init__(self, *args: Any, live: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        if not live:
            del self.fields["arrived"]
