"""Changing names and details of a booking."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import ROLES, Address, Line, Mobile, StepForm
from bookings.models import Booking
from bookings.rule.party import NewVisitor
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.teaching import Roles


class ChangeForm(StepForm):
    """Names and details of a booking, by the contact's link; an address once given is changed by handing over."""

    name = Line(
        label=_("Your full name"),
        empty=_("Enter your full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    mobile = Mobile(
        label=_("Your mobile number (optional)"),
        help_text=_("Only used if something changes on the day"),
        max_length=30,
    )

    def __init__(self, data: Any = None, *, booking: Booking) -> None:
        self.visitors = list(booking.visitors.coming())
        initial = {"name": booking.contact_name, "mobile": booking.contact_mobile}
        super().__init__(data, initial=initial)
        self.contact_key = booking.email_key or ""
        for visitor in self.visitors:
            self._add(visitor)

    def _add(self, visitor: Any) -> None:
        key = visitor.position
        if not visitor.is_contact:
            self.fields[f"name_{key}"] = Line(label=_("Full name"), initial=visitor.full_name)
            if not visitor.email:
                self.fields[f"email_{key}"] = Address(
                    label=_("Email address (optional)"), help_text=_("We tell them about their place")
                )
        self.fields[f"role_{key}"] = forms.ChoiceField(
            label=_("Role (optional)"), choices=ROLES, required=False, initial=int(visitor.role) or ""
        )
        if visitor.is_contact:
            self.fields[f"needs_{key}"] = Line(
                label=_("Access or dietary needs (optional)"), max_length=300, initial=visitor.needs
            )

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each visitor."""
        return [
            {
                "visitor": visitor,
                "fields": [self[name] for name in self.fields if name.endswith(f"_{visitor.position}")],
            }
            for visitor in self.visitors
        ]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        seen = {self.contact_key} | {visitor.email_key for visitor in self.visitors if visitor.email_key}
        for visitor in self.visitors:
            name = f"name_{visitor.position}"
            if visitor.full_name and name in said and not said[name]:
                self.add_error(name, _now("Enter their full name"))
            address = f"email_{visitor.position}"
            key = email_key(said.get(address) or "")
            if key and not said.get(name):
                self.add_error(name, _now("Enter their full name"))
            if key and key in seen:
                self.add_error(address, _now("Enter a different address: this one is already in this booking"))
            seen.add(key)
        return said

    def details(self) -> dict[int, NewVisitor]:
        """New details by visitor id. Only after is_valid()."""
        return {visitor.pk: self._details(visitor) for visitor in self.visitors}

    def _details(self, visitor: Any) -> NewVisitor:
        said, key = self.cleaned_data, visitor.position
        return NewVisitor(
            full_name=said["name"] if visitor.is_contact else said[f"name_{key}"],
            email=said.get(f"email_{key}", ""),
            role=Roles(int(said[f"role_{key}"] or 0)),
            years=visitor.years,
            needs=said.get(f"needs_{key}", visitor.needs),
            seen_before=visitor.seen_before,
        )
