"""How a party would wait: together, or with fewer if that is what comes free."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.forms.fields import StepForm


class WaitForm(StepForm):
    """Asked of a party of two or more: one visitor can only wait."""

    def __init__(self, data: Any = None, *, size: int, left: int = 0) -> None:
        super().__init__(data)
        self.size = size
        if size > 1:
            self.fields["fewer"] = forms.ChoiceField(
                label=_("How would you wait?"),
                choices=[("yes", _some(size, left)), ("no", _all(size))],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Say how you would wait"),
                    "invalid_choice": _("Choose one of these"),
                },
            )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        return {"fewer": said.get("fewer") == "yes"}


def _some(size: int, left: int) -> str:
    """ "Book 1 now and wait for 2", or what is meant where nothing is left."""
    if 0 < left < size:
        booked = ngettext("Book %(n)d place now", "Book %(n)d places now", left) % {"n": left}
        return ngettext("%(booked)s and wait for %(n)d more", "%(booked)s and wait for %(n)d more", size - left) % {
            "booked": booked,
            "n": size - left,
        }
    return str(_("Take fewer if fewer come free, and wait for the rest"))


def _all(size: int) -> str:
    return ngettext("Wait for %(n)d place", "Wait for %(n)d together", size) % {"n": size}
