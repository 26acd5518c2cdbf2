"""Finding schools as teachers type them: by name, town, postcode or URN, words in any order, begun or misspelt.

Each word typed leads through an index to the schools that have it; the few that have them all are ranked in Python
(hubs/schools/ranking.py). Words of kind ("primary", "CofE") lead to thousands and are often wrong: they only rank.
"""

from collections.abc import Iterable, Sequence
from heapq import nsmallest
from typing import NamedTuple

from django.db.models import CharField, PositiveIntegerField, QuerySet

from hubs.models.school import AFTER_ALL, School, SchoolQuerySet, SchoolWord, SchoolWordQuerySet
from hubs.schools.ranking import Fit, at_a_glance, fit, nearest
from hubs.vocabulary.asked_often import AskedOften, Given, Several
from hubs.vocabulary.school_words import distinctive, head, searchable, words_typed

MOST_FOUND = 40
MOST_OFFERED = 20  # schools to choose from on one page
MOST_LED_TO = 2000  # schools of one word: "st" and "primary" have more, and no list of theirs is whole
MOST_READ = 600
MOST_NAMED = 200  # URNs in a question: Django takes 10 µs for each
MOST_RANKED = 100  # of many, those that fit best at a glance are ranked with care
POSTCODE_TAIL = (2, 3)  # a unit of some dozen doors, then all after the district


class Found(NamedTuple):
    fit: Fit
    urn: int
    successor: int | None


class Search:
    """One search: the words typed, and the schools that each leads to."""

    def __init__(self, typed: str, *, closed_too: bool = False) -> None:
        self.words = words_typed(typed)
        self.closed_too = closed_too
        self.distinctive = distinctive(self.words)
        self.alternatives: dict[str, list[str]] = {}

    def best(self, most: int, *, whole: bool = False) -> list[int]:
        """URNs of the schools found, best first. A closed school stands for its successor, unless it is wanted.

        With `whole` only those that have every word as it was typed.
        """
        found = sorted(one for one in self._found() if not whole or one.fit.is_whole)[:most]
        if self.closed_too:
            return [one.urn for one in found]
        return _today([(one.urn, one.successor) for one in found])

    def _found(self) -> list[Found]:
        """Schools that have every distinctive word; where there are none, those that have most of them."""
        lists = {word: self._led_to(word) for word in sorted(self.distinctive, key=len, reverse=True)}
        if not lists:
            return self._ranked(self._begun_so(self._of_kind()))
        whole = {word: urns for word, urns in lists.items() if len(urns) < MOST_LED_TO}
        together = set.intersection(*(whole or lists).values())
        rarest = min(whole, key=lambda word: len(whole[word]), default=None)
        if not whole or len(together) > MOST_READ:
            together, rarest = self._begun_so(together), None
        found = [one for one in self._ranked(together, all_have=rarest) if not one.fit.missing]
        return found or self._nearly(list(lists.values()))

    def _of_kind(self) -> set[int]:
        """Some schools of a kind, where nothing else was typed: nearly every row fits, so few are read."""
        schools = School.objects.order_by("urn")
        for word in self.words:
            schools = schools.filter(search__contains=f" {word}")
        return set(schools.values_list("urn", flat=True)[:MOST_NAMED]) if self.words else set()

    def _begun_so(self, among: set[int]) -> set[int]:
        """Of too many schools those whose name begins with what was typed, and some others.

        Whoever types no more than a word that a thousand schools have is told that there are more.
        """
        if not self.words:
            return set()
        begun = set(_school_ids(SchoolWord.objects.beginning(head(self.words)), MOST_NAMED))
        return begun | set(sorted(among)[: 2 * MOST_NAMED - len(begun)])

    def _nearly(self, lists: list[set[int]]) -> list[Found]:
        """Schools of the two rarest words that have as many of the words as any, and at least half of them."""
        rarest = sorted((urns for urns in lists if urns), key=len)[:2]
        found = self._ranked(set().union(*rarest), loosely=True)
        fewest = min((one.fit.missing for one in found), default=0)
        if fewest * 2 > len(self.distinctive):
            return []
        return [one for one in found if one.fit.missing == fewest]

    def _led_to(self, word: str) -> set[int]:
        """The schools that have a word or one that it begins; where there are none, those of the words most like it."""
        if word.isdecimal() and 5 <= len(word) <= 7:
            return {int(word)}
        if urns := _schools_of(word):
            return urns
        self.alternatives[word] = instead_of(word)
        return set().union(*(_schools_of(other) for other in self.alternatives[word]))

    def _ranked(self, urns: set[int], *, all_have: str | None = None, loosely: bool = False) -> list[Found]:
        """`urns` with how they fit. `all_have` is a word that leads to them all: a long list is not sent back."""
        rows = [row for row in self._rows(urns, all_have) if row[0] in urns]
        if len(rows) > MOST_RANKED:
            rows = nsmallest(MOST_RANKED, rows, key=lambda row: (at_a_glance(row[1], self.words), row[0]))
        return [
            Found(
                fit(search, self.words, self.alternatives, loosely=loosely),
                urn,
                successor if status == School.Status.CLOSED else None,
            )
            for urn, search, successor, status in rows
        ]

    def _rows(self, urns: set[int], all_have: str | None) -> "Iterable[tuple[int, str, int | None, int]]":
        """What these schools are ranked by, and perhaps some others: mostly of few."""
        if 0 < len(urns) <= FEW.most and not self.closed_too:
            return _few_found_today.rows(**FEW(sorted(urns)))
        if all_have and len(urns) > MOST_NAMED and all_have not in self.alternatives:
            schools = School.objects.filter(pk__in=SchoolWord.objects.beginning(all_have).order_by().values("school"))
        else:
            schools = School.objects.filter(pk__in=sorted(urns)[:MOST_READ])
        if not self.closed_too:
            schools = schools.found_today()
        return schools.order_by().values_list(*RANKED_BY)


FEW = Several("urn", PositiveIntegerField(), 50)
RANKED_BY = ("urn", "search", "successor_id", "status")


@AskedOften
def _few_found_today() -> "QuerySet[School, tuple[int, str, int | None, int]]":
    return School.objects.filter(pk__in=FEW.given).found_today().order_by().values_list(*RANKED_BY)


def _schools_of(word: str) -> set[int]:
    return set(_of_word.rows(word=word, after_all=word + AFTER_ALL))


@AskedOften
def _of_word() -> "QuerySet[SchoolWord, int]":
    words = SchoolWord.objects.filter(word__gte=Given("word", CharField()), word__lt=Given("after_all", CharField()))
    return words.order_by("word", "school_id").values_list("school_id", flat=True)[:MOST_LED_TO]


def _school_ids(words: SchoolWordQuerySet, most: int) -> Iterable[int]:
    return words.values_list("school_id", flat=True)[:most]


def instead_of(word: str) -> list[str]:
    """Words to take for one that no school has: a postcode's neighbourhood, or the nearest spellings."""
    if not word.isalpha():
        near = (word[:-tail] for tail in POSTCODE_TAIL if len(word) - tail > 1)
        return [next((part for part in near if SchoolWord.objects.beginning(part).exists()), word)]
    for known in (word[:2], word[1::-1], word[:1]):
        beginning = SchoolWord.objects.beginning(known).order_by().values_list("word", flat=True).distinct()
        if others := nearest(word, beginning):
            return others
    return []


def _today(found: Iterable[tuple[int, int | None]]) -> list[int]:
    """The open schools that those found have become, each once, in order. Loops and dead ends are left out."""
    becomes = dict(found)
    unknown = {successor for successor in becomes.values() if successor} - becomes.keys()
    while unknown:
        rows = School.objects.filter(pk__in=unknown).values_list("urn", "successor_id", "status")
        next_ones = {urn: successor if status == School.Status.CLOSED else None for urn, successor, status in rows}
        becomes |= next_ones
        unknown = {successor for successor in next_ones.values() if successor} - becomes.keys()
    return list(dict.fromkeys(_last(urn, becomes) for urn, _successor in found))


def _last(urn: int, becomes: dict[int, int | None]) -> int:
    seen = set()
    while (successor := becomes.get(urn)) and urn not in seen:
        seen.add(urn)
        urn = successor
    return urn


def schools_found(typed: str, most: int = MOST_FOUND, *, among: SchoolQuerySet | None = None) -> SchoolQuerySet:
    """Open schools that `typed` may mean, best first, at most `most`. A closed one is found as what it became."""
    schools = School.objects.all() if among is None else among
    return schools.open().in_order(Search(typed).best(most))


def urns_found(typed: str, most: int) -> list[int]:
    """The URNs of schools that `typed` may mean, best first, at most `most`: also of one closed with no successor."""
    return Search(typed).best(most)


def still_open(urns: Sequence[int]) -> list[School]:
    """Those of these schools that are open, in their order: as many as are offered, and one more."""
    found = {one.pk: one for one in _open_ones.rows(**OFFERED(urns))} if urns else {}
    return [found[urn] for urn in urns if urn in found]


OFFERED = Several("urn", PositiveIntegerField(), MOST_OFFERED + 1)


@AskedOften
def _open_ones() -> SchoolQuerySet:
    return School.objects.open().filter(pk__in=OFFERED.given).order_by()


def the_one(typed: str, found: Iterable[School]) -> School | None:
    """The school that `typed` means beyond doubt: the only one found that has each of its words, or the one of exactly
    that name and place. None where words were misspelt, or a postcode is no school's, and what was found is near."""
    found, said = list(found), _run_together(typed)
    named = [one for one in found if said in {_run_together(f"{one.name} {one.postcode}"), _run_together(str(one))}]
    if len(named) == 1:
        return named[0]
    words = distinctive(words_typed(typed))
    if len(found) == 1 and words and all(f" {word}" in found[0].search for word in words):
        return found[0]
    return None


def _run_together(text: str) -> str:
    return searchable(text).replace(" ", "")
