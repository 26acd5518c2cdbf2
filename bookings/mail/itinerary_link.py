"""The link to a visiting teacher's itinerary: sent to them by mail, and withdrawn.

What was done with it stands among the versions of the teacher's row, with who did it.
"""

import datetime as dt
import uuid
from typing import Any

from django.db import transaction
from django.db.models import Max

from bookings.mail_kinds import Kind
from bookings.models import Mail
from bookings.rule.outbox import new_mail
from bookings.rule.refusals import ItineraryOver, NoTeacherAddress
from bookings.rule.room import Clock
from bookings.states import SessionStatus
from hubs.models import ShowcaseSession, StaffUser, VisitingTeacher
from hubs.vocabulary.clock import moment
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.languages import CHINESE
from hubs.vocabulary.school_days import london

# As versions say it to staff; in English like everything that staff read.
SENT, WITHDRAWN = "Itinerary sent", "Link to the itinerary withdrawn"
ITINERARY_OPENS_ON = dt.timedelta(days=30)


@transaction.atomic
def send(teacher_id: int, *, key: uuid.UUID, by: StaffUser, clock: Clock) -> None:
    """Write to the visiting teacher where their itinerary is. The same `key` again is the same press.

    Raises NoTeacherAddress, or ItineraryOver for a link that would open nothing.
    """
    teacher = _locked(teacher_id)
    now, ends = moment(clock), itinerary_ends(teacher)
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
    facts = {
        "link_version": teacher.link_version,
        "teacher": str(teacher),
        "hub": year.name,
        "reply_to": year.contact_email,
        "hub_contact": year.contact_name,
        "hub_phone": year.contact_phone,
    }
    of: dict[str, Any] = {"language": CHINESE, "visiting_teacher": teacher}
    return new_mail(Kind.ITINERARY, teacher.email, facts, key=key, now=now, until=until, **of)


def itinerary_ends(teacher: VisitingTeacher) -> dt.date:
    """The last day on which the itinerary opens: 31 July of the exchange's academic year, or 30 days after the last day
    of the visits and sessions, if that is later. Two queries."""
    taught = ShowcaseSession.objects.filter(lessons__visiting_teachers=teacher)
    last_days: list[dt.date | None] = [
        taught.exclude(places__status=SessionStatus.DRAFT).aggregate(last=Max("last_day"))["last"],
        teacher.host_schools.aggregate(last=Max("last_day"))["last"],
    ]
    ends = [day + ITINERARY_OPENS_ON for day in last_days if day]
    return max([dt.date(teacher.hub_year.exchange.year + 1, 7, 31), *ends])
