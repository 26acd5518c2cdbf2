"""Who comes again: a random id for each person, so that "first time" can be counted without a name."""

import uuid
from collections.abc import Iterable

from django.db.models import Exists, OuterRef

from bookings.models import Person, Visitor
from bookings.states import Status
from hubs.vocabulary.email_address import email_key

FOUND_OUT = ["person_id", "first_time"]


def recognise(visitors: Iterable[Visitor], *, save: bool = True) -> None:
    """Give each named visitor their person's id, and work out whether this is their first session.

    A visitor without an address is a person of their own. Two queries, and one to save.
    """
    new = [visitor for visitor in visitors if visitor.full_name and not visitor.person_id]
    if not new:
        return
    known = _people({email_key(visitor.email) for visitor in new if visitor.email})
    for visitor in new:
        person_id, been = known.get(email_key(visitor.email or ""), (uuid.uuid4(), False))
        visitor.person_id, visitor.first_time = person_id, not been
    if save and len(new) == 1:
        new[0].save(update_fields=FOUND_OUT)
    elif save:
        Visitor.objects.bulk_update(new, FOUND_OUT)


def _people(keys: set[str]) -> dict[str, tuple[uuid.UUID, bool]]:
    """Each address's person, and whether they have been confirmed before.

    Two sessions may meet a new address at once: the first one's person stands.
    """
    if not keys:
        return {}
    Person.objects.bulk_create([Person(email_key=key) for key in sorted(keys)], ignore_conflicts=True)
    been = Visitor.objects.coming().filter(person_id=OuterRef("pk"), booking__status=Status.CONFIRMED).order_by()
    people = Person.objects.filter(email_key__in=keys).annotate(been=Exists(been))
    return {key: (pk, was) for key, pk, was in people.values_list("email_key", "pk", "been")}
