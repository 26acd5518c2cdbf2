"""What was done to a session as a whole, what the hub says of it, and who has seen it (rule.md#changes)."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import Booking
from bookings.models.visitor import Visitor
from bookings.states import FROZEN, SESSION_TABLE, Standing, Verb, session_verb_choices
from hubs.models import HostSchool, HubYear, MasterySpecialist, ShowcaseSession, VisitingTeacher
from hubs.vocabulary.teaching import listed

MOST_INSTEAD = 3
LONGEST_MESSAGE = 1000
# What can be done to a whole visit or exchange at once: a date or a teacher belongs to one session.
WIDE_VERBS = (Verb.CANCEL_SESSION, Verb.POSTPONE, Verb.REINSTATE)


def wide_verb_choices() -> list[tuple[str, Any]]:
    """As `verb_choices` in states.py."""
    return [(verb.value, verb.label) for verb in WIDE_VERBS]


class Said(models.Model):
    """What a hub says when it changes something: a message of its own, and sessions to go to instead."""

    # The form that asked for it carries this key, so that pressing twice does it once.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))
    message = models.CharField(_("message"), max_length=LONGEST_MESSAGE, blank=True)
    instead = models.ManyToManyField(
        ShowcaseSession, blank=True, related_name="+", verbose_name=_("sessions offered instead")
    )

    class Meta:
        abstract = True

    def instead_now(self, *, now: dt.datetime) -> list[ShowcaseSession]:
        """Those of the sessions offered instead that can be booked at `now`, soonest first: one query."""
        seen = self.instead.exclude(visibility=ShowcaseSession.Visibility.STAFF)
        known = seen.with_names().select_related("places")
        return [session for session in known if session.places.standing(now=now) == Standing.OPEN]


class SessionChangeQuerySet(models.QuerySet["SessionChange"]):
    """Changes as people are told of them."""

    def newest(self) -> "SessionChange | None":
        return self.order_by("-pk").first()

    def since(self, booking: Booking) -> "SessionChangeQuerySet":
        """Those of the booking's session that it has lived through, the newest first."""
        return self.filter(session=booking.session_id, at__gte=booking.came_at).order_by("-pk")


def taught_by(visiting: Iterable[int], others: Iterable[str]) -> str:
    """Who teaches, in words, as it may be said at this moment: a yes to a name may have been taken back since."""
    teachers = VisitingTeacher.objects.filter(pk__in=list(visiting))
    return listed([*(one.public_name for one in teachers), *others])


class SessionChange(Said):
    """One change of a session. Never changed and never deleted."""

    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="changes", verbose_name=_("session"))
    verb = models.CharField(_("what"), max_length=20, choices=session_verb_choices)
    at = models.DateTimeField(_("when"))
    # What it was before and is now, in words or as moments in UTC: see bookings/sessions/moving.py.
    facts = models.JSONField(_("facts"), default=dict)

    objects = SessionChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a session")
        verbose_name_plural = _("changes of sessions")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.get_verb_display()} {self.at:%d %b %Y %H:%M}"

    @property
    def takes_off(self) -> bool:
        """Whether the session does not take place after it."""
        return SESSION_TABLE[Verb(self.verb)][1] in FROZEN

    @property
    def taught_by(self) -> str:
        """Who teaches since a lesson was substituted; a visiting teacher by name only while that may be published."""
        return taught_by(self.facts.get("visiting", ()), self.facts.get("others", ()))

    @property
    def was(self) -> dict[str, Any] | None:
        """When and where the session was before it moved, for pages; None where it had no date."""
        if not self.facts.get("was_starts_at"):
            return None
        starts_at, ends_at = (parse_datetime(self.facts[name]) for name in ("was_starts_at", "was_ends_at"))
        return {"starts_at": starts_at, "ends_at": ends_at, "place": self.facts["was_place"]}

    @property
    def asks(self) -> bool:
        """Whether it asks each party if they can still come."""
        return self.verb == Verb.MOVE


class Seen(models.Model):
    """Somebody has pressed "I have seen this": a booking's contact, or one visitor by their own link."""

    change = models.ForeignKey(SessionChange, models.CASCADE, related_name="seen", verbose_name=_("change"))
    booking = models.ForeignKey(Booking, models.CASCADE, related_name="seen", verbose_name=_("booking"))
    visitor = models.ForeignKey(
        Visitor, models.CASCADE, null=True, blank=True, related_name="seen", verbose_name=_("visitor")
    )
    at = models.DateTimeField(_("when"))

    class Meta:
        verbose_name = _("change seen")
        verbose_name_plural = _("changes seen")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "booking"], name="contact_sees_a_change_once", condition=Q(visitor=None)
            ),
            models.UniqueConstraint(
                fields=["change", "visitor"], name="visitor_sees_a_change_once", condition=Q(visitor__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%d %b %Y %H:%M}"


class Phoned(models.Model):
    """Staff have told somebody of a change by telephone: a booking's contact, one visitor, who teaches, or, where none
    of them is named, the school's office. Who pressed first stands; a wrong press is taken away again, and the audit
    keeps both."""

    change = models.ForeignKey(SessionChange, models.CASCADE, related_name="phoned", verbose_name=_("change"))
    booking = models.ForeignKey(
        Booking, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("booking")
    )
    visitor = models.ForeignKey(
        Visitor, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("visitor")
    )
    teacher = models.ForeignKey(
        VisitingTeacher, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("visiting teacher")
    )
    specialist = models.ForeignKey(
        MasterySpecialist, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("mastery specialist")
    )
    at = models.DateTimeField(_("when"))
    staff = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("by"))

    class Meta:
        verbose_name = _("told by phone")
        verbose_name_plural = _("told by phone")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["change", "booking"],
                name="contact_is_phoned_once",
                condition=Q(booking__isnull=False, visitor=None),
            ),
            models.UniqueConstraint(
                fields=["change", "visitor"], name="visitor_is_phoned_once", condition=Q(visitor__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["change", "teacher"], name="teacher_is_phoned_once", condition=Q(teacher__isnull=False)
            ),
            models.UniqueConstraint(
                fields=["change", "specialist"],
                name="specialist_is_phoned_once",
                condition=Q(specialist__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["change"],
                name="office_is_phoned_once",
                condition=Q(booking=None, teacher=None, specialist=None),
            ),
            models.CheckConstraint(
                condition=Q(booking__isnull=False, teacher=None, specialist=None)
                | Q(booking=None, visitor=None, specialist=None)
                | Q(booking=None, visitor=None, teacher=None),
                name="phoned_is_one_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%d %b %Y %H:%M}"


class WideChange(Said):
    """A change of all sessions of a host school's visit or of a hub's exchange, carried out one session at a time."""

    verb = models.CharField(_("what"), max_length=20, choices=wide_verb_choices)
    host_school = models.ForeignKey(
        HostSchool, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("host school's visit")
    )
    hub_year = models.ForeignKey(
        HubYear, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("hub in a year")
    )
    created_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("change of several sessions")
        verbose_name_plural = _("changes of several sessions")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(host_school__isnull=False, hub_year=None) | Q(host_school=None, hub_year__isnull=False),
                name="wide_change_is_of_one_thing",
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_verb_display()}: {self.host_school or self.hub_year}"


class WideStep(models.Model):
    """One session of a wide change. Its key is that of the session's own change: done twice is done once."""

    wide = models.ForeignKey(WideChange, models.CASCADE, related_name="steps", verbose_name=_("change"))
    session = models.ForeignKey(ShowcaseSession, models.PROTECT, related_name="+", verbose_name=_("session"))
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    refused = models.CharField(_("not done because"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("session of a change")
        verbose_name_plural = _("sessions of a change")
        ordering = ["pk"]
        indexes = [models.Index(fields=["id"], name="wide_step_to_do", condition=Q(done_at=None))]
        constraints = [models.UniqueConstraint(fields=["wide", "session"], name="each_session_once_a_change")]

    def __str__(self) -> str:
        return str(self.session)
