"""What the page of one group is made of, read once in a count of statements that does not grow with its schools."""

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.functional import cached_property

from bookings.groups import nearest
from bookings.groups.nearest import Candidate, Proposal
from bookings.groups.waiting import last_to_schools, unanswered
from bookings.models import Booking, Enrolment, Invitation, Mail, SchoolKind
from bookings.models.booking import school_key
from bookings.public.counting import with_attended
from bookings.public.session import Showing
from bookings.states import LIVE, SessionStatus
from hubs.models import ShowcaseSession, WorkGroup
from hubs.schools.whereabouts import in_miles, metres_between

S = Invitation.State
ORDER = {S.JOINED: 0, S.NAMED: 1, S.INVITED: 2, S.DECLINED: 3, S.LEFT: 4}


@dataclass
class SchoolLine:
    """One school of a group, or that was asked."""

    invitation: Invitation
    miles: str
    is_late: bool  # nobody has answered for five school days
    booked: int
    problems: list[Enrolment]
    not_reached: str = ""  # the address of the teacher, or the head, whom the mail that asks has not reached

    @property
    def teachers(self) -> list[Any]:
        return list(self.invitation.teachers.all())

    @property
    def asks(self) -> bool:
        """Whether an answer is still to come."""
        return self.invitation.state in (S.INVITED, S.NAMED)

    @property
    def tone(self) -> str:
        return {S.JOINED: "good", S.NAMED: "wait", S.INVITED: "wait"}.get(S(self.invitation.state), "")


@dataclass
class MeetingLine:
    """One meeting."""

    session: Any
    showing: Showing
    teachers: list[str]
    number: int

    @property
    def is_over(self) -> bool:
        return bool(self.session.ends_at and self.session.ends_at <= self.showing.now)


@dataclass
class GroupFacts:
    """One group at `now`. It has to come with its hub's year, school and specialist."""

    group: WorkGroup
    now: dt.datetime

    @cached_property
    def invitations(self) -> list[Invitation]:
        rows = self.group.invitations.select_related("school", "invited_by").prefetch_related("teachers")
        return sorted(rows, key=lambda one: (ORDER[S(one.state)], one.pk))

    @cached_property
    def schools(self) -> list[SchoolLine]:
        late = set(self.group.invitations.filter(unanswered(now=self.now)).values_list("pk", flat=True))
        live = Booking.objects.filter(session__group=self.group, status__in=LIVE).order_by()
        booked = dict(live.values_list("school_key").annotate(n=Count("session", distinct=True)))
        problems: dict[int, list[Enrolment]] = defaultdict(list)
        for one in self.problems:
            problems[one.invitation_id].append(one)
        return [self._line(one, late, booked, problems[one.pk]) for one in self.invitations]

    def _line(self, one: Invitation, late: set[int], booked: dict[str, int], problems: list[Enrolment]) -> SchoolLine:
        at = nearest.spot_of(self.group, self.group.hub_year)
        metres = metres_between(one.school.easting, one.school.northing, *at)
        key = school_key(SchoolKind.REGISTER, one.school)
        miles = "" if metres is None or one.school == self.group.school else in_miles(metres)
        asked_at = {S.INVITED: one.asked_email, S.NAMED: one.head_email}.get(S(one.state)) or ""
        not_reached = asked_at if (one.pk, asked_at) in self.not_delivered else ""
        return SchoolLine(one, miles, one.pk in late, booked.get(key, 0), problems, not_reached)

    @cached_property
    def not_delivered(self) -> set[tuple[int | None, str | None]]:
        """Invitations, and the addresses that their mails did not reach."""
        failed = Mail.objects.in_state(Mail.State.FAILED, Mail.State.REFUSED).filter(invitation__group=self.group)
        return set(failed.filter(last_to_schools()).values_list("invitation", "recipient"))

    def in_state(self, *states: Invitation.State) -> list[SchoolLine]:
        return [line for line in self.schools if line.invitation.state in states]

    @property
    def joined(self) -> list[SchoolLine]:
        return self.in_state(S.JOINED)

    @property
    def late(self) -> list[SchoolLine]:
        return [line for line in self.schools if line.is_late]

    @property
    def left_with_places(self) -> list[SchoolLine]:
        """Schools that were taken out while something stood in the way of giving all back."""
        return [line for line in self.in_state(S.LEFT) if line.booked and self.to_come]

    @cached_property
    def problems(self) -> list[Enrolment]:
        rows = Enrolment.objects.filter(invitation__group=self.group, invitation__state=S.JOINED).exclude(problem="")
        return list(rows.select_related("session", "invitation__school").order_by("session__starts_at", "pk"))

    @cached_property
    def meetings(self) -> list[MeetingLine]:
        sessions: Any = ShowcaseSession.objects.filter(group=self.group).with_names().select_related("places")
        sessions = sessions.prefetch_related("lessons__specialists", "lessons__visiting_teachers")
        found = with_attended(sessions).order_by("starts_at", "pk")
        return [
            MeetingLine(one, Showing(one, self.now), _teachers(one), number)
            for number, one in enumerate(found, start=1)
        ]

    @property
    def to_come(self) -> list[MeetingLine]:
        return [line for line in self.meetings if not line.is_over]

    @property
    def drafts(self) -> list[MeetingLine]:
        return [line for line in self.to_come if line.session.places.status == SessionStatus.DRAFT]

    @cached_property
    def proposal(self) -> Proposal:
        return nearest.propose(self.group)

    @property
    def candidates(self) -> list[Candidate]:
        return [*self.proposal.nearest, *self.proposal.left_over]

    @property
    def room(self) -> int:
        """For how many more schools there is room."""
        return max(self.group.schools_wanted - len(self.in_state(S.JOINED, S.NAMED, S.INVITED)), 0)

    @cached_property
    def mails(self) -> dict[str, int]:
        """How many mails to its schools, by what became of them."""
        rows = Mail.objects.filter(invitation__group=self.group).order_by()
        return dict(rows.values_list("state").annotate(n=Count("pk")))

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)


def _teachers(session: Any) -> list[str]:
    people: list[Any] = []
    for lesson in session.lessons.all():
        people += [*lesson.visiting_teachers.all(), *lesson.specialists.all()]
        people += [lesson.other_teacher] if lesson.other_teacher else []
    return list(dict.fromkeys(map(str, people)))
