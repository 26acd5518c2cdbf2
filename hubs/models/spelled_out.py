"""A condition as an index of a part of a table has it: with what is compared, and not with parameters.

SQLite takes such an index for no statement that says what is compared beside it; to PostgreSQL it is the same.
"""

from typing import Any

from django.db.models import BooleanField, ExpressionWrapper, Q


class SpelledOut(ExpressionWrapper):  # type: ignore[type-arg]  # generic in the stubs alone
    """A condition on texts that stand in the code, and never on what somebody typed."""

    def __init__(self, condition: Q) -> None:
        super().__init__(condition, BooleanField())

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:  # type: ignore[override]  # the same
        sql, texts = super().as_sql(compiler, connection)
        quoted = tuple("'" + str(text).replace("'", "''") + "'" for text in texts)
        return (sql % quoted).replace("%", "%%"), []
