"""One person erased, because they asked: a contact with their booking, or a visitor with their place, and nobody else.

Before the session the place is given back first, by the verb that gives places back. On the day itself the school must
know who is in the building; from the day after, all that is kept of them goes at once.
"""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from bookings import places
from bookings.afterwards import ties
from bookings.forgetting import when
from bookings.forgetting.goes import Goes, of_rows
from bookings.forgetting.steps import drop_unsendable, forget_bookings, forget_persons, how_many
from bookings.models import (
    AddressChange,
    Asked,
    AuditEntry,
    Booking,
    By,
    Certificate,
    DayAnswer,
    Draft,
    Erasure,
    GroupTeacher,
    HandOver,
    Interest,
    Invitation,
    LaterAnswer,
    Mail,
    NewsConsent,
    Visitor,
)
from bookings.rule.locking import lock
from bookings.rule.refusals import NotBookable
from bookings.rule.room import Clock, Room
from bookings.states import LIVE, SEATED, Standing, Status, Verb
from bookings.verbs import visitors
from hubs.models import Hub, ShowcaseSession, StaffUser
from hubs.vocabulary.clock import moment

ASKED = "They asked that all kept of them be deleted"


@dataclass(frozen=True)
class Whom:
    """Whose it is: a visitor's place, or a booking with its contact, who has a place of it if they come too."""

    booking: Booking
    visitor: Visitor | None = None  # none: the contact

    @property
    def place(self) -> Visitor | None:
        """The place that is theirs."""
        return self.visitor or self.booking.visitors.filter(is_contact=True).order_by("-pk").first()

    @property
    def name(self) -> str:
        return (self.visitor.full_name if self.visitor else self.booking.contact_name) or ""

    @property
    def email(self) -> str:
        return (self.visitor.email if self.visitor else self.booking.contact_email) or ""

    @property
    def email_key(self) -> str:
        return (self.visitor.email_key if self.visitor else self.booking.email_key) or ""

    @property
    def others(self) -> int:
        """How many others have a confirmed place by this booking, which they keep."""
        if self.visitor or self.booking.status != Status.CONFIRMED:
            return 0
        return self.booking.visitors.coming().filter(is_contact=False).count()

    def gives_back(self, *, now: dt.datetime) -> bool:
        """Whether erasing gives a place back, or leaves a waiting list."""
        stands = self.booking.status in LIVE and not is_over(self.booking.session, now=now)
        if self.visitor or self.others:
            place = self.place
            return stands and place is not None and place.released_at is None
        return stands

    @property
    def seated(self) -> bool:
        return self.booking.status in SEATED


def is_over(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether its last day is past."""
    return bool(session.last_day and session.last_day < timezone.localdate(now))


def can_erase(whom: Whom, *, now: dt.datetime) -> bool:
    """Not on the day, from the start on: the school must know who is in the building."""
    session = whom.booking.session
    started = bool(session.starts_at and session.starts_at <= now)
    expected = whom.booking.status == Status.CONFIRMED
    return not (expected and started) or is_over(session, now=now)


def as_it_stands(whom: Whom) -> Whom:
    """The same, as its booking stands now: what was done to another of the party may have changed it."""
    booking = Booking.objects.select_related("session__hub_year", "session__places").get(pk=whom.booking.pk)
    return replace(whom, booking=booking)


def erase(whom: Whom, *, clock: Clock, by: StaffUser | By = By.VISITOR) -> None:
    """Give back what they have, then delete all that is kept of them. Twice is once, and also if it was killed between
    the two. Raises NotBookable on the day, from the start on, and what the verbs raise."""
    if not can_erase(whom, now=moment(clock)):
        raise NotBookable(Standing.OVER)
    if whom.gives_back(now=moment(clock)):
        _give_back(whom, clock=clock, by=by)
    forget_all(whom, clock=clock, by=by)


def forget_all(whom: Whom, *, clock: Clock, by: StaffUser | By = By.VISITOR) -> None:
    """Delete all that is kept of them, and write into the ledger that it was done. Twice is once."""
    with transaction.atomic():
        room = Room(lock(whom.booking.session_id), now=moment(clock))
        booking = Booking.objects.get(pk=whom.booking.pk)
        if whom.visitor:
            people = _erase_visitor(Visitor.objects.get(pk=whom.visitor.pk), room.session, room.now)
        elif booking.status in LIVE or booking.visitors.filter(attendance=Visitor.Attendance.ATTENDED).exists():
            people = _erase_contact(booking, room.session, room.now)
        else:  # nobody comes by it, or came: colleagues have never been told of it, or that it is off
            people = booking.visitors.count()
            forget_bookings([booking.pk], now=room.now)
        Erasure.objects.note([whom.visitor or booking], at=room.now)
        places.write(room, Verb.FORGET, by=by, why=how_many(people))


@transaction.atomic
def delete(rows: "QuerySet[Any]", *, at: dt.datetime) -> None:
    """Delete rows that are somebody's alone, as they asked."""
    Erasure.objects.note(rows, at=at)
    rows.delete()


def _give_back(whom: Whom, *, clock: Clock, by: StaffUser | By) -> None:
    place = whom.place
    if (whom.visitor or whom.others) and place:
        if isinstance(by, StaffUser):
            visitors.take_out(place.pk, by=by, clock=clock, why=ASKED)
        else:
            visitors.release(place.pk, clock=clock, pressed_by="visitor" if whom.visitor else "contact")
    else:
        places.cancel(whom.booking.pk, clock=clock, by=by, why=ASKED if isinstance(by, StaffUser) else "")


def _erase_visitor(visitor: Visitor, session: ShowcaseSession, now: dt.datetime) -> int:
    name, key = visitor.full_name or "", visitor.email_key or ""
    for goes in of_visitor(visitor, session):
        goes.do()
    _unname(visitor.booking, [name, visitor.email or "", key])
    _erase_answers(Asked.objects.filter(visitor=visitor))
    if session.group_id and key:  # their place is their school's in a group, which would book them again
        erase_in_groups(key, Hub.objects.filter(pk=session.hub_year.hub_id), at=now)
    Visitor.objects.filter(pk=visitor.pk).update(link_version=F("link_version") + 1)
    forget_persons({key})
    return 1


def of_visitor(visitor: Visitor, session: ShowcaseSession) -> list[Goes]:
    """What stands of one visitor, but for what others' rows say of them."""
    key = visitor.email_key or ""
    mails = Mail.objects.filter(visitor=visitor, recipient_key=key)
    return [
        *_handed(visitor, visitor.full_name, visitor.email),
        of_rows(AddressChange.objects.filter(visitor=visitor), when.NAMES),
        of_rows(Certificate.objects.filter(visitor=visitor), when.NAMES),
        of_rows(mails, when.NAMES),
        of_rows(AuditEntry.objects.filter(visitor_id=visitor.pk), when.NAMES),
        Goes(Interest.objects.filter(visitor=visitor)),
        *_news(key, session),
        of_rows(Visitor.objects.filter(pk=visitor.pk), when.NAMES, when.NEEDS, when.MOBILE),
    ]


def _handed(visitor: Visitor, name: str | None, email: str | None) -> list[Goes]:
    """The side of each hand-over of a place that is theirs."""
    rows = HandOver.objects.filter(visitor=visitor)
    given, taken = rows.filter(from_name=name, from_email=email), rows.filter(to_name=name, to_email=email)
    return [Goes(given, ("from_name", "from_email")), Goes(taken, ("to_name", "to_email"))]


def _news(key: str, session: ShowcaseSession) -> list[Goes]:
    agreed = NewsConsent.objects.filter(email_key=key, hub=session.hub_year.hub_id)
    return [Goes(agreed)] if key else []


def _erase_contact(booking: Booking, session: ShowcaseSession, now: dt.datetime) -> int:
    key, name = booking.email_key or "", booking.contact_name or ""
    for goes in of_contact(booking, session):
        goes.do()
    _unname(booking, [name, booking.contact_email or "", key])
    Booking.objects.filter(pk=booking.pk).update(link_version=F("link_version") + 1)
    for own in booking.visitors.filter(is_contact=True):
        _erase_visitor(own, session, now)
    return 1


def of_contact(booking: Booking, session: ShowcaseSession) -> list[Goes]:
    """What stands of a booking's contact, but for their own place; the school stays for their colleagues."""
    key = booking.email_key or ""
    own = ("contact_name", "name_words", "contact_email", "email_key", "contact_mobile", "code")
    return [
        of_rows(Mail.objects.filter(booking=booking, recipient_key=key), when.NAMES),
        of_rows(AddressChange.objects.filter(booking=booking, visitor=None), when.NAMES),
        of_rows(AuditEntry.objects.filter(booking=booking), when.NAMES),
        Goes(Draft.objects.filter(booking=booking)),
        *_news(key, session),
        Goes(Booking.objects.filter(pk=booking.pk), own),
    ]


def _erase_answers(asked: "QuerySet[Asked]") -> None:
    """Their own words go; what was released of them stays as a copy of nobody's."""
    voices = list(asked.values_list("voice", flat=True))
    of_rows(DayAnswer.objects.filter(voice__in=voices), when.NAMES).do()
    of_rows(LaterAnswer.objects.filter(voice__in=voices), when.LIMIT).do()
    ties.cut(voices)


def _unname(booking: Booking, words: list[str]) -> None:
    """Take somebody's name and address out of what was written to others of their party, and of what was typed."""
    said = {word for word in words if word}
    party = Booking.objects.filter(Q(pk=booking.first_id) | Q(goes_with=booking.first_id))
    for rows, field in ((Mail.objects, "facts"), (Draft.objects, "answers")):
        for row in rows.filter(booking__in=party):
            kept = without(getattr(row, field), said)
            if kept != getattr(row, field):
                rows.filter(pk=row.pk).update(**{field: kept})
    drop_unsendable(party)


def in_groups(key: str, hubs: "QuerySet[Any] | None") -> list[Goes]:
    """What stands of an address in the groups of these hubs (None: of all): as who comes, who was asked, who is the
    head. That the school was asked and what it said stays."""
    inside = {} if hubs is None else {"group__hub_year__hub__in": hubs}
    teachers = GroupTeacher.objects.filter(**{f"invitation__{name}": value for name, value in inside.items()})
    invitations = Invitation.objects.filter(**inside)
    return [
        Goes(teachers.filter(email__iexact=key), ("full_name", "email")),
        Goes(invitations.filter(asked_email__iexact=key), ("asked_name", "asked_email")),
        Goes(invitations.filter(head_email__iexact=key), ("head_name", "head_email")),
    ]


@transaction.atomic
def erase_in_groups(key: str, hubs: "QuerySet[Any] | None", *, at: dt.datetime) -> None:
    """The same, what they were written, and their name in what others of their school were."""
    teachers, *invitations = in_groups(key, hubs)
    said, of = {key}, set()
    for goes, invitation in ((teachers, "invitation"), *((one, "pk") for one in invitations)):
        for pk, *words in goes.rows.values_list(invitation, *goes.columns):
            of.add(pk)
            said |= {word for word in words if word}
    for mail in Mail.objects.filter(invitation__in=of):
        Mail.objects.filter(pk=mail.pk).update(facts=without(mail.facts, said))
    of_rows(Mail.objects.filter(invitation__in=of, recipient_key=key), when.NAMES).do()
    for goes in (teachers, *invitations):
        Erasure.objects.note(goes.rows, at=at, column=goes.columns[-1])
        while goes.do():
            pass


def without(value: Any, words: set[str]) -> Any:
    """JSON in which no text is one of these words: out of lists they are left, elsewhere nothing stands for them."""
    if isinstance(value, dict):
        return {name: without(one, words) for name, one in value.items()}
    if isinstance(value, list):
        return [without(one, words) for one in value if not (isinstance(one, str) and one in words)]
    return "" if isinstance(value, str) and value in words else value
