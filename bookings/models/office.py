"""The link by which a host school's office sees who is coming, and may mark who has come."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hubs.models import ShowcaseSession
from hubs.models.private_link import PrivateLink
from hubs.vocabulary.email_address import EmailField


class OfficeLink(PrivateLink):
    """The office's link to one session's register. Withdrawing it raises its version; so does another address.

    `known` is who was coming when the office was first told (`known_at`), as visitors' ids and what their lines came
    to: what has changed since is marked. It holds no name, so nothing in it has to be erased.
    """

    session = models.OneToOneField(
        ShowcaseSession, models.CASCADE, related_name="office_link", verbose_name=_("session")
    )
    may_mark = models.BooleanField(_("may mark arrivals"), default=False)
    given_to = EmailField(_("given to"), blank=True)
    given_at = models.DateTimeField(_("given at"))
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)
    known = models.JSONField(default=dict, editable=False)
    known_at = models.DateTimeField(_("first told who is coming"), null=True, editable=False)

    class Meta:
        verbose_name = _("link of a school office")
        verbose_name_plural = _("links of school offices")
        ordering = ["-given_at"]
        indexes = [models.Index(fields=["session"], name="office_to_forget", condition=~Q(given_to="", known_at=None))]

    def __str__(self) -> str:
        return f"{self.session}"
