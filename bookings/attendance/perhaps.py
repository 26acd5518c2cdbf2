"""Who gave no address may be somebody whom we know: found out while there are names, so that counts stay when they go.

Without an address each visit is a person of its own. Another person of that name and school may be the same: an address
of theirs tells them apart from nobody else, so the first with one is whom the others may be; without any, the first of
all. That is kept as `perhaps_id`, one's own `person_id` where there is nobody else. Both bounds of "203 to 217" follow
from it (docs/decisions/0037).
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from bookings.attendance.standing import NOT_RECORDED_AFTER
from bookings.models import SchoolKind, Visitor
from bookings.states import Status
from hubs.vocabulary.school_days import SchoolDays
from hubs.vocabulary.school_words import searchable

AT_ONCE = 20  # sessions a round


def due(now: dt.datetime) -> list[int]:
    """Some sessions whose register is recorded or counts as not recorded, with visitors who were not looked for yet."""
    day = SchoolDays().before(timezone.localdate(now), NOT_RECORDED_AFTER)
    found = _named().filter(perhaps_id=None, booking__session__last_day__lt=day)
    return list(found.values_list("booking__session", flat=True).distinct()[:AT_ONCE])


@transaction.atomic
def make(session_id: int, now: dt.datetime) -> None:
    """Look for each visitor of a session: one read of them, one of all of their schools, and a write a person."""
    theirs = list(_named().filter(booking__session=session_id, perhaps_id=None).select_related("booking"))
    schools = {one.booking.school_key for one in theirs if one.booking.school_kind != SchoolKind.NONE}
    alike: dict[tuple[str, str], list[Visitor]] = {}
    for one in _named().filter(booking__school_key__in=schools).select_related("booking").order_by("pk"):
        alike.setdefault(_who(one), []).append(one)
    new = {one.pk for one in theirs}
    for group in alike.values():
        if any(one.pk in new for one in group):
            _recognise([one for one in group if one.perhaps_id or one.pk in new], whom=_first(group))
    for one in theirs:
        if one.booking.school_kind == SchoolKind.NONE:  # with nobody else
            Visitor.objects.filter(pk=one.pk).update(perhaps_id=one.person_id)


def _named() -> Any:
    """Confirmed visitors of whom there is a name still."""
    named = Visitor.objects.coming().filter(person_id__isnull=False, full_name__isnull=False)
    return named.filter(booking__status=Status.CONFIRMED).order_by()


def _who(visitor: Visitor) -> tuple[str, str]:
    return searchable(visitor.full_name or ""), visitor.booking.school_key


def _first(group: list[Visitor]) -> Visitor:
    """Whom the others of that name and school may be."""
    return next((one for one in group if one.email_key), group[0])


def _recognise(group: Iterable[Visitor], *, whom: Visitor) -> None:
    """Who has an address is themselves; the others may be that one."""
    for one in group:
        found = one.person_id if one.email_key else whom.person_id
        if one.perhaps_id != found:
            Visitor.objects.filter(pk=one.pk).update(perhaps_id=found)
