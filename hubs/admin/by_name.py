"""Lists of a few thousand rows at most, searched as names are compared: no accents, apostrophes or case (school_words).

Neither database compares so, and tables as small as these are read whole sooner than they are kept twice.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from hubs.admin.bases import ModelAdmin
from hubs.vocabulary.school_words import searchable


class FoundByName(ModelAdmin):
    """Rows that have each word typed, or a part of one, in one of their `search_fields`, or in their academic year."""

    search_year = ""  # where a row's academic year stands: that of its exchange

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        words = searchable(search_term).split()
        of_year = [self.search_year] if self.search_year else []
        rows = queryset.order_by().values_list("pk", *self.search_fields, *of_year)
        found = {
            pk
            for pk, *texts in rows
            if words and _have_all(words, [*texts[:-1], *_years(texts[-1])] if of_year else texts)
        }
        return queryset.filter(pk__in=found), False


def _have_all(words: list[str], texts: list[Any]) -> bool:
    text = " ".join(searchable(str(text)) for text in texts if text)
    return all(word in text for word in words)


def _years(began: int | None) -> list[str]:
    """An academic year as people type it: 2018, 2019, 2018-19."""
    return [f"{began}", f"{began + 1}", f"{began}-{(began + 1) % 100:02}"] if began else []
