"""How long a text may be that a form takes.

PostgreSQL answers a text that is longer than its column with an error, and SQLite keeps it and says nothing. So a form
takes its limit from the column, and says a number of its own only where the text is kept in none.
"""

from django.db import models


def longest(model: type[models.Model], column: str, *, at_most: int | None = None) -> int:
    """How many characters a field may take that is kept in that column: what it holds, or less where that is said."""
    holds: int = model._meta.get_field(column).max_length  # type: ignore[union-attr, assignment]  # of a column of text
    return holds if at_most is None else min(at_most, holds)


def not_kept(most: int) -> int:
    """How many characters a field may take that is read, compared or looked for, and kept in no column."""
    return most
