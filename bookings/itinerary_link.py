"""The link to a visiting teacher's itinerary: sent to them by mail, and withdrawn.

What was done with it stands among the versions of the teacher's row, with who did it.
"""

import datetime as dt
import uuid

from django.db import transaction

from bookings.access import itinerary_ends
from bookings.models import Mail
from bookings.refusals import ItineraryOver, NoTeacherAddress
from bookings.room import Clock
from bookings.states import Kind
from hubs.email_address import email_key
from hubs.models import StaffUser, VisitingTeacher
from hubs.school_days import london
from showcase.languages import CHINESE

# As versions say it to staff; in English like everything that staff read.
SENT, WITHDRAWN = "Itinerary sent", "Link to the itinerary withdrawn"


@transaction.atomic
def send(teacher_id: int, *, key: uuid.UUID, by: StaffUser, clock: Clock) -> None:
    """Write to the visiting teacher where their itinerary is. The same `key` again is the same press.

    Raises NoTeacherAddress, or ItineraryOver for a link that would open nothing.
    """
    teacher = _locked(teacher_id)
    now, ends = clock(), itinerary_ends(teacher)
    if not teacher.email:
        raise NoTeacherAddress
    if now >= _end_of(ends):
        raise ItineraryOver
    if Mail.objects.filter(dedupe_key=f"itinerary:{key}").exists():
        return
    _mail(teacher, key=f"itinerary:{key}", now=now, until=_end_of(ends)).save(force_insert=True)
    _note(teacher, SENT, by=by)


@transaction.atomic
def withdraw(teacher_id: int, *, by: StaffUser) -> None:
    """The links that the teacher has open nothing any longer, and mails that carry one are not sent. Sent anew, the
    itinerary has another."""
    teacher = _locked(teacher_id)
    teacher.link_version += 1
    _note(teacher, WITHDRAWN, by=by)


def still_true(mail: Mail, *, now: dt.datetime) -> bool:
    """Whether the mail's link is still the teacher's, and its address theirs."""
    teacher = mail.visiting_teacher
    if teacher is None or teacher.link_version != mail.facts.get("link_version"):
        return False
    return email_key(teacher.email) == mail.recipient_key


def _locked(teacher_id: int) -> VisitingTeacher:
    rows = VisitingTeacher.objects.select_for_update(no_key=True, of=("self",))
    return rows.select_related("hub_year__exchange").get(pk=teacher_id)


def _note(teacher: VisitingTeacher, what: str, *, by: StaffUser) -> None:
    teacher._history_user = by  # type: ignore[attr-defined]  # simple-history's
    teacher.write_version(what, fields=["link_version"])


def _end_of(day: dt.date) -> dt.datetime:
    return london(day + dt.timedelta(days=1), dt.time())


def _mail(teacher: VisitingTeacher, *, key: str, now: dt.datetime, until: dt.datetime) -> Mail:
    """It says who the hub is, as it is now; the link is put in when it is sent, of the version that it has now."""
    year = teacher.hub_year
    return Mail(
        kind=Kind.ITINERARY,
        recipient=teacher.email,
        recipient_key=email_key(teacher.email),
        language=CHINESE,
        visiting_teacher=teacher,
        facts={
            "link_version": teacher.link_version,
            "teacher": str(teacher),
            "hub": year.name,
            "reply_to": year.contact_email,
            "hub_contact": year.contact_name,
            "hub_phone": year.contact_phone,
        },
        created_at=now,
        due_at=now,
        expires_at=until,
        dedupe_key=key,
    )
