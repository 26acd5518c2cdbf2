"""What a visiting teacher or a specialist did at a host school's visit, and the certificate that says so.

Numbers are read from lessons and registers each time. A register that nobody recorded makes the number of those who
watched "at least": who was marked came, and of the others nobody knows.
"""

import datetime as dt
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Count, Q, QuerySet

from bookings.afterwards.certificates import CAME, OF_WHO_TAUGHT, stands_for
from bookings.attendance import standing
from bookings.models import Certificate, Quote, Visitor
from bookings.states import FROZEN, SessionStatus
from hubs.models import HostSchool, Lesson, MasterySpecialist, ShowcaseSession, VisitingTeacher

Teacher = VisitingTeacher | MasterySpecialist
NOT_HELD = FROZEN | {SessionStatus.DRAFT}
MOST_QUOTES, MOST_QUOTED = 5, 500  # how many, and letters of all of them: with the rest they stand on one sheet


@dataclass(frozen=True)
class Taught:
    """How many lessons, before how many people, each counted once; and what was said of these sessions."""

    lessons: int
    watched: int
    at_least: bool
    quotes: list[str]


def is_finished(visit: HostSchool, *, now: dt.datetime) -> bool:
    """Whether all of it is over, and each register recorded or given up. Three queries."""
    held = visit.sessions.exclude(places__status__in=NOT_HELD)
    if not held.exists() or held.exclude(ends_at__lte=now).exists():
        return False
    return not held.exclude(standing.recorded()).exclude(standing.not_recorded(now=now)).exists()


def taught(visit: HostSchool, who: Teacher, *, now: dt.datetime) -> Taught:
    """What they taught there, in sessions that took place. Five queries."""
    sessions = _sessions(visit, who, now=now)
    here = list(sessions.values_list("pk", flat=True))
    came = Visitor.objects.filter(CAME, booking__session__in=here).order_by()
    people = came.aggregate(known=Count("person_id", distinct=True), others=Count("pk", filter=Q(person_id=None)))
    return Taught(
        lessons=Lesson.objects.filter(_taught_by(who), session__in=here).distinct().count(),
        watched=people["known"] + people["others"],
        at_least=sessions.exclude(standing.recorded()).exists(),
        quotes=_on_one_sheet(Quote.objects.filter(session__in=here).values_list("text", flat=True)),
    )


def certificates_of_visit(visit: HostSchool, *, now: dt.datetime) -> list[Certificate]:
    """The certificates of everybody who taught there, once it is finished: made where they are missing, made anew for
    a name that was put right. Only reads where nothing is to be done."""
    if not is_finished(visit, now=now):
        return []
    people = who_taught(visit, now=now)
    if _is_to_settle(visit, people, now=now):
        _settle(visit, people, now=now)
    found = {_of(one): one for one in _live(visit)}
    return [found[one] for one in people if one in found]


def certificates_of_teacher(teacher: VisitingTeacher, *, now: dt.datetime) -> list[Certificate]:
    """A visiting teacher's own, of each of their visits that is finished."""
    visits = HostSchool.objects.filter(Q(visiting_teachers=teacher) | Q(sessions__lessons__visiting_teachers=teacher))
    shown = visits.shown().distinct().select_related("hub_year__exchange", "school").order_by("first_day", "pk")
    made = (one for visit in shown for one in certificates_of_visit(visit, now=now))
    return [one for one in made if one.teacher_id == teacher.pk]


def who_taught(visit: HostSchool, *, now: dt.datetime) -> list[Teacher]:
    """Visiting teachers, then specialists, with a lesson in a session of the visit that took place."""
    lessons = Lesson.objects.filter(session__in=_held(visit, now=now))
    teachers = VisitingTeacher.objects.filter(lesson__in=lessons).distinct()
    specialists = MasterySpecialist.objects.filter(lesson__in=lessons).distinct()
    return [*teachers, *specialists]


def _held(visit: HostSchool, *, now: dt.datetime) -> "QuerySet[ShowcaseSession]":
    held: QuerySet[ShowcaseSession] = visit.sessions.filter(ends_at__lte=now).exclude(places__status__in=NOT_HELD)
    return held.order_by()


def _sessions(visit: HostSchool, who: Teacher, *, now: dt.datetime) -> "QuerySet[ShowcaseSession]":
    lessons = Lesson.objects.filter(_taught_by(who))
    return _held(visit, now=now).filter(pk__in=lessons.values("session"))


def _taught_by(who: Teacher) -> Q:
    return Q(visiting_teachers=who) if isinstance(who, VisitingTeacher) else Q(specialists=who)


def _on_one_sheet(quotes: "QuerySet[Quote, str]") -> list[str]:
    """The newest ones that there is room for."""
    found: list[str] = []
    for quote in quotes:
        if sum(map(len, found)) + len(quote) <= MOST_QUOTED:
            found.append(quote)
    return found[:MOST_QUOTES]


def _live(visit: HostSchool) -> "QuerySet[Certificate]":
    return Certificate.objects.filter(host_school=visit, ended_at=None).select_related(*OF_WHO_TAUGHT)


def _of(certificate: Certificate) -> Teacher | None:
    return certificate.teacher or certificate.specialist


def _is_to_settle(visit: HostSchool, people: list[Teacher], *, now: dt.datetime) -> bool:
    good = [_of(one) for one in _live(visit) if stands_for(one, now=now)]
    return set(good) != set(people)


@transaction.atomic
def _settle(visit: HostSchool, people: list[Teacher], *, now: dt.datetime) -> None:
    """End what is of another name or of nobody who taught there, and make what is missing; one at a time."""
    HostSchool.objects.select_for_update(no_key=True).filter(pk=visit.pk).values_list("pk").get()
    stands = []
    for one in _live(visit):
        if stands_for(one, now=now) and _of(one) in people:
            stands.append(_of(one))
        else:
            Certificate.objects.filter(pk=one.pk).update(ended_at=now)
    for who in people:
        if who not in stands:
            of = "teacher" if isinstance(who, VisitingTeacher) else "specialist"
            Certificate.objects.create(host_school=visit, full_name=str(who), issued_at=now, **{of: who})
