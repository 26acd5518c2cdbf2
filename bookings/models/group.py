"""Who is invited to a work group: a school, two named teachers of it, and the head who says yes."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.feedback import Interest
from hubs.models import School, WorkGroup
from hubs.models.private_link import PrivateLink
from hubs.vocabulary.email_address import EmailField


class Invitation(PrivateLink):
    """One school's way into a group. Two links open it: the teacher's, who names who comes and the head; and the head's
    own, which says yes and with it books the places of all meetings.

    The teacher's link has the row's own version and the head's has `head_version`, so that naming another head ends
    the link of the one before and leaves the teacher's. Names and addresses end with the exchange; that the school was
    invited and what it said stays.
    """

    class State(models.TextChoices):
        INVITED = "invited", _("invited")
        NAMED = "named", _("the head is asked")
        JOINED = "joined", _("joined")
        DECLINED = "declined", _("declined")
        LEFT = "left", _("left")

    group = models.ForeignKey(WorkGroup, models.CASCADE, related_name="invitations", verbose_name=_("work group"))
    school = models.ForeignKey(School, models.PROTECT, related_name="+", verbose_name=_("school"))
    # Whose interest led to it, if any.
    interest = models.ForeignKey(Interest, models.SET_NULL, null=True, blank=True, related_name="invitations")
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.INVITED)
    asked_name = models.CharField(_("to whom"), max_length=200, null=True, blank=True)  # noqa: DJ001  (NULL: erased)
    asked_email = EmailField(_("their email address"), null=True, blank=True)
    head_name = models.CharField(_("head teacher"), max_length=200, null=True, blank=True)  # noqa: DJ001  (or none yet)
    head_email = EmailField(_("head teacher's email"), null=True, blank=True)
    head_version = models.PositiveIntegerField(default=1, editable=False)
    language = models.CharField(_("language"), max_length=10, default="en-gb")
    invited_at = models.DateTimeField(_("invited at"))
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("invited by")
    )
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("invitation to a group")
        verbose_name_plural = _("invitations to groups")
        ordering = ["group", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["group", "school"], name="school_is_invited_once"),
            models.CheckConstraint(
                condition=~Q(state__in=["joined", "declined", "left"]) | Q(answered_at__isnull=False),
                name="answered_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.school}"


class GroupTeacher(models.Model):
    """A teacher whom a school sends to its group. Their places at each meeting are bookings like any other."""

    invitation = models.ForeignKey(
        Invitation, models.CASCADE, related_name="teachers", verbose_name=_("invitation to a group")
    )
    position = models.PositiveSmallIntegerField(_("order"))
    full_name = models.CharField(_("full name"), max_length=200, null=True, blank=True)  # noqa: DJ001  (NULL: erased)
    email = EmailField(_("email address"), null=True, blank=True)
    is_lead = models.BooleanField(_("maths lead"), default=False)

    class Meta:
        verbose_name = _("teacher of a group")
        verbose_name_plural = _("teachers of groups")
        ordering = ["invitation", "position"]
        constraints = [models.UniqueConstraint(fields=["invitation", "position"], name="one_teacher_a_position")]

    def __str__(self) -> str:
        return self.full_name or str(_("To be named"))


class Enrolment(models.Model):
    """A meeting whose places a school's yes books: carried out once a meeting, and on from where it was interrupted.

    `key` is that of the booking which it makes, so that it is made once however often it is tried. What was done or
    could not be is told once, by `told_at`.
    """

    invitation = models.ForeignKey(
        Invitation, models.CASCADE, related_name="enrolments", verbose_name=_("invitation to a group")
    )
    session = models.ForeignKey(
        "hubs.ShowcaseSession", models.CASCADE, related_name="enrolments", verbose_name=_("meeting")
    )
    booking = models.ForeignKey(
        Booking, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("booking")
    )
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    told_at = models.DateTimeField(_("told at"), null=True, blank=True)
    problem = models.CharField(_("why not"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("enrolment of a school")
        verbose_name_plural = _("enrolments of schools")
        indexes = [models.Index(fields=["id"], name="enrolment_to_do", condition=Q(told_at=None))]
        constraints = [
            models.UniqueConstraint(fields=["invitation", "session"], name="enrolled_once"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=False) | Q(booking=None, problem="", told_at=None),
                name="enrolled_before_it_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session}"
