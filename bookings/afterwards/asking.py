"""Who is asked what they made of a session: the one row, `Asked`, that ties somebody to their answers.

The row is made by the press on the visitor's own page or by the round that writes to them, whichever comes first;
opening a page makes none. See docs/decisions/0039.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from enum import Enum

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from bookings.attendance import register
from bookings.models import Asked, Person, Visitor
from bookings.models.feedback import Form
from bookings.rule.room import Clock
from bookings.states import FROZEN, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.clock import moment
from hubs.vocabulary.school_days import london

OPEN_FOR = dt.timedelta(days=14)  # answers can be changed for two weeks
SIX_WEEKS = 30  # school days
OF_VISITOR = ("booking__session__hub_year__hub", "booking__session__places")


class Stands(Enum):
    """Whether somebody can say what they made of it."""

    OPEN = "open"
    EARLY = "early"  # the session is not over
    ABSENT = "absent"  # the register says that they did not come
    OFF = "off"  # the place is nobody's, the session is off, or a later meeting of its group asks
    CLOSED = "closed"


def closes_at(day: dt.date) -> dt.datetime:
    """The end of the day two weeks after `day`, in London."""
    return london(day + OPEN_FOR + dt.timedelta(days=1), dt.time())


def last_day_of(asked: Asked) -> dt.date:
    """The last day on which answers are taken."""
    return timezone.localdate(asked.closes_at - dt.timedelta(seconds=1))


def asks(session: ShowcaseSession) -> bool:
    """Whether a session asks at all: of a group's meetings only the last does. No query where it has no group."""
    return session.group_id is None or not later_meetings(session).exists()


def later_meetings(session: ShowcaseSession) -> QuerySet[ShowcaseSession]:
    """Meetings of the same group after this one."""
    others = ShowcaseSession.objects.filter(group=session.group_id, starts_at__gt=session.starts_at)
    return others.exclude(places__status__in=FROZEN)


def asking() -> Q:
    """The same for many sessions: those without a group, and the last meeting of each."""
    later = ShowcaseSession.objects.filter(group=OuterRef("group"), starts_at__gt=OuterRef("starts_at"))
    return Q(group=None) | Q(~Exists(later.exclude(places__status__in=FROZEN)))


def stands(visitor: Visitor, *, now: dt.datetime) -> Stands:
    """How it stands before anybody has been asked."""
    session = visitor.booking.session
    placed = visitor.released_at is None and visitor.booking.status == Status.CONFIRMED
    if not placed or session.places.status in FROZEN or not asks(session):
        return Stands.OFF
    if not register.is_over(session, now=now):
        return Stands.EARLY
    return Stands.ABSENT if visitor.attendance == register.ABSENT else Stands.OPEN


def stands_of(asked: Asked, *, now: dt.datetime) -> Stands:
    """How the form of somebody who has been asked stands."""
    if asked.visitor is None or asked.closes_at <= now:
        return Stands.CLOSED
    if asked.form == Form.LATER:
        return Stands.OPEN
    return stands(asked.visitor, now=now)


@transaction.atomic
def open_form(visitor_id: int, *, clock: Clock) -> Asked | None:
    """The press on a visitor's own page: their form, made now where nobody had asked them yet; None where there is
    none for them."""
    found = Visitor.objects.select_related(*OF_VISITOR).select_for_update(of=("self",), no_key=True)
    visitor = found.get(pk=visitor_id)
    now = moment(clock)
    asked = Asked.objects.filter(visitor=visitor, form=Form.DAY).first()
    if asked is None and stands(visitor, now=now) is Stands.OPEN:
        day = visitor.booking.session.last_day
        if day and now < closes_at(day):
            ask([visitor], now=now)
            asked = Asked.objects.get(visitor=visitor, form=Form.DAY)
    return asked


def ask(visitors: Sequence[Visitor], *, now: dt.datetime) -> None:
    """Make the rows of whoever has none, within the caller's transaction. `visitors` have their sessions at hand.

    One person's rows of one hub in a year share a voice. They are made in the order of their voices, so that the order
    of rows says nothing of the order of people.
    """
    lock_people(visitors)
    voices = _voices(visitors)
    new = []
    for visitor in visitors:
        session = visitor.booking.session
        voice, stopped = voices.setdefault(_whose(visitor), (uuid.uuid4(), False))
        row = {"hub_year_id": session.hub_year_id, "session": session, "visitor": visitor, "voice": voice}
        until = closes_at(session.last_day or timezone.localdate(now))
        new.append(Asked(form=Form.DAY, asked_at=now, closes_at=until, stopped=stopped, **row))
    Asked.objects.bulk_create(sorted(new, key=lambda one: one.voice.int), ignore_conflicts=True)


def lock_people(visitors: Iterable[Visitor]) -> None:
    """Whoever does something with one person's rows waits for whoever does so already; always in the same order."""
    people = {visitor.person_id for visitor in visitors if visitor.person_id}
    locked = Person.objects.filter(pk__in=people).order_by("pk").select_for_update(no_key=True)
    list(locked.values_list("pk", flat=True))


def _whose(visitor: Visitor) -> tuple[object, int]:
    return visitor.person_id or visitor.pk, visitor.booking.session.hub_year_id


def _voices(visitors: Sequence[Visitor]) -> dict[tuple[object, int], tuple[uuid.UUID, bool]]:
    """The voices that these people have already, and whether they want to be asked no more."""
    people = {visitor.person_id for visitor in visitors if visitor.person_id}
    known = Asked.objects.filter(visitor__person_id__in=people).annotate(person=F("visitor__person_id"))
    found = known.order_by("pk").values_list("person", "hub_year", "voice", "stopped")
    return {(person, hub_year): (voice, stopped) for person, hub_year, voice, stopped in found}


def of_voice(asked: Asked) -> QuerySet[Asked]:
    """All that one person has been asked of one hub's exchange, while the tie stands."""
    return Asked.objects.filter(voice=asked.voice, visitor__isnull=False)


def seen_by(asked: Asked) -> list[ShowcaseSession]:
    """The sessions that this person saw in this hub's exchange, first first: what the later form names."""
    rows = of_voice(asked).filter(form=Form.DAY).exclude(visitor__attendance=register.ABSENT)
    rows = rows.filter(visitor__released_at=None, visitor__booking__status=Status.CONFIRMED)
    rows = rows.exclude(session__places__status__in=FROZEN)
    ids = rows.values("session")
    return list(ShowcaseSession.objects.with_names().filter(pk__in=ids).order_by("first_day", "starts_at", "pk"))


@transaction.atomic
def ask_no_more(asked_id: int) -> None:
    """ "Do not ask me again": no reminder and no later form, of anything that this person saw in this exchange."""
    asked = Asked.objects.get(pk=asked_id)
    rows = of_voice(asked)
    list(rows.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
    rows.update(stopped=True)
