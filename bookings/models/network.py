"""How often one network has asked for something: in the database, so that it counts for every process and machine."""

from django.db import models


class NetworkUse(models.Model):
    """What one network has asked for within one hour of the clock. It holds no address, only a keyed hash of it."""

    network = models.CharField(max_length=32)
    what = models.CharField(max_length=8)
    hour = models.DateTimeField(db_index=True)
    used = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["network", "what", "hour"], name="one_count_an_hour")]

    def __str__(self) -> str:
        return f"{self.what} {self.hour:%d %b %Y %H}: {self.used}"
