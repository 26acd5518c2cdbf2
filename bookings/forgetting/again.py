"""Erasing again, by the ledger, what had been erased when a backup was brought back: the same act, as at the same time.

So a place is given back again, colleagues are told again, and whatever has a copy of a name loses it again. A row that
the backup does not have was made after it, and went with the rest.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError

from bookings.forgetting import erasing, staff
from bookings.forgetting.erasing import Whom
from bookings.models import Booking, Erasure, Mail, NewsConsent, TellMe, Visitor
from bookings.rule.refusals import Refused
from hubs.models import Consent, Hub, StaffUser, VisitingTeacher
from hubs.models.exchange import BY_THE_TEACHER


def erase_again(one: Erasure) -> bool:
    """Do it once more. Returns whether there was anything to erase; twice is once."""
    row = _row_of(one)
    if row is None:
        return False
    AGAIN[one.of](row, one)
    return True


def _row_of(one: Erasure) -> Any:
    named = _name_of(one.of)
    return named.model._base_manager.filter(**{named.name: one.row}).first()


def _name_of(of: str) -> Any:
    """The column that names a row of that model in the ledger."""
    fields = {field.name: field for field in apps.get_model(of)._meta.concrete_fields}
    return fields.get("public_id") or apps.get_model(of)._meta.pk


def check(of: str, row: str) -> None:
    """Raises ValueError where no row of that model could be called so."""
    try:
        if of in AGAIN:
            _name_of(of).to_python(row)
    except ValidationError:
        raise ValueError(f"No row of {of} can be called so.") from None


def _person(whom: Whom, at: dt.datetime) -> None:
    """Where their place cannot be given back any more, what is kept of them goes all the same."""
    whom = erasing.as_it_stands(whom)
    try:
        erasing.erase(whom, clock=lambda: at)
    except Refused:
        erasing.forget_all(whom, clock=lambda: at)


def _booking(row: Booking, one: Erasure) -> None:
    _person(Whom(row), one.at)


def _visitor(row: Visitor, one: Erasure) -> None:
    _person(Whom(row.booking, row), one.at)


def _delete(row: Any, one: Erasure) -> None:
    row.delete()


def _in_a_group(row: Any, one: Erasure) -> None:
    if key := getattr(row, one.column):
        group = row.group if hasattr(row, "group") else row.invitation.group
        erasing.erase_in_groups(key, Hub.objects.filter(pk=group.hub_year.hub_id), at=one.at)


def _member(row: StaffUser, one: Erasure) -> None:
    staff.forget_member(row.pk, now=one.at)


def _consent(row: VisitingTeacher, one: Erasure) -> None:
    row.say(Consent(one.column), agrees=False, now=one.at, why=BY_THE_TEACHER)


# Everything that is erased on somebody's request. What goes by time goes by time again.
AGAIN: dict[str, Callable[[Any, Erasure], None]] = {
    Booking._meta.label: _booking,
    Visitor._meta.label: _visitor,
    Mail._meta.label: _delete,
    NewsConsent._meta.label: _delete,
    TellMe._meta.label: _delete,
    "bookings.GroupTeacher": _in_a_group,
    "bookings.Invitation": _in_a_group,
    StaffUser._meta.label: _member,
    VisitingTeacher._meta.label: _consent,
}
