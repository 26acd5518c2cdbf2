"""The words that a person's name is found by, kept beside the name: written with it, and gone with it.

Staff type "ONeill", "O'Neill" or "O’Neill" for one and the same, so names are compared as schools are
(hubs/vocabulary/school_words.py), and no database does that by itself on both. Every way of writing rows that Django
has computes the words here; the CHECK refuses a name that is erased while its words stay.

A name is found by how its words begin, by an index of each of `PARTS` (docs/decisions/0059). They are part of the row:
nothing has to be kept in step with it.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import F, Func, Q
from django.db.models.lookups import GreaterThanOrEqual, LessThan

from hubs.models.school import AFTER_ALL
from hubs.vocabulary.school_words import searchable

Row = TypeVar("Row", bound=models.Model, covariant=True)
LONGEST_BEGINNING = 30  # letters that an index keeps
LAST = "last"
PARTS = ("first", "second", "third", LAST)  # words of a name by which it is found; shorter names repeat one
# Scripts in which a name is one word: Thai to Korean, Khmer, Chinese and Japanese.
NO_SPACES = re.compile("[\u0e00-\u11ff\u1780-\u17ff\u3000-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]")


class NameWords(models.TextField):  # type: ignore[type-arg]  # generic in the stubs alone
    """The name in the column `of` as it is compared; empty where there is none."""

    def __init__(self, *args: Any, of: str = "", **kwargs: Any) -> None:
        self.of = of
        kwargs.setdefault("default", "")
        kwargs.setdefault("editable", False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """To the database it is text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  (Django's own)
        words = self.words(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, words)
        return words

    def words(self, name: str | None) -> str:
        return searchable(name or "")


class FromWord(Func):
    """A name from one of its words on, as an index keeps it; from the last one, where it has fewer.

    Without parameters, for no database finds an index of an expression by those; on PostgreSQL byte by byte, for an
    index in the order of en_GB is of no use for beginnings.
    """

    output_field = models.TextField()

    def __init__(self, words: Any, part: str) -> None:
        self.part = part
        super().__init__(words)

    def as_sql(self, compiler: Any, connection: Any, *_args: Any, **_more: Any) -> Any:
        words, params = compiler.compile(self.source_expressions[0])
        is_postgres = connection.vendor == "postgresql"
        if self.part == LAST:
            words = f"SUBSTR({words}, LENGTH(RTRIM({words}, REPLACE({words}, ' ', ''))) + 1)"
        else:
            for _before in range(PARTS.index(self.part)):
                words = f"SUBSTR({words}, {'STRPOS' if is_postgres else 'INSTR'}({words}, ' ') + 1)"
        begins = f"SUBSTR({words}, 1, {LONGEST_BEGINNING})"
        return f'{begins} COLLATE "C"' if is_postgres else begins, params


def word_indexes(name: str) -> list[models.Index]:
    """One for each part of a name."""
    return [models.Index(FromWord(F("name_words"), part), name=f"{name}_by_{part}_word") for part in PARTS]


def has_words(words: Iterable[str]) -> Q:
    """Names that have words which begin so, in any order: the longest, which is the rarest, by index."""
    led, *others = sorted(words, key=len, reverse=True)
    return Q(has_word(led), *(has_word(word, by_index=False) for word in others))


def has_word(word: str, *, by_index: bool = True) -> Q:
    """Names that have a word which begins so.

    One look by index is enough for several words: of what it finds, rows are sooner read than their keys compared. A
    script that has no spaces is looked for anywhere in the name, without an index.
    """
    if NO_SPACES.search(word):
        return Q(name_words__contains=word)
    if not by_index:
        return Q(name_words__startswith=word) | Q(name_words__contains=f" {word}")
    begins, found = word[:LONGEST_BEGINNING], Q()
    for part in PARTS:
        there = FromWord(F("name_words"), part)
        found |= Q(GreaterThanOrEqual(there, begins), LessThan(there, begins + AFTER_ALL))
    return found if begins == word else found & Q(name_words__contains=word)


def words_go_with(name: str, constraint: str) -> models.CheckConstraint:
    """Whatever erases the name erases its words."""
    return models.CheckConstraint(condition=Q(**{f"{name}__isnull": False}) | Q(name_words=""), name=constraint)


class NamedQuerySet(models.QuerySet[Row]):
    """Rows with a name: whoever writes it in bulk writes its words."""

    def update(self, **values: Any) -> int:
        for field in _words_of(self.model, values):
            if field.name not in values:
                values[field.name] = field.words(values[field.of])
        return super().update(**values)

    def bulk_update(self, objs: Iterable[Any], fields: Iterable[str], *args: Any, **kwargs: Any) -> int:
        rows, fields = list(objs), list(fields)
        beside = _words_of(self.model, fields)
        for row in rows:
            for field in beside:
                field.pre_save(row, add=False)
        return super().bulk_update(rows, [*fields, *(field.name for field in beside)], *args, **kwargs)


class Named(models.Model):
    """A row with a name: saving the name alone saves its words too."""

    class Meta:
        abstract = True

    def save_base(self, *args: Any, **kwargs: Any) -> None:
        if written := kwargs.get("update_fields"):
            beside = (field.name for field in _words_of(type(self), written))
            kwargs["update_fields"] = frozenset([*written, *beside])
        super().save_base(*args, **kwargs)


def _words_of(model: type[models.Model], written: Collection[str]) -> list[NameWords]:
    """The columns of words whose names are written."""
    return [field for field in model._meta.fields if isinstance(field, NameWords) and field.of in written]
