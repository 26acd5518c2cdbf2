"""What a school's yes promises, carried out one meeting a transaction: at once, or by `run_due`.

Each meeting is a row (`Enrolment`) whose key is that of its booking, so that it is booked once however often and by
however many it is tried. A meeting that is a draft, put off or not open yet is waited for; one that is full or over is
a problem that staff see, and the yes stands. Once all that can be done is done, one mail tells of all of it.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone, translation

from bookings.groups import telling
from bookings.models import Enrolment, Invitation
from bookings.rule.one_by_one import never, one_by_one
from bookings.rule.party import NewVisitor, Party, VisitingSchool
from bookings.rule.refusals import NoAddress, Refused
from bookings.rule.room import Clock
from bookings.rule.words import why_not
from bookings.states import SessionStatus
from bookings.verbs.enrol import enrol
from hubs.models import ShowcaseSession
from hubs.models.to_come import to_come
from hubs.vocabulary.clock import moment
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.languages import ENGLISH

if TYPE_CHECKING:
    from django.db.models import QuerySet

AT_ONCE = 12  # meetings: more than a group has in a year
NOT_YET = (SessionStatus.DRAFT, SessionStatus.ANNOUNCED, SessionStatus.POSTPONED)
log = logging.getLogger("showcase.rule")


def promise(invitation: Invitation, *, now: dt.datetime) -> int:
    """Write down each meeting to come of the group that the school has no row for; returns how many."""
    meetings = meetings_to_come(invitation.group_id, now=now).exclude(enrolments__invitation=invitation)
    rows = [Enrolment(invitation=invitation, session=meeting) for meeting in meetings]
    return len(Enrolment.objects.bulk_create(rows))


def meetings_to_come(group_id: int, *, now: dt.datetime) -> "QuerySet[ShowcaseSession]":
    """The group's meetings that have not begun and are not cancelled."""
    mine = ShowcaseSession.objects.filter(to_come(timezone.localdate(now)), group=group_id)
    return mine.exclude(starts_at__lte=now).exclude(places__status=SessionStatus.CANCELLED)


def to_do(*, now: dt.datetime) -> "QuerySet[Enrolment]":
    """What can be booked or refused at `now`, in order."""
    rows = Enrolment.objects.filter(told_at=None, done_at=None, invitation__state=Invitation.State.JOINED)
    early = Q(session__opens_at__gt=now) & (Q(session__starts_at=None) | Q(session__starts_at__gt=now))
    return rows.exclude(session__places__status__in=NOT_YET).exclude(early).order_by("pk")


def problems(group_id: int | None = None) -> "QuerySet[Enrolment]":
    """What a school said yes to and has no places for."""
    rows = Enrolment.objects.filter(invitation__state=Invitation.State.JOINED).exclude(problem="")
    return rows if group_id is None else rows.filter(invitation__group=group_id)


def carry_out_now(invitation_id: int, clock: Clock) -> int:
    """Book a school's meetings at once, while whoever pressed looks on, and tell them. What is killed on the way is the
    worker's."""
    mine = list(to_do(now=moment(clock)).filter(invitation=invitation_id).values_list("pk", flat=True)[:AT_ONCE])
    try:
        done = _take_each(mine, clock)
        _tell(invitation_id, clock)
    except (InterfaceError, OperationalError):
        log.warning("Enrolments of invitation %s are left to the worker: the database is away", invitation_id)
        return 0
    return done


def carry_out(clock: Clock, *, stop: Callable[[], bool]) -> int:
    """Book every meeting that stands to be booked, and tell the schools; returns how many. One that fails is tried
    again next time."""
    rows = list(to_do(now=moment(clock)).values_list("pk", flat=True))
    done = _take_each(rows, clock, stop=stop)
    untold = Enrolment.objects.filter(
        told_at=None, done_at__isnull=False, invitation__state=Invitation.State.JOINED
    ).order_by()
    for invitation_id in sorted(set(untold.values_list("invitation", flat=True))):
        if not stop():
            _tell(invitation_id, clock)
    return done


def _take_each(rows: Iterable[int], clock: Clock, stop: Callable[[], bool] = never) -> int:
    return len(one_by_one(lambda pk: _take(pk, clock), rows, failed="Enrolment %s could not be carried out", stop=stop))


def _take(enrolment_id: int, clock: Clock) -> bool:
    """Book one school's places at one meeting, or write down why not."""
    found = Enrolment.objects.select_related("invitation__school").filter(pk=enrolment_id, done_at=None).first()
    if found is None or found.invitation.state != Invitation.State.JOINED:  # by somebody else, or taken out, meanwhile
        return False
    booking, problem = None, ""
    try:
        if not found.invitation.asked_email:
            raise NoAddress
        booking = enrol(found.session_id, party_of(found), clock=clock)
    except Refused as error:
        with translation.override(ENGLISH):  # for staff
            problem = why_not(error)
    done = {"booking": booking, "problem": problem[:200], "done_at": moment(clock)}
    return bool(Enrolment.objects.filter(pk=enrolment_id, done_at=None).update(**done))


def party_of(enrolment: Enrolment) -> Party:
    """Who is sent to a meeting. The contact is who was asked, and comes where they are one of those named."""
    invitation = enrolment.invitation
    ours = email_key(invitation.asked_email or "")
    teachers = sorted(
        invitation.teachers.all(), key=lambda one: (email_key(one.email or "") != ours or not ours, one.position)
    )
    comes = bool(teachers and ours and email_key(teachers[0].email or "") == ours)
    return Party(
        contact_name=(teachers[0].full_name if comes else invitation.asked_name) or invitation.asked_name or "",
        contact_email=invitation.asked_email or "",
        contact_comes=comes,
        school=VisitingSchool(school=invitation.school),
        visitors=tuple(NewVisitor(full_name=one.full_name or "", email=one.email or "") for one in teachers),
        language=invitation.language,
        request_key=enrolment.key,
    )


def _tell(invitation_id: int, clock: Clock) -> None:
    """One mail of what has been done since the last, once nothing more of it can be done now."""
    with transaction.atomic(durable=True):
        locked = Invitation.objects.select_for_update(of=("self",), no_key=True)
        invitation = locked.select_related("group__hub_year").get(pk=invitation_id)
        now = moment(clock)
        if invitation.state != Invitation.State.JOINED or to_do(now=now).filter(invitation=invitation).exists():
            return
        news = invitation.enrolments.filter(told_at=None, done_at__isnull=False)
        told = list(news.order_by(F("session__starts_at").asc(nulls_last=True), "pk"))
        if told:
            Enrolment.objects.filter(pk__in=[one.pk for one in told]).update(told_at=now)
            telling.tell_joined(invitation, told, now=now)


def try_again(group_id: int, clock: Clock) -> int:
    """Staff have made room, or opened it again: what could not be booked is tried once more. Returns how many are
    booked now."""
    again = problems(group_id)
    schools = sorted(set(again.values_list("invitation", flat=True)))
    again.update(done_at=None, told_at=None, problem="")
    before = Enrolment.objects.filter(invitation__in=schools, booking__isnull=False).count()
    for invitation_id in schools:
        carry_out_now(invitation_id, clock)
    return Enrolment.objects.filter(invitation__in=schools, booking__isnull=False).count() - before
