"""What somebody made of it: on the day, and six school weeks later. Every question may be left."""

import re
import unicodedata
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.forms.change import BAD_CHOICE
from bookings.forms.fields import StepForm
from bookings.models import Interest
from bookings.models.feedback import (
    LONGEST_ANSWER,
    Changed,
    HowFar,
    InTheWay,
    SharedWith,
    TaughtFor,
    ThoughtBefore,
    Useful,
    Watched,
)
from hubs.vocabulary.one_line import one_line

RATHER_NOT = "rather_not"
NAME_NOBODY = _("Please name no pupil, colleague or school.")
# As the look has it: what changed, from nothing to all; what is no change stands after it.
CHANGED_IN_ORDER = ("nothing", "tried", "most_weeks", "how_i_teach", "already", "no_teacher", RATHER_NOT)


class OneOf(forms.ChoiceField):
    """Words to choose from, none chosen, "I’d rather not say" last. In a grid where they are short (`side_by_side`)."""

    def __init__(self, *, label: Any, choices: Any, side_by_side: bool = False, hint: Any = "") -> None:
        super().__init__(
            label=label,
            choices=choices,
            required=False,
            widget=forms.RadioSelect,
            help_text=hint,
            error_messages=BAD_CHOICE,
        )
        self.side_by_side = side_by_side


class Sentences(forms.CharField):
    """A few lines of text: what cannot be seen is dropped, and lines stay lines."""

    is_text = True

    def __init__(self, *, label: Any, hint: Any = "") -> None:
        super().__init__(label=label, required=False, help_text=hint, widget=forms.Textarea(attrs={"rows": 2}))

    def to_python(self, value: Any) -> str:
        lines = re.split(r"\r\n|\r|\n", unicodedata.normalize("NFC", str(value or "")))
        return re.sub(r"\n{3,}", "\n\n", "\n".join(one_line(line) for line in lines)).strip()

    def run_validators(self, value: Any) -> None:
        if len(value) > LONGEST_ANSWER:
            said = {"n": LONGEST_ANSWER, "over": len(value) - LONGEST_ANSWER}
            raise ValidationError(_now("Write %(n)d characters or fewer: this is %(over)d too many") % said)
        super().run_validators(value)


class Ticked(forms.BooleanField):
    """A box to tick, never ticked beforehand."""

    is_tick = True

    def __init__(self, *, label: Any) -> None:
        super().__init__(label=label, required=False)


def _or_not(*choices: tuple[str, Any]) -> list[tuple[str, Any]]:
    return [*choices, (RATHER_NOT, Useful.RATHER_NOT.label)]


class FeedbackForm(StepForm):
    """A form without one's name, and perhaps a part with it."""

    named: tuple[str, ...] = ()

    def without_name(self) -> list[forms.BoundField]:
        """What the hub reads without knowing whose it is."""
        return [self[name] for name in self.fields if name not in self.named]

    def with_name(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in self.named]

    def answers(self) -> dict[str, Any]:
        """By the columns of the answer. Only after is_valid()."""
        return {name: value for name, value in self.cleaned_data.items() if name not in self.named}


class DayForm(FeedbackForm):
    """What they made of one lesson."""

    named: tuple[str, ...] = ("group", "role", "news")

    lesson = OneOf(label=_("How useful was the lesson?"), choices=Useful.choices, side_by_side=True)
    discussion = OneOf(label=_("How useful was the post-lesson discussion?"), choices=Useful.choices, side_by_side=True)
    taught_for = OneOf(label=_("How many years have you taught?"), choices=TaughtFor.choices, side_by_side=True)
    thought_before = OneOf(
        label=_("What did you think of teaching for mastery before you came?"), choices=ThoughtBefore.choices
    )
    take = Sentences(label=_("What will you take into your classroom?"), hint=NAME_NOBODY)
    change = Sentences(label=_("What would you change?"))
    may_quote = Ticked(label="")
    group = OneOf(
        label=_("Would you join a group of nearby schools that watch each other’s lessons?"),
        choices=_or_not(*Interest.Wants.choices),
        hint=_("It meets about six times in a year. Your school joins, with two teachers."),
    )
    role = OneOf(
        label=_("You are"),
        choices=_or_not(*Interest.As.choices),
        side_by_side=True,
        hint=_("if you said “yes” or “tell me more”"),
    )
    news = Ticked(label="")

    def __init__(self, *args: Any, quote: Any = "", news: Any = "", **kwargs: Any) -> None:
        """`quote` and `news` are what the two boxes say; without `news` nobody is asked for it."""
        super().__init__(*args, **kwargs)
        self.fields["may_quote"].label = quote
        self.fields["news"].label = news
        if not news:
            del self.fields["news"]

    def said_with_name(self) -> dict[str, Any]:
        """Whether they would join, as what, and whether the hub may write. Only after is_valid()."""
        said = {name: self.cleaned_data[name] for name in ("group", "role")}
        wants, role = ("" if value == RATHER_NOT else value for value in said.values())
        return {"wants": wants, "role": role, "news": self.cleaned_data.get("news")}


class LaterForm(FeedbackForm):
    """What has become of it."""

    changed = OneOf(
        label=_("What has changed in your maths teaching?"),
        choices=[(value, Changed(value).label) for value in CHANGED_IN_ORDER],
    )
    how_far = OneOf(label=_("How far has it gone in your school?"), choices=HowFar.choices, side_by_side=True)
    watched = OneOf(
        label=_("Since the visit, have you watched a colleague teach maths, or been watched?"),
        choices=Watched.choices,
        side_by_side=True,
    )
    in_the_way = OneOf(label=_("What stood in the way, most of all?"), choices=InTheWay.choices)
    shared_with = OneOf(
        label=_("With how many colleagues have you shared it?"), choices=SharedWith.choices, side_by_side=True
    )
    sentence = Sentences(label=_("In one sentence: what is different now?"), hint=NAME_NOBODY)
    may_quote = Ticked(label="")

    def __init__(self, *args: Any, quote: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["may_quote"].label = quote


class PaperForm(DayForm):
    """A form that was filled in on paper, as staff enter it: what stands there without a name."""

    named = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, quote=_("“The hub may use my sentences without my name” is ticked"), **kwargs)
        del self.fields["group"], self.fields["role"]
