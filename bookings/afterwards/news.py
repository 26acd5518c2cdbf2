"""Whether a hub may write to somebody about its work: a row while it may, and none once that is taken back.

No mail of ours is sent on it; the hub takes the list away, with the link by which each of them can stop it.
"""

import datetime as dt

from django.db import transaction
from django.db.models import QuerySet

from bookings.models import Erasure, NewsConsent, Visitor


def of(visitor: Visitor) -> QuerySet[NewsConsent]:
    """The consent of that visitor's address to the hub that they came to."""
    hub = visitor.booking.session.hub_year.hub_id
    return NewsConsent.objects.filter(hub=hub, email_key=visitor.email_key or "")


def say(visitor: Visitor, *, agrees: bool, now: dt.datetime) -> None:
    """Yes, or no (again). Nobody without an address can be written to."""
    if not agrees:
        _delete(of(visitor), now)
    elif visitor.email and visitor.email_key:
        kept = {"email": visitor.email, "full_name": visitor.full_name or "", "agreed_at": now}
        hub = visitor.booking.session.hub_year.hub
        NewsConsent.objects.get_or_create(hub=hub, email_key=visitor.email_key, defaults=kept)


def stop(consent: NewsConsent, *, now: dt.datetime) -> None:
    """Forget it, by the link in what the hub writes. Twice is once."""
    _delete(NewsConsent.objects.filter(pk=consent.pk), now)


@transaction.atomic
def _delete(rows: QuerySet[NewsConsent], now: dt.datetime) -> None:
    """What somebody took back they have not to take back again when a backup is brought back."""
    Erasure.objects.note(rows, at=now)
    rows.delete()
