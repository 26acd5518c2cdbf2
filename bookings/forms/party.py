"""One person by name: a colleague who is added, or who takes a place over."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Address, FullName, Needs, StepForm, needs_of_colleague
from hubs.models import ShowcaseSession


class ColleagueForm(StepForm):
    """A colleague to be added. The key makes a second press add nobody."""

    key = forms.UUIDField(widget=forms.HiddenInput, error_messages={"required": _("Open the page again")})
    name = FullName(
        label=_("Their full name"),
        empty=_("Enter their full name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = Address(
        label=_("Their email address (optional)"),
        help_text=_("We tell them about their place"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    needs = Needs(label=_("Access or dietary needs (optional)"))

    def __init__(self, data: Any = None, *, session: ShowcaseSession, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["needs"].help_text = needs_of_colleague(session)


class TakerForm(StepForm):
    """Who takes a place over."""

    name = FullName(
        label=_("Their full name"),
        empty=_("Enter their full name"),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    email = Address(
        label=_("Their email address"),
        help_text=_("We send them a link of their own"),
        empty=_("Enter their email address"),
        widget=forms.EmailInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
