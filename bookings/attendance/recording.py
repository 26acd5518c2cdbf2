"""The register recorded by one press: from then on everybody has come or is absent, and who did not come is known.

By the hub's staff alone. The school's office marks whom it sees; to say of everybody else that they did not come, which
takes a certificate from them, is the hub's own word (docs/decisions/0038).
"""

from collections.abc import Iterable
from typing import NamedTuple

from bookings import places
from bookings.attendance import register
from bookings.attendance.register import ABSENT, ATTENDED, EXPECTED
from bookings.attendance.standing import recorded_row
from bookings.models import Register, Visitor
from bookings.rule.refusals import OthersToo, TooEarly
from bookings.rule.room import Clock, Room
from bookings.states import Verb
from hubs.models import StaffUser
from hubs.vocabulary.ids import AN_ID


class Said(NamedTuple):
    """What a form says of one visitor: how they stood when it was opened, and that they came or did not."""

    visitor: int
    was: str
    came: bool


class Done(NamedTuple):
    """How many came and how many did not, of how many a form was not heeded, and whether this press recorded it."""

    came: int
    absent: int
    unheeded: int
    first: bool


def read_said(text: str, *, came: bool) -> Said | None:
    """One visitor as the form sends them, "12:expected"; None for anything else."""
    visitor, _colon, was = text.partition(":")
    if was not in Visitor.Attendance.values or not AN_ID.fullmatch(visitor):
        return None
    return Said(int(visitor), was, came)


def record(session_id: int, *, by: StaffUser, clock: Clock, said: "Iterable[Said] | None" = None) -> Done:
    """Record who came, once, in one transaction with the marks; twice is once. Afterwards it puts right what it says.

    Without `said`, whoever is still expected did not come. With it, everybody is as the form has them, unless somebody
    marked them since it was opened: whoever was seen came. Raises NotBookable for a session that is off, TooEarly
    before its end, OthersToo where somebody is expected of whom the form says nothing.
    """
    with places.locked(session_id, clock) as room:
        register.refuse_if_off(room.session)
        if not register.is_over(room.session, now=room.now):
            raise TooEarly
        visitors = _locked(room)
        wanted, unheeded = _from_form(visitors, said) if said is not None else (_rest(visitors), 0)
        changed = [one for one in visitors if one.pk in wanted and one.attendance != wanted[one.pk]]
        for to in (ATTENDED, ABSENT):
            mine = [one.pk for one in changed if wanted[one.pk] == to]
            if mine:
                register.set_to(mine, to, by=by, at=room.now)
        first = recorded_row(room.session) is None
        if first:
            Register.objects.update_or_create(
                session=room.session, defaults={"recorded_at": room.now, "recorded_by": by}
            )
            places.write(room, Verb.RECORD, by=by)
        else:
            _correct(room, changed, wanted, by=by)
        stand = [wanted.get(one.pk, one.attendance) for one in visitors]
        return Done(stand.count(ATTENDED), stand.count(ABSENT), unheeded, first)


def _locked(room: Room) -> list[Visitor]:
    """Everybody with a place. All are locked, in one order, however they stand: a tap that is on its way is seen."""
    ids = list(register.coming(room.session).order_by("pk").values_list("pk", flat=True))
    return list(Visitor.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))


def _rest(visitors: list[Visitor]) -> dict[int, str]:
    return {one.pk: ABSENT for one in visitors if one.attendance == EXPECTED}


def _from_form(visitors: list[Visitor], said: Iterable[Said]) -> tuple[dict[int, str], int]:
    """Who is to stand how; and of how many others the form is out of date."""
    of = {one.visitor: one for one in said}
    if any(one.attendance == EXPECTED and one.pk not in of for one in visitors):
        raise OthersToo
    wanted: dict[int, str] = {}
    unheeded = 0
    for one in visitors:
        if (form := of.get(one.pk)) is None:
            continue
        to = ATTENDED if form.came else ABSENT
        unmarked_then = form.was == EXPECTED and one.attendance == ABSENT and form.came
        if one.attendance in (form.was, EXPECTED) or unmarked_then:
            wanted[one.pk] = to
        elif one.attendance != to:
            unheeded += 1
    return wanted, unheeded


def _correct(room: Room, changed: list[Visitor], wanted: dict[int, str], *, by: StaffUser) -> None:
    for to, verb in ((ATTENDED, Verb.CAME), (ABSENT, Verb.MISSED)):
        mine = [one for one in changed if wanted[one.pk] == to]
        if mine:
            places.note(room, verb, mine, by=by)
