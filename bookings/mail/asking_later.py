"""Six school weeks after the last session that somebody saw of a hub's exchange: one more mail, one a person.

And where there never will be one (they did not come, gave no address, or said "do not ask me again"), what ties them to
their answers is cut then.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone

from bookings.afterwards import ties
from bookings.afterwards.asking import OF_VISITOR, SIX_WEEKS, closes_at, lock_people
from bookings.attendance import standing
from bookings.mail.asking_mails import ABSENT, AT, ATTENDED, WITH_SESSION, new_asking
from bookings.mail_kinds import Kind
from bookings.models import Asked, Mail, Visitor
from bookings.models.feedback import Form
from bookings.states import FROZEN, Status
from hubs.models import HubYear, ShowcaseSession
from hubs.models.calendar import calendar_of_hub, calendars_of_hubs
from hubs.vocabulary.school_days import london

SOONEST = dt.timedelta(days=42)  # thirty school days are six weeks at least


def due(now: dt.datetime) -> list[int]:
    """Hubs in a year with somebody to ask, or a tie to cut, at `now`: nothing is asked before four in the afternoon."""
    today = timezone.localdate(now)
    if now < london(today, AT):
        return []
    rows = Asked.objects.filter(form=Form.DAY, visitor__isnull=False, session__last_day__lte=today - SOONEST)
    years = dict(rows.order_by().values_list("hub_year", "hub_year__hub").distinct())
    calendars = calendars_of_hubs(years.values()) if years else {}
    return sorted(
        year for year, hub in years.items() if _ripe(year, calendars[hub].before(today, SIX_WEEKS), now=now).exists()
    )


def _ripe(hub_year_id: int, last: dt.date, *, now: dt.datetime) -> QuerySet[Asked]:
    """Rows of the day of people who saw nothing after `last`, have nothing to come, and were not asked later."""
    later = Asked.objects.filter(voice=OuterRef("voice"), form=Form.LATER)
    of_voice = Asked.objects.filter(voice=OuterRef("voice"), form=Form.DAY, visitor__isnull=False)
    placed = Visitor.objects.coming().filter(
        person_id=OuterRef("visitor__person_id"),
        booking__status=Status.CONFIRMED,
        booking__session__hub_year=hub_year_id,
        booking__session__last_day__gt=last,
    )
    to_come = placed.exclude(attendance=ABSENT).exclude(booking__session__places__status__in=FROZEN)
    open_still = of_voice.filter(closes_at__gt=now)
    rows = Asked.objects.filter(hub_year=hub_year_id, form=Form.DAY, visitor__isnull=False)
    return rows.filter(~Exists(later), ~Exists(to_come), ~Exists(open_still), session__last_day__lte=last)


@transaction.atomic
def make(hub_year_id: int, now: dt.datetime) -> None:
    """Ask some of a hub's year, or cut their ties: rows, mails and marks together, or none of it."""
    last = calendar_of_hub(HubYear.objects.values_list("hub", flat=True).get(pk=hub_year_id)).before(
        timezone.localdate(now), SIX_WEEKS
    )
    ripe = _ripe(hub_year_id, last, now=now)
    voices = set(ripe.order_by("voice").values_list("voice", flat=True).distinct()[: ties.AT_A_TIME])
    people = _people(voices)
    lock_people([one for of_voice in people.values() for one in of_voice])
    still = set(ripe.filter(voice__in=voices).values_list("voice", flat=True))  # another worker may have asked them
    asked, mails, never = [], [], []
    for voice in sorted(still, key=lambda one: one.int):
        came = _who_came(people.get(voice, []), now=now)
        if came is None:
            never.append(voice)
            continue
        row = _asked(came, voice, hub_year_id, now=now)
        asked.append(row)
        mails.append(new_asking(Kind.LATER, [came], now=now, until=row.closes_at))
    Asked.objects.bulk_create(asked, ignore_conflicts=True)
    Mail.objects.bulk_create(mails, ignore_conflicts=True)
    if never:
        ties.cut(never)


def _people(voices: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Visitor]]:
    """The places of each of those people, the last of them last."""
    placed = Visitor.objects.filter(asked__voice__in=set(voices), asked__form=Form.DAY)
    placed = placed.annotate(voice=F("asked__voice"), stopped=F("asked__stopped"))
    found: dict[uuid.UUID, list[Visitor]] = {}
    for one in placed.select_related(*OF_VISITOR, *WITH_SESSION).order_by("booking__session__ends_at", "pk"):
        found.setdefault(one.voice, []).append(one)  # type: ignore[attr-defined]  # annotated above
    return found


def _who_came(places: Sequence[Visitor], *, now: dt.datetime) -> Visitor | None:
    """The last place at which somebody was, or may have been, with an address and not unwilling; or None."""
    if any(one.stopped for one in places):  # type: ignore[attr-defined]  # annotated above
        return None
    sessions = [one.booking.session_id for one in places]
    unrecorded = _unrecorded(sessions, now=now) if any(one.attendance != ATTENDED for one in places) else set()
    for one in reversed(places):
        placed = one.released_at is None and one.booking.status == Status.CONFIRMED and one.full_name and one.email
        off = one.booking.session.places.status in FROZEN
        came = one.attendance == ATTENDED or (one.attendance != ABSENT and one.booking.session_id in unrecorded)
        if placed and came and not off:
            return one
    return None


def _unrecorded(sessions: Iterable[int], *, now: dt.datetime) -> set[int]:
    rows = ShowcaseSession.objects.filter(standing.not_recorded(now=now), pk__in=list(sessions))
    return set(rows.order_by().values_list("pk", flat=True))


def _asked(visitor: Visitor, voice: uuid.UUID, hub_year_id: int, *, now: dt.datetime) -> Asked:
    until = closes_at(timezone.localdate(now))
    row = Asked(form=Form.LATER, hub_year_id=hub_year_id, visitor=visitor, voice=voice, asked_at=now, mailed_at=now)
    row.if_you_came, row.closes_at = visitor.attendance != ATTENDED, until
    return row
