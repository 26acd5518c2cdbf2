"""Which mails a sender has in hand, so that each has one sender at a time, in any number of processes.

A claim pushes `due_at` ahead by a lease and is committed before anything is sent. A sender that is killed leaves rows
that come due again: a mail may arrive twice, none is lost. Some are claimed in one transaction and read together; what
has not been tried a moment later is given back as it was, and so is the rest where the line breaks, or where the next
one no longer stands as it was read: a booking is cancelled, somebody is forgotten, mail is held.
"""

import datetime as dt
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import BigAutoField, DateTimeField, Exists, F, OuterRef, QuerySet

from bookings.mail import together
from bookings.models import Booking, Mail, Running
from bookings.rule.room import Clock
from hubs.vocabulary.asked_often import AskedOften, DoneOften, Given, Several

if TYPE_CHECKING:
    from bookings.models.outbox import MailQuerySet

# Five waits of settings.EMAIL_TIMEOUT, and more than half as long again: a mail is claimed once the server has greeted
# us, so what is left is MAIL, RCPT, DATA, the mail itself and the answer to it, each within one time-out (line.py).
LEASE = dt.timedelta(minutes=3)
AT_ONCE = 10  # mails: as many wait for the lease to end where their sender is killed
THESE = Several("mail", BigAutoField(), AT_ONCE)
FRESH = 2.0  # seconds after its claim in which a mail is sent as it was read

# What is asked of a mail when it is sent.
WITH = ("booking", "visitor", "wish", "staff", "visiting_teacher", "invitation", "session__places")
# What decides whether a mail is still to be sent, to whom, by which link, what it must not say any longer, and whether
# it has anybody else of the party to tell of.
AS_READ = (
    *("state", "tries", "recipient", "recipient_key", "facts"),
    *("booking__status", "booking__session_id", "booking__email_key", "booking__link_version"),
    *("visitor__released_at", "visitor__email_key", "visitor__link_version"),
    *("booking__party", "booking__contact_comes", "has_company"),
    *("session__places__status", "session__places__calendar_sequence", "staff__is_active"),
)


class InHand:
    """Claimed mails of one sender that are still to be tried."""

    def __init__(self) -> None:
        self.now: dt.datetime  # when they were claimed
        self._mails: list[Mail] = []
        self._due_since: dt.datetime
        self.others_due: bool | None = None  # beside those in hand, as it was last seen; None where nobody has looked
        self._fresh_until = 0.0

    def is_left(self, clock: Clock) -> bool:
        """Whether there is one in hand, or one that is due: a statement, where a claim is a transaction; and none once
        it was read with the last that were claimed. What has come due since then is for the next run."""
        if not self._mails and self.others_due is None:
            self.others_due = bool(_any_due.rows(now=clock()))
        return bool(self._mails or self.others_due)

    def next(self, clock: Clock) -> list[Mail]:
        """The next mail that is due, with those that go as one with it; none where none is due. One on which the line
        broke before comes last, and by itself."""
        if self._mails and not (monotonic() <= self._fresh_until and all(map(stands_as_read, self._next()))):
            self.give_back()
        if not self._mails:
            self.now, self._fresh_until = clock(), monotonic() + FRESH
            if not self._claim(_unbroken):
                self._claim(_broken)
        if not self._mails:
            return []
        mails = self._next()
        self._mails = [one for one in self._mails if one not in mails]
        return [*mails, *claim_beside(mails[0], self.now)]

    def _next(self) -> list[Mail]:
        mail, *rest = self._mails
        return [mail, *(one for one in rest if together.go_as_one(mail, one))]

    def _claim(self, lane: AskedOften[Mail]) -> bool:
        self._mails, self._due_since = claim(lambda: lane.rows(now=self.now), self.now)
        self.others_due = None
        self._mails = _read(self._mails, self.now)  # in hand already: where this fails they are given back
        if self._mails:
            self.others_due = self._mails[0].others_due  # type: ignore[attr-defined]  # asked with the row
        return bool(self._mails)

    def give_back(self) -> None:
        """What has not been tried is due again as it was: before whatever came after it."""
        self.others_due = None
        if self._mails:
            ours = Mail.objects.filter(pk__in=[one.pk for one in self._mails], state=Mail.State.WAITING)
            ours.filter(due_at=self._mails[0].due_at).update(due_at=self._due_since, tries=F("tries") - 1)
            self._mails = []


def _due() -> "MailQuerySet":
    return Mail.objects.due(now=Given("now", DateTimeField()))


def _ours(due: "MailQuerySet") -> "MailQuerySet":
    return due.select_for_update(skip_locked=True, no_key=True).only("state", "due_at", "tries")


@AskedOften
def _any_due() -> QuerySet[Mail, int]:
    return _due().order_by().values_list("pk", flat=True)[:1]


@AskedOften
def _unbroken() -> "MailQuerySet":
    return _ours(_due().unbroken())[:AT_ONCE]


@AskedOften
def _broken() -> "MailQuerySet":
    return _ours(_due().broken())[:1]


def claim(find: Callable[[], list[Mail]], now: dt.datetime) -> tuple[list[Mail], dt.datetime]:
    """Some of those that are due, ours until the lease ends; and since when the first of them was due. On SQLite the
    transaction itself is the lock (IMMEDIATE)."""
    with transaction.atomic():
        mails = find()
        since = min((mail.due_at for mail in mails), default=now)
        for some in THESE.in_parts([mail.pk for mail in mails]):
            _lease(until=now + LEASE, **some)
    for mail in mails:
        mail.due_at, mail.tries = now + LEASE, mail.tries + 1
    return mails, since


@DoneOften
def _lease() -> "tuple[MailQuerySet, dict[str, Any]]":
    mails = Mail.objects.filter(pk__in=THESE.given)
    return mails, {"due_at": Given("until", DateTimeField()), "tries": F("tries") + 1}


def _read(mails: list[Mail], now: dt.datetime) -> list[Mail]:
    """With what is asked of them; without one that has gone meanwhile, or is another sender's where this one has stood
    still for the whole lease."""
    claimed = {mail.pk: _lease_of(mail) for mail in mails}
    rows = (mail for some in THESE.in_parts([*claimed]) for mail in _with_all.rows(now=now, **some))
    found = {mail.pk: mail for mail in rows if _lease_of(mail) == claimed[mail.pk]}
    for mail in found.values():
        if mail.booking:
            mail.booking.has_company = mail.has_company  # type: ignore[attr-defined]  # both asked with the row
        if mail.booking and mail.session and mail.booking.session_id == mail.session_id:
            mail.booking.session = mail.session
    return [found[mail.pk] for mail in mails if mail.pk in found]


def _lease_of(mail: Mail) -> tuple[Any, ...]:
    return mail.state, mail.due_at, mail.tries


@AskedOften
def _with_all() -> "MailQuerySet":
    """And whether other mails are due: those in hand are not, since they were claimed."""
    mails = Mail.objects.filter(pk__in=THESE.given).select_related(*WITH).order_by()
    return mails.annotate(has_company=_company(), others_due=Exists(_due().order_by()))


def _company() -> Exists:
    return Exists(Booking.objects.filter(goes_with=OuterRef("booking")).order_by())


def stands_as_read(mail: Mail) -> bool:
    """Whether all that decides about a claimed mail is as it was read: one narrow statement."""
    read = tuple(_of(mail, name) for name in AS_READ)
    return _as_it_stands.rows(mail=mail.pk) == [read]


def _of(mail: Mail, name: str) -> Any:
    found: Any = mail
    for part in name.split("__"):
        found = getattr(found, part, None)
    return found


@AskedOften
def _as_it_stands() -> "QuerySet[Mail, tuple[Any, ...]]":
    """Nothing while mail is held."""
    mail = Mail.objects.filter(~Exists(Running.objects.mail_held()), pk=Given("mail", BigAutoField()))
    return mail.order_by().annotate(has_company=_company()).values_list(*AS_READ)


def claim_beside(mail: Mail, now: dt.datetime) -> list[Mail]:
    """The mails that go with a claimed one, claimed too: what one press tells one reader of several sessions."""
    if not together.may_go_with_others(mail):
        return []
    lane = Mail.objects.broken() if mail.broken_at else Mail.objects.unbroken()
    beside = _ours(together.beside(mail, lane.due(now=now)))
    return _read(claim(lambda: list(beside), now)[0], now)
