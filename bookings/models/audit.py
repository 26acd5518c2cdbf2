"""What happened, once each: ids and no names."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.states import verb_choices
from hubs.models import ShowcaseSession
from hubs.vocabulary import request_ids


class By(models.TextChoices):
    """Who did it, where it was not a member of staff."""

    VISITOR = "visitor", _("visitor")
    STAFF = "staff", _("staff")
    CLOCK = "clock", _("clock")
    OFFICE = "office", _("school office")


class AuditEntry(models.Model):
    """One event of a booking, or of a session's places. Never changed and never deleted."""

    at = models.DateTimeField(_("when"))
    by = models.CharField(_("by"), max_length=7, choices=By)
    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("staff"),
    )
    verb = models.CharField(_("what"), max_length=20, choices=verb_choices)
    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="audit", verbose_name=_("session"))
    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="audit", verbose_name=_("booking")
    )
    visitor_id = models.BigIntegerField(_("visitor"), null=True, blank=True)
    from_status = models.CharField(_("from"), max_length=10, blank=True)
    to_status = models.CharField(_("to"), max_length=10, blank=True)
    places = models.SmallIntegerField(_("places"), default=0, help_text=_("Taken (+) or given back (−)."))
    why = models.CharField(_("why"), max_length=300, blank=True)
    why_told = models.BooleanField(_("they were told why"), default=False)
    request_id = models.CharField(
        _("request"),
        max_length=request_ids.LONGEST,
        blank=True,
        default=request_ids.current,
        help_text=_("As the log has it. None: nobody pressed, it was due."),
    )

    class Meta:
        verbose_name_plural = _("audit entries")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(by=By.STAFF, staff__isnull=False) | (~Q(by=By.STAFF) & Q(staff=None)),
                name="staff_is_named",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%d %b %Y %H:%M}"
