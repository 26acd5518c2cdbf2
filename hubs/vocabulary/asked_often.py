"""A question to the database that is asked in the same words each time, with its words kept ready.

Django works out its SQL anew whenever it asks: of a row of a hundred columns, with its hub and schools, that takes four
times as long as asking. Only what is asked on every page is worth it (docs/decisions/0057).
"""

import copy
import threading
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from django.db import connections
from django.db.models import Expression, Field, QuerySet
from django.db.models.sql import UpdateQuery
from django.db.models.sql.constants import ROW_COUNT
from django.db.transaction import TransactionManagementError

Row = TypeVar("Row")


class Given(Expression):
    """What is not known before it is asked: a value of that name, of the kind of that field."""

    def __init__(self, name: str, field: "Field[Any, Any]") -> None:
        super().__init__(output_field=field)
        self.name = name

    def as_sql(self, _compiler: Any, _connection: Any) -> Any:
        return "%s", (self,)

    def value(self, given: dict[str, Any], connection: Any) -> Any:
        """As the database takes it. Raises KeyError where it was not said, and ValueError for None, which equals
        nothing."""
        if given[self.name] is None:
            raise ValueError(self.name)
        return self.output_field.get_db_prep_value(given[self.name], connection)


class _Words(NamedTuple):
    """A question put into SQL, and how its answer is read."""

    compiler: Any
    sql: str
    params: Sequence[Any]
    converters: Any


class AskedOften(Generic[Row]):
    """Decorates a function of no arguments that returns the rows wanted, with a `Given` for each value.

    It is called once a thread, so nothing in it may depend on the moment, the language or a setting.
    """

    def __init__(self, question: Callable[[], "QuerySet[Any, Row]"]) -> None:
        self.question = question
        self.__doc__ = question.__doc__
        self.kept = threading.local()  # for each thread, for the words are tied to its connection

    def one(self, **given: Any) -> Row | None:
        """The one row, or None."""
        return next(iter(self.rows(**given)), None)

    def rows(self, **given: Any) -> list[Row]:
        """All rows: one statement. Rows to be locked are asked for in a transaction, as Django wants it."""
        if not hasattr(self.kept, "rows"):
            self.kept.rows, self.kept.words = self.question(), {}
        rows, words = self.kept.rows, self.kept.words
        if rows.db not in words:
            words[rows.db] = _in_words(rows)
        if rows.query.select_for_update and connections[rows.db].get_autocommit():
            raise TransactionManagementError("Rows are locked in a transaction.")
        return list(rows._iterable_class(_Asked(rows, words[rows.db], given)))


class DoneOften:
    """Decorates a function of no arguments that returns rows and what is to be written to them, with a `Given` for each
    value that is not known before. As `AskedOften`."""

    def __init__(self, update: "Callable[[], tuple[QuerySet[Any], dict[str, Any]]]") -> None:
        self.update = update
        self.kept = threading.local()

    def __call__(self, **given: Any) -> int:
        """How many rows were written to, by one statement."""
        if not hasattr(self.kept, "words"):
            rows, values = self.update()
            self.kept.database, self.kept.words = rows.db, _update_in_words(rows, values)
        words: _Words = self.kept.words
        return int(_ready(words, self.kept.database, given).execute_sql(ROW_COUNT))


class _Asked:
    """The rows as they are asked for now: what Django's reading of rows wants of a query, and nothing of its own."""

    _known_related_objects: dict[Any, Any] = {}
    _fields = None

    def __init__(self, rows: Any, words: _Words, given: dict[str, Any]) -> None:
        self.model, self.db, self.query = rows.model, rows.db, self
        self.compiler = _ready(words, rows.db, given)

    def get_compiler(self, using: str) -> Any:
        return self.compiler


def _ready(words: _Words, database: str, given: dict[str, Any]) -> Any:
    """Django's compiler of these words, which has no more to do than to say them with their values."""
    connection = connections[database]
    params = tuple(one.value(given, connection) if isinstance(one, Given) else one for one in words.params)
    compiler = copy.copy(words.compiler)
    compiler.connection = connection
    compiler.as_sql = lambda: (words.sql, params)
    compiler.get_converters = lambda _expressions: words.converters
    return compiler


def _in_words(rows: Any) -> _Words:
    compiler = rows.query.get_compiler(rows.db)
    sql, params = compiler.as_sql()
    return _Words(compiler, sql, params, compiler.get_converters([one[0] for one in compiler.select]))


def _update_in_words(rows: Any, values: dict[str, Any]) -> _Words:
    query = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    query.annotations = {}  # as Django does: what was asked for beside the rows is no part of what is written
    compiler = query.get_compiler(rows.db)
    sql, params = compiler.as_sql()
    return _Words(compiler, sql, params, converters={})
