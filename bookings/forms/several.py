"""Which of several bookings are meant."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import StepForm


class SeveralForm(StepForm):
    """Boxes to tick, one a booking."""

    def __init__(self, data: Any = None, *, choices: list[tuple[str, str]]) -> None:
        super().__init__(data)
        self.fields["bookings"] = forms.MultipleChoiceField(
            label=_("Which are yours?"),
            choices=choices,
            widget=forms.CheckboxSelectMultiple,
            error_messages={"required": _("Tick what you asked for"), "invalid_choice": _("Choose from this list")},
        )
