"""Lists of up to a million rows: nobody counts them all, and no page of them reads more than it shows.

A list is counted as far as somebody may leaf, a thousand rows on; what has no more than that is fetched by its keys.
Of what has more, a page is walked in the list's own order, row by row, until it is full. See docs/decisions/0059.
"""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import cached_property

from hubs.admin.bases import Rows

COUNTED = 1000  # rows; and beyond a page that somebody has reached, so many again


class SomeCounted(Paginator):  # type: ignore[type-arg]  # generic in the stubs alone
    """Pages of a list, as far as it was counted; `has_more` says whether there are more rows than that."""

    def __init__(self, rows: QuerySet[Any], per_page: int, *more: Any, up_to: int = COUNTED, **kwargs: Any) -> None:
        super().__init__(rows, per_page, *more, **kwargs)
        self.rows, self.up_to = rows, up_to

    @cached_property
    def keys(self) -> list[Any]:
        """Of the first rows that any index leads to, in no order: one more than are counted."""
        return list(self.rows.order_by().values_list("pk", flat=True)[: self.up_to + 1])

    @property
    def has_more(self) -> bool:
        return len(self.keys) > self.up_to

    @cached_property
    def count(self) -> int:
        return min(len(self.keys), self.up_to)

    @cached_property
    def whole(self) -> QuerySet[Any]:
        """All of them, where all have been counted; of more than that nobody asks for all."""
        return self.rows if self.has_more else self.rows.filter(pk__in=self.keys)

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        begins = (number - 1) * self.per_page
        return Page(self._between(begins, begins + self.per_page), number, self)

    def _between(self, begins: int, ends: int) -> QuerySet[Any]:
        """By their keys first: a page that is sorted need not have every column of what is not on it."""
        keys = self._in_order() if self.has_more else self.whole
        return self.rows.filter(pk__in=list(keys.values_list("pk", flat=True)[begins:ends]))

    def _in_order(self) -> QuerySet[Any]:
        """All of them for a page to be taken from, each looked at by itself where the order is that of an index.

        SQLite would else begin with what a list is narrowed by, and sort all that it finds.
        """
        order, known = self.rows.query.order_by, _indexed(self.rows.model)
        if not all(isinstance(name, str) and name.lstrip("-") in known for name in order):
            return self.rows
        one = self.rows.order_by().filter(pk=OuterRef("pk"))
        walked: QuerySet[Any] = self.rows.model._base_manager.filter(Exists(one)).order_by(*order)
        return walked


def _indexed(model: Any) -> set[str]:
    """What rows are walked by: their key, and what has an index of its own."""
    return {"pk", model._meta.pk.name, *(index.fields[0].lstrip("-") for index in model._meta.indexes if index.fields)}


def up_to(page: str, per_page: int) -> int:
    """How far a list is counted for whoever asks for that page, from 1: to the next thousand beyond it."""
    asked = int(page) if page.isdecimal() and len(page) < 9 else 1
    return (asked * per_page // COUNTED + 1) * COUNTED


class LongList(Rows):
    """A list of such pages."""

    paginator: SomeCounted

    def get_results(self, request: Any) -> None:
        super().get_results(request)
        if not self.multi_page or (self.show_all and self.can_show_all):
            self.result_list = self.paginator.whole
