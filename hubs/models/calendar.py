"""Days on which a hub's schools are closed, beside the bank holidays."""

import datetime as dt
from collections.abc import Iterable

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.school_days import SchoolDays

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


def calendar_of_session(session_id: int) -> SchoolDays:
    """The calendar of the hub that runs that session: one query."""
    return _school_days(_of_session.rows(session=session_id))


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
