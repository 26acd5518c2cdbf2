"""How often one network has asked for something: in the database, so that it counts for every process and machine."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class NetworkUse(models.Model):
    """What one network has asked for within one hour of the clock. It holds no address, only a keyed hash of it."""

    network = models.CharField(_("network"), max_length=32)
    what = models.CharField(_("asked for"), max_length=8)
    hour = models.DateTimeField(_("hour"), db_index=True)
    used = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("use by a network")
        verbose_name_plural = _("uses by networks")
        constraints = [models.UniqueConstraint(fields=["network", "what", "hour"], name="one_count_an_hour")]

    def __str__(self) -> str:
        return f"{self.what} {self.hour:%d %b %Y %H}: {self.used}"
