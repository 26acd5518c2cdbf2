"""What a statement does, by its first word: for those who look at each that is sent."""

from typing import Any

WRITE = {"INSERT", "UPDATE", "DELETE"}


def writes(sql: Any) -> bool:
    """Whether it changes rows, in capitals or not, as Django or a person writes it."""
    return str(sql).lstrip()[:6].upper() in WRITE
