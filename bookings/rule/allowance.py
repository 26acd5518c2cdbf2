"""How many places of a session one network may have before anybody has pressed a mailed link (rule.md#unproved).

Read under the session's lock, before the address is looked at. A quarter of the room, or twenty places, is more than a
school asks for at once and less than a script would like. Whoever confirms makes room for the next of their network.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from django.db.models.fields.json import KT

from bookings.models import Booking, Draft, Places, SchoolKind
from bookings.rule.fair_share import share_of
from bookings.rule.refusals import ConfirmFirst
from bookings.rule.room import Room

LEAST, PART = 20, 4
WIDE = 2  # times as much for all of a /48, which is given to one site or street
HALF = 16  # so many characters of `held_from` stand for the wide network, the others for the narrow one


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
    """Raises ConfirmFirst where `size` more places would be more than the network may have unproved."""
    if is_beyond(room.places, booking, size=size, now=room.now, dropped=dropped):
        raise ConfirmFirst


def is_beyond(
    places: Places, booking: Booking, *, size: int, now: dt.datetime, dropped: Sequence[Booking] = ()
) -> bool:
    """Whether `size` more places would be too many of its network; schools that were typed share one share.

    `dropped` is what the booking replaces. One statement, and none for who comes through no network.
    """
    if not booking.held_from:
        return False
    own = Unproved(booking.held_from, size, booking.school_kind)
    others = [one for one in unproved(places, now=now, without=dropped) if one.wide == own.wide]
    narrow = [one for one in others if one.held_from == own.held_from]
    allowed = most(places)
    if size + _sum(narrow) > allowed or size + _sum(others) > WIDE * allowed:
        return True
    share = share_of(places.session, now=now)
    return share is not None and own.is_typed and size + _sum([one for one in narrow if one.is_typed]) > share


def unproved(places: Places, *, now: dt.datetime, without: Sequence[Booking] = ()) -> list[Unproved]:
    """Places that are held for networks, and those that count as held since the answer was to say nothing else."""
    held = Booking.objects.filter(session=places.pk, held_from__isnull=False)
    held = held.exclude(pk__in=[one.pk for one in without]) if without else held
    silent = Draft.objects.filter(session=places.pk, held_from__isnull=False, expires_at__gt=now)
    rows = held.order_by().values_list("held_from", "party", "school_kind")
    also = silent.order_by().annotate(kind=KT("answers__school__kind")).values_list("held_from", "silent", "kind")
    return [Unproved(str(network), size, kind) for network, size, kind in rows.union(also, all=True)]


def _sum(some: Sequence[Unproved]) -> int:
    return sum(one.places for one in some)
