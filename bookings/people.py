"""Who comes again: a random id for each person, so that "first time" can be counted without a name."""

import datetime as dt
import uuid
from collections.abc import Iterable

from bookings.models import Person, Visitor
from bookings.states import Status
from hubs.email_address import email_key


def recognise(visitors: Iterable[Visitor], *, before: dt.datetime, save: bool = True) -> None:
    """Give each named visitor their person's id, and work out whether this is their first session.

    A visitor without an address is a person of their own. Three queries, and one to save.
    """
    new = [visitor for visitor in visitors if visitor.full_name and not visitor.person_id]
    if not new:
        return
    ids = _person_ids({email_key(visitor.email) for visitor in new if visitor.email})
    been = set(
        Visitor.objects.coming()
        .filter(person_id__in=ids.values(), booking__status=Status.CONFIRMED)
        .values_list("person_id", flat=True)
    )
    for visitor in new:
        visitor.person_id = ids.get(email_key(visitor.email or "")) or uuid.uuid4()
        visitor.first_time = visitor.person_id not in been
    if save:
        Visitor.objects.bulk_update(new, ["person_id", "first_time"])


def _person_ids(keys: set[str]) -> dict[str, uuid.UUID]:
    """Each address's person. Two sessions may meet a new address at once: the first one's person stands."""
    if not keys:
        return {}
    Person.objects.bulk_create([Person(email_key=key) for key in sorted(keys)], ignore_conflicts=True)
    return dict(Person.objects.filter(email_key__in=keys).values_list("email_key", "id"))
