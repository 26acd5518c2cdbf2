"""What a hub's report is made of, as one short word: another word says that something of it has been written since.

So nobody who writes has to know that a copy is kept, and who has just entered a cost, a remark or a register sees it.
"""

import datetime as dt
import hashlib
from typing import Any

from django.db.models import Count, Max, Q

from bookings.models import Asked, AuditEntry, DayAnswer, Invitation, LaterAnswer, Quote
from bookings.report import rows
from hubs.models import Cost, HostSchool, HubYear, Remark, ShowcaseSession

OF_A_SESSION = (
    *("pk", "hub_year", "group", "host_school", "venue", "title", "taught", "starts_at", "ends_at", "easting"),
    *("northing", "place_name", "visitors_reported", "reported_source", "register__recorded_at"),
    *("places__status", "places__capacity", "places__places_taken"),
)
ANSWERS = {"n": Count("pk"), "last": Max("pk"), "at": Max("answered_at")}


def made_of(year: HubYear, *, now: dt.datetime) -> str:
    """Of all exchanges of its hub, for they stand in one table. Thirteen statements, none of which reads visitors.

    Each change of a booking or a register is an entry of the audit. What is not here changes at night alone: who may be
    somebody whom we know; or with the month's register of schools.
    """
    hub = year.hub_id
    mine = Q(hub_year__hub=hub)
    years: Any = HubYear.objects.filter(hub=hub)
    forms = {"answered": Count("answered_at"), "open": Count("pk", filter=Q(closes_at__gt=now))}
    sessions = ShowcaseSession.objects.filter(mine)
    entries = AuditEntry.objects.filter(session__in=sessions.order_by().values("pk"))
    found: list[Any] = [
        list(years.order_by("pk").values_list("pk", "name", "cover_day_pence", "exchange__name", "exchange__medians")),
        list(years.order_by("area").values_list("pk", "area")),
        list(sessions.order_by("pk").values_list(*OF_A_SESSION)),
        list(sessions.filter(rows.over(now)).order_by("pk").values_list("pk", flat=True)),
        entries.aggregate(n=Count("pk"), last=Max("pk")),
        Asked.objects.filter(mine).aggregate(n=Count("pk"), **forms),
        DayAnswer.objects.filter(mine).aggregate(**ANSWERS),
        LaterAnswer.objects.filter(mine).aggregate(**ANSWERS),
        list(Quote.objects.filter(mine).order_by("pk").values_list("pk", "text")),
        list(Cost.objects.filter(mine).order_by("pk").values_list(*_columns(Cost))),
        list(Remark.objects.filter(mine).order_by("pk").values_list(*_columns(Remark))),
        list(HostSchool.objects.filter(mine).order_by("pk").values_list("pk", "school", *_REPORTED)),
        list(Invitation.objects.filter(group__hub_year__hub=hub).order_by("pk").values_list("pk", "state")),
    ]
    return hashlib.sha256(repr(found).encode()).hexdigest()


_REPORTED = ("visitors_reported", "reported_source")


def _columns(model: Any) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
