"""What may be published of a school day: only what is marked as showing no pupil, or as agreed by parents."""

import datetime as dt
from typing import Any, TypeVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

Row = TypeVar("Row", bound=models.Model)


class MarkedQuerySet(models.QuerySet[Row]):
    def published(self, *, today: dt.date) -> Any:
        """Those that anybody may see on this day in London: nothing without its mark, nothing from the day it ends."""
        agreed = Q(pupils=Marked.Pupils.AGREED, agreed_until__gt=today)
        return self.filter(Q(pupils=Marked.Pupils.NONE) | agreed)


class Marked(models.Model):
    """A file, a link or a photograph, and what was said of the pupils in it."""

    class Pupils(models.TextChoices):
        NONE = "none", _("no pupil can be recognised")
        AGREED = "agreed", _("parents agreed, until the day below")

    pupils = models.CharField(
        _("pupils"),
        max_length=10,
        choices=Pupils,
        blank=True,
        help_text=_("Without one of them it is not published."),
    )
    agreed_until = models.DateField(
        _("agreed until"), null=True, blank=True, db_index=True, help_text=_("On this day it is no longer published.")
    )

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(pupils="agreed", agreed_until__isnull=False)
                | (~Q(pupils="agreed") & Q(agreed_until__isnull=True)),
                name="%(class)s_agreed_until_a_day",
                violation_error_message=_("Say until when the parents agreed; without their agreement leave it empty."),
            )
        ]
