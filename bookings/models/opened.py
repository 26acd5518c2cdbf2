"""Who of the staff opened which page that names people, and when: of its own table, for an export has no session."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from hubs.models import Hub, ShowcaseSession
from hubs.vocabulary import request_ids


class Opened(models.Model):
    """One page opened by one member of staff; again within a few minutes is the same. Forgotten after a year."""

    class What(models.TextChoices):
        REGISTER = "register", _("register of a session")
        BOOKING = "booking", _("booking")
        EXPORT = "export", _("export")
        LIST = "list", _("list of people")

    staff = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("staff"), db_index=False
    )
    what = models.CharField(_("what"), max_length=8, choices=What)
    page = models.CharField(_("page"), max_length=60, help_text=_("As the address table calls it."))
    session = models.ForeignKey(
        ShowcaseSession, models.SET_NULL, null=True, related_name="+", verbose_name=_("session")
    )
    booking = models.ForeignKey(Booking, models.SET_NULL, null=True, related_name="+", verbose_name=_("booking"))
    # Of what is about no session: the one hub that they work for. Its leads may read the row.
    hub = models.ForeignKey(Hub, models.SET_NULL, null=True, related_name="+", verbose_name=_("hub"))
    at = models.DateTimeField(_("when"), db_index=True)
    request_id = models.CharField(_("request"), max_length=request_ids.LONGEST, blank=True, default=request_ids.current)

    class Meta:
        verbose_name = _("page that was opened")
        verbose_name_plural = _("pages that were opened")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["staff", "at"], name="opened_by")]

    def __str__(self) -> str:
        return f"{self.get_what_display()} {self.at:%d %b %Y %H:%M}"
