"""The tie between a person and their answers is cut, a bounded number of rows at a time, when their last form closes.

What is left of an `Asked` says that somebody was asked, when, and whether they answered. Its voice goes too, and the
moment of the answer, which would lead back to what the same press said with a name.
"""

import datetime as dt
import uuid
from collections.abc import Collection

from django.db import transaction
from django.db.models import Case, Exists, F, OuterRef, Value, When

from bookings.models import Asked, Quote
from bookings.models.feedback import NOBODY, Form

AT_A_TIME = 200  # voices in one transaction


def forget(*, now: dt.datetime) -> None:
    """Cut the ties of some voices whose second form has closed, and whatever else they were asked. A round with nothing
    to cut only reads."""
    open_still = Asked.objects.filter(voice=OuterRef("voice"), visitor__isnull=False, closes_at__gt=now)
    over = Asked.objects.filter(~Exists(open_still), form=Form.LATER, closes_at__lte=now, visitor__isnull=False)
    voices = list(over.order_by("closes_at").values_list("voice", flat=True)[:AT_A_TIME])
    if voices:
        cut(voices)


@transaction.atomic
def cut(voices: Collection[uuid.UUID]) -> None:
    """Cut everything that ties somebody to those voices. What they said stays, under a voice that is nobody's."""
    rows = Asked.objects.filter(voice__in=set(voices) - {NOBODY})
    mine = list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    Quote.objects.filter(voice__in=set(voices)).update(voice=None)
    answered = Case(When(answered_at=None, then=Value(None)), default=F("closes_at"))
    Asked.objects.filter(pk__in=mine).update(
        visitor=None, voice=NOBODY, answered_at=answered, link_version=F("link_version") + 1
    )
