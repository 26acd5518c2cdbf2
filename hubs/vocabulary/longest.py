"""How long a text may be that a form takes.

PostgreSQL answers a text that is longer than its column with an error, and SQLite keeps it and says nothing. So a form
takes its limit from the column.
"""

from django.db import models


def longest(model: type[models.Model], column: str) -> int:
    """How many characters that column holds."""
    holds: int = model._meta.get_field(column).max_length  # type: ignore[union-attr, assignment]  # of a column of text
    return holds
