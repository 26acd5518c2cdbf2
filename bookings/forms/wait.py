"""How a party would wait: who of it has the places that there are, or together; with fewer if fewer come free."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.forms.fields import StepForm


class WaitForm(StepForm):
    """Asked where a party of `names` lacks places: `fits` of them can have one now.

    The buttons say the deed: "some" have places now and the others wait, "all" wait together, "1" waits where there is
    nothing to book.
    """

    def __init__(self, data: Any = None, *, names: Sequence[str], fits: int) -> None:
        super().__init__(data)
        self.size, self.fits = len(names), fits
        if 0 < fits < self.size:
            self.fields["now"] = _whom(names, fits)
            self.initial["now"] = [str(n) for n in range(fits)] if fits > 1 else "0"
        elif self.size > 1 and not fits:
            self.fields["fewer"] = forms.ChoiceField(
                label=_("How would you wait?"),
                choices=[
                    ("yes", _("Take fewer if fewer come free, and wait for the rest")),
                    ("no", ngettext("Wait for %(n)d place", "Wait for %(n)d together", self.size) % {"n": self.size}),
                ],
                widget=forms.RadioSelect,
                error_messages={
                    "required": _("Say how you would wait"),
                    "invalid_choice": _("Choose one of these"),
                },
            )

    def clean(self) -> dict[str, Any]:
        said, pressed = super().clean() or {}, self.data.get("wait")
        if "now" not in self.fields:
            return {"fewer": pressed == "some" or self.data.get("fewer") == "yes", "now": []}
        if pressed == "all":
            self.errors.pop("now", None)
            return {"fewer": False, "now": []}
        chosen = said.get("now") or []
        chosen = sorted(int(n) for n in ([chosen] if isinstance(chosen, str) else chosen))
        if len(chosen) != self.fits:
            self.errors.pop("now", None)
            self.add_error("now", _choose(self.fits))
        return {"fewer": True, "now": chosen}


def _whom(names: Sequence[str], fits: int) -> forms.Field:
    """Whose the places are: one of them by a radio button, several by boxes to tick."""
    label = ngettext("Who has the place now?", "Who has the %(n)d places now?", fits) % {"n": fits}
    choices = [(str(n), name) for n, name in enumerate(names)]
    if fits == 1:
        return forms.ChoiceField(label=label, choices=choices, widget=forms.RadioSelect, required=False)
    widget = forms.CheckboxSelectMultiple
    return forms.MultipleChoiceField(label=label, choices=choices, widget=widget, required=False)


def _choose(fits: int) -> str:
    if fits == 1:
        return _now("Choose who has the place now")
    return _now("Choose the %(n)d who have places now") % {"n": fits}
