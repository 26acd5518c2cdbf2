"""Who comes again: a random id for each person, so that "first time" can be counted without a name."""

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, QuerySet, Subquery

from bookings.models import Person, Visitor
from bookings.states import Status
from hubs.vocabulary.asked_often import DoneOften, Given
from hubs.vocabulary.email_address import email_key


def recognise(visitors: Iterable[Visitor]) -> None:
    """Give each named visitor their person's id, and work out whether this is their first session: in their rows, which
    have been saved.

    A visitor without an address is a person of their own. Two sessions may meet a new address at once: the first one's
    person stands, and the other waits to see it. Two statements, and one for those without an address.
    """
    new = [visitor for visitor in visitors if visitor.full_name and not visitor.person_id]
    known = [visitor for visitor in new if visitor.email]
    if known:
        keys = sorted({email_key(visitor.email or "") for visitor in known})
        Person.objects.bulk_create([Person(email_key=key) for key in keys], ignore_conflicts=True)
        if len(known) == 1:
            _find_out(visitor=known[0].pk)
        else:
            Visitor.objects.filter(pk__in=[one.pk for one in known]).update(**_found_out())
    others = [visitor for visitor in new if not visitor.email]
    for visitor in others:
        visitor.person_id, visitor.first_time = uuid.uuid4(), True
    if others:
        Visitor.objects.bulk_update(others, ["person_id", "first_time"])


@DoneOften
def _find_out() -> tuple[QuerySet[Visitor], dict[str, Any]]:
    return Visitor.objects.filter(pk=Given("visitor", BigIntegerField())), _found_out()


def _found_out() -> dict[str, Any]:
    """What the person's other places say of them; not those of the same booking, which are recognised with this one."""
    person = Person.objects.filter(email_key=OuterRef("email_key")).values("pk")
    same = Person.objects.filter(email_key=OuterRef(OuterRef("email_key"))).values("pk")
    been = Visitor.objects.coming().filter(person_id=Subquery(same), booking__status=Status.CONFIRMED)
    return {"person_id": Subquery(person), "first_time": ~Exists(been.exclude(booking=OuterRef("booking")).order_by())}
