"""A hub writes to everyone of a session, or of several: through the outbox, once, and with a record of it.

Writing changes nobody's place, so it takes no lock: whether a letter still makes sense is asked when it is sent.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from django.db import transaction
from django.utils import timezone

from bookings.mail_kinds import Kind
from bookings.models import Booking, Letter, Mail, Places
from bookings.models.letter import LONGEST_LETTER, LONGEST_SUBJECT
from bookings.rule import mails as emails
from bookings.rule.outbox import new_mail
from bookings.rule.refusals import BadNews, NobodyThere
from bookings.rule.room import Clock, Room
from bookings.sessions.changes import plain
from bookings.states import LIVE, Status
from hubs.models import StaffUser
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.clock import moment

WRITTEN_TO: dict[str, frozenset[Status]] = {
    Letter.To.CONFIRMED: frozenset({Status.CONFIRMED}),
    Letter.To.WAITING: frozenset({Status.WAITING}),
    Letter.To.ALL: LIVE,
}


@dataclass(frozen=True)
class Message:
    """What is written, and to whom. The same `key` again is the same letter."""

    to: str
    subject: str
    message: str
    key: uuid.UUID = field(default_factory=uuid.uuid4)


class Recipients(NamedTuple):
    """How many a letter reaches, and how many it does not."""

    mails: int
    without_email: int


def write(session_ids: Sequence[int], words: Message, *, by: StaffUser, clock: Clock) -> list[Letter]:
    """Write to the people of these sessions: a letter for each, all of them or none.

    Raises BadNews where there are no words or too many, and NobodyThere where no session has anybody to write to.
    """
    subject, message = " ".join(words.subject.split()), plain(words.message)
    if not (0 < len(subject) <= LONGEST_SUBJECT and 0 < len(message) <= LONGEST_LETTER):
        raise BadNews
    keys = {session_id: uuid.uuid5(words.key, str(session_id)) for session_id in session_ids}
    with transaction.atomic():
        if done := list(Letter.objects.filter(key__in=keys.values())):
            return done
        now = moment(clock)
        told = [(room, mails) for room in _rooms(session_ids, now) if (mails := list(_mails(room, words)))]
        if not told:
            raise NobodyThere
        said = {"staff": by, "at": now, "to": words.to, "subject": subject, "message": message}
        return [_keep(room, mails, keys[room.session.pk], said) for room, mails in told]


def _keep(room: Room, mails: Sequence[Mail], key: uuid.UUID, said: dict[str, object]) -> Letter:
    """The letter and its mails, unless somebody who pressed at the same moment has just written them."""
    letter, new = Letter.objects.get_or_create(key=key, defaults=said | {"session": room.session, "mails": len(mails)})
    if new:
        for mail in mails:
            mail.dedupe_key = f"letter:{letter.pk}:{mail.booking_id}:{mail.visitor_id or ''}"
            _put_in(mail, room, letter.subject, letter.message)
        Mail.objects.bulk_create(mails, batch_size=500)
    return letter


def _put_in(mail: Mail, room: Room, subject: str, message: str) -> None:
    """The words; a letter of today or tomorrow goes first; one after the session ended is not too late."""
    mail.facts |= {"about": subject, "message": message}
    today = timezone.localdate(room.now)
    mail.urgent = room.session.day in (today, today + dt.timedelta(days=1))
    if mail.expires_at and mail.expires_at <= room.now:
        mail.expires_at = None


def send_test(session_id: int, words: Message, *, to: StaffUser, clock: Clock) -> None:
    """Send the letter as it is to the member of staff who writes it. The same words again are the same mail."""
    (room,) = _rooms([session_id], moment(clock))
    digest = sha256(f"{words.subject}\0{words.message}".encode()).hexdigest()[:24]
    facts, key = room.facts | {"test": True}, f"letter:test:{words.key.hex}:{digest}"
    mail = new_mail(Kind.LETTER, to.email, facts, key=key, now=room.now, until=None, session=room.session)
    _put_in(mail, room, " ".join(words.subject.split()), plain(words.message))
    mail.urgent = True  # somebody sits and waits for it
    Mail.objects.bulk_create([mail], ignore_conflicts=True)


def reach(session_ids: Sequence[int], to: str, *, now: dt.datetime) -> Recipients:
    """How many mails a letter would be, and how many of the bookings it is for have no address."""
    without = 0
    mails = 0
    for room in _rooms(session_ids, now):
        bookings = _bookings(room, to)
        mails += sum(1 for _mail in emails.to_everyone(room, Kind.LETTER, bookings))
        without += sum(1 for booking in bookings if not booking.contact_email)
    return Recipients(mails, without)


def _rooms(session_ids: Sequence[int], now: dt.datetime) -> list[Room]:
    found = Places.objects.filter(session__in=session_ids).select_related(*OF_ITS_SESSION).order_by("session")
    return [Room(places, now=now) for places in found]


def _mails(room: Room, words: Message) -> Iterator[Mail]:
    yield from emails.to_everyone(room, Kind.LETTER, _bookings(room, words.to))


def _bookings(room: Room, to: str) -> list[Booking]:
    mine = Booking.objects.filter(session=room.session, status__in=WRITTEN_TO[to])
    return list(mine.order_by("pk").prefetch_related("visitors"))
