"""Which school was meant: what was typed is compared with each school it may be, in Python and so alike everywhere."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from hubs.vocabulary.school_words import KINDS, distinctive

DISTRICT = 3  # letters and digits that follow a district in a postcode
Alternatives = Mapping[str, Iterable[str]]
HAS_DIGIT = re.compile(r"\d")


class Fit(NamedTuple):
    """How well a school fits what was typed; the smaller, the better."""

    missing: int  # words that it does not have
    misspelt: int
    wrong_kind: int  # "junior" typed, an infant school found
    not_led_by: int  # how much of what was typed its name does not begin with
    in_part: int  # words of which only the beginning fits
    elsewhere: int  # words that stand in its place and not in its name
    more: int  # words of its name that nobody typed
    name: str

    @property
    def is_whole(self) -> bool:
        """Whether it has every word as it was typed."""
        return not (self.missing or self.misspelt or self.wrong_kind or self.in_part)


class _Parts:
    """A school's `search_text` taken apart."""

    def __init__(self, search: str) -> None:
        self.name, self.place, self.numbers = search.split("|")
        self.all = search

    def has(self, word: str) -> tuple[int, int] | None:
        """Whether only in part and only outside the name; None where it is not there."""
        if f" {word} " in self.name:
            return 0, 0
        if f" {word} " in self.all:
            return 0, 1
        start = self.all.find(f" {word}")
        if start < 0:
            return None
        in_name = start < len(self.name)
        end = self.all.find(" ", start + 1)
        of_district = HAS_DIGIT.search(word) is not None and end - start - 1 - len(word) == DISTRICT
        return int(not of_district), int(not in_name)


def at_a_glance(search: str, typed: list[str]) -> tuple[int, int]:
    """A cheap guess at `fit`: how many words are not there as typed, and how few of them the name begins with."""
    missing = sum(1 for word in typed if f" {word} " not in search)
    return missing, -_led_by(search, typed)


def fit(search: str, typed: list[str], alternatives: Alternatives, *, loosely: bool = False) -> Fit:
    """How well the school of `search` fits. `alternatives` are other spellings of typed words that no school has.

    `loosely` also takes words that were run together, or are spelt nearly so, for those of this school.
    """
    parts = _Parts(search)
    needed = distinctive(typed) or typed
    missing = misspelt = wrong_kind = in_part = elsewhere = 0
    for word in typed:
        found = parts.has(word)
        if found is None and (other := _other_spelling(parts, word, alternatives.get(word, ()), loosely=loosely)):
            found, misspelt = other, misspelt + 1
        if found:
            in_part, elsewhere = in_part + found[0], elsewhere + found[1]
        elif word in needed:
            missing += 1
        else:
            wrong_kind += 1
    more = sum(1 for word in parts.name.split() if word not in KINDS) - len(needed) + elsewhere
    led = len(typed) * 2 - _led_by(parts.name, typed)
    return Fit(missing, misspelt, wrong_kind, led, in_part, elsewhere, max(more, 0), parts.name)


def _led_by(name: str, typed: list[str]) -> int:
    """Twice the words typed that the name begins with, in their order; less one where the last is only begun."""
    for count in range(len(typed), 0, -1):
        words = f" {' '.join(typed[:count])}"
        if name.startswith(words):
            return 2 * count - (not name.startswith(f"{words} "))
    return 0


def _other_spelling(parts: _Parts, word: str, alternatives: Iterable[str], *, loosely: bool) -> tuple[int, int] | None:
    for other in alternatives:
        if found := parts.has(other):
            return found
    if not loosely or len(word) < 4:
        return None
    if len(word) > 5 and word in parts.name.replace(" ", ""):
        return 1, 0
    here = [other for other in parts.all.split()[:-1] if other[0] == word[0] and is_near(word, other)]
    return parts.has(here[0]) if here else None


def nearest(word: str, others: Iterable[str], most: int = 5) -> list[str]:
    """The words most like a misspelt one; none where nothing is near."""
    letters = set(word)
    alike = (other for other in others if len(letters.symmetric_difference(other)) <= 4)
    far = sorted((distance(word, other), other) for other in alike if is_near(word, other))
    return [other for how_far, other in far if how_far == far[0][0]][:most]


def is_near(word: str, other: str) -> bool:
    """Whether one may be a slip for the other: a letter wrong in four, two in six; a digit never."""
    allowed = 0 if len(word) < 4 else 1 if len(word) < 6 else 2
    if abs(len(word) - len(other)) > allowed + other.count("ph") or not other.isalpha():
        return False
    return distance(word, other) <= allowed


def distance(one: str, other: str) -> int:
    """Letters to put in, leave out, change or swap with their neighbour, to come from one to the other."""
    one, other = one.replace("ph", "f"), other.replace("ph", "f")
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        two_before, before, row = before, row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(before[j] + 1, row[-1] + 1, before[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, two_before[j - 2] + 1)
            row.append(cost)
    return row[-1]
