"""The places of a session: the row that every verb locks. Only bookings/places.py writes it."""

import datetime as dt

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.expressions import Combinable
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.states import FROZEN, SessionStatus, Standing
from hubs.models import ShowcaseSession


def is_open(now: dt.datetime) -> Q:
    """Of sessions: those with booking on at `now`, whether they have places left, are full or open soon.

    As `Places.standing` has it, for a database to choose by; so are those below.
    """
    in_time = Q(closes_at__gt=now) | Q(closes_at=None, starts_at__gt=now) | Q(closes_at=None, starts_at=None)
    return in_time & Q(places__status=SessionStatus.OPEN, booked_elsewhere="")


def stands(now: dt.datetime) -> Case:
    """Of sessions: how each stands at `now`, one of `Standing`."""
    today = timezone.localdate(now)
    over = Q(ends_at__lte=now) | Q(ends_at=None, last_day__lt=today)
    past_deadline = Q(closes_at__lte=now) | Q(closes_at=None, starts_at__lte=now)
    off = (SessionStatus.DRAFT, SessionStatus.CANCELLED, SessionStatus.POSTPONED)
    return Case(
        *(When(places__status=status, then=Value(Standing(status))) for status in off),
        When(over, then=Value(Standing.OVER)),
        When(~Q(booked_elsewhere=""), then=Value(Standing.ELSEWHERE)),
        When(places__status=SessionStatus.ANNOUNCED, then=Value(Standing.ANNOUNCED)),
        When(Q(places__status=SessionStatus.CLOSED) | past_deadline, then=Value(Standing.CLOSED)),
        When(opens_at__gt=now, then=Value(Standing.SOON)),
        When(can_be_booked(now), then=Value(Standing.OPEN)),
        default=Value(Standing.FULL),
        output_field=models.CharField(),
    )


def places_left(now: dt.datetime) -> Combinable:
    """Of sessions: how many places the public can have at `now`, as `Places.left` counts."""
    kept = Case(When(release_at__lte=now, then=0), default=F("places__held_back"), output_field=models.IntegerField())
    return F("places__capacity") - F("places__places_taken") - kept


def can_be_booked(now: dt.datetime, *, places: int = 1) -> Q:
    """Of sessions: those in which the public can book that many places at `now`."""
    taken, kept = F("places__places_taken"), F("places__held_back")
    room = Q(places__capacity__gte=taken + kept + places)
    released = Q(release_at__lte=now, places__capacity__gte=taken + places)
    return is_open(now) & (Q(opens_at=None) | Q(opens_at__lte=now)) & (room | released)


class Places(models.Model):
    """How many places a session has, how many are kept and taken, and whether staff have opened it.

    On a row of its own because saving a session's form writes the whole session, and would put an old count back.
    """

    session = models.OneToOneField(ShowcaseSession, models.CASCADE, primary_key=True, related_name="places")
    status = models.CharField(_("status"), max_length=10, choices=SessionStatus, default=SessionStatus.DRAFT)
    status_before = models.CharField(
        _("status before it was taken off"), max_length=10, choices=SessionStatus, blank=True, default=""
    )
    capacity = models.PositiveSmallIntegerField(_("places"), default=0, help_text=_("0: not known yet."))
    held_back = models.PositiveSmallIntegerField(_("held back"), default=0)
    places_taken = models.PositiveSmallIntegerField(_("taken"), default=0)
    # As staff have said last, whatever a walk-in has added since, or a release or a used place taken off: so many has a
    # copy of the session. Empty: as it is.
    planned_capacity = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    planned_held_back = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    calendar_sequence = models.PositiveIntegerField(_("calendar sequence"), default=0)

    class Meta:
        verbose_name = _("places of a session")
        verbose_name_plural = _("places of sessions")
        indexes = [
            models.Index(fields=["session"], name="places_held_back", condition=Q(held_back__gt=0)),
            # Few at any time: Home asks which of them nobody has said an opening of.
            models.Index(fields=["session"], name="places_announced", condition=Q(status=SessionStatus.ANNOUNCED)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(places_taken__gte=0, held_back__gte=0, capacity__gte=F("places_taken") + F("held_back")),
                name="never_more_places_than_the_room_holds",
                violation_error_message=_("There are not that many places."),
            ),
            models.CheckConstraint(condition=Q(status__in=SessionStatus.values), name="session_status_known"),
            models.CheckConstraint(
                condition=~Q(status=SessionStatus.OPEN) | Q(capacity__gte=1),
                name="open_session_has_places",
                violation_error_message=_("A session needs places before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(status_before="") | Q(status__in=sorted(FROZEN)),
                name="only_what_is_off_has_a_status_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.places_taken} of {self.capacity}"

    @property
    def planned(self) -> dict[str, int]:
        """How many places there were to be, and how many of them held back."""
        capacity = self.capacity if self.planned_capacity is None else self.planned_capacity
        held_back = self.held_back if self.planned_held_back is None else self.planned_held_back
        return {"capacity": capacity, "held_back": min(held_back, capacity)}

    def kept(self, *, now: dt.datetime) -> int:
        """Places still held back at `now`: they come free at the session's `release_at`, settled or not."""
        release_at = self.session.release_at
        return 0 if release_at and release_at <= now else self.held_back

    def left(self, *, now: dt.datetime) -> int:
        """Places that the public can have at `now`."""
        return self.capacity - self.places_taken - self.kept(now=now)

    def standing(self, *, now: dt.datetime) -> Standing:
        """How the session stands for the public at `now` (rule.md#opening)."""
        session = self.session
        if self.status in (SessionStatus.DRAFT, SessionStatus.CANCELLED, SessionStatus.POSTPONED):
            return Standing(self.status)
        if self._is_over(now):
            return Standing.OVER
        if session.booked_elsewhere:
            return Standing.ELSEWHERE
        if self.status == SessionStatus.ANNOUNCED:
            return Standing.ANNOUNCED
        if self.status == SessionStatus.CLOSED or self._deadline_passed(now):
            return Standing.CLOSED
        if session.opens_at and session.opens_at > now:
            return Standing.SOON
        return Standing.OPEN if self.left(now=now) > 0 else Standing.FULL

    def _is_over(self, now: dt.datetime) -> bool:
        session = self.session
        if session.ends_at:
            return session.ends_at <= now
        return bool(session.last_day and session.last_day < timezone.localdate(now))

    def _deadline_passed(self, now: dt.datetime) -> bool:
        deadline = self.session.closes_at or self.session.starts_at
        return bool(deadline and deadline <= now)
