"""A booking goes to another session of its hub: staff move it, the whole party at once (rule.md#changes).

Both sessions are locked, always in the order of their ids, so that two moves in opposite directions wait for each other
and never for ever. See docs/decisions/0013-a-booking-moves-as-one-row.md.
"""

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.db.models import Q

from bookings.models import Booking, Visitor
from bookings.places import locked_together, write
from bookings.rule import fair_share, people
from bookings.rule.judging import already_there, refuse_after_start
from bookings.rule.refusals import (
    AlreadyBooked,
    Ended,
    MovedMeanwhile,
    NeedsReason,
    NotBookable,
    OtherHub,
    SessionFull,
)
from bookings.rule.room import Clock, Room, session_facts
from bookings.states import FROZEN, Standing, Verb
from hubs.models import StaffUser

CLOSED_TO_ALL = {Standing.CANCELLED, Standing.POSTPONED, Standing.OVER}


def to_another_session(
    booking_id: int, session_id: int, *, by: StaffUser, clock: Clock, use_held_back: bool = False, why: str = ""
) -> Booking:
    """Give a live booking places in another session instead, confirmed at once, and tell its people. Twice is once.

    Those who go with it move too; one that goes with another moves alone, and stands on its own from then on. Raises
    Ended, MovedMeanwhile, OtherHub, NotBookable, SessionFull, AlreadyBooked, and NeedsReason where the school would
    have more than its share and nothing says why.
    """
    from_id = Booking.objects.values_list("session_id", flat=True).get(pk=booking_id)
    if from_id == session_id:
        return Booking.objects.get(pk=booking_id)
    with locked_together(sorted((from_id, session_id)), clock) as rooms:
        old, new = rooms if from_id < session_id else reversed(rooms)
        booking = Booking.objects.select_related("school").get(pk=booking_id)
        if booking.session_id == session_id:
            return booking
        if booking.session_id != from_id:
            raise MovedMeanwhile
        party = party_of(booking)
        _judge_leaving(old, new, booking)
        _judge_coming(new, party, use_held_back=use_held_back, why=why)
        _move(old, new, party, by=by, use_held_back=use_held_back, why=why)
        return party[0]


def party_of(booking: Booking) -> list[Booking]:
    """What moves with a booking: itself first, then the live ones that go with it."""
    with_it = Q(session=booking.session_id, goes_with=booking.pk)
    return [booking, *Booking.objects.live().filter(with_it).select_related("school").order_by("pk")]


def _judge_leaving(old: Room, new: Room, booking: Booking) -> None:
    """Raises Ended, OtherHub, or NotBookable once its session has begun: who was expected then is history."""
    if not booking.is_live:
        raise Ended
    if old.session.hub_year.hub_id != new.session.hub_year.hub_id:
        raise OtherHub
    if old.places.status not in FROZEN:
        refuse_after_start(old)


def _judge_coming(new: Room, party: Sequence[Booking], *, use_held_back: bool, why: str) -> None:
    """Whether staff could book so many places there now."""
    booking, size = party[0], sum(one.party for one in party)
    standing = new.places.standing(now=new.now)
    if standing in CLOSED_TO_ALL:
        raise NotBookable(standing)
    left = new.places.held_back if use_held_back else new.places.left(now=new.now)
    if size > left:
        raise SessionFull(max(left, 0))
    beside = new.bookings_beside(booking)
    share = fair_share.left_for(new.session, booking, beside, now=new.now)
    if share is not None and size > share and not why.strip():
        raise NeedsReason
    alone = copy(booking)
    alone.goes_with = None  # with nobody there
    alone.contact_comes = any(one.contact_comes for one in party)
    if already_there(alone, beside):
        raise AlreadyBooked


def _move(old: Room, new: Room, party: Sequence[Booking], *, by: StaffUser, use_held_back: bool, why: str) -> None:
    """One audit entry of each session for each booking, and the mails, which say both sessions."""
    new.came_from = _as_it_was(old)
    write(old, Verb.MOVE_OUT, party, by=by, why=why)
    party[0].goes_with = None
    for booking in party:
        booking.session, booking.here_since, booking.uses_held_back = new.session, new.now, use_held_back
    people.recognise(Visitor.objects.coming().filter(booking__in=party))
    write(new, Verb.MOVE_IN, party, by=by, why=why)


def _as_it_was(old: Room) -> dict[str, Any]:
    facts = session_facts(old.session, sequence=0)
    return {f"was_{name}": facts[name] for name in ("title", "title_zh", "starts_at", "ends_at", "place")}
