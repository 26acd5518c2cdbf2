"""Days on which a hub's schools are closed, beside the bank holidays."""

import datetime as dt
import time
from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary import changes
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.school_days import SchoolDays

KEPT_FOR, MOST_KEPT = 5, 1000  # seconds, for another host does not say what it has changed; sessions
Run = tuple[dt.date, dt.date, bool]  # the first and the last of them, and whether they are open after all


class ClosedDay(models.Model):
    """A run of days that a hub counts as closed; or, the other way round, as open although it is usually closed.

    Weekends, the bank holidays of England and 22 December to 2 January are closed without any row
    (hubs/vocabulary/school_days.py).
    """

    hub = models.ForeignKey("hubs.Hub", models.CASCADE, related_name="closed_days", verbose_name=_("hub"))
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    is_open = models.BooleanField(_("open after all"), default=False)
    note = models.CharField(_("note"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("closed days")
        verbose_name_plural = _("closed days")
        ordering = ["first_day"]
        constraints = [
            models.CheckConstraint(
                condition=Q(first_day__lte=F("last_day")),
                name="closed_days_in_order",
                violation_error_message=_("The last day must not come before the first."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.first_day} – {self.last_day}"


class _Kept(NamedTuple):
    """A calendar as it was at a moment of this process, and the state of changes before it was asked for."""

    mark: bytes
    since: float
    calendar: SchoolDays


_kept: dict[int, _Kept] = {}


def calendar_of_session(session_id: int) -> SchoolDays:
    """The calendar of the hub that runs that session: one query, or none where it was asked for seconds ago and nothing
    but places has changed on this host since. In a transaction it is asked for, which may have changed it itself."""
    state = None if connection.in_atomic_block else changes.state()
    mark = state and state.of_anything_else()
    kept = _kept.get(session_id)
    if mark and kept and kept.mark == mark and time.monotonic() - kept.since < KEPT_FOR:
        return kept.calendar
    since = time.monotonic()
    calendar = _school_days(_of_session.rows(session=session_id))
    if mark:
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[session_id] = _Kept(mark, since, calendar)
    return calendar


@AskedOften
def _of_session() -> "models.QuerySet[ClosedDay, Run]":
    return _runs(ClosedDay.objects.filter(hub__years__sessions=Given("session", models.BigIntegerField())))


def calendar_of_hub(hub_id: int) -> SchoolDays:
    """The calendar of that hub: one query."""
    return _school_days(list(_runs(ClosedDay.objects.filter(hub=hub_id))))


def calendars_of_hubs(hub_ids: Iterable[int]) -> dict[int, SchoolDays]:
    """The calendar of each of those hubs: one query."""
    runs: dict[int, list[Run]] = {hub: [] for hub in hub_ids}
    for one in ClosedDay.objects.filter(hub__in=runs):
        runs[one.hub_id].append((one.first_day, one.last_day, one.is_open))
    return {hub: _school_days(found) for hub, found in runs.items()}


def _runs(days: models.QuerySet[ClosedDay]) -> "models.QuerySet[ClosedDay, Run]":
    return days.values_list("first_day", "last_day", "is_open")


def _school_days(runs: list[Run]) -> SchoolDays:
    return SchoolDays(
        closed=tuple((first, last) for first, last, is_open in runs if not is_open),
        opened=tuple((first, last) for first, last, is_open in runs if is_open),
    )
