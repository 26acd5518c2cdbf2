"""Emptying columns and deleting rows, a bounded number at a time; and counting what would go, without doing it."""

import datetime as dt
from calendar import monthrange
from collections import Counter
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Q, QuerySet

from bookings.forgetting.kept import columns_of
from bookings.forgetting.when import When

AT_ONCE = 500  # rows that one round empties or deletes
# What says when and by whom beside a column goes with it: the database asks for that.
BESIDE = {"bookings.Visitor.arranged": {"arranged_at": None, "arranged_by": None}, "bookings.OfficeLink.known": {}}


class Goes(NamedTuple):
    """Rows whose `columns` are emptied; without any they are deleted themselves."""

    rows: "QuerySet[Any]"
    columns: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        return str(self.rows.model._meta.label)

    def standing(self) -> "QuerySet[Any]":
        """Those rows in which something stands still, in no order."""
        rows = self.rows.order_by()
        return rows.filter(_any_stands(self.rows.model, self.columns)) if self.columns else rows

    def do(self, *, most: int = AT_ONCE) -> int:
        """Empty or delete as many; returns how many rows that were. With none it only reads."""
        found = list(self.standing().values_list("pk", flat=True)[:most])
        if not found:
            return 0
        rows = self.rows.model._base_manager.filter(pk__in=found)
        if self.columns:
            rows.update(**emptied(self.rows.model, self.columns))
        else:
            rows.delete()
        return len(found)

    def by_column(self) -> Counter[str]:
        """How many rows would lose what, by column."""
        if not self.columns:
            return Counter({f"{self.label} (rows)": self.rows.count()})
        found = {
            f"{self.label}.{name}": self.rows.order_by().filter(_stands(self.rows.model, name)).count()
            for name in self.columns
        }
        return Counter({name: n for name, n in found.items() if n})


def emptied(model: type[models.Model], names: tuple[str, ...]) -> dict[str, Any]:
    """Nothing, as each of these columns has it."""
    values: dict[str, Any] = {}
    for name in names:
        values |= {name: _nothing(model._meta.get_field(name))} | BESIDE.get(f"{model._meta.label}.{name}", {})
    return values


def _nothing(field: Any) -> Any:
    if field.null:
        return None
    return {} if isinstance(field, models.JSONField) else ""


def _stands(model: type[models.Model], name: str) -> Q:
    """That the column is not empty."""
    return ~Q(**{name: _nothing(model._meta.get_field(name))})


def _any_stands(model: type[models.Model], names: tuple[str, ...]) -> Q:
    found = Q()
    for name in names:
        found |= _stands(model, name)
    return found


def of_rows(rows: "QuerySet[Any]", *at: When) -> Goes:
    """The columns of these rows that the table says go then; of versions, those of their rows."""
    of = getattr(rows.model, "instance_type", rows.model)
    return Goes(rows, columns_of(*at)[of._meta.label])


def months_before(day: dt.date, months: int) -> dt.date:
    """The same day so many months before, or the last that month has."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
