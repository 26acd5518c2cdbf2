"""A group's meetings: ordinary sessions that only its schools may book, each place for one of their teachers.

All of them are made at once, or none. What has a place is opened for booking; what has none yet stays a draft, and the
schools that have joined are enrolled once staff open it.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.utils import from_current_timezone
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import places
from bookings.groups import enrolling
from bookings.groups.inviting import list_of, locked_group
from bookings.models import Invitation
from bookings.rule.party import NO_YEARS
from bookings.rule.refusals import BadPlan, Refused
from bookings.rule.room import Clock
from bookings.sessions import changes
from bookings.states import SessionStatus
from hubs.models import Lesson, ProgrammeSegment, School, ShowcaseSession, StaffUser, WorkGroup
from hubs.models.calendar import calendar_of_hub
from hubs.vocabulary.dates import day as in_words
from hubs.vocabulary.references import session_ref_of
from hubs.vocabulary.teaching import Years

LESSON = dt.timedelta(minutes=60)
TALK_BEFORE = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Meeting:
    """One date of a plan; where, which class and who teaches may follow."""

    day: dt.date
    starts: dt.time
    ends: dt.time
    venue: School | None = None
    years: Years = NO_YEARS
    teacher: str = ""


def make_meetings(
    group_id: int, plan: Sequence[Meeting], *, by: StaffUser, clock: Clock, key: uuid.UUID, capacity: int = 0
) -> list[ShowcaseSession]:
    """Make the meetings of a plan, open those that can be, and enrol the schools that have joined.

    So many places as the group wants schools and each sends teachers, unless `capacity` says more. The same key again
    makes nothing and gives what it made. Raises BadPlan.
    """
    with locked_group(group_id) as group:
        refs = [session_ref_of(key, n) for n in range(len(plan))]
        made = list(ShowcaseSession.objects.filter(ref__in=refs).order_by("starts_at"))
        if not made:
            made = _make(group, plan, refs, by=by, clock=clock, capacity=capacity)
            for invitation in group.invitations.filter(state=Invitation.State.JOINED).select_related("group"):
                enrolling.promise(invitation, now=clock())
    open_meetings(group_id, by=by, clock=clock)
    return made


def open_meetings(group_id: int, *, by: StaffUser, clock: Clock) -> list[str]:
    """Open the drafts of the group that have all that booking needs, and enrol who has joined; returns the titles of
    those that could not be opened. Twice is once."""
    drafts = ShowcaseSession.objects.filter(group=group_id, places__status=SessionStatus.DRAFT)
    refused = []
    for session in drafts.with_names().order_by("starts_at", "pk"):
        try:
            changes.open_booking(session.pk, by=by, clock=clock)
        except Refused:
            refused.append(session.name)
    joined = Invitation.objects.filter(group=group_id, state=Invitation.State.JOINED)
    if enrolling.to_do(now=clock()).filter(invitation__group=group_id).count() <= enrolling.AT_ONCE:
        for pk in joined.order_by("pk").values_list("pk", flat=True):
            enrolling.carry_out_now(pk, clock)
    return refused


def _make(
    group: WorkGroup, plan: Sequence[Meeting], refs: Sequence[str], *, by: StaffUser, clock: Clock, capacity: int
) -> list[ShowcaseSession]:
    _check(group, plan, today=timezone.localdate(clock()))
    room = capacity or group.schools_wanted * group.teachers_each
    calendar = calendar_of_hub(group.hub_year.hub_id)
    before = group.meetings.count()
    made = []
    for n, (meeting, ref) in enumerate(zip(plan, refs, strict=True), start=before + 1):
        session = ShowcaseSession(
            ref=ref,
            hub_year=group.hub_year,
            kind=ShowcaseSession.Kind.MEETING,
            group=group,
            title=_("%(group)s: meeting %(n)d") % {"group": group.name, "n": n},
            visibility=ShowcaseSession.Visibility.LINK,
            who_may_book=ShowcaseSession.WhoMayBook.LIST,
            only_list=list_of(group),
            share=group.teachers_each,
            share_for_good=True,
            venue=meeting.venue,
            suits_years=meeting.years,
        )
        try:
            with transaction.atomic():
                session.starts_at, session.ends_at = (
                    from_current_timezone(dt.datetime.combine(meeting.day, time))
                    for time in (meeting.starts, meeting.ends)
                )
                session.fill_in_dates(calendar)
                session.clean()
                session.validate_constraints()
                session.save(force_insert=True)
        except ValidationError as error:
            raise BadPlan(*(f"{in_words(meeting.day)}: {message}" for message in error.messages)) from None
        _programme(session, meeting, group)
        places.create(session, by=by, clock=clock, capacity=room)
        made.append(session)
    return made


def _check(group: WorkGroup, plan: Sequence[Meeting], *, today: dt.date) -> None:
    """Raises BadPlan where a date cannot be."""
    said = []
    exchange = group.hub_year.exchange
    for meeting in plan:
        if meeting.day < today:
            said.append(_("%(day)s: enter a day that is still to come.") % {"day": in_words(meeting.day)})
        elif not exchange.has(meeting.day):
            year = {"day": in_words(meeting.day), "year": exchange.academic_year}
            said.append(_("%(day)s: that day is not in the academic year %(year)s.") % year)
    taken = [(meeting.day, meeting.starts) for meeting in plan]
    if len(set(taken)) < len(taken):
        said.append(_("Two of the meetings begin at the same time. Take one out."))
    if said:
        raise BadPlan(*said)


def _programme(session: ShowcaseSession, meeting: Meeting, group: WorkGroup) -> None:
    """Talk before, lesson, talk after: the three parts of a meeting, which staff can move in the session's form."""
    first, second = parts_of(meeting.starts, meeting.ends)
    is_specialist = bool(group.specialist and meeting.teacher == str(group.specialist))
    lesson = Lesson(session=session, years=meeting.years, starts=first, ends=second)
    lesson.other_teacher = "" if is_specialist else meeting.teacher
    lesson.save(force_insert=True)
    if is_specialist and group.specialist:
        lesson.specialists.add(group.specialist)
    lines = (
        (meeting.starts, first, _("Talk before the lesson"), False),
        (first, second, _("The lesson"), True),
        (second, meeting.ends, _("Talk after the lesson"), False),
    )
    ProgrammeSegment.objects.bulk_create(
        ProgrammeSegment(session=session, position=n, starts=starts, ends=ends, text=text, is_lesson=is_lesson)
        for n, (starts, ends, text, is_lesson) in enumerate(lines, start=1)
    )


def parts_of(starts: dt.time, ends: dt.time) -> tuple[dt.time, dt.time]:
    """When the lesson begins and ends: an hour after half an hour's talk, or the middle third of a shorter meeting."""
    begin, end = (dt.datetime.combine(dt.date.min, time) for time in (starts, ends))
    if end - begin >= TALK_BEFORE + LESSON + TALK_BEFORE:
        return (begin + TALK_BEFORE).time(), (begin + TALK_BEFORE + LESSON).time()
    third = dt.timedelta(minutes=max((end - begin).seconds // 180, 1))
    return (begin + third).time(), (begin + 2 * third).time()


def in_turn(schools: Sequence[School], number: int) -> list[School | None]:
    """Which school is the place of each meeting, going round them."""
    return [schools[n % len(schools)] if schools else None for n in range(number)]
