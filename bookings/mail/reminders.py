"""Reminders, seven days and one day before a session, made in bulk by whoever runs what is due (rule.md#mails).

They change nobody's place, so they take no lock: what has happened to a booking since is asked when its mail is sent.
"""

import datetime as dt
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q
from django.utils import timezone

from bookings.mail_kinds import Kind
from bookings.models import AuditEntry, Booking, Mail, Places, Told, Visitor
from bookings.rule import mails
from bookings.rule.room import Room, iso
from bookings.states import OFFERING, Status
from hubs.models import ShowcaseSession
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.school_days import london

if TYPE_CHECKING:
    from django.db.models import QuerySet

AT = dt.time(9)
WEEK, DAY = 7, 1  # days before a session
# A reminder of the week that is later than this says nothing that the one of the day before will not say.
LATEST = dt.timedelta(days=3)
# Who has confirmed so shortly before a reminder is due has just been told everything.
JUST_TOLD = dt.timedelta(hours=24)


def due_at(day: dt.date, days: int) -> dt.datetime:
    """When the reminder so many days before a session on `day` is due: at nine in London, whatever the clocks do."""
    return london(day - dt.timedelta(days=days), AT)


def expires_at(session: ShowcaseSession, days: int) -> dt.datetime | None:
    """Until when that reminder makes sense."""
    if session.first_day is None or days == DAY:
        return session.starts_at
    return due_at(session.first_day, days) + LATEST


def still_to_come(session: ShowcaseSession, *, told: Collection[str]) -> Iterator[tuple[int, dt.datetime]]:
    """Which reminders of the session are not made yet, by the days before it, and when each is due. `told` are the
    marks of what has been made."""
    if session.first_day is None or session.starts_at is None or session.places.status not in OFFERING:
        return
    for days in (WEEK, DAY):
        if _name(days, session.first_day) not in told:
            yield days, due_at(session.first_day, days)


def due(now: dt.datetime) -> list[int]:
    """Sessions whose visitors are to be reminded at `now`: one query, by their day, which is indexed."""
    windows, wanted = list(_windows(timezone.localdate(now), now)), Q()
    for days, day in windows:
        done = Told.objects.filter(session=OuterRef("pk"), of=_name(days, day))
        wanted |= Q(~Exists(done), first_day=day)
    near = ShowcaseSession.objects.filter(first_day__in=sorted({day for _days, day in windows}), starts_at__gt=now)
    return sorted(near.filter(wanted, places__status__in=OFFERING).order_by().values_list("pk", flat=True))


def _windows(today: dt.date, now: dt.datetime) -> Iterator[tuple[int, dt.date]]:
    """Which reminders are due at `now`, for sessions of which days."""
    for days, latest in ((WEEK, WEEK - LATEST.days), (DAY, 0)):
        for ahead in range(latest, days + 1):
            day = today + dt.timedelta(days=ahead)
            if due_at(day, days) <= now and (days == DAY or now < due_at(day, days) + LATEST):
                yield days, day


def _name(days: int, day: dt.date) -> str:
    """What a reminder is called, with the day: a session that moves is reminded of again."""
    return f"remind:{days}:{day.isoformat()}"


@transaction.atomic
def make(session_id: int, now: dt.datetime) -> None:
    """Make all reminders of one session that are due, and the mark that they are made: both or neither.

    Any number of processes may do it at once: each mail and each mark is unique.
    """
    places = Places.objects.select_related(*OF_ITS_SESSION).get(session_id=session_id)
    session, today = places.session, timezone.localdate(now)
    room = Room(places, now=now)
    for days, day in _windows(today, now):
        if day == session.first_day:
            Told.objects.bulk_create([Told(session=session, of=_name(days, day), at=now)], ignore_conflicts=True)
            made = list(_mails(room, days, day))
            Mail.objects.bulk_create(made, ignore_conflicts=True, batch_size=500)


def _mails(room: Room, days: int, day: dt.date) -> Iterator[Mail]:
    since = due_at(day, days) - JUST_TOLD
    parties: dict[int | None, list[Booking]] = {}
    for booking in _confirmed_before(room.session, since):
        parties.setdefault(booking.first_id, []).append(booking)
    for party in parties.values():
        coming: list[Any] = [visitor for booking in party for visitor in booking.visitors.all()]
        to = [visitor for visitor in coming if not visitor.just_told]  # annotated below
        for mail in mails.remind(room, party, to=to, key=_name(days, day)):
            mail.expires_at = expires_at(room.session, days)
            yield mail


def _confirmed_before(session: ShowcaseSession, since: dt.datetime) -> "QuerySet[Booking]":
    """Bookings confirmed by `since`, with the visitors that come and whether they have been told of it after that."""
    confirmed = AuditEntry.objects.filter(booking=OuterRef("pk"), to_status=Status.CONFIRMED, at__gt=since)
    to_them = Mail.objects.filter(visitor=OuterRef("pk"), recipient_key=OuterRef("email_key"), created_at__gt=since)
    told = to_them.exclude(kind=Kind.REMINDER)
    coming = Visitor.objects.coming().annotate(just_told=Exists(told))
    bookings = Booking.objects.filter(session=session, status=Status.CONFIRMED)
    bookings = bookings.exclude(Exists(confirmed.exclude(from_status=Status.CONFIRMED)))
    return bookings.order_by("pk").prefetch_related(Prefetch("visitors", coming))


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether a reminder says what is true when it is sent: the session takes place, and when the mail says."""
    places = Places.objects.select_related("session").filter(session=mail.session_id).first()
    if places is None or places.status not in OFFERING:
        return False
    starts_at = places.session.starts_at
    return starts_at is not None and starts_at > now and mail.facts.get("starts_at") == iso(starts_at)
