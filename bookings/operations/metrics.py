"""Figures for Prometheus, asked of the database at each scrape. Numbers and our own words: nobody's name, no hub's.

Each statement is bounded, however many bookings there are: what waits is few, what is to come ends, and what happened
is looked for among the last entries of the trail. Request times come from the proxy's log, which sees all of them.
"""

import datetime as dt
from collections.abc import Iterator, Mapping

from django.db import Error
from django.db.models import Count, Max, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bookings.models import AuditEntry, Booking, Mail, Places, Running
from bookings.operations.of_mail import oldest_due
from bookings.operations.status import of_installation
from bookings.rule.room import Clock
from bookings.states import UNCONFIRMED, SessionStatus, Status
from hubs.models.to_come import to_come

HOUR = dt.timedelta(hours=1)
ENTRIES = 20_000  # of the trail that are looked at: an hour at more than five events a second shows only these
AT_MOST = 10_000  # of mails in one state that are counted


class Figures(Collector):
    """What one scrape says. A database that fails is a figure too, and not an error page."""

    def __init__(self, clock: Clock, version: str) -> None:
        self.clock, self.version = clock, version

    def collect(self) -> Iterator[Metric]:
        try:
            found = [*_mails(self.clock()), *_bookings(self.clock()), *_checks(self.clock()), *_running(self.clock())]
            up = 1
        except Error:
            found, up = [], 0
        yield GaugeMetricFamily("showcase_up", "Whether the database could be asked.", value=up)
        yield _by("showcase_version", "The version.", "version", {self.version: 1})
        yield from found


def _by(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=[label])
    for key, value in values.items():
        family.add_metric([key], value)
    return family


def _mails(now: dt.datetime) -> Iterator[Metric]:
    states = {str(state): _counted(state, now) for state in Mail.State}
    yield _by("showcase_mails", "Mails waiting; in other states, those made in the last hour.", "state", states)
    due = Mail.objects.due(now=now).order_by()[:AT_MOST].count()
    yield GaugeMetricFamily("showcase_mails_due", "Mails that should be sent now.", value=due)
    since = oldest_due(now)
    age = (now - since).total_seconds() if since else 0
    yield GaugeMetricFamily("showcase_oldest_mail_seconds", "How long the oldest due mail has waited.", value=age)


def _counted(state: Mail.State, now: dt.datetime) -> int:
    rows = Mail.objects.filter(state=state).order_by()
    return (rows if state is Mail.State.WAITING else rows.filter(created_at__gt=now - HOUR))[:AT_MOST].count()


def _bookings(now: dt.datetime) -> Iterator[Metric]:
    last = AuditEntry.objects.order_by().aggregate(pk=Max("pk"))["pk"] or 0
    entries = AuditEntry.objects.filter(pk__gt=last - ENTRIES, at__gt=now - HOUR).order_by()
    events = dict(entries.values_list("verb").annotate(n=Count("pk")))
    yield _by("showcase_events", "What happened in the last hour, as the trail has it.", "verb", events)
    statuses = {str(one): 0 for one in UNCONFIRMED | {Status.WAITING}}
    unconfirmed = Booking.objects.filter(status__in=statuses).order_by()
    statuses |= dict(unconfirmed.values_list("status").annotate(n=Count("pk")))
    open_ones = Places.objects.filter(to_come(timezone.localdate(now), of="session"), status=SessionStatus.OPEN)
    room = open_ones.order_by().aggregate(n=Count("pk"), all=Sum("capacity"), taken=Sum("places_taken"))
    yield _by("showcase_bookings", "Bookings that are not settled yet.", "status", statuses)
    yield GaugeMetricFamily("showcase_sessions_open", "Open sessions to come.", value=room["n"])
    yield GaugeMetricFamily("showcase_places", "Places at them.", value=room["all"] or 0)
    yield GaugeMetricFamily("showcase_places_taken", "Of those, taken.", value=room["taken"] or 0)


def _checks(now: dt.datetime) -> Iterator[Metric]:
    words = {one.name: int(one.word) for one in of_installation(now)}
    yield _by("showcase_check", "What manage.py status says: 0 fine, 1 to look at, 2 bad.", "check", words)


def _running(now: dt.datetime) -> Iterator[Metric]:
    at = Running.objects.now().round_at
    age = (now - at).total_seconds() if at else -1
    yield GaugeMetricFamily("showcase_worker_age_seconds", "Since the worker’s last round; -1: none yet.", value=age)
