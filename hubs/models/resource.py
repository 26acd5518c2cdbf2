"""What there is to read before a session, and what it leaves behind."""

from django.core.validators import FileExtensionValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubs.models.session import ShowcaseSession

FILE_TYPES = ["pdf", "docx", "pptx", "xlsx", "odt", "odp", "ods", "png", "jpg", "jpeg", "mp4", "zip"]


class Resource(models.Model):
    """Something to read before a session, or material after it: a file or an address."""

    class Kind(models.TextChoices):
        READING = "reading", _("to read before")
        MATERIAL = "material", _("material afterwards")

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="resources")
    kind = models.CharField(_("kind"), max_length=10, choices=Kind, default=Kind.READING)
    title = models.CharField(_("title"), max_length=150)
    url = models.URLField(_("address"), blank=True)
    file = models.FileField(
        _("file"), upload_to="resources/%Y/", blank=True, validators=[FileExtensionValidator(FILE_TYPES)]
    )
    only_with_a_place = models.BooleanField(_("only for people with a place"), default=False)

    class Meta:
        verbose_name = _("reading or material")
        verbose_name_plural = _("readings and materials")
        ordering = ["kind", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(url="") ^ Q(file=""),
                name="resource_is_file_or_address",
                violation_error_message=_("Give a file or an address, one of them."),
            )
        ]

    def __str__(self) -> str:
        return self.title
