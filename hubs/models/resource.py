"""What there is to read before a session, and what it leaves behind."""

import datetime as dt
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from hubs.models.marked import Marked, MarkedQuerySet
from hubs.models.session import ShowcaseSession
from hubs.vocabulary.files import check, type_of


class ResourceQuerySet(MarkedQuerySet["Resource"]):
    def public(self, *, now: dt.datetime) -> Any:
        """What anybody may read before a session. Materials for afterwards are never public: they are for those who had
        a place."""
        readings = self.published(today=timezone.localdate(now)).filter(kind=Resource.Kind.READING)
        return readings.filter(only_with_a_place=False)

    def for_a_place(self, *, now: dt.datetime) -> Any:
        """What somebody with a place may read: all that is published, materials once the session is over."""
        today = timezone.localdate(now)
        over = Q(session__ends_at__lte=now) | Q(session__ends_at=None, session__last_day__lt=today)
        return self.published(today=today).filter(Q(kind=Resource.Kind.READING) | over)


class Resource(Marked):
    """Something to read before a session, or material after it: a file or an address."""

    class Kind(models.TextChoices):
        READING = "reading", _("to read before")
        MATERIAL = "material", _("material afterwards")

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="resources")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.READING)
    title = models.CharField(_("title"), max_length=150)
    url = models.URLField(_("address"), blank=True)
    file = models.FileField(_("file"), blank=True, validators=[check], help_text=_("At most 10 MB."))
    only_with_a_place = models.BooleanField(_("only for people with a place"), default=False)

    objects = ResourceQuerySet.as_manager()

    class Meta:
        verbose_name = _("reading or material")
        verbose_name_plural = _("readings and materials")
        ordering = ["kind", "pk"]
        constraints = [
            *Marked.Meta.constraints,
            models.CheckConstraint(
                condition=Q(url="") ^ Q(file=""),
                name="resource_is_file_or_address",
                violation_error_message=_("Give a file or an address, one of them."),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def type(self) -> str:
        """What kind of file it is: "PDF"."""
        return type_of(self.file.name or "").upper()

    @property
    def saved_as(self) -> str:
        """What the file is called on the computer of whoever saves it: as its title, never as somebody's folder was."""
        return f"{slugify(self.title, allow_unicode=True) or 'file'}.{type_of(self.file.name or '')}"
