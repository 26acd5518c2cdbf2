"""How many places of a session one network may have before anybody has pressed a mailed link (rule.md#unproved).

Read under the session's lock, before the address is looked at. A quarter of the room, or twenty places, is more than a
school asks for at once and less than a script would like. Whoever confirms makes room for the next of their network.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db.models import BigIntegerField, DateTimeField, Q, QuerySet
from django.db.models.fields.json import KT

from bookings.models import Booking, Draft, Places, SchoolKind
from bookings.rule.fair_share import share_of
from bookings.rule.reading import HALF
from bookings.rule.refusals import ConfirmFirst
from bookings.rule.room import Room
from hubs.vocabulary.asked_often import AskedOften, Given

LEAST, PART = 20, 4
WIDE = 2  # times as much for all of a /48, which is given to one site or street


class Unproved(NamedTuple):
    """Places of one network that nobody has proved."""

    held_from: str
    places: int
    school_kind: str

    @property
    def wide(self) -> str:
        return self.held_from[:HALF]

    @property
    def is_typed(self) -> bool:
        """Whether their school is one that somebody typed: anybody can invent another."""
        return self.school_kind not in (SchoolKind.REGISTER, SchoolKind.NONE)


def most(places: Places) -> int:
    return max(LEAST, places.capacity // PART)


def judge_network(room: Room, booking: Booking, *, size: int, dropped: Sequence[Booking] = ()) -> None:
    """Raises ConfirmFirst where `size` more places would be more than the network may have unproved.

    `dropped` is what the booking replaces. Of a new booking of the party that the verb reads for (`what_is_beside`).
    """
    if not booking.held_from:
        return
    held = [one for one in room.read() if one.held_from and one.session_id == room.session.pk and one not in dropped]
    unproved = [Unproved(one.held_from or "", one.party, one.school_kind) for one in held]
    unproved += [Unproved(*row) for row in _silent.rows(session=room.session.pk, now=room.now)]
    if _are_too_many(unproved, room.places, booking, size=size, now=room.now):
        raise ConfirmFirst


def is_beyond(places: Places, booking: Booking, *, size: int, now: dt.datetime) -> bool:
    """Whether `size` more places would be too many of its network, by a look without a lock: one statement, and none
    for who comes through no network."""
    if not booking.held_from:
        return False
    unproved = [Unproved(*row) for row in _unproved.rows(session=places.pk, now=now)]
    return _are_too_many(unproved, places, booking, size=size, now=now)


def _are_too_many(
    unproved: Sequence[Unproved], places: Places, booking: Booking, *, size: int, now: dt.datetime
) -> bool:
    """Schools that were typed share one share."""
    own = Unproved(booking.held_from or "", size, booking.school_kind)
    others = [one for one in unproved if one.wide == own.wide]
    narrow = [one for one in others if one.held_from == own.held_from]
    allowed = most(places)
    if size + _sum(narrow) > allowed or size + _sum(others) > WIDE * allowed:
        return True
    share = share_of(places.session, now=now)
    return share is not None and own.is_typed and size + _sum([one for one in narrow if one.is_typed]) > share


@AskedOften
def _unproved() -> QuerySet[Booking, Any]:
    """Places that are held for networks, and those that count as held since the answer was to say nothing else."""
    held = Booking.objects.filter(_at_networks()).order_by()
    return held.values_list("held_from", "party", "school_kind").union(_silently(), all=True)


@AskedOften
def _silent() -> QuerySet[Draft, Any]:
    return _silently()


def _silently() -> QuerySet[Draft, Any]:
    kind = KT("answers__school__kind")
    drafts = Draft.objects.filter(_at_networks(), expires_at__gt=Given("now", DateTimeField())).order_by()
    return drafts.annotate(kind=kind).values_list("held_from", "silent", "kind")


def _at_networks() -> Q:
    return Q(session=Given("session", BigIntegerField()), held_from__isnull=False)


def _sum(some: Sequence[Unproved]) -> int:
    return sum(one.places for one in some)
