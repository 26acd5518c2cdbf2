"""What a school says to an invitation to a group: who comes, and who its head is."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.fields import Address, FullName, StepForm
from bookings.models import Invitation
from bookings.rule.invited import Named, Sends
from hubs.vocabulary.email_address import email_key

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class SendsForm(StepForm):
    """Who answers, a block for each teacher whom the group takes of a school, and the head.

    The first block begins with whoever was asked: mostly they come. All but the first may be named later.
    """

    name = FullName(
        label=_("Your full name"),
        empty=_("Enter your full name"),
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    head_name = FullName(
        label=_("Head teacher’s full name"),
        empty=_("Enter the head teacher’s full name"),
        widget=forms.TextInput(attrs=PLAIN),
    )
    head_email = Address(
        label=_("Head teacher’s email address"),
        help_text=_("We send them a button to say yes or no."),
        empty=_("Enter the head teacher’s email address"),
        widget=forms.EmailInput(attrs=PLAIN),
    )

    def __init__(self, sent: QueryDict | None = None, *, invitation: Invitation) -> None:
        known = list(invitation.teachers.all())
        initial: dict[str, Any] = {
            "name": invitation.asked_name,
            "head_name": invitation.head_name,
            "head_email": invitation.head_email,
        }
        if not known:
            role = invitation.interest.role if invitation.interest else ""
            initial |= {"name_1": invitation.asked_name, "email_1": invitation.asked_email, "lead_1": role == "lead"}
        for n, one in enumerate(known, start=1):
            initial |= {f"name_{n}": one.full_name, f"email_{n}": one.email, f"lead_{n}": one.is_lead}
        super().__init__(sent, initial=initial)
        self.numbers = range(1, max(invitation.group.teachers_each, len(known)) + 1)
        for n in self.numbers:
            self.fields[f"name_{n}"] = FullName(
                label=_("Full name") if n == 1 else _("Full name (empty: named later)"),
                empty=_("Enter the full name of at least one teacher") if n == 1 else None,
                widget=forms.TextInput(attrs=PLAIN),
            )
            self.fields[f"email_{n}"] = Address(
                label=_("Email address (optional)"),
                help_text=_("They get the dates and a calendar entry for each."),
                widget=forms.EmailInput(attrs=PLAIN),
            )
            self.fields[f"lead_{n}"] = forms.BooleanField(label=_("Leads maths in the school"), required=False)

    def blocks(self) -> list[dict[str, Any]]:
        """The fields of each teacher."""
        return [{"n": n, "fields": [self[f"{name}_{n}"] for name in ("name", "email", "lead")]} for n in self.numbers]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        seen: set[str] = set()
        for n in self.numbers:
            key = email_key(said.get(f"email_{n}") or "")
            if key and key in seen:
                self.add_error(f"email_{n}", _now("Enter a different address: this one is already given above"))
            seen.add(key)
            if key and not said.get(f"name_{n}") and f"name_{n}" not in self.errors:
                self.add_error(f"name_{n}", _now("Enter the full name of whoever has this address"))
        return said

    def sends(self) -> Sends:
        """What was said. Only after is_valid()."""
        said = self.cleaned_data
        teachers = [Named(said[f"name_{n}"], said[f"email_{n}"], is_lead=said[f"lead_{n}"]) for n in self.numbers]
        return Sends(said["name"], said["head_name"], said["head_email"], teachers)
