"""The register for the host school's office: a link that the hub gives and withdraws, and the mails that carry it.

The worker writes at 12:00 the school day before, and at 07:00 on the day if something has changed.
These mails change nobody's place: what has happened meanwhile is asked when they are sent.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import CharField, Exists, F, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Concat
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bookings.attendance import register
from bookings.mail_kinds import MAILS, Kind
from bookings.models import Mail, OfficeLink, Places, SessionChange, Told, Visitor
from bookings.places import locked, write
from bookings.rule import mails
from bookings.rule.refusals import NoOffice, NotBookable
from bookings.rule.room import Clock, Room, iso
from bookings.states import FROZEN, OFFERING, SESSION_MAILS, Standing, Verb
from hubs.models import ShowcaseSession, StaffUser
from hubs.models.calendar import calendar_of_session, calendars_of_hubs
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.school_days import SchoolDays, london

FIRST_AT, AGAIN_AT = dt.time(12), dt.time(7)
# A session whose school day before lies further back than this has stood between holidays longer than any there are.
AHEAD = dt.timedelta(days=60)
# The changes of a session that its office is told of: who teaches is none of its business.
TOLD_OF = tuple(verb for verb, kind in SESSION_MAILS.items() if MAILS[kind].office_too)
# What the marks are called, each with its day.
FIRST, AGAIN = "register:", "register_again:"


def address_of(session: ShowcaseSession) -> str:
    """Where the register goes: the office of the place; the visit's own only where the session is at its school."""
    host = None if session.is_elsewhere else session.host_school
    return session.office_email or (host.office_email if host and host.school_id else "")


# --- the link -------------------------------------------------------------------------------------------------------


def give(session_id: int, *, may_mark: bool, key: uuid.UUID, by: StaffUser, clock: Clock) -> OfficeLink:
    """Send the office its link, and say whether it may mark arrivals. The same `key` again is the same press.

    Raises NoOffice, or NotBookable for a session that is off or over.
    """
    calendar = calendar_of_session(session_id)
    with locked(session_id, clock) as room:
        link = OfficeLink.objects.filter(session=room.session).first() or OfficeLink(session=room.session)
        if Mail.objects.filter(dedupe_key=f"office:{key}").exists():
            return link
        _judge(room)
        _give_to(link, room)
        link.may_mark, link.withdrawn_at = may_mark, None
        coming = register.people(room.session)
        begun = room.session.first_day and first_at(room.session.first_day, calendar) <= room.now
        if begun and not link.known_at:
            link.known, link.known_at = lines(coming), room.now
        link.save()
        mail = _of_register(room, link, {"coming": len(coming), "given": True}, key=f"office:{key}")
        why = "may mark arrivals" if may_mark else "sees and prints"
        write(room, Verb.GIVE_OFFICE, by=by, why=why, news=[mail])
        return link


def _judge(room: Room) -> None:
    standing = room.places.standing(now=room.now)
    if standing in (Standing.OVER, Standing.CANCELLED, Standing.POSTPONED):
        raise NotBookable(standing)
    if not address_of(room.session):
        raise NoOffice


def _give_to(link: OfficeLink, room: Room) -> None:
    """To the address that the session has now; whoever had the link at another one has it no longer."""
    address = address_of(room.session)
    if link.given_to and email_key(link.given_to) != email_key(address):
        link.link_version += 1
    link.given_to, link.given_at = address, room.now


def _of_register(room: Room, link: OfficeLink, facts: dict[str, Any], *, key: str) -> Mail:
    """The mail that tells an office who is coming, with the link to the names."""
    facts |= {"link_version": link.link_version, "may_mark": link.may_mark}
    return mails.of_office(room, Kind.REGISTER, link.given_to, facts, key=key)


def withdraw(session_id: int, *, by: StaffUser, clock: Clock) -> None:
    """The office's link opens nothing any longer, and no mail brings it another until staff give it anew. Twice is
    once."""
    with locked(session_id, clock) as room:
        link = OfficeLink.objects.filter(session=room.session, withdrawn_at=None).first()
        if link is None:
            return
        link.withdrawn_at = room.now
        link.link_version += 1
        link.save()
        write(room, Verb.WITHDRAW_OFFICE, by=by)


# --- a session is cancelled, postponed, moved, reinstated ------------------------------------------------------------


def with_register(session_ids: Iterable[int]) -> "QuerySet[OfficeLink]":
    """The links of these sessions that an office has."""
    return OfficeLink.objects.filter(session__in=session_ids, withdrawn_at=None).exclude(given_to="")


def is_anothers(link: OfficeLink, session: ShowcaseSession) -> bool:
    """Whether the office that has the link is not the session's own, or no longer."""
    return email_key(link.given_to) != email_key(address_of(session))


def compose_change(room: Room, change: SessionChange) -> Iterator[Mail]:
    """What the office that has the register is told of a change, in numbers. Where the session has moved away from it,
    its link dies first, and the mail says so."""
    link = with_register([room.session.pk]).select_for_update(no_key=True).first()
    if link is None or change.verb not in TOLD_OF:
        return
    to, gone = link.given_to, is_anothers(link, room.session)
    if gone:
        _take_from_office(link)
    facts = change.facts | {"change": change.pk, "verb": change.verb, "link_gone": gone}
    facts |= {"coming": register.coming(room.session).count(), "link_version": None if gone else link.link_version}
    mail = mails.of_office(room, Kind.OFFICE_CHANGE, to, facts, key=f"change:{change.pk}:office")
    mail.urgent = True  # as those to everyone else
    yield mail


def _take_from_office(link: OfficeLink) -> None:
    """Nobody has the link, and the session's new office is told of its day as if nobody had been told yet."""
    link.link_version += 1
    link.given_to, link.may_mark, link.known, link.known_at = "", False, {}, None
    link.save()
    marks = Q(of__startswith=FIRST) | Q(of__startswith=AGAIN)
    Told.objects.filter(marks, session=link.session_id).delete()


def change_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the office is still to have this mail: it has not been told of a later change, and has what it says."""
    later = SessionChange.objects.filter(session=mail.session_id, pk__gt=mail.facts["change"], verb__in=TOLD_OF)
    link = OfficeLink.objects.select_related("session__places", *OF_ITS_SESSION).filter(session=mail.session_id).first()
    if mail.facts["link_gone"]:
        return link is None or email_key(address_of(link.session)) != mail.recipient_key
    theirs = link and not link.withdrawn_at and link.link_version == mail.facts["link_version"]
    return bool(theirs) and not later.exists()


# --- what has changed since the office was told -----------------------------------------------------------------------


@dataclass(frozen=True)
class Changes:
    """Who is new, whose line says something else, and who does not come any longer."""

    new: frozenset[int]
    other: frozenset[int]
    gone: frozenset[int]

    def __bool__(self) -> bool:
        return bool(self.new or self.other or self.gone)


def lines(coming: Iterable[Visitor]) -> dict[str, str]:
    """What the office is told of each visitor, as a number that says nothing."""
    return {str(one.pk): _sum(one) for one in coming}


def _sum(visitor: Visitor) -> str:
    said = f"{visitor.full_name}|{visitor.booking.school_key}|{visitor.needs}"
    if visitor.needs_added or visitor.arranged:
        said += f"|{visitor.needs_added}|{visitor.arranged}"
    return salted_hmac("bookings.office", said).hexdigest()[:16]


def changes(link: OfficeLink, coming: Iterable[Visitor]) -> Changes:
    """What has changed since the office was first told; nothing before that."""
    if not link.known_at:
        return Changes(frozenset(), frozenset(), frozenset())
    known, now = link.known, lines(coming)
    return Changes(
        new=frozenset(int(pk) for pk in now.keys() - known.keys()),
        other=frozenset(int(pk) for pk in now.keys() & known.keys() if now[pk] != known[pk]),
        gone=frozenset(int(pk) for pk in known.keys() - now.keys()),
    )


# --- its mails ------------------------------------------------------------------------------------------------------


def first_at(day: dt.date, calendar: SchoolDays) -> dt.datetime:
    """When the office is told of a session on `day`: at noon in London on the school day before."""
    return london(calendar.before(day, 1), FIRST_AT)


def again_at(day: dt.date) -> dt.datetime:
    return london(day, AGAIN_AT)


def still_to_tell(
    session: ShowcaseSession, calendar: SchoolDays, *, told: Collection[str], withdrawn: bool
) -> Iterator[tuple[str, dt.datetime]]:
    """Which mails the session's office is still to get, and when: FIRST, and AGAIN if something has changed by then.

    `told` are the marks of what has been made for the session; `withdrawn` is whether its link has been.
    """
    day = session.first_day
    if withdrawn or day is None or session.places.status not in OFFERING or not address_of(session):
        return
    if f"{FIRST}{day}" not in told:
        yield FIRST, first_at(day, calendar)
    if f"{AGAIN}{day}" not in told:
        yield AGAIN, again_at(day)


def due(now: dt.datetime) -> list[int]:
    """Sessions whose office is to be told at `now`: two queries, and one where nothing is near."""
    today = timezone.localdate(now)
    near = _with_office().filter(starts_at__gt=now, first_day__gte=today, first_day__lte=today + AHEAD)
    near = near.annotate(first=_was_told(FIRST), again=_was_told(AGAIN))
    near = near.filter(Q(first=False) | Q(again=False, first_day=today)).order_by()
    found = list(near.values_list("pk", "first_day", "hub_year__hub", "first", "again"))
    calendars = calendars_of_hubs({hub for _pk, _day, hub, *_told in found}) if found else {}
    return sorted(
        pk
        for pk, day, hub, first, again in found
        if day and _wanted(day, calendars[hub], now=now, first=first, again=again)
    )


def _was_told(of: str) -> Exists:
    """Whether a session has that mark for the day on which it is now: of one that moves the office is told again."""
    mark = Concat(Value(of), Cast(OuterRef("first_day"), CharField()))
    return Exists(Told.objects.filter(session=OuterRef("pk"), of=mark))


def _wanted(day: dt.date, calendar: SchoolDays, *, now: dt.datetime, first: bool, again: bool) -> bool:
    if not first:
        return first_at(day, calendar) <= now
    return not again and again_at(day) <= now


def _with_office() -> "QuerySet[ShowcaseSession]":
    """Sessions that take place and whose office has an address (`address_of`) and may still know."""
    visit = Q(host_school__office_email__gt="", place_name="", host_school__school__isnull=False)
    at_host = Q(venue=None) | Q(venue=F("host_school__school"))
    withdrawn = OfficeLink.objects.filter(session=OuterRef("pk"), withdrawn_at__isnull=False)
    sessions = ShowcaseSession.objects.filter(Q(office_email__gt="") | (visit & at_host))
    return sessions.filter(~Exists(withdrawn), places__status__in=OFFERING)


@transaction.atomic
def make(session_id: int, now: dt.datetime) -> None:
    """Make the mail that is due, and the mark that it is made: both or neither.

    Any number of processes may do it at once: they wait for the link's row, and see each other's mark.
    """
    places = Places.objects.select_related(*OF_ITS_SESSION).get(session_id=session_id)
    room, session = Room(places, now=now), places.session
    address, day = address_of(session), session.first_day
    if not address or day is None or places.status not in OFFERING:
        return
    OfficeLink.objects.get_or_create(session=session, defaults={"given_to": address, "given_at": now})
    link = OfficeLink.objects.select_for_update(no_key=True).get(session=session)
    told = set(Told.objects.filter(session=session).values_list("of", flat=True))
    first, again = f"{FIRST}{day}" in told, f"{AGAIN}{day}" in told
    if link.withdrawn_at or not _wanted(day, calendar_of_session(session_id), now=now, first=first, again=again):
        return
    done = [AGAIN] if first else [FIRST] + [AGAIN] * (again_at(day) <= now)
    Told.objects.bulk_create([Told(session=session, of=f"{of}{day}", at=now) for of in done])
    _tell(room, link, of=f"{done[0]}{day}", again=first)


def _tell(room: Room, link: OfficeLink, *, of: str, again: bool) -> None:
    """The mail itself; the second one only if something has changed since the first."""
    coming = register.people(room.session)
    changed = changes(link, coming) if again else None
    if again and not changed:
        return
    _give_to(link, room)
    if not again:
        link.known, link.known_at = lines(coming), room.now
    link.save()
    facts: dict[str, Any] = {"coming": len(coming)}
    if changed:
        facts |= {"new": len(changed.new), "other": len(changed.other), "gone": len(changed.gone)}
    mail = _of_register(room, link, facts, key=f"office:{room.session.pk}:{link.link_version}:{of}")
    mail.expires_at = room.session.starts_at
    mail.save(force_insert=True)


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the office is still to have this mail: the link is its own, and the session takes place when it says."""
    link = OfficeLink.objects.select_related("session__places", *OF_ITS_SESSION).filter(session=mail.session_id).first()
    if link is None or link.withdrawn_at or link.link_version != mail.facts.get("link_version"):
        return False
    session = link.session
    if session.places.status in FROZEN or mail.facts.get("starts_at") != iso(session.starts_at):
        return False
    return email_key(address_of(session)) == mail.recipient_key
