"""What a lesson is about as a picture of number: a bar model, ten frames, a place-value chart or a fraction bar.

Red is what is known, yellow what is not. Each picture says in words what it shows, for those who hear the page.
"""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import accumulate

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.number_sentences import Picture, Sentence, Term, digits, parts_of, read
from hubs.vocabulary.teaching import listed

WIDTH, EDGE = 480, 10  # of every picture, and what is left free at each side, in its own units
BAR = WIDTH - 2 * EDGE
LETTER = 16  # about how wide a digit is
CELL = 44  # of a ten frame
COUNTER = 11  # of a place-value chart: half as wide as it is
# Where the counters of a digit stand in their column, as dice have them.
SPOTS = [(-1, -1), (1, 1), (1, -1), (-1, 1), (0, 0), (-1, 0), (1, 0), (0, -1), (0, 1)]
COLUMNS = ["M", "HTh", "TTh", "Th", "H", "T", "O"]
AFTER_THE_POINT = ["t", "h", "th"]
IN_WORDS = {
    "M": gettext_lazy("millions"),
    "HTh": gettext_lazy("hundred thousands"),
    "TTh": gettext_lazy("ten thousands"),
    "Th": gettext_lazy("thousands"),
    "H": gettext_lazy("hundreds"),
    "T": gettext_lazy("tens"),
    "O": gettext_lazy("ones"),
    "t": gettext_lazy("tenths"),
    "h": gettext_lazy("hundredths"),
    "th": gettext_lazy("thousandths"),
}


@kept_by_language
def draw(picture: str, said: str) -> SafeString:
    """The number sentence and its picture, as a figure."""
    kind = Picture(picture)
    sentence = read(said, kind)
    height, drawn, words = _DRAW[kind](sentence)
    return format_html(
        '<figure class="picture"><figcaption class="sentence">{}</figcaption>'
        '<svg viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg></figure>',
        _written(sentence),
        WIDTH,
        height,
        words,
        drawn,
    )


@kept_by_language
def numbered(number: int) -> SafeString:
    """A number on a yellow counter, beside what it counts."""
    counter = '<svg class="counter" viewBox="0 0 34 34" aria-hidden="true"><circle cx="17" cy="17" r="15.5"/>{}</svg>'
    return format_html(counter, _text(17, 23, str(number)))


def _written(sentence: Sentence) -> SafeString:
    """The sentence as it stands on a board: a fraction has its line."""
    first, *others = (_number(term) for term in sentence.terms)
    if not sentence.does:
        return first
    return format_html("{} <span>{}</span> {} <span>=</span> {}", first, sentence.does, *others)


def _number(term: Term) -> SafeString:
    over, line, under = term.said.partition("/")
    if not line:
        return format_html("<span>{}</span>", term.said)
    return format_html(
        '<span class="over" aria-hidden="true"><span>{}</span><span>{}</span></span>'
        '<span class="visually-hidden">{}</span>',
        over,
        under,
        term.said,
    )


Drawn = tuple[int, SafeString, str]  # how high, the picture, and what it shows in words


def _name(term: Term) -> str:
    return term.said if term.known else _("not known")


def _kind(term: Term, *, other: str = "part") -> str:
    """The class of what stands for a number: red where it is known."""
    return other if term.known else "unknown"


def _colour(sentence: Sentence, n: int, first: int, second: int) -> str:
    """Of the n-th of what `first` counts. Two numbers that are put together have a colour each."""
    one, *others = sentence.terms
    if sentence.does == "+" and n >= first:
        return "part" if others[0].known and not one.known else "unknown"
    if sentence.does == "−" and not others[0].known and n >= first - second:
        return "unknown"
    return _kind(one)


def _svg(parts: Iterator[str] | Sequence[str]) -> SafeString:
    return mark_safe("".join(parts))  # noqa: S308  (made of numbers, here)


def _text(x: float, y: int, said: str, name: str = "") -> str:
    return format_html('<text{} x="{}" y="{}">{}</text>', _svg([f' class="{name}"'] if name else []), round(x), y, said)


# --- a bar of a whole and its parts -----------------------------------------------------------------------------------


def _bar(sentence: Sentence) -> Drawn:
    whole, parts = _whole_and_parts(sentence)
    ends = [0.0, *accumulate(float(part.value / whole.value) * BAR for part in parts)]
    drawn = [f'<path class="{_kind(whole, other="whole")}" d="M{EDGE} 12h{BAR}v62H{EDGE}z"/>']
    drawn.append(_text(WIDTH / 2, 52, whole.said, "" if whole.known else "on-unknown"))
    narrow = 0
    for part, start, end in zip(parts, ends, ends[1:], strict=False):
        kind = _kind(part)
        left, right = round(EDGE + start, 1), round(EDGE + end, 1)
        drawn.append(f'<path class="{kind}" d="M{left:g} 84H{right:g}v62H{left:g}z"/>')
        fits = end - start > LETTER * len(part.said) + 6
        narrow += not fits
        if fits:
            drawn.append(_text((left + right) / 2, 124, part.said, f"on-{kind}"))
        elif not parts_of(sentence):
            half = LETTER * len(part.said) / 2
            drawn.append(_text(min(max((left + right) / 2, EDGE + half), WIDTH - EDGE - half), 174, part.said))
    if parts_of(sentence):
        words = _("A bar model. The whole: %(whole)s. %(number)d equal parts, each: %(part)s.")
        said = {"whole": _name(whole), "number": len(parts), "part": _name(parts[0])}
        if narrow:
            drawn.append(_text(WIDTH / 2, 174, f"{len(parts)} × {parts[0].said}"))
    else:
        words = _("A bar model. The whole: %(whole)s. Its parts: %(parts)s.")
        said = {"whole": _name(whole), "parts": listed([_name(part) for part in parts])}
    return (182 if narrow else 158), _svg(drawn), words % said


def _whole_and_parts(sentence: Sentence) -> tuple[Term, list[Term]]:
    first, second, made = sentence.terms
    if sentence.does == "+":
        return made, [first, second]
    if sentence.does == "−":
        return first, [second, made]
    number = parts_of(sentence) or first
    whole, each = (made, second) if sentence.does == "×" else (first, made)
    return whole, [each] * int(number.value)


# --- ten frames -------------------------------------------------------------------------------------------------------


def _frames(sentence: Sentence) -> Drawn:
    first, second = int(sentence.terms[0].value), int(sentence.terms[1].value) if sentence.does else 0
    shown = first + second if sentence.does == "+" else first
    boxes = -(-shown // 10)
    drawn = []
    for box in range(boxes):
        x, y = _corner(box, boxes)
        lines = "".join(f"M{x + CELL * n} {y}v{CELL * 2}" for n in range(1, 5))
        box_of_ten = f"M{x} {y}h{CELL * 5}v{CELL * 2}h-{CELL * 5}zM{x} {y + CELL}h{CELL * 5}"
        drawn.append(f'<path class="rule" d="{box_of_ten}{lines}"/>')
    for n in range(shown):
        x, y = _corner(n // 10, boxes)
        x, y = x + n % 5 * CELL + CELL // 2, y + n % 10 // 5 * CELL + CELL // 2
        drawn.append(f'<circle class="{_colour(sentence, n, first, second)}" cx="{x}" cy="{y}" r="16"/>')
        if sentence.does == "−" and n >= first - second:
            drawn.append(f'<path class="struck" d="M{x - 9} {y - 9}l18 18m0-18l-18 18"/>')
    height = 12 + -(-boxes // 2) * (CELL * 2 + 16)
    return height, _svg(drawn), _frames_in_words(sentence, first, second)


def _corner(box: int, boxes: int) -> tuple[int, int]:
    left = (WIDTH - CELL * 5) // 2 if boxes == 1 else EDGE + box % 2 * (CELL * 5 + 20)
    return left, 12 + box // 2 * (CELL * 2 + 16)


def _frames_in_words(sentence: Sentence, first: int, second: int) -> str:
    if not sentence.does:
        return _("Ten frames: %(n)d counters.") % {"n": first}
    if sentence.does == "+":
        words = _("Ten frames: %(first)d counters of one colour and %(second)d of another.")
        return words % {"first": first, "second": second}
    return _("Ten frames: %(n)d counters, %(away)d of them struck out.") % {"n": first, "away": second}


# --- a place-value chart ----------------------------------------------------------------------------------------------


def _chart(sentence: Sentence) -> Drawn:
    before, after = digits(sentence.terms[0])
    names = COLUMNS[-len(before) :] + AFTER_THE_POINT[: len(after)]
    columns = list(zip(names, before + after, strict=True))
    wide = BAR / len(columns)
    lines = "".join(f"M{EDGE + wide * n:g} 12v156" for n in range(1, len(columns)))
    drawn = [f'<path class="whole" d="M{EDGE} 12h{BAR}v40H{EDGE}z"/>']
    drawn.append(f'<path class="rule" d="M{EDGE} 12h{BAR}v156H{EDGE}z{lines}"/>')
    for n, (name, digit) in enumerate(columns):
        x = EDGE + wide * (n + 0.5)
        drawn.append(_text(x, 41, name))
        drawn += _spots(round(x), digit, gap=min(28, round(wide / 2) - COUNTER - 4))
    if after:
        x = round(EDGE + wide * len(before))
        drawn.append(f'<circle class="point" cx="{x}" cy="160" r="6"/>')
    said = _(", ").join(f"{IN_WORDS[name]}: {digit}" for name, digit in columns)
    return 176, _svg(drawn), _("A place-value chart. %(columns)s.") % {"columns": said}


def _spots(x: int, digit: int, *, gap: int) -> Iterator[str]:
    """As many counters as a digit says; an odd one stands in the middle."""
    spots = SPOTS[:digit]
    if digit in (1, 3):
        spots = [(0, 0), *SPOTS[: digit - 1]]
    elif digit == 6:
        spots = [*SPOTS[:4], *SPOTS[5:7]]
    elif digit == 8:
        spots = [*SPOTS[:4], *SPOTS[5:9]]
    for across, down in spots:
        yield f'<circle class="part" cx="{x + across * gap}" cy="{110 + down * 30}" r="{COUNTER}"/>'


# --- a fraction bar ---------------------------------------------------------------------------------------------------


def _fraction(sentence: Sentence) -> Drawn:
    first, *others = sentence.terms
    cells = first.under
    filled = _cells(first.value, cells)
    other = _cells(others[0].value, cells) if others else 0
    wide = BAR / cells
    drawn = [f'<path class="whole" d="M{EDGE} 12h{BAR}v70H{EDGE}z"/>']
    shown = filled + other if sentence.does == "+" else filled
    for n in range(cells):
        x, end = round(EDGE + wide * n, 1), round(EDGE + wide * (n + 1), 1)
        kind = _colour(sentence, n, filled, other) if n < shown else "whole"
        drawn.append(f'<path class="{kind}" d="M{x:g} 12H{end:g}v70H{x:g}z"/>')
        if sentence.does == "−" and filled - other <= n < filled:
            drawn.append(f'<path class="struck" d="M{(x + end) / 2 - 9:g} 35l18 24m0-24l-18 24"/>')
    made = others[1] if others else first
    length = _cells(made.value, cells)
    if length:
        drawn.append(f'<path class="rule" d="M{EDGE} 96v10H{EDGE + wide * length:g}v-10"/>')
        half = LETTER * len(made.said) / 2
        drawn.append(_text(max(EDGE + wide * length / 2, EDGE + half), 134, made.said))
    return (144 if length else 94), _svg(drawn), _fraction_in_words(sentence, cells, filled, other)


def _cells(value: Fraction, cells: int) -> int:
    return int(value * cells)


def _fraction_in_words(sentence: Sentence, cells: int, filled: int, other: int) -> str:
    said = {"cells": cells, "filled": filled, "other": other}
    if sentence.does == "+":
        return _("A bar in %(cells)d equal parts: %(filled)d in one colour, %(other)d in another.") % said
    if sentence.does == "−":
        return _("A bar in %(cells)d equal parts: %(filled)d are filled, %(other)d of them struck out.") % said
    return _("A bar in %(cells)d equal parts: %(filled)d are filled.") % said


_DRAW = {Picture.BAR: _bar, Picture.FRAMES: _frames, Picture.CHART: _chart, Picture.FRACTION: _fraction}
