"""What somebody asks of a building before they come: four things, each there, partly there, not there, or not known."""

from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Has(TextChoices):
    """Whether a place has something. What nobody has said is an empty string: not known."""

    YES = "yes", _("yes")
    PARTLY = "partly", _("partly")
    NO = "no", _("no")


class Said(NamedTuple):
    """What is said of one feature. `has` is empty where there is a note alone: not known."""

    name: str
    label: Any
    has: str
    note: str

    @property
    def word(self) -> Any:
        return Has(self.has).label if self.has else ""


# By the names of their fields. Beside each stands a note, which says what no word can.
FEATURES = {
    "step_free": _("Step-free access"),
    "accessible_toilet": _("Accessible toilet"),
    "kept_bay": _("Reserved parking bay"),
    "hearing_loop": _("Hearing loop"),
}


def note_of(feature: str) -> str:
    """The name of the field of its note."""
    return f"{feature}_note"


PAIRS = tuple((feature, note_of(feature)) for feature in FEATURES)
FIELDS = tuple(name for pair in PAIRS for name in pair)


def beside(name: str) -> str:
    """The other half of what is said of a feature: its note, or whether it is there; empty for any other field."""
    return next(({one: other, other: one}[name] for one, other in PAIRS if name in (one, other)), "")
