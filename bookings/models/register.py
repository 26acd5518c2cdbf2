"""What staff have recorded of a session's register, and who was turned away before it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubs.models import ShowcaseSession


class Register(models.Model):
    """That a session's register has been recorded: from then on who is marked absent did not come.

    A row of its own, not columns of the session, which a stale form would put back. There is none while it is open.
    Corrections afterwards stand in the audit. By nobody of the staff: by the school's office.
    """

    session = models.OneToOneField(
        ShowcaseSession, models.CASCADE, primary_key=True, related_name="register", verbose_name=_("session")
    )
    recorded_at = models.DateTimeField(_("recorded at"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by")
    )

    class Meta:
        verbose_name = _("recorded register")
        verbose_name_plural = _("recorded registers")

    def __str__(self) -> str:
        return f"{self.recorded_at:%d %b %Y %H:%M}"


class TurnedAway(models.Model):
    """How many places were asked for and refused, by session, day and why. Whoever read "full" and left is not counted.

    One count for each draft, written after the refusal has been committed. A count alone: nobody can be told from it.
    """

    class Why(models.TextChoices):
        FULL = "full", _("full")
        SHARE = "share", _("their school's places were taken")
        NOT_THEIRS = "not_theirs", _("not for their school")
        CLOSED = "closed", _("booking was not open")

    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="turned_away", verbose_name=_("session"))
    day = models.DateField(_("day"))
    why = models.CharField(_("why"), max_length=10, choices=Why)
    times = models.PositiveIntegerField(_("times"), default=0)
    places = models.PositiveIntegerField(_("places"), default=0)

    class Meta:
        verbose_name = _("turned away")
        verbose_name_plural = _("turned away")
        ordering = ["session", "day", "why"]
        constraints = [
            models.UniqueConstraint(fields=["session", "day", "why"], name="one_count_a_day_and_reason"),
            models.CheckConstraint(condition=Q(places__gte=models.F("times")), name="each_wanted_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.places}"
