"""Who teaches at a session: visiting teachers and mastery specialists. They are told of what becomes of it, as the
office of the school is (rule.md#changes)."""

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from bookings.attendance import register
from bookings.attendance.office import TOLD_OF
from bookings.mail_kinds import Kind
from bookings.models import Mail, SessionChange
from bookings.rule import mails
from bookings.rule.room import Room
from bookings.states import SessionStatus
from hubs.models import HostSchool, Lesson, MasterySpecialist, VisitingTeacher
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.languages import CHINESE, ENGLISH


@dataclass(frozen=True)
class Teachers:
    """Who teaches, each once."""

    visiting: list[VisitingTeacher]
    specialists: list[MasterySpecialist]

    def __iter__(self) -> Iterator[Any]:
        yield from self.visiting
        yield from self.specialists

    @property
    def with_email(self) -> "Teachers":
        return Teachers([one for one in self.visiting if one.email], [one for one in self.specialists if one.email])

    @property
    def to_phone(self) -> list[Any]:
        """Whom no mail reaches."""
        return [one for one in self if not one.email]


def teachers_of(session_ids: Collection[int]) -> Teachers:
    """Who teaches a lesson of these sessions; of one whose lessons name nobody yet, who teaches at the visit.

    Three queries, and as many again where a session names nobody.
    """
    lessons = list(Lesson.objects.filter(session__in=session_ids).prefetch_related("visiting_teachers", "specialists"))
    named = {one.session_id for one in lessons if one.visiting_teachers.all() or one.specialists.all()}
    rows: list[Lesson | HostSchool] = [*lessons]
    if unnamed := set(session_ids) - named:
        visits = HostSchool.objects.filter(sessions__in=unnamed).distinct()
        rows += visits.prefetch_related("visiting_teachers", "specialists")
    return Teachers(
        sorted({one for row in rows for one in row.visiting_teachers.all()}, key=_by_name),
        sorted({one for row in rows for one in row.specialists.all()}, key=_by_name),
    )


def _by_name(one: VisitingTeacher | MasterySpecialist) -> tuple[str, int]:
    return str(one), one.pk


def compose_change(room: Room, change: SessionChange) -> Iterator[Mail]:
    """What who teaches is told of a change. Of a draft nobody has been told, and nobody is told what becomes of it."""
    if change.verb not in TOLD_OF or room.places.status == SessionStatus.DRAFT:
        return
    known = change.facts | {"change": change.pk, "verb": change.verb, "message": change.message}
    known["coming"] = register.coming(room.session).count()
    teachers = teachers_of([room.session.pk]).with_email
    for teacher in teachers.visiting:
        link = teacher.link_version if _has_link(teacher) else None
        facts = known | {"teacher": str(teacher), "link_version": link, "link_gone": link is None}
        of: dict[str, Any] = {"language": CHINESE, "visiting_teacher": teacher}
        yield _mail(room, Kind.TEACHER_CHANGE, teacher.email, facts, f"change:{change.pk}:teacher:{teacher.pk}", **of)
    for one in teachers.specialists:
        facts = known | {"specialist": one.pk, "link_gone": not room.session.has_page}
        key = f"change:{change.pk}:specialist:{one.pk}"
        yield _mail(room, Kind.SPECIALIST_CHANGE, one.email, facts, key, language=ENGLISH)


def _mail(room: Room, kind: Kind, to: str, facts: dict[str, Any], key: str, **of: Any) -> Mail:
    mail = mails.of_teacher(room, kind, to, facts, key=key, **of)
    mail.urgent = True  # as those to everyone else
    return mail


def _has_link(teacher: VisitingTeacher) -> bool:
    """Whether the link that the teacher was sent last still opens: a mail of a change brings nobody one anew."""
    last = Mail.objects.filter(visiting_teacher=teacher, kind=Kind.ITINERARY).order_by("pk").last()
    return last is not None and last.facts.get("link_version") == teacher.link_version


def change_still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether they are still to have this mail: they have not been told of a later change, and it is their address."""
    later = SessionChange.objects.filter(session=mail.session_id, pk__gt=mail.facts["change"], verb__in=TOLD_OF)
    if mail.kind == Kind.TEACHER_CHANGE:
        address = mail.visiting_teacher.email if mail.visiting_teacher else ""
    else:
        found = MasterySpecialist.objects.filter(pk=mail.facts["specialist"])
        address = found.values_list("email", flat=True).first() or ""
    return email_key(address) == mail.recipient_key and not later.exists()
