"""A form that somebody filled in on paper, entered by staff: an answer that is nobody's from the beginning."""

import uuid
from typing import Any

from bookings.afterwards.asking import asks
from bookings.attendance import register
from bookings.models import DayAnswer
from bookings.rule.room import Clock
from bookings.states import FROZEN
from hubs.models import ShowcaseSession

new_voice = uuid.uuid4


def enter(session: ShowcaseSession, said: dict[str, Any], *, voice: uuid.UUID, clock: Clock) -> bool:
    """Keep what stands on one paper form; returns whether it could be. The same `voice` again is the same press."""
    off = session.places.status in FROZEN or not asks(session)
    if off or not register.is_over(session, now=clock()) or session.ends_at is None:
        return False
    of = {"session": session, "voice": voice, "hub_year_id": session.hub_year_id}
    DayAnswer.objects.bulk_create(
        [DayAnswer(**of, **said, on_paper=True, answered_at=session.ends_at)], ignore_conflicts=True
    )
    return True
