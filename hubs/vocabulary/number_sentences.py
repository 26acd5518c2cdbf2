"""Number sentences as staff type them, and what picture of number each can be: 52 − 37 = ?, 7/8 − 3/8 = 4/8, 3,052.

A picture is drawn from its sentence alone, so what stands beside it can never say another number.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

LONGEST = 40
MOST_COUNTERS = 40  # four ten frames: more is a wall
MOST_PARTS = 12  # of a bar in equal parts
MOST_CELLS = 20  # of a fraction bar
MOST_COLUMNS = 7  # of a place-value chart
DECIMALS = 3
LARGEST = 9_999_999

_NUMBER = re.compile(r"(?P<whole>\d{1,3}(?:,\d{3})+|\d{1,7})(?:\.(?P<decimals>\d{1,3}))?", re.ASCII)
_FRACTION = re.compile(r"(?P<over>\d{1,3})/(?P<under>\d{1,3})", re.ASCII)
_PLAIN = str.maketrans({"-": "−", "–": "−", "x": "×", "X": "×", "*": "×", ":": "÷", "＝": "=", "＋": "+", "？": "?"})
_PARTS = re.compile(r"([+−×÷=])")


class Picture(TextChoices):
    """A picture of number that every primary teacher knows."""

    BAR = "bar", gettext_lazy("Bar model")
    FRAMES = "frames", gettext_lazy("Ten frames")
    CHART = "chart", gettext_lazy("Place-value chart")
    FRACTION = "fraction", gettext_lazy("Fraction bar")


EXAMPLES = {
    Picture.BAR: "52 − 37 = ?",
    Picture.FRAMES: "8 + 5 = 13",
    Picture.CHART: "3,052",
    Picture.FRACTION: "7/8 − 3/8 = 4/8",
}


@dataclass(frozen=True)
class Term:
    """A number of a sentence as it is written, and what it is worth; the one that is not known is worth what fits."""

    said: str
    value: Fraction
    under: int = 0  # of a fraction, into how many parts the whole is divided

    @property
    def known(self) -> bool:
        return self.said != "?"


@dataclass(frozen=True)
class Sentence:
    """One number; or two numbers, what is done with them, and what that makes."""

    terms: tuple[Term, ...]
    does: str = ""

    def __str__(self) -> str:
        first, *others = (term.said for term in self.terms)
        return f"{first} {self.does} {others[0]} = {others[1]}" if self.does else first


def read(said: str, picture: Picture) -> Sentence:
    """The sentence that the picture shows. Raises ValidationError, in one sentence, where they make no sense."""
    parts = [part.strip() for part in _PARTS.split(said.translate(_PLAIN))]
    if len(parts) == 3:  # two numbers: what they make is asked
        parts += ["=", "?"]
    if len(said) > LONGEST or len(parts) not in (1, 5) or (len(parts) == 5 and parts[3] != "="):
        raise _unreadable(said, picture)
    does = parts[1] if len(parts) == 5 else ""
    terms = [_term(part, said, picture) for part in parts[::2]]
    if does == "=" or (not does and not terms[0].known):
        raise _unreadable(said, picture)
    sentence = Sentence(tuple(_found(terms, does)) if does else tuple(terms), does)
    _FITS[picture](sentence, said)
    return sentence


def _unreadable(said: str, picture: Picture) -> ValidationError:
    what = {"said": said, "example": EXAMPLES[picture]}
    return ValidationError(_("This picture cannot show “%(said)s”. Write it like this: %(example)s") % what)


def _term(part: str, said: str, picture: Picture) -> Term:
    if part == "?":
        return Term("?", Fraction(0))
    if (found := _FRACTION.fullmatch(part)) and int(found["under"]):
        under = int(found["under"])
        return Term(part, Fraction(int(found["over"]), under), under)
    found = _NUMBER.fullmatch(part)
    if not found:
        raise _unreadable(said, picture)
    whole, decimals = int(found["whole"].replace(",", "")), found["decimals"]
    value = Fraction(f"{whole}.{decimals or 0}")
    return Term(f"{whole:,}.{decimals}" if decimals else f"{whole:,}", value)


def _found(terms: list[Term], does: str) -> list[Term]:
    """The terms, the unknown one with its value. Raises ValidationError where the sentence is not true."""
    unknown = [n for n, term in enumerate(terms) if not term.known]
    if len(unknown) > 1:
        raise ValidationError(_("Only one number can be unknown."))
    values = [term.value for term in terms]
    if unknown:
        values[unknown[0]] = _value(values, does, unknown[0])
    elif _value(values, does, 2) != values[2]:
        first, second, made = (term.said for term in terms)
        raise ValidationError(_("%(sum)s is not %(made)s.") % {"sum": f"{first} {does} {second}", "made": made})
    if min(values) < 0 or max(values) > LARGEST:
        raise ValidationError(_("No number can be less than 0 or more than 9,999,999."))
    under = max(term.under for term in terms)
    return [
        Term(term.said, value, term.under if term.known else under) for term, value in zip(terms, values, strict=True)
    ]


def _value(values: list[Fraction], does: str, of: int) -> Fraction:
    """What the `of`-th number is, from the other two."""
    try:
        return _WORKED_OUT[does][of](*values)
    except ZeroDivisionError:
        raise ValidationError(_("Nothing can be shared into 0 parts.")) from None


_WORKED_OUT: dict[str, tuple[Callable[[Fraction, Fraction, Fraction], Fraction], ...]] = {
    "+": (lambda _a, b, c: c - b, lambda a, _b, c: c - a, lambda a, b, _c: a + b),
    "−": (lambda _a, b, c: c + b, lambda a, _b, c: a - c, lambda a, b, _c: a - b),
    "×": (lambda _a, b, c: c / b, lambda a, _b, c: c / a, lambda a, b, _c: a * b),
    "÷": (lambda _a, b, c: b * c, lambda a, _b, c: a / c, lambda a, b, _c: a / b),
}


# --- what each picture can show ---------------------------------------------------------------------------------------


def _fits_bar(sentence: Sentence, said: str) -> None:
    if not sentence.does or any(term.under for term in sentence.terms):
        raise _unreadable(said, Picture.BAR)
    if any(not term.value for term in sentence.terms):
        raise ValidationError(_("A bar has no part that is 0 long."))
    if any(10**DECIMALS % term.value.denominator for term in sentence.terms):
        raise _unreadable(said, Picture.BAR)
    parts = parts_of(sentence)
    if parts and not (parts.known and parts.value.denominator == 1 and 2 <= parts.value <= MOST_PARTS):
        raise ValidationError(_("A bar is divided into 2 to %(most)d equal parts.") % {"most": MOST_PARTS})


def parts_of(sentence: Sentence) -> Term | None:
    """Into how many equal parts a bar is divided; None where its parts are told one by one."""
    if sentence.does == "×":
        return sentence.terms[0]
    return sentence.terms[1] if sentence.does == "÷" else None


def _fits_frames(sentence: Sentence, said: str) -> None:
    whole = all(term.value.denominator == 1 and not term.under for term in sentence.terms)
    if not whole or sentence.does not in ("", "+", "−"):
        raise _unreadable(said, Picture.FRAMES)
    if not 1 <= max(term.value for term in sentence.terms) <= MOST_COUNTERS:
        raise ValidationError(_("Ten frames show 1 to %(most)d counters.") % {"most": MOST_COUNTERS})


def _fits_chart(sentence: Sentence, said: str) -> None:
    (term, *others) = sentence.terms
    if others or term.under:
        raise _unreadable(said, Picture.CHART)
    if len(digits(term)[0] + digits(term)[1]) > MOST_COLUMNS:
        what = {"most": MOST_COLUMNS}
        raise ValidationError(_("A place-value chart has at most %(most)d columns.") % what)


def digits(term: Term) -> tuple[list[int], list[int]]:
    """The digits of a number before and after its point."""
    whole, _point, decimals = term.said.replace(",", "").partition(".")
    return [int(one) for one in whole], [int(one) for one in decimals]


def _fits_fraction(sentence: Sentence, said: str) -> None:
    unders = {term.under for term in sentence.terms if term.known}
    if 0 in unders or sentence.does not in ("", "+", "−"):
        raise _unreadable(said, Picture.FRACTION)
    if len({Fraction(1, under) for under in unders}) > 1 or any(
        (term.value * term.under).denominator > 1 for term in sentence.terms
    ):
        raise ValidationError(_("The fractions need one denominator, as in 7/8 − 3/8 = 4/8."))
    if not 2 <= max(unders) <= MOST_CELLS:
        raise ValidationError(_("A fraction bar has 2 to %(most)d parts.") % {"most": MOST_CELLS})
    if max(term.value for term in sentence.terms) > 1:
        raise ValidationError(_("A fraction bar shows no more than one whole."))


_FITS = {
    Picture.BAR: _fits_bar,
    Picture.FRAMES: _fits_frames,
    Picture.CHART: _fits_chart,
    Picture.FRACTION: _fits_fraction,
}
