"""Lists of a few thousand rows at most, searched as names are compared: no accents, apostrophes or case (school_words).

Neither database compares so, and tables as small as these are read whole sooner than they are kept twice.
"""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

from hubs.admin.bases import ModelAdmin
from hubs.vocabulary.school_words import searchable


class FoundByName(ModelAdmin):
    """Rows that have each word typed, or a part of one, in one of their `search_fields`."""

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        words = searchable(search_term).split()
        rows = queryset.order_by().values_list("pk", *self.search_fields)
        found = {pk for pk, *texts in rows if words and _have_all(words, texts)}
        return queryset.filter(pk__in=found), False


def _have_all(words: list[str], texts: list[Any]) -> bool:
    text = " ".join(searchable(str(text)) for text in texts if text)
    return all(word in text for word in words)
