"""Visitors: each takes one place. And the person behind them, who dies with their last booking."""

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.models.booking import MOBILE_KEPT, Booking
from bookings.models.names import Named, NamedQuerySet, NameWords, word_indexes, words_go_with
from bookings.states import Status
from hubs.models import ShowcaseSession
from hubs.models.private_link import PrivateLink
from hubs.models.spelled_out import SpelledOut
from hubs.vocabulary.email_address import LONGEST, EmailField, email_key
from hubs.vocabulary.flags import FlagField
from hubs.vocabulary.teaching import Roles, Years

# What is kept of a visitor after the session's last day (rule.md#what-is-kept).
NEEDS_KEPT = dt.timedelta(days=7)
BETWEEN_NEEDS = "; "
# Few say either: each has an index of those who do.
NEEDS, MOBILE = ~Q(needs="", needs_added=""), ~Q(mobile="")


def needs_deleted_on(session: ShowcaseSession) -> dt.date | None:
    """The day on which nobody can read what visitors of that session need any longer; None while it has no date."""
    return session.last_day + NEEDS_KEPT if session.last_day else None


class Person(models.Model):
    """Ties visits to one person by a random id that says nothing. Deleted with that person's last unexpired booking."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email_key = models.CharField(max_length=LONGEST, unique=True)

    class Meta:
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return str(self.id)


class VisitorQuerySet(NamedQuerySet["Visitor"]):
    """Visitors by whether they come."""

    def coming(self) -> "VisitorQuerySet":
        """Those whose place has not been released."""
        return self.filter(released_at=None)

    def with_needs(self) -> "VisitorQuerySet":
        """Those of whom somebody has said what they need: they themselves, or their contact."""
        return self.filter(SpelledOut(NEEDS))

    def with_mobile(self) -> "VisitorQuerySet":
        return self.filter(SpelledOut(MOBILE))

    def ask_anew(self) -> None:
        """What was arranged for them holds no longer: it stands before staff again, with those words beside."""
        self.exclude(arranged_at=None).update(arranged_at=None, arranged_by=None)

    def past_needs(self, *, now: dt.datetime) -> "VisitorQuerySet":
        """Those whose needs have had their time."""
        past = self.filter(booking__session__last_day__lte=timezone.localdate(now) - NEEDS_KEPT)
        return past.with_needs().filter(booking__forgotten_at=None)

    def past_mobile(self, *, now: dt.datetime) -> "VisitorQuerySet":
        """Those with a mobile number that has had its time."""
        past = self.filter(booking__session__last_day__lt=timezone.localdate(now) - MOBILE_KEPT)
        return past.with_mobile().filter(booking__forgotten_at=None)

    def of_party(self, booking: Booking) -> "VisitorQuerySet":
        """The named visitors with a confirmed place of that booking's whole party, of which some may have been booked
        or offered places apart from the others."""
        first = booking.first_id
        party = Q(booking=first) | Q(booking__goes_with=first)
        placed = self.coming().filter(party, booking__session=booking.session_id, booking__status=Status.CONFIRMED)
        return placed.exclude(full_name=None).order_by("booking", "position")


class Visitor(Named, PrivateLink):
    """One person expected at a session, or a place whose visitor is to be named."""

    class Attendance(models.TextChoices):
        EXPECTED = "expected", _("expected")
        ATTENDED = "attended", _("attended")
        ABSENT = "absent", _("absent")

    booking = models.ForeignKey(Booking, models.CASCADE, related_name="visitors", verbose_name=_("booking"))
    position = models.PositiveSmallIntegerField(_("order"))
    is_contact = models.BooleanField(_("is the contact"), default=False)
    full_name = models.CharField(_("full name"), max_length=200, null=True, blank=True)  # noqa: DJ001  (NULL: erased)
    name_words = NameWords(of="full_name")
    email = EmailField(_("email address"), null=True, blank=True)
    email_key = models.CharField(max_length=LONGEST, null=True, editable=False)  # noqa: DJ001  (NULL: none, or erased)
    role = FlagField(_("role"), flag=Roles)
    years = FlagField(_("years taught"), flag=Years)
    mobile = models.CharField(_("mobile number"), max_length=30, blank=True, default="")
    # In the person's own words; and apart from them what their contact has added, who never reads the former.
    needs = models.CharField(_("access or dietary needs"), max_length=300, blank=True, default="")
    needs_added = models.CharField(_("needs added by the contact"), max_length=600, blank=True, default="")
    # What staff have arranged for them; by nobody since what they need has changed.
    arranged = models.CharField(_("what was arranged"), max_length=300, blank=True, default="")
    arranged_at = models.DateTimeField(_("arranged at"), null=True, editable=False)
    arranged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("arranged by"),
    )
    seen_before = models.BooleanField(_("has seen a Shanghai lesson before"), null=True, blank=True)
    released_at = models.DateTimeField(_("released at"), null=True, blank=True)
    released_late = models.BooleanField(_("released late"), null=True, editable=False)  # frozen, as ended_late
    person_id = models.UUIDField(null=True, editable=False, db_index=True)
    # Who gave no address may be somebody who did: another person of that name and school, found while there is a name
    # (bookings/attendance/perhaps.py). Their own `person_id` where there is none; NULL: not looked for yet.
    perhaps_id = models.UUIDField(null=True, editable=False)
    first_time = models.BooleanField(_("first time"), null=True, editable=False)
    attendance = models.CharField(_("attendance"), max_length=10, choices=Attendance, default=Attendance.EXPECTED)
    # The last mark on the register: see docs/decisions/0015. By nobody of the staff: by the school's office.
    marked_at = models.DateTimeField(_("marked at"), null=True, editable=False)
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("marked by"),
    )

    # When they went, where somebody said so: until then who has arrived is in the building.
    left_at = models.DateTimeField(_("left at"), null=True, editable=False)

    objects = VisitorQuerySet.as_manager()

    class Meta:
        ordering = ["position"]
        indexes = [
            models.Index(fields=["email_key"], name="visitor_by_address"),
            models.Index(fields=["marked_at"], name="visitor_by_mark"),  # who was put right lately
            # Few say either, and each round of the worker asks what is to be forgotten.
            models.Index(fields=["booking"], name="visitor_with_needs", condition=NEEDS),
            models.Index(fields=["booking"], name="visitor_with_mobile", condition=MOBILE),
            models.Index(
                fields=["booking"],
                name="visitor_to_recognise",
                condition=Q(perhaps_id=None, person_id__isnull=False, full_name__isnull=False),
            ),
            *word_indexes("visitor"),
        ]
        constraints = [
            words_go_with("full_name", "visitor_erased_with_words"),
            models.UniqueConstraint(fields=["booking", "position"], name="one_visitor_a_position"),
            models.UniqueConstraint(
                fields=["booking"],
                name="contact_is_one_visitor",
                condition=Q(is_contact=True, released_at=None),
            ),
            models.CheckConstraint(
                condition=Q(attendance__in=["expected", "attended", "absent"]), name="attendance_known"
            ),
            models.CheckConstraint(condition=Q(arranged="") | ~Q(needs="", needs_added=""), name="arranged_for_a_need"),
            models.CheckConstraint(
                condition=Q(arranged_at=None, arranged_by=None)
                | (Q(arranged_at__isnull=False, arranged_by__isnull=False) & ~Q(arranged="")),
                name="arranged_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(attendance="expected", marked_by=None) | Q(marked_at__isnull=False),
                name="marked_at_a_time",
            ),
            models.CheckConstraint(condition=Q(left_at=None) | Q(attendance="attended"), name="left_who_had_come"),
        ]

    def __str__(self) -> str:
        return self.full_name or str(_("To be named"))

    def set_email(self, address: str) -> None:
        """Take an address, and its key; an empty one is none."""
        self.email = address or None
        self.email_key = email_key(address) or None

    @property
    def has_needs(self) -> bool:
        return bool(self.needs or self.needs_added)

    @property
    def what_they_need(self) -> str:
        """All that is said of it, as something to compare."""
        return f"{self.needs}|{self.needs_added}"

    def ask_anew(self) -> None:
        """What they need has changed: what was arranged does not answer it, until staff say so again."""
        self.arranged_at = self.arranged_by = None
        if not self.has_needs:
            self.arranged = ""

    def add_needs(self, more: str) -> bool:
        """Put what the contact adds beside what stands there; False where it stands there already."""
        known = self.needs_added.split(BETWEEN_NEEDS) if self.needs_added else []
        if not more or more in known:
            return False
        self.needs_added = BETWEEN_NEEDS.join([*known, more])
        return True

    @property
    def has_own_mail(self) -> bool:
        """Whether mails about this place go to the visitor too: named, with an address, and not the contact."""
        return bool(self.full_name and self.email and not self.is_contact)
