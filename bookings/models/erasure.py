"""The ledger of erasures: which row was erased, and when. Random ids and row numbers, and nothing of anybody.

A backup that is brought back knows those again who had all of theirs deleted since. This says whom to erase anew. It
stands outside the database too (bookings/operations/ledger.py), or it would be lost with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class ErasureManager(models.Manager["Erasure"]):
    def note(self, rows: Iterable[Any], *, at: dt.datetime, column: str = "") -> None:
        """Write down that these rows were erased on somebody's request, in the transaction that does it; of a row that
        several people stand in, by which column theirs is found."""
        self.bulk_create([Erasure(of=row._meta.label, column=column, row=name_of(row), at=at) for row in rows])


def name_of(row: Any) -> str:
    """What a row is called in the ledger: its random id, or its number where it has none."""
    return str(getattr(row, "public_id", None) or row.pk)


class Erasure(models.Model):
    """One row that was erased."""

    of = models.CharField(_("of what"), max_length=60)
    column = models.CharField(_("whose"), max_length=40, blank=True)
    row = models.CharField(_("which row"), max_length=40)
    at = models.DateTimeField(_("erased at"), db_index=True)

    objects: ErasureManager = ErasureManager()

    class Meta:
        verbose_name = _("erasure")
        verbose_name_plural = _("ledger of erasures")
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return f"{self.of} {self.row}"
