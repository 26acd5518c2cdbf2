"""Which school a party comes from: type, pick from what matches, or say where else."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Line, StepForm
from bookings.models import Booking, SchoolKind
from hubs.models import School
from hubs.vocabulary.longest import longest, not_kept
from hubs.vocabulary.postcodes import tidy_postcode


class SchoolSearchForm(StepForm):
    """Which school: name, town, postcode or URN."""

    school = Line(
        label=_("Your school"),
        help_text=_("Its name, town, postcode or URN"),
        empty=_("Enter your school’s name, town, postcode or URN"),
        max_length=not_kept(100),
        widget=forms.TextInput(attrs={"autocomplete": "organization", "spellcheck": "false"}),
    )


class SchoolPickForm(StepForm):
    """One of the schools found."""

    urn = forms.ChoiceField(label=_("Which is yours?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, schools: list[School], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["urn"]
        field.choices = [(str(school.urn), str(school)) for school in schools]  # type: ignore[attr-defined]
        field.error_messages = {
            "required": _("Choose your school"),
            "invalid_choice": _("Choose your school"),
        }


class OtherSchoolForm(StepForm):
    """A school that is not in the register, another body, or none."""

    kind = forms.ChoiceField(
        label=_("Where do you work?"),
        choices=[choice for choice in SchoolKind.choices if choice[0] != SchoolKind.REGISTER],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where you work")},
    )
    name = Line(
        label=_("Its name"),
        help_text=_("Leave this empty if you have no school just now"),
        max_length=longest(Booking, "school_name", at_most=150),
    )
    place = Line(label=_("Its postcode or town"), max_length=longest(Booking, "school_place", at_most=80))

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") and said["kind"] != SchoolKind.NONE:
            if not said.get("name") and "name" not in self.errors:
                self.add_error("name", _now("Enter the name of your school or organisation"))
            if not said.get("place") and "place" not in self.errors:
                self.add_error("place", _now("Enter its postcode or town"))
        if said.get("kind") == SchoolKind.STATE and said.get("place"):
            self._check_postcode(said)
        return said

    def _check_postcode(self, said: dict[str, Any]) -> None:
        """Colleagues of a new school meet in its share, whoever of them types: by its postcode, written one way."""
        if postcode := tidy_postcode(said["place"]):
            said["place"] = postcode
        else:
            self.add_error(
                "place",
                _now("Enter its postcode, like ME16 8TL, so that everyone from your school is counted together"),
            )
