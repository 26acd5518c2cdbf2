"""A question to the database that is asked in the same words each time, with its words kept ready.

Django works out its SQL anew whenever it asks: of a row of a hundred columns, with its hub and schools, that takes four
times as long as asking. Only what is asked on every page is worth it (docs/decisions/0057).

A process works the words out once for all of its threads: they take milliseconds, and some hundred kilobytes. How
values are read belongs to the connection of each thread.
"""

import copy
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")


class Given(Expression):
    """What is not known before it is asked: a value of that name, of the kind of that field."""

    def __init__(self, name: str, field: "Field[Any, Any]", *, or_nothing: bool = False) -> None:
        """`or_nothing` where it may be None, which can be written and equals nothing."""
        super().__init__(output_field=field)
        self.name, self.or_nothing = name, or_nothing

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", (self,)

    def value(self, given: dict[str, Any], connection: Any) -> Any:
        """As the database takes it. Raises KeyError where it was not said, and ValueError for a None that may not
        be."""
        if given[self.name] is None:
            if self.or_nothing:
                return None
            raise ValueError(self.name)
        return self.output_field.get_db_prep_value(given[self.name], connection)


def columns(model: type[Model], *names: str) -> dict[str, Given]:
    """These columns of a row, to be written to or asked for, each by its own name."""
    fields = [model._meta.get_field(name) for name in names]
    return {one.name: Given(one.name, one, or_nothing=one.null) for one in fields if isinstance(one, Field)}


class Several:
    """Values of which there are now more and now fewer, in the same words: the last of fewer is said again and again.

    In a question stands `pk__in=several.given`; where it is asked, `**several(keys)`.
    """

    def __init__(self, name: str, field: "Field[Any, Any]", most: int) -> None:
        self.most = most
        self.given: list[Any] = [Given(f"{name}_{n}", field) for n in range(most)]

    def __call__(self, values: Sequence[Any]) -> dict[str, Any]:
        """Raises ValueError where there are none, or more than `most`."""
        if not 0 < len(values) <= self.most:
            raise ValueError(len(values))
        last = len(values) - 1
        return {one.name: values[min(n, last)] for n, one in enumerate(self.given)}

    def in_parts(self, values: Sequence[Any]) -> Iterator[dict[str, Any]]:
        """However many there are, as they are given one `most` after the other; nothing where there are none."""
        return (self(values[at : at + self.most]) for at in range(0, len(values), self.most))


class _Words(NamedTuple):
    """What is wanted, put into SQL; and how each thread reads the answer."""

    rows: Any
    compiler: Any
    sql: str
    params: Sequence[Any]
    of_thread: threading.local


class AskedOften(Generic[Row]):
    """Decorates a function of no arguments that returns the rows wanted, with a `Given` for each value.

    It is called once a process, so nothing in it may depend on the moment, the language or a setting.
    """

    def __init__(self, question: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self.question = question
        self.__doc__ = question.__doc__
        self.words: _Words | None = None

    def one(self, **given: Any) -> Row | None:
        """The one row, or None."""
        return next(iter(self.rows(**given)), None)

    def rows(self, **given: Any) -> list[Row]:
        """All rows: one statement. Rows to be locked are asked for in a transaction, as Django wants it."""
        self.words = words = self.words or _in_words(self.question())
        rows = words.rows
        if rows.query.select_for_update and connections[rows.db].get_autocommit():
            raise TransactionManagementError("Rows are locked in a transaction.")
        return list(rows._iterable_class(_Asked(words, given)))


class DoneOften:
    """Decorates a function of no arguments that returns rows and what is to be written to them, with a `Given` for each
    value that is not known before. As `AskedOften`."""

    def __init__(self, update: "Callable[[], tuple[QuerySet[Any], dict[str, Any]]]") -> None:
        self.update = update
        self.words: _Words | None = None

    def __call__(self, **given: Any) -> int:
        """How many rows were written to, by one statement."""
        self.words = words = self.words or _update_in_words(*self.update())
        return int(_ready(words, given).execute_sql(ROW_COUNT))


class _Asked:
    """The rows as they are asked for now: what Django's reading of rows wants of a query, and nothing of its own."""

    _known_related_objects: dict[Any, Any] = {}
    _fields = None

    def __init__(self, words: _Words, given: dict[str, Any]) -> None:
        self.model, self.db, self.query = words.rows.model, words.rows.db, self
        self.compiler = _ready(words, given)

    def get_compiler(self, using: str) -> Any:
        return self.compiler


def _ready(words: _Words, given: dict[str, Any]) -> Any:
    """Django's compiler of these words, which has no more to do than to say them with their values."""
    connection = connections[words.rows.db]
    params = tuple(one.value(given, connection) if isinstance(one, Given) else one for one in words.params)
    compiler = copy.copy(words.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda: (words.sql, params)
    converters = _converters(words, compiler)
    compiler.get_converters = lambda _expressions: converters
    return compiler


def _converters(words: _Words, compiler: Any) -> Any:
    """How each column is read by this thread's connection."""
    kept = words.of_thread.__dict__
    if "converters" not in kept:
        kept["converters"] = compiler.get_converters([one[0] for one in compiler.select or ()])
    return kept["converters"]


def _in_words(rows: Any) -> _Words:
    return _said(rows, rows.query.get_compiler(rows.db))


def _update_in_words(rows: Any, values: dict[str, Any]) -> _Words:
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    query.annotations = {}  # as Django does: what was asked for beside the rows is no part of what is written
    return _said(rows, query.get_compiler(rows.db))


def _said(rows: Any, compiler: Any) -> _Words:
    """They outlive the thread that worked them out, and so they hold no connection."""
    sql, params = compiler.as_sql()
    compiler.connection = None
    return _Words(rows, compiler, sql, params, threading.local())
