"""What is read once a session's lock is had: all that settling looks at, and beside it what the verb will judge by.

One statement, for each waits for an answer while others wait for the lock, and in words that are kept ready: Django
takes longer to work them out than a database takes to answer (docs/decisions/0057, 0062).
"""

import datetime as dt
import uuid
from functools import partial
from typing import Any, Protocol

from django.db.models import BigIntegerField, CharField, DateTimeField, Q, QuerySet, UUIDField

from bookings.models import Booking, Visitor
from bookings.models.booking import ASKED_FOR, stands_unproved
from bookings.rule.party import Party
from bookings.states import LIVE, UNCONFIRMED, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.asked_often import AskedOften, Given

HALF = 16  # so many characters of `held_from` stand for the wide network, the others for the narrow one
NO_DRAFT = uuid.UUID(int=0)  # no draft has this key, and nobody this address
NOBODY = ""
SOME_DAY = dt.datetime(9999, 1, 1, tzinfo=dt.timezone.utc)


class Reads(Protocol):
    """What a verb wants to have read in a session: of unconfirmed bookings those that are `due` by then."""

    def __call__(self, *, session: int, due: dt.datetime, since: dt.datetime) -> list[Booking]: ...


def read(reads: Reads, session: ShowcaseSession, *, now: dt.datetime) -> list[Booking]:
    """The waiting list in order, unconfirmed bookings whose time may be up (`Booking.may_be_up` says whose), and what
    else is wanted."""
    ends = (session.starts_at, session.waiting_closes_at)
    has_ended = any(end is not None and end <= now for end in ends)
    return reads(session=session.pk, due=SOME_DAY if has_ended else now, since=now - ASKED_FOR)


def what_is_due(*, session: int, due: dt.datetime, since: dt.datetime) -> list[Booking]:
    """What settling looks at, and nothing else."""
    return _due.rows(session=session, due=due)


def what_is_beside(party: Party) -> Reads:
    """For a party that asks for places: what `beside` finds; of its address what may stand unproved, in any session;
    and what its network holds here."""
    wide = party.network[:HALF]
    given: dict[str, Any] = _keys(party.school.key, party.email_key, party.request_key)
    given |= {"network": wide or "g", "next_network": f"{wide}g"}  # they are written in hexadecimal
    return partial(_due_or_beside.rows, **given)


def what_goes_with(booking: int) -> Reads:
    """For a press on a booking: itself, and what goes with it where it is the first of its party."""

    def reads(*, session: int, due: dt.datetime, since: dt.datetime) -> list[Booking]:
        return _due_or_party.rows(session=session, due=due, booking=booking)

    return reads


def beside(session: int, booking: Booking) -> list[Booking]:
    """Live bookings of the same school or contact in this session, and the one made from the same draft."""
    return _beside.rows(session=session, **_keys(booking.school_key, booking.email_key, booking.request_key))


def coming(booking: Booking) -> list[Visitor]:
    """Its visitors whose place has not been released, in order."""
    found = _coming.rows(booking=booking.pk)
    for visitor in found:
        visitor.booking = booking
    return found


def anything_lapses(session: int, *, now: dt.datetime) -> bool:
    """Whether somebody's time is up there: what their mails say of it is asked only where their own rows let it be."""
    may_be = _may_be_up.rows(session=session, now=now)
    return bool(may_be) and Booking.objects.filter(session=session).lapsing(now=now).exists()


def _keys(school_key: str, email_key: str | None, request_key: uuid.UUID | None) -> dict[str, Any]:
    return {"school": school_key, "address": email_key or NOBODY, "draft": request_key or NO_DRAFT}


@AskedOften
def _due() -> QuerySet[Booking]:
    return _in_order(_to_settle())


@AskedOften
def _due_or_beside() -> QuerySet[Booking]:
    unproved = _of_address() & stands_unproved(since=Given("since", DateTimeField()))
    held = Q(
        _of_session(),
        held_from__gte=Given("network", CharField()),
        held_from__lt=Given("next_network", CharField()),
    )
    return _in_order(_to_settle() | _is_beside() | unproved | held)


@AskedOften
def _due_or_party() -> QuerySet[Booking]:
    booking = Given("booking", BigIntegerField())
    return _in_order(_to_settle() | Q(pk=booking) | Q(goes_with=booking))


@AskedOften
def _may_be_up() -> QuerySet[Booking, Any]:
    """One whose `may_be_up` can be true."""
    now = Given("now", DateTimeField())
    up = Q(deadline__lte=now) | Q(session__starts_at__lte=now) | Q(session__waiting_closes_at__lte=now)
    return Booking.objects.filter(_of_session() & up, status__in=UNCONFIRMED).order_by().values_list("pk")[:1]


@AskedOften
def _beside() -> QuerySet[Booking]:
    return _in_order(_is_beside())


@AskedOften
def _coming() -> QuerySet[Visitor]:
    return Visitor.objects.coming().filter(booking=Given("booking", BigIntegerField()))


def _in_order(rows: Q) -> QuerySet[Booking]:
    return Booking.objects.filter(rows).order_by("joined_at", "pk")


def _to_settle() -> Q:
    """By their own rows alone: every verb asks this, and hardly ever has to ask `lapsing` about their mails too."""
    up = Q(status__in=UNCONFIRMED, deadline__lte=Given("due", DateTimeField()))
    return _of_session() & (Q(status=Status.WAITING) | up)


def _is_beside() -> Q:
    same = Q(school_key=Given("school", CharField())) | _of_address()
    return Q(_of_session() & same, status__in=LIVE) | Q(request_key=Given("draft", UUIDField()))


def _of_session() -> Q:
    return Q(session=Given("session", BigIntegerField()))


def _of_address() -> Q:
    return Q(email_key=Given("address", CharField()))
