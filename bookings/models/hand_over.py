"""A place on its way from one person to another."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.visitor import Visitor
from hubs.vocabulary.email_address import EmailField


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """Hand-overs by how they stand."""

    def open(self) -> "HandOverQuerySet":
        """Not taken yet, and not taken back."""
        return self.filter(taken_at=None, taken_back_at=None)


class HandOver(models.Model):
    """One place given to a named colleague, who has not pressed the link yet, or has; or it was taken back.

    While open, the giver's link (`from_version`) still shows the place and may take it back (rule.md#handing-over).
    """

    visitor = models.ForeignKey(Visitor, models.CASCADE, related_name="hand_overs", verbose_name=_("visitor"))
    from_name = models.CharField(_("from"), max_length=200, null=True)  # noqa: DJ001  (NULL: erased)
    from_email = EmailField(_("address"), null=True)  # NULL: erased
    from_contact = models.BooleanField(_("from the contact"))
    from_version = models.PositiveIntegerField(editable=False)
    to_name = models.CharField(_("to"), max_length=200, null=True)  # noqa: DJ001  (NULL: erased)
    to_email = EmailField(_("address"), null=True)  # NULL: erased
    at = models.DateTimeField(_("handed over at"))
    taken_at = models.DateTimeField(_("taken at"), null=True, blank=True)
    taken_back_at = models.DateTimeField(_("taken back at"), null=True, blank=True)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        constraints = [
            models.UniqueConstraint(
                fields=["visitor"],
                name="one_open_hand_over",
                condition=Q(taken_at=None, taken_back_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.at:%d %b %Y %H:%M}"
