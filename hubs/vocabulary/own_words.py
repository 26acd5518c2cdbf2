"""What hubs write themselves, in English and perhaps in Chinese too."""

from typing import Any

from django.utils.translation import get_language

from hubs.vocabulary.languages import CHINESE


def own_words(row: Any, field: str) -> str:
    """A hub's text for the page being made: its Chinese version, kept in `<field>_zh`, where there is one."""
    chinese = getattr(row, f"{field}_zh") if get_language() == CHINESE else ""
    return str(chinese or getattr(row, field))
