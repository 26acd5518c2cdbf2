"""What somebody has typed so far, and who has asked to be told."""

import datetime as dt
import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from hubs.models import HostSchool, Hub, School, ShowcaseSession
from hubs.models.private_link import PrivateLink

LIFE = dt.timedelta(hours=2)
# "Send it again" and "use another address" stand on the page after booking for this long (product.md section 3.10).
AFTERWARDS = dt.timedelta(hours=1)


class Draft(models.Model):
    """The answers of one browser at one session, behind a cookie. The last POST consumes it."""

    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, related_name="+")
    school = models.ForeignKey(School, models.SET_NULL, null=True, related_name="+")
    answers = models.JSONField(default=dict)
    request_key = models.UUIDField(default=uuid.uuid4, editable=False)
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+")
    expires_at = models.DateTimeField(db_index=True)
    consumed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"  # the key is a secret


class TellMe(PrivateLink):
    """A wish to be told when booking opens: of a session, a host school's visit or a hub."""

    email = models.EmailField(_("email address"))
    email_key = models.CharField(max_length=254, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    session = models.ForeignKey(ShowcaseSession, models.CASCADE, null=True, blank=True, related_name="tell_me")
    host_school = models.ForeignKey(HostSchool, models.CASCADE, null=True, blank=True, related_name="tell_me")
    hub = models.ForeignKey(Hub, models.CASCADE, null=True, blank=True, related_name="tell_me")
    created_at = models.DateTimeField(_("asked at"))
    proved_at = models.DateTimeField(_("address proved at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)

    class Meta:
        verbose_name = _("wish to be told")
        verbose_name_plural = _("wishes to be told")
        constraints = [
            models.CheckConstraint(
                condition=Q(session__isnull=False, host_school=None, hub=None)
                | Q(session=None, host_school__isnull=False, hub=None)
                | Q(session=None, host_school=None, hub__isnull=False),
                name="told_of_one_thing",
            ),
            *(
                models.UniqueConstraint(
                    fields=["email_key", of],
                    name=f"told_once_of_{of}",
                    condition=Q(**{f"{of}__isnull": False}),
                )
                for of in ("session", "host_school", "hub")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.created_at:%d %b %Y}"
