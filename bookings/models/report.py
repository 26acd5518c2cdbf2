"""Reports as they were counted in the night, of the country and of each hub: see docs/decisions/0043."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubs.models import Exchange, HubYear


class KeptReport(models.Model):
    """One copy of the report of all hubs, or of a hub's exchange: its page and its tables. Made anew each night."""

    exchange = models.ForeignKey(Exchange, models.CASCADE, related_name="kept_reports", verbose_name=_("exchange"))
    hub_year = models.ForeignKey(  # none: of all hubs
        HubYear, models.CASCADE, null=True, related_name="kept_reports", verbose_name=_("hub in a year")
    )
    leaves = models.BooleanField(_("copy that leaves"))
    as_at = models.DateTimeField(_("as at"))
    made_of = models.CharField(max_length=64, default="", editable=False)  # of a hub's: see bookings/report/made_of.py
    page = models.TextField(_("page"))
    heads = models.JSONField(_("what it rests on"), default=list)
    tables = models.JSONField(_("tables"), default=dict)  # by name: caption and lines

    class Meta:
        verbose_name = _("kept report")
        verbose_name_plural = _("kept reports")
        ordering = ["-exchange__year", "hub_year", "leaves"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "leaves"], condition=Q(hub_year=None), name="one_kept_report_a_copy"
            ),
            models.UniqueConstraint(
                fields=["hub_year", "leaves"], condition=Q(hub_year__isnull=False), name="one_kept_report_of_a_hub"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.hub_year or self.exchange}, {self.as_at:%d %b %Y}"
