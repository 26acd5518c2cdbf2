"""The country's report as it was counted in the night: see docs/decisions/0043."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from hubs.models import Exchange


class KeptReport(models.Model):
    """One copy of the report of all hubs: its page and its tables, in figures alone. Made anew each night."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="kept_reports", verbose_name=_("exchange"))
    leaves = models.BooleanField(_("copy that leaves"))
    as_at = models.DateTimeField(_("as at"))
    page = models.TextField(_("page"))
    heads = models.JSONField(_("what it rests on"), default=list)
    tables = models.JSONField(_("tables"), default=dict)  # by name: caption and lines

    class Meta:
        verbose_name = _("kept report")
        verbose_name_plural = _("kept reports")
        ordering = ["-exchange__year", "leaves"]
        constraints = [models.UniqueConstraint(fields=["exchange", "leaves"], name="one_kept_report_a_copy")]

    def __str__(self) -> str:
        return f"{self.exchange}, {self.as_at:%d %b %Y}"
