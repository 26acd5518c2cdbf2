"""Staff who sign in, by e-mail address, and the hubs they belong to."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from hubs.vocabulary.email_address import EmailField, email_key


class StaffUserManager(BaseUserManager["StaffUser"]):
    """Finds and makes staff by address, whatever its case."""

    def get_by_natural_key(self, username: str | None) -> "StaffUser":
        return self.get(email=email_key(username or ""))

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "StaffUser":
        user = self.model(email=email_key(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "StaffUser":
        return self.create_user(email, password, is_superuser=True, **fields)


class StaffUser(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in to the admin. What they may do there follows from their memberships."""

    email = EmailField(_("email address"), unique=True)
    full_name = models.CharField(_("full name"), max_length=200)
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_programme_office = models.BooleanField(
        _("programme office"),
        default=False,
        help_text=_("Sees every hub's sessions and counts, and nobody's name."),
    )
    date_joined = models.DateTimeField(_("added"), default=timezone.now, editable=False)
    forgotten_at = models.DateTimeField(_("name deleted at"), null=True, editable=False)

    objects = StaffUserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]

    class Meta:
        verbose_name = _("member of staff")
        verbose_name_plural = _("staff")
        ordering = ["full_name"]

    def __str__(self) -> str:
        if self.forgotten_at:
            return str(_("a former member of staff"))
        return self.full_name or self.email

    @property
    def is_staff(self) -> bool:
        """Everyone with an account is staff: visitors have none."""
        return True

    def clean(self) -> None:
        super().clean()
        self.email = email_key(self.email)

    @cached_property
    def hub_roles(self) -> dict[int, str]:
        """The role in each hub, by the hub's id. What follows from it is decided in hubs/staff/scope.py."""
        return dict(self.memberships.values_list("hub_id", "role"))

    def get_short_name(self) -> str:
        return str(self)

    @cached_property
    def has_device(self) -> bool:
        """Whether they have set up a second factor."""
        return bool(self.totpdevice_set.filter(confirmed=True).exists())  # type: ignore[attr-defined]  # django-otp's

    @cached_property
    def needs_second_factor(self) -> bool:
        """Whether their password alone opens nothing: they have a device, or must have one. One query."""
        asks = Q(totpdevice__confirmed=True) | Q(memberships__hub__second_factor_required=True)
        return settings.SECOND_FACTOR == "required" or StaffUser.objects.filter(asks, pk=self.pk).exists()


class Membership(models.Model):
    """A member of staff in one hub."""

    class Role(models.TextChoices):
        LEAD = "lead", _("hub lead")
        ADMINISTRATOR = "administrator", _("hub administrator")

    user = models.ForeignKey(StaffUser, models.CASCADE, related_name="memberships", verbose_name=_("member of staff"))
    hub = models.ForeignKey("hubs.Hub", models.CASCADE, related_name="memberships", verbose_name=_("hub"))
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.ADMINISTRATOR)
    invited_as = models.CharField(_("name in the invitation"), max_length=200, blank=True, editable=False)
    invited_at = models.DateTimeField(_("invited"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("member of a hub's staff")
        verbose_name_plural = _("hub staff")
        ordering = ["hub__slug", "user__email"]  # not by name: an account of another hub may have another
        constraints = [models.UniqueConstraint(fields=["user", "hub"], name="one_membership_a_hub")]

    def __str__(self) -> str:
        return f"{self.known_as}, {self.get_role_display()}"

    @property
    def has_arrived(self) -> bool:
        """Whether they have signed in since they were invited."""
        return self.invited_at is None or _after(self.user.last_login, self.invited_at)

    @property
    def known_as(self) -> str:
        """What the hub calls them: until they come, the name in its invitation.

        An account of theirs at another hub may carry another name, and whoever invites is not told that there is one.
        """
        return str(self.user) if self.has_arrived else self.invited_as or self.user.email


def _after(moment: dt.datetime | None, other: dt.datetime) -> bool:
    return moment is not None and moment >= other
