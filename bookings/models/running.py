"""What the installation as a whole is doing: one row, beside which nothing else remembers it."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunningManager(models.Manager["Running"]):
    def now(self) -> Running:
        """The row as it stands, or an empty one where nothing has been written yet. One query, no lock."""
        return self.first() or Running()

    def keep(self, **columns: Any) -> None:
        """Write these columns of it, whether there is a row yet or not."""
        self.update_or_create(pk=1, defaults=columns)

    def mail_held(self) -> models.QuerySet[Running]:
        """The row while no mail may be sent: asked within the statement that looks for mails."""
        return self.exclude(mail_held_at=None)

    def lapsing_held(self) -> models.QuerySet[Running]:
        """The row while nothing may lapse: the clock is in doubt, or nobody can be told of it."""
        return self.exclude(mail_held_at=None, clock_held_at=None)


class Running(models.Model):
    """Mail held, lapsing held, the worker's last round. Times in UTC; an empty one: not so, or not yet.

    It stands in the database itself, so that a copy of the database says the same of itself, on whichever host.
    Written by `Running.objects.keep(…)`, with the columns that change.
    """

    id = models.SmallAutoField(primary_key=True)
    mail_held_at = models.DateTimeField(_("mail held since"), null=True, editable=False)
    backup_ended_at = models.DateTimeField(_("restored from a backup that ended"), null=True, editable=False)
    clock_held_at = models.DateTimeField(_("lapsing held since the clock jumped"), null=True, editable=False)
    clock_boot = models.CharField(_("the machine’s start"), max_length=36, blank=True, editable=False)
    clock_offset = models.FloatField(_("when that was by its clock"), null=True, editable=False)
    round_at = models.DateTimeField(_("the worker’s last round"), null=True, editable=False)
    round_host = models.CharField(_("the worker’s host"), max_length=253, blank=True, editable=False)
    trial_at = models.DateTimeField(_("the last trial booking"), null=True, editable=False)
    trial_said = models.CharField(_("what went wrong with it"), max_length=100, blank=True, editable=False)
    counted_at = models.DateTimeField(_("places counted"), null=True, editable=False)
    miscounted = models.JSONField(_("sessions whose count was wrong"), default=list, editable=False)
    reports_differing = models.JSONField(_("kept reports that differ"), default=list, editable=False)
    backed_up_at = models.DateTimeField(_("the last backup"), null=True, editable=False)
    alerted = models.JSONField(_("alerts that were mailed"), default=dict, editable=False)

    objects: RunningManager = RunningManager()

    class Meta:
        verbose_name = _("what is running")
        verbose_name_plural = _("what is running")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="there_is_one_installation")]

    def __str__(self) -> str:
        return "Showcase"
