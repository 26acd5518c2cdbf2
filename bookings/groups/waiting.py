"""Which invitations nobody has answered for so long that somebody should ring, and which mails still count."""

import datetime as dt
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from bookings.attendance.standing import closed_calendars
from bookings.models import Enrolment, Invitation, Mail
from bookings.models.outbox import last_by
from hubs.vocabulary.school_days import SchoolDays, london

RING_AFTER = 5  # school days without an answer
STILL_OF_USE = dt.timedelta(days=14)  # a meeting that was over so long ago is booked for nobody


def unanswered(*, now: dt.datetime) -> Q:
    """Invitations that were sent, or sent again, five school days ago or earlier, by each hub's own calendar."""
    found: Any = Q(pk__in=[])
    known = closed_calendars()
    by_hub: dict[int | None, dt.datetime] = {hub: _since(calendar, now) for hub, calendar in known.items()}
    by_hub[None] = _since(SchoolDays(), now)
    for hub, since in by_hub.items():
        whose = Q(group__hub_year__hub=hub) if hub else ~Q(group__hub_year__hub__in=list(known))
        later = Mail.objects.filter(invitation=OuterRef("pk"), created_at__gte=since).order_by()
        found |= whose & Q(invited_at__lt=since) & ~Exists(later)
    waits: Q = found & Q(state__in=(Invitation.State.INVITED, Invitation.State.NAMED))
    return waits


def _since(calendar: SchoolDays, now: dt.datetime) -> dt.datetime:
    return london(calendar.before(timezone.localdate(now), RING_AFTER - 1), dt.time())


def last_to_schools() -> Q:
    """Of each kind the last mail to each address that an invitation has, unless it is over."""
    has_it = Q(recipient=F("invitation__asked_email")) | Q(recipient=F("invitation__head_email"))
    over = (Invitation.State.DECLINED, Invitation.State.LEFT)
    return has_it & last_by("invitation", "kind", "recipient_key") & ~Q(invitation__state__in=over)


def without_meetings(rows: Any) -> Any:
    """Groups that a school has joined, and there is no meeting."""
    joined = Invitation.objects.filter(group=OuterRef("pk"), state=Invitation.State.JOINED).order_by()
    return rows.filter(Exists(joined), meetings=None)


def with_unanswered(rows: Any, *, now: dt.datetime) -> Any:
    """Groups of which a school has not answered for five school days."""
    waiting = Invitation.objects.filter(unanswered(now=now), group=OuterRef("pk")).order_by()
    return rows.filter(Exists(waiting))


def with_problems(rows: Any, *, now: dt.datetime) -> Any:
    """Groups with a school that said yes and has no places at a meeting."""
    recent = timezone.localdate(now) - STILL_OF_USE
    promised = Enrolment.objects.filter(invitation__group=OuterRef("pk"), invitation__state=Invitation.State.JOINED)
    return rows.filter(Exists(promised.filter(session__last_day__gte=recent).exclude(problem="").order_by()))
