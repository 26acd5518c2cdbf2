"""A school's way into a group: it is invited, names who comes, its head says yes; or it declines, or leaves.

Each locks the group's row and then the invitation's, so that a yes and meetings that are made at that moment know of
each other, and a second press finds what the first has done. Pages show what is; nothing is changed by opening one.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from bookings import places
from bookings.groups import enrolling, telling
from bookings.mail_kinds import Kind
from bookings.models import Booking, By, Enrolment, GroupTeacher, Invitation, SchoolKind
from bookings.models.booking import school_key
from bookings.rule.invited import Asked, Sends
from bookings.rule.refusals import ChangedMeanwhile, Ended, NeedsReason, SentJustNow
from bookings.rule.room import Clock
from hubs.models import SchoolList, StaffUser, WorkGroup
from hubs.models.to_come import to_come
from hubs.vocabulary.clock import moment
from hubs.vocabulary.email_address import email_key

S = Invitation.State
ASKED = (S.INVITED, S.NAMED)  # an answer is still to come
ENDED = (S.DECLINED, S.LEFT)
AGAIN_AFTER = dt.timedelta(minutes=10)


@contextmanager
def locked_group(group_id: int) -> Iterator[WorkGroup]:
    """One verb's transaction in one group."""
    with transaction.atomic(durable=True):
        locked = WorkGroup.objects.select_for_update(of=("self",), no_key=True)
        yield locked.select_related("hub_year__hub", "hub_year__exchange", "schools").get(pk=group_id)


@contextmanager
def _locked(invitation_id: int) -> Iterator[Invitation]:
    """One verb's transaction in one school's invitation. Raises Invitation.DoesNotExist."""
    group_id = Invitation.objects.values_list("group", flat=True).get(pk=invitation_id)
    with locked_group(group_id) as group:
        locked = Invitation.objects.select_for_update(of=("self",), no_key=True)
        found = locked.select_related("school").get(pk=invitation_id)
        found.group = group
        yield found


def list_of(group: WorkGroup) -> SchoolList:
    """The list of the group's schools, by which its meetings know who may book: made with the group's first need of
    one. The group is locked."""
    if group.schools is None:
        year, name = group.hub_year, f"{group.name[:80]}, {group.hub_year.exchange.academic_year}"
        known = SchoolList.objects.filter(hub=year.hub, name=name).exists()
        name = f"{name} ({group.pk})" if known else name  # staff have called one of theirs so
        group.schools = SchoolList.objects.create(hub=year.hub, name=name)
        group.save(update_fields=["schools"])
    return group.schools


def invite(
    group_id: int, asked: Iterable[Asked], *, by: StaffUser, clock: Clock, elsewhere: int | None = None
) -> list[Invitation]:
    """Invite schools, each once, by one mail each; one that has declined or left is asked anew, and so is the
    invitation `elsewhere`, at another address, while nobody has answered it. Returns whom it wrote to: a school that is
    asked or in already is left as it is."""
    with locked_group(group_id) as group:
        now = moment(clock)
        known = {one.school_id: one for one in group.invitations.select_for_update(of=("self",), no_key=True)}
        written = []
        for one in asked:
            found = known.get(one.school.pk)
            if found and found.state not in ENDED and not (found.pk == elsewhere and _moves(found, one)):
                continue
            invitation = found or Invitation(group=group, school=one.school)
            invitation.group = group
            _ask(invitation, one, by=by, now=now)
            known[one.school.pk] = invitation
            written.append(invitation)
        return written


def _moves(invitation: Invitation, asked: Asked) -> bool:
    """Whether nobody has answered at the address that it went to, and this is another."""
    return invitation.state == S.INVITED and email_key(invitation.asked_email or "") != email_key(asked.email)


def _ask(invitation: Invitation, asked: Asked, *, by: StaffUser, now: dt.datetime) -> None:
    """Write down who is asked, end what an earlier invitation of the school opened, and mail the link."""
    if invitation.pk:
        invitation.link_version += 1
        invitation.head_version += 1
        invitation.teachers.all().delete()
        invitation.enrolments.all().delete()  # of a time before; their bookings stand by themselves
        invitation.head_name = invitation.head_email = None
    invitation.state, invitation.answered_at = S.INVITED, None
    invitation.interest = asked.interest
    invitation.asked_name, invitation.asked_email = asked.name or None, asked.email
    invitation.invited_at, invitation.invited_by = now, by
    if asked.interest:
        invitation.language = asked.interest.visitor.booking.language
    invitation.save()
    telling.tell_teacher(invitation, now=now)


def ask_again(invitation_id: int, *, by: StaffUser | By, clock: Clock) -> Invitation:
    """Staff, or the teacher of their head, write once more to whoever has not answered. Raises Ended once they have, or
    SentJustNow."""
    with _locked(invitation_id) as invitation:
        now = moment(clock)
        if invitation.state not in ASKED:
            raise Ended
        kind = Kind.GROUP_HEAD if invitation.state == S.NAMED else Kind.GROUP_INVITED
        if not telling.may_write(invitation, kind, now=now):
            raise SentJustNow(now + AGAIN_AFTER)
        if kind is Kind.GROUP_HEAD:
            telling.tell_head(invitation, now=now)
        else:
            telling.tell_teacher(invitation, now=now)
        return invitation


def name(invitation_id: int, sends: Sends, *, clock: Clock) -> Invitation:
    """The teacher names who comes and the head, who is mailed their button. Again until the head has answered; another
    head's address ends the link of the one before. Twice is once. Raises Ended once that is over."""
    with _locked(invitation_id) as invitation:
        now = moment(clock)
        if invitation.state not in ASKED:
            raise Ended
        same_head = email_key(invitation.head_email or "") == email_key(sends.head_email)
        if not same_head and not telling.may_write(invitation, Kind.GROUP_HEAD, now=now):
            raise SentJustNow(now + AGAIN_AFTER)
        invitation.asked_name = sends.name
        invitation.head_name, invitation.head_email = sends.head_name, sends.head_email
        new = invitation.state == S.INVITED or not same_head
        if not same_head and invitation.state == S.NAMED:
            invitation.head_version += 1
        invitation.state = S.NAMED
        invitation.save()
        invitation.teachers.all().delete()
        GroupTeacher.objects.bulk_create(
            GroupTeacher(
                invitation=invitation,
                position=n,
                full_name=one.full_name or None,
                email=one.email or None,
                is_lead=one.is_lead,
            )
            for n, one in enumerate(sends.teachers, start=1)
        )
        if new:
            telling.tell_head(invitation, now=now)
        return invitation


def decline(invitation_id: int, *, clock: Clock) -> Invitation:
    """The school does not join: by the teacher, or by the head. Twice is once; raises Ended for one that has joined."""
    with _locked(invitation_id) as invitation:
        if invitation.state in (S.JOINED, S.LEFT):
            raise Ended
        if invitation.state != S.DECLINED:
            invitation.state, invitation.answered_at = S.DECLINED, moment(clock)
            invitation.save(update_fields=["state", "answered_at"])
        return invitation


def who_comes(invitation: Invitation) -> str:
    """What stands for who is sent, on the page that the head has read: their yes counts for these."""
    said = "\n".join(f"{one.full_name or ''}\t{one.email or ''}" for one in invitation.teachers.all())
    return salted_hmac("bookings.groups", said).hexdigest()[:24]


def join(invitation_id: int, *, clock: Clock, read: str | None = None) -> Invitation:
    """The head says yes: the school is on the group's list, and each meeting to come stands to be booked. `read` is who
    comes as their page had it. Twice is once.

    Raises Ended where nobody asks the head, or ChangedMeanwhile where others are named now.
    """
    with _locked(invitation_id) as invitation:
        if invitation.state == S.JOINED:
            return invitation
        if invitation.state != S.NAMED:
            raise Ended
        if read is not None and read != who_comes(invitation):
            raise ChangedMeanwhile
        now = moment(clock)
        invitation.state, invitation.answered_at = S.JOINED, now
        invitation.save(update_fields=["state", "answered_at"])
        list_of(invitation.group).schools.add(invitation.school)
        if not enrolling.promise(invitation, now=now):
            telling.tell_joined(invitation, [], now=now)
        return invitation


def leave(invitation_id: int, *, by: StaffUser, clock: Clock, why: str) -> int:
    """Staff take a school out: off the list at once, and its places at meetings to come are given back, each by a verb
    of its own that tells its people. Returns how many bookings; again after an interruption does the rest.

    Raises NeedsReason, or Ended where the school is not in.
    """
    if not why.strip():
        raise NeedsReason
    with _locked(invitation_id) as invitation:
        if invitation.state not in (S.JOINED, S.LEFT):
            raise Ended
        if invitation.state == S.JOINED:
            invitation.state, invitation.answered_at = S.LEFT, moment(clock)
            invitation.save(update_fields=["state", "answered_at"])
            list_of(invitation.group).schools.remove(invitation.school)
            Enrolment.objects.filter(invitation=invitation, booking=None).delete()
    for meeting in enrolling.meetings_to_come(invitation.group_id, now=moment(clock)):
        with places.locked(meeting.pk, clock):  # what was being booked while it left is booked by now, or refused
            pass
    theirs = list(places_to_come(invitation, now=moment(clock)))
    for booking in theirs:
        places.cancel(booking, by=by, clock=clock, why=why, tell_why=True)
    return len(theirs)


def places_to_come(invitation: Invitation, *, now: dt.datetime) -> Iterable[int]:
    """The live bookings of that school at the group's meetings to come, whoever made them."""
    key = school_key(SchoolKind.REGISTER, invitation.school)
    live = Booking.objects.live().filter(session__group=invitation.group_id, school_key=key)
    coming = live.filter(to_come(timezone.localdate(now), of="session"), session__starts_at__gt=now)
    return coming.order_by("pk").values_list("pk", flat=True)
