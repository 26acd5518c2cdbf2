"""The one mail a person and day after what they saw: with their certificate, and the forms that ask about it.

At 16:00 in London, or an hour after the end of their last session of that day if that is later, to each who came; where
nobody has recorded a register after five school days, to all who were confirmed, beginning "If you came". Whoever was
at several sessions waits until it is known of all of them. See docs/decisions/0039.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from bookings.afterwards.asking import OF_VISITOR, ask, asking, closes_at
from bookings.attendance import standing
from bookings.mail_kinds import Kind
from bookings.models import Asked, Mail, Told, Visitor
from bookings.models.feedback import Form
from bookings.rule.outbox import new_mail
from bookings.rule.room import session_facts
from bookings.states import FROZEN, Status
from hubs.models import ShowcaseSession
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.school_days import london

AT, AFTER = dt.time(16), dt.timedelta(hours=1)
TOLD = "afterwards"
LATEST = dt.timedelta(days=42)  # after the session: then the later form asks
CORRECTED = dt.timedelta(days=3)  # whoever is put right is found so long; a worker is not away for longer
ATTENDED, ABSENT = Visitor.Attendance.ATTENDED, Visitor.Attendance.ABSENT
WITH_SESSION = tuple(f"booking__{name}" for name in OF_ITS_SESSION)


def mailed_from(session: ShowcaseSession) -> dt.datetime | None:
    """When whoever saw that session alone on its day is written to; None where it has no end."""
    if session.ends_at is None or session.last_day is None:
        return None
    return max(london(session.last_day, AT), session.ends_at + AFTER)


def due(now: dt.datetime) -> list[int]:
    """Sessions with people to be written to at `now`: those that nobody has been written about, and those whose
    register was put right since. By their day, which is indexed."""
    today = timezone.localdate(now)
    last = today if london(today, AT) <= now else today - dt.timedelta(days=1)
    near = ShowcaseSession.objects.filter(
        asking(), last_day__gte=today - LATEST, last_day__lte=last, ends_at__lte=now - AFTER
    )
    told = Told.objects.filter(session=OuterRef("pk"), of=TOLD)
    known = standing.recorded() | standing.not_recorded(now=now)
    first = near.filter(known, ~Exists(told)).order_by().values_list("pk", flat=True)
    marked = Visitor.objects.filter(marked_at__gt=now - CORRECTED, attendance=ATTENDED, email__isnull=False)
    mailed = Asked.objects.filter(visitor=OuterRef("pk"), form=Form.DAY, mailed_at__isnull=False)
    late = marked.filter(~Exists(mailed), booking__status=Status.CONFIRMED, released_at=None)
    again = near.filter(known, Exists(told), pk__in=late.order_by().values("booking__session"))
    return sorted({*first, *again.order_by().values_list("pk", flat=True)})


@transaction.atomic
def make(session_id: int, now: dt.datetime) -> None:
    """Write to everybody of one session whom it is time to write to, and mark it as dealt with: both or neither.

    Any number of processes may do it at once: a person's rows are locked, and say that they have been written to.
    """
    known = _known_sessions(now)
    waiting, ready = False, []
    for of_person in _by_person(session_id):
        came = [one for one in of_person if _is_asked(one, known)]
        here = any(one.booking.session_id == session_id for one in came)
        if here and not all(_is_over(one, known, now) for one in of_person):
            waiting = True
        elif here:
            ready.append(came)
    _write_to(ready, now)
    if not waiting:
        mark = Told(session_id=session_id, of=TOLD, at=now)
        Told.objects.bulk_create([mark], ignore_conflicts=True)


class _Known:
    """Which sessions' registers are recorded, and which count as never recorded."""

    def __init__(self, recorded: Iterable[int], unrecorded: Iterable[int]) -> None:
        self.recorded, self.unrecorded = set(recorded), set(unrecorded)

    def __contains__(self, session_id: int) -> bool:
        return session_id in self.recorded or session_id in self.unrecorded


def _known_sessions(now: dt.datetime) -> _Known:
    near = ShowcaseSession.objects.filter(last_day__gte=timezone.localdate(now) - LATEST, ends_at__lte=now).order_by()
    ids = [near.filter(of).values_list("pk", flat=True) for of in (standing.recorded(), standing.not_recorded(now=now))]
    return _Known(*ids)


def _by_person(session_id: int) -> list[list[Visitor]]:
    """Everybody with a place at that session and an address, each with all of their places of that day."""
    placed = Visitor.objects.coming().filter(booking__status=Status.CONFIRMED, full_name__isnull=False)
    here = placed.filter(booking__session=session_id, email__isnull=False)
    day = ShowcaseSession.objects.filter(pk=session_id).values("last_day")
    keys = here.order_by().values("email_key")
    found = placed.filter(email_key__in=keys, booking__session__last_day__in=day).exclude(
        booking__session__places__status__in=FROZEN
    )
    people: dict[str | None, list[Visitor]] = {}
    related = {*OF_VISITOR, *WITH_SESSION, "booking__session__places"}
    for one in found.select_related(*related).order_by("booking__session__ends_at", "pk"):
        people.setdefault(one.email_key, []).append(one)
    return list(people.values())


def _is_asked(visitor: Visitor, known: _Known) -> bool:
    session_id = visitor.booking.session_id
    if session_id in known.recorded:
        return visitor.attendance == ATTENDED
    return session_id in known.unrecorded and visitor.attendance != ABSENT


def _is_over(visitor: Visitor, known: _Known, now: dt.datetime) -> bool:
    """Whether there is nothing to wait for on account of that place: an hour has passed, and who came is known."""
    at = mailed_from(visitor.booking.session)
    return at is None or (at <= now and visitor.booking.session_id in known)


def _write_to(people: Sequence[Sequence[Visitor]], now: dt.datetime) -> None:
    """One mail to each person, about those of their places that nobody has written to them about yet."""
    about = [[one for one in places if not _asks_later(one)] for places in people]
    everyone = [one for places in about for one in places]
    ask(everyone, now=now)
    rows = Asked.objects.filter(visitor__in=everyone, form=Form.DAY, mailed_at=None).order_by("pk")
    mine = {visitor: pk for pk, visitor in rows.select_for_update(no_key=True).values_list("pk", "visitor")}
    until, told = closes_at(timezone.localdate(now)), Asked.objects.filter(pk__in=mine.values())
    told.filter(closes_at__lt=until).update(closes_at=until)
    told.update(mailed_at=now)
    told.filter(visitor__in=[one.pk for one in everyone if one.attendance != ATTENDED]).update(if_you_came=True)
    news = [[one for one in places if one.pk in mine] for places in about]
    mails = [new_asking(Kind.AFTERWARDS, places, now=now, until=until) for places in news if places]
    Mail.objects.bulk_create(mails, ignore_conflicts=True, batch_size=500)


def _asks_later(visitor: Visitor) -> bool:
    """A meeting of a group that another one follows: the group is asked once."""
    session = visitor.booking.session
    return bool(session.group_id) and not ShowcaseSession.objects.filter(asking(), pk=session.pk).exists()


def new_asking(kind: Kind, visitors: Sequence[Visitor], *, now: dt.datetime, until: dt.datetime) -> Mail:
    """A mail to one person about some of their places, the last of which it goes by. It names nobody's voice."""
    last = visitors[-1]
    session = last.booking.session
    facts: dict[str, Any] = session_facts(session, sequence=session.places.calendar_sequence)
    facts |= {"places": [one.pk for one in visitors], "link_version": last.link_version}
    facts["link_gone"] = len(visitors) > 1  # each lesson has its own link then, and no button stands for all
    of = {"session": session, "booking": last.booking, "visitor": last}
    key = f"{kind}:{last.pk}"
    return new_mail(kind, last.email, facts, key=key, now=now, until=until, language=last.booking.language, **of)


# --- when they are sent -----------------------------------------------------------------------------------------------


def forms_of(mail: Mail, *, now: dt.datetime) -> list[Asked]:
    """The forms that a mail leads to by now, in the order of the day: of places where its reader may have been."""
    rows = Asked.objects.filter(visitor__in=mail.facts.get("places", []), visitor__email_key=mail.recipient_key)
    rows = rows.filter(form=Form.LATER if mail.kind == Kind.LATER else Form.DAY, closes_at__gt=now)
    rows = rows.exclude(visitor__attendance=ABSENT).exclude(visitor__booking__session__places__status__in=FROZEN)
    rows = rows.filter(visitor__released_at=None, visitor__booking__status=Status.CONFIRMED)
    if mail.kind == Kind.ASKED_AGAIN:
        rows = rows.filter(answered_at=None)
    if mail.kind != Kind.AFTERWARDS:
        rows = rows.filter(stopped=False)
    related = [f"visitor__{name}" for name in (*WITH_SESSION, "booking__session__places")]
    return list(rows.select_related(*related).order_by(F("visitor__booking__session__starts_at"), "pk"))


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether there is anything left to ask, of somebody who has not been erased."""
    return bool(mail.visitor and mail.visitor.full_name and forms_of(mail, now=now))


def waiting_for_answers(*, now: dt.datetime) -> QuerySet[Asked]:
    """Forms of the day that somebody was written to about, and that nobody has answered."""
    rows = Asked.objects.filter(form=Form.DAY, mailed_at__isnull=False, reminded_at=None, answered_at=None)
    return rows.filter(Q(closes_at__gt=now), stopped=False, visitor__isnull=False)
