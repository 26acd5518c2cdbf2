"""What stands in the cluster's database, asked on an app host with its settings: python -m tests.cluster.rows.

Reads one order as JSON from its input, and answers in JSON.
"""

import datetime as dt
import json
import sys
from typing import Any

import django


def sessions(*, number: int, capacity: int) -> list[str]:
    """Make so many sessions of so many places, a month ahead. Returns their references."""
    from django.utils import timezone

    from hubs.models import HubYear, School
    from hubs.vocabulary.school_days import london
    from tests.factories import HubYearFactory, SchoolFactory, SessionFactory

    day = timezone.localdate() + dt.timedelta(days=30)
    at = {"starts_at": london(day, dt.time(9)), "ends_at": london(day, dt.time(11, 45))}
    known = HubYear.objects.first()  # another process has made it, by the same numbers
    of = {"hub_year": known or HubYearFactory(), "venue": School.objects.first() or SchoolFactory()}
    return [SessionFactory(room__capacity=capacity, **of, **at).ref for _ in range(number)]


def all_of_it() -> dict[str, Any]:
    """Bookings, rooms, mails, and sessions whose count is wrong."""
    from bookings.models import Booking, Mail, Places
    from bookings.operations.counting import miscounts
    from bookings.states import SEATED

    bookings = Booking.objects.filter(status__in=SEATED)
    return {
        "bookings": list(bookings.values_list("contact_email", "session__ref", "status")),
        "places": list(Places.objects.values_list("session__ref", "places_taken", "capacity")),
        "mails": list(Mail.objects.values_list("recipient", "kind", "state")),
        "miscounts": miscounts(),
    }


if __name__ == "__main__":
    django.setup()
    order = json.load(sys.stdin)
    print(json.dumps({"sessions": sessions, "all": all_of_it}[order.pop("do")](**order)))
