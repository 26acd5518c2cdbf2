"""The tie between a person and their answers is cut, a bounded number of rows at a time, when their last form closes.

What is left of an `Asked` says of which lesson a voice was asked, and whether it answered: the report counts these, and
must say the same afterwards. Everything else by which it could be found from a person goes: the id of its link, which
stands in a mail, and each moment that a mail or what the same press said with a name has too.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from bookings.models import Asked, DayAnswer, LaterAnswer, Quote
from bookings.models.feedback import Form

AT_A_TIME = 200  # voices in one transaction
MOMENTS = ("asked_at", "mailed_at", "reminded_at", "answered_at")  # each says from then on when the form closed


def forget(*, now: dt.datetime) -> int:
    """Cut the ties of some voices whose second form has closed, and whatever else they were asked; returns of how many.
    A round with nothing to cut only reads."""
    open_still = Asked.objects.filter(voice=OuterRef("voice"), visitor__isnull=False, closes_at__gt=now)
    over = Asked.objects.filter(~Exists(open_still), form=Form.LATER, closes_at__lte=now, visitor__isnull=False)
    voices = list(over.order_by("closes_at").values_list("voice", flat=True)[:AT_A_TIME])
    if voices:
        cut(voices)
    return len(voices)


@transaction.atomic
def cut(voices: Collection[uuid.UUID]) -> None:
    """Cut everything that ties somebody to those voices. What they said stays, under a voice that is nobody's."""
    mine = list(Asked.objects.filter(voice__in=set(voices)).order_by("pk").select_for_update(no_key=True))
    Quote.objects.filter(voice__in=set(voices)).update(voice=None)
    for one in mine:
        one.visitor, one.public_id = None, uuid.uuid4()
        one.link_version += 1
        for name in MOMENTS:
            setattr(one, name, getattr(one, name) and one.closes_at)
    Asked.objects.bulk_update(mine, ["visitor", "public_id", "link_version", *MOMENTS], batch_size=AT_A_TIME)
    for model in (DayAnswer, LaterAnswer):
        _in_no_order(model, voices)


def _in_no_order(model: Any, voices: Collection[uuid.UUID]) -> None:
    """Answers as new rows, in the order of their voices: the order in which they came is that of `Interest`, too."""
    rows = list(model.objects.filter(voice__in=set(voices)).order_by("voice"))
    model.objects.filter(pk__in=[one.pk for one in rows]).delete()
    for one in rows:
        one.pk = None
    model.objects.bulk_create(rows)
