"""Photographs of visiting teachers: kept only while they agree."""

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from hubs.models.exchange import VisitingTeacher
from hubs.models.marked import Marked, MarkedQuerySet
from hubs.models.stored_file import for_portraits
from hubs.vocabulary.files import is_photograph


class PhotographQuerySet(MarkedQuerySet["Photograph"]):
    def published(self, *, today: dt.date) -> Any:
        """Never without the teacher's own yes, whatever was said of pupils."""
        return super().published(today=today).filter(teacher__photo_agreed_at__isnull=False)


class Photograph(Marked):
    """A visiting teacher's photograph. It goes with their yes: `VisitingTeacher.save` deletes it."""

    teacher = models.ForeignKey(VisitingTeacher, models.CASCADE, related_name="photographs")
    file = models.FileField(
        _("photograph"),
        storage=for_portraits,
        validators=[is_photograph],
        help_text=_("At most 10 MB. It is made smaller, and loses where, when and by whom it was taken."),
    )

    objects = PhotographQuerySet.as_manager()

    class Meta:
        verbose_name = _("photograph")
        verbose_name_plural = _("photograph")
        constraints = [
            *Marked.Meta.constraints,
            models.UniqueConstraint(fields=["teacher"], name="one_photograph_a_teacher"),
        ]

    def __str__(self) -> str:
        return str(self.teacher)

    def clean(self) -> None:
        super().clean()
        if not self.teacher.photo_agreed_at:
            raise ValidationError(_now("They have not agreed to photographs, so none is kept."))

    @transaction.atomic
    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep it, unless they have taken their yes back since the form was opened."""
        agreed = VisitingTeacher.objects.select_for_update(no_key=True).filter(pk=self.teacher_id)
        if agreed.filter(photo_agreed_at__isnull=False).exists():
            super().save(*args, **kwargs)
