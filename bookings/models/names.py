"""The words that a person's name is found by, kept beside the name: written with it, and gone with it.

Staff type "ONeill", "O'Neill" or "O’Neill" for one and the same, so names are compared as schools are
(hubs/vocabulary/school_words.py), and no database does that by itself on both. Every way of writing rows that Django
has computes the words here; the CHECK refuses a name that is erased while its words stay.
"""

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q

from hubs.vocabulary.school_words import searchable

Row = TypeVar("Row", bound=models.Model, covariant=True)


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
