"""One reminder, three school days after the mail that asked, and none to who has answered."""

import datetime as dt
from collections.abc import Iterable
from itertools import groupby

from django.db import transaction
from django.utils import timezone

from bookings.afterwards.asking import OF_VISITOR
from bookings.mail.asking_mails import ABSENT, AT, WITH_SESSION, new_asking, waiting_for_answers
from bookings.mail_kinds import Kind
from bookings.models import Asked, Mail, Visitor
from bookings.states import FROZEN, Status
from hubs.models.calendar import calendar_of_hub, calendars_of_hubs
from hubs.vocabulary.school_days import london

SCHOOL_DAYS = 3
AT_A_TIME = 500


def due(now: dt.datetime) -> list[int]:
    """Hubs in a year with somebody to remind at `now`: nothing is asked before four in the afternoon."""
    today = timezone.localdate(now)
    if now < london(today, AT):
        return []
    old = waiting_for_answers(now=now).filter(
        mailed_at__lt=london(today - dt.timedelta(days=SCHOOL_DAYS - 1), dt.time())
    )
    years = dict(old.order_by().values_list("hub_year", "hub_year__hub").distinct())
    calendars = calendars_of_hubs(years.values()) if years else {}
    return sorted(
        year
        for year, hub in years.items()
        if old.filter(hub_year=year, mailed_at__lt=_before(calendars[hub].before(today, SCHOOL_DAYS))).exists()
    )


def _before(day: dt.date) -> dt.datetime:
    """The end of the day on which whoever is reminded now was written to, or earlier."""
    return london(day + dt.timedelta(days=1), dt.time())


@transaction.atomic
def make(hub_year_id: int, now: dt.datetime) -> None:
    """Remind some of a hub's year, each by one mail a day of theirs, and mark them: both or neither."""
    hub = Asked.objects.filter(hub_year=hub_year_id).values_list("hub_year__hub", flat=True).first()
    if hub is None:
        return
    day = calendar_of_hub(hub).before(timezone.localdate(now), SCHOOL_DAYS)
    rows = waiting_for_answers(now=now).filter(hub_year=hub_year_id, mailed_at__lt=_before(day))
    mine = _locked(rows.order_by("pk").values_list("pk", flat=True)[:AT_A_TIME], now=now)
    Asked.objects.filter(pk__in=[one.pk for one in mine.values()]).update(reminded_at=now)
    placed = Visitor.objects.coming().filter(pk__in=list(mine), email__isnull=False, booking__status=Status.CONFIRMED)
    placed = placed.exclude(attendance=ABSENT).exclude(booking__session__places__status__in=FROZEN)
    found = placed.select_related(*OF_VISITOR, *WITH_SESSION)
    found = found.order_by("email_key", "booking__session__last_day", "booking__session__ends_at", "pk")
    mails = []
    for _key, of_day in groupby(found, key=lambda one: (one.email_key, one.booking.session.last_day)):
        visitors = list(of_day)
        until = max(mine[one.pk].closes_at for one in visitors)
        mails.append(new_asking(Kind.ASKED_AGAIN, visitors, now=now, until=until))
    Mail.objects.bulk_create(mails, ignore_conflicts=True)


def _locked(of: Iterable[int], *, now: dt.datetime) -> dict[int, Asked]:
    """Those rows that still wait for answers, by the visitor; with what the same people saw of other hubs on the same
    days, so that they are reminded once of a day as they were written to once."""
    picked = Asked.objects.filter(pk__in=list(of)).values("visitor__email_key", "session__last_day")
    ids = waiting_for_answers(now=now).filter(
        visitor__email_key__in=picked.values("visitor__email_key"),
        session__last_day__in=picked.values("session__last_day"),
    )
    together = {*of, *ids.values_list("pk", flat=True)}
    rows = waiting_for_answers(now=now).filter(pk__in=together).order_by("pk")
    return {one.visitor_id: one for one in rows.select_for_update(no_key=True, of=("self",)) if one.visitor_id}
