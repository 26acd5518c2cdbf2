"""What a hub has written to the people of a session: a record, beside the mails themselves (rule.md#people)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from hubs.models import ShowcaseSession

LONGEST_SUBJECT, LONGEST_LETTER = 100, 3000


class Letter(models.Model):
    """One letter to the people of one session. Never changed and never deleted."""

    class To(models.TextChoices):
        CONFIRMED = "confirmed", _("everyone with a confirmed place")
        WAITING = "waiting", _("everyone on the waiting list")
        ALL = "all", _("everyone: confirmed, not confirmed yet, and waiting")

    # The form that asked for it carries a key, so that pressing twice writes once.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="letters", verbose_name=_("session"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("when"))
    to = models.CharField(_("to"), max_length=10, choices=To)
    subject = models.CharField(_("subject"), max_length=LONGEST_SUBJECT)
    message = models.CharField(_("message"), max_length=LONGEST_LETTER)
    mails = models.PositiveIntegerField(_("mails"))

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.subject
