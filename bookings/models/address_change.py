"""A new address that waits for its owner: it stands beside the old one until the link sent there is pressed."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.visitor import Visitor
from hubs.models.private_link import PrivateLink
from hubs.vocabulary.email_address import EmailField


class AddressChangeQuerySet(models.QuerySet["AddressChange"]):
    """New addresses by how they stand."""

    def of(self, booking: Booking, visitor: Visitor | None) -> "AddressChangeQuerySet":
        """The one that a contact has asked for, or that visitor for their own place."""
        return self.filter(visitor=visitor) if visitor else self.filter(booking=booking, visitor=None)

    def open(self) -> "AddressChangeQuerySet":
        """Not pressed yet, and asked for by the link that still is the owner's: a new link ends it."""
        of_contact = Q(visitor=None, from_version=F("booking__link_version"))
        return self.filter(of_contact | Q(from_version=F("visitor__link_version")), pressed_at=None)


class AddressChange(PrivateLink):
    """The address that a contact wants for their booking, or a visitor for their own place (rule.md#links).

    One each: asking for another one writes over it, and ends the link that was sent before.
    """

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="address_changes", verbose_name=_("booking"))
    visitor = models.OneToOneField(  # None: the contact's
        Visitor, models.CASCADE, null=True, blank=True, related_name="address_change", verbose_name=_("visitor")
    )
    email = EmailField(_("new address"), null=True)  # NULL: erased
    from_version = models.PositiveIntegerField(editable=False)  # of the owner's link when it was asked for
    asked_at = models.DateTimeField(_("asked for at"))
    pressed_at = models.DateTimeField(_("pressed at"), null=True, blank=True)

    objects = AddressChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("new address")
        verbose_name_plural = _("new addresses")
        constraints = [
            models.UniqueConstraint(fields=["booking"], name="one_new_address_a_contact", condition=Q(visitor=None))
        ]

    def __str__(self) -> str:
        return f"{self.asked_at:%d %b %Y %H:%M}"

    @property
    def owner(self) -> Booking | Visitor:
        return self.visitor or self.booking
