"""The code of a list of schools, for those who are not on it."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Line, StepForm
from bookings.rule.fair_share import opens_with
from hubs.models import ShowcaseSession
from hubs.vocabulary.longest import not_kept


class CodeForm(StepForm):
    """Do you have a code? Compared without case and spaces; where `too_many` have been tried, no longer compared."""

    code = Line(
        label=_("Do you have a code?"),
        help_text=_("The hub gives it to schools that are not in the list"),
        empty=_("Enter the code that the hub gave you"),
        max_length=not_kept(200),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )

    def __init__(self, data: Any = None, *, session: ShowcaseSession, too_many: bool = False) -> None:
        super().__init__(data)
        self.session, self.too_many = session, too_many

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"]
        if self.too_many:
            raise forms.ValidationError(_now("Ask the hub for the code: too many have been tried here"))
        if not opens_with(self.session, code):
            raise forms.ValidationError(_now("Enter the code as the hub gave it to you: this one does not work"))
        kept = self.session.only_list
        return kept.code if kept else ""  # as the hub wrote it, which fits its column
