"""A party as it stands: its bookings side by side, each said in a line, for pages and mails alike.

Part of a party may be confirmed, part be offered a place and part wait. Whoever reads of one of them reads of all.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.models import Booking, SchoolKind, Source, Visitor
from bookings.rule.fair_share import share_of
from bookings.states import UNCONFIRMED, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import moment
from hubs.vocabulary.teaching import listed

# What has to be answered comes first.
ORDER = [Status.OFFERED, Status.HELD, Status.CONFIRMED, Status.WAITING, Status.LAPSED, Status.CANCELLED]


@dataclass(frozen=True)
class Part:
    """One booking of a party: who is in it, and how it stands. `kept_until` is when it has to be answered by, which a
    mail that comes late puts off; `sayable` says of a name whether a mail may repeat it."""

    booking: Booking
    coming: Sequence[Visitor]
    now: dt.datetime
    kept_until: dt.datetime | None
    sayable: Callable[[str], bool] = bool

    @property
    def status(self) -> Status:
        return Status(self.booking.status)

    @property
    def size(self) -> int:
        return self.booking.party

    @property
    def is_unanswered(self) -> bool:
        """Whether its places go to others unless somebody presses."""
        return self.status in UNCONFIRMED

    @property
    def asks(self) -> bool:
        """Whether somebody has to press, for places or to be on the list at all."""
        return self.is_unanswered or (self.status == Status.WAITING and not self.booking.address_proved_at)

    @cached_property
    def who(self) -> str:
        """You, Ben and 1 to be named. Nobody is named before somebody has pressed the link."""
        me = [_("you") for one in self.coming if one.is_contact]
        others = [one.full_name or "" for one in self.coming if not one.is_contact]
        proved = self.booking.address_proved_at or self.booking.source == Source.STAFF
        names = [name for name in others if proved and name and self.sayable(name)]
        unnamed = sum(1 for name in others if not name) if proved else 0
        number = len(others) - len(names) - unnamed
        more = [
            ngettext("%(n)d colleague", "%(n)d colleagues", number) % {"n": number} if number else "",
            ngettext("%(n)d to be named", "%(n)d to be named", unnamed) % {"n": unnamed} if unnamed else "",
        ]
        said = listed([*me, *names, *filter(None, more)])
        return said[:1].upper() + said[1:]

    @cached_property
    def share_lifts_at(self) -> dt.datetime | None:
        """From when its school may take more, where that is why it waits."""
        session, now = self.booking.session, self.now
        if self.status != Status.WAITING or self.booking.school_kind == SchoolKind.NONE:
            return None
        return session.share_until if share_of(session, now=now) is not None else None

    @cached_property
    def share_stays(self) -> int | None:
        """What its school may have until the end, where that never lifts."""
        session = self.booking.session
        if self.status != Status.WAITING or self.booking.school_kind == SchoolKind.NONE or session.share_until:
            return None
        return session.share

    @property
    def said(self) -> str:
        """How it stands, after a colon: "waiting; your school may take more from …"."""
        until = {"until": moment(self.kept_until)}
        if self.status == Status.WAITING:
            return self._waiting
        if self.booking.asks_first:
            return _("not kept before you confirm")
        return {
            Status.HELD: _("to be confirmed by %(until)s") % until,
            Status.OFFERED: _("offered until %(until)s") % until,
            Status.CONFIRMED: _("confirmed"),
            Status.LAPSED: _("not kept any longer"),
            Status.CANCELLED: _("cancelled"),
        }[self.status]

    @property
    def _waiting(self) -> str:
        if not self.booking.address_proved_at:
            return _("not on the waiting list before you confirm")
        if self.share_lifts_at:
            return _("waiting; your school may take more from %(at)s") % {"at": moment(self.share_lifts_at)}
        return _("waiting")


@dataclass(frozen=True)
class PartyAsItStands:
    """The bookings of one party, what has to be answered first."""

    parts: Sequence[Part]

    @property
    def first(self) -> Booking:
        """The booking that the others go with, or the earliest of those that are left."""
        return min((part.booking for part in self.parts), key=lambda one: one.pk)

    @property
    def session(self) -> ShowcaseSession:
        return self.first.session

    @property
    def status(self) -> Status:
        """Of its most pressing part."""
        return self.parts[0].status

    @property
    def size(self) -> int:
        return sum(part.size for part in self.parts)

    @property
    def asks(self) -> list[Part]:
        return [part for part in self.parts if part.asks]

    @property
    def unanswered(self) -> list[Part]:
        return [part for part in self.parts if part.is_unanswered]

    @property
    def deadline(self) -> dt.datetime | None:
        """The first moment at which places of it go to others unless somebody presses."""
        return min((part.kept_until for part in self.unanswered if part.kept_until), default=None)

    @property
    def is_several(self) -> bool:
        """Whether some of it stand otherwise than the others, or did."""
        return len(self.parts) > 1

    @property
    def deed(self) -> str:
        """What the press does that answers for the whole party: "Confirm 2 places, wait for 1"."""
        sizes = {
            status: sum(part.size for part in self.parts if part.asks and part.status == status) for status in ORDER
        }
        held, offered, waits = sizes[Status.HELD], sizes[Status.OFFERED], sizes[Status.WAITING]
        number = {"n": held or offered, "offered": offered, "waits": waits}
        if held and offered:
            return _("Confirm %(held)d and accept %(offered)d") % {"held": held, "offered": offered}
        if held and waits:
            said = ngettext("Confirm %(n)d place, wait for %(waits)d", "Confirm %(n)d places, wait for %(waits)d", held)
        elif held:
            said = ngettext("Confirm %(n)d place", "Confirm %(n)d places", held)
        elif offered:
            said = ngettext("Accept %(n)d place", "Accept %(n)d places", offered)
        else:
            said = _("Yes, I want to wait")
        return said % number

    @property
    def counts(self) -> str:
        """2 confirmed, 1 waiting."""
        counted = {
            Status.OFFERED: _("%(n)d offered"),
            Status.HELD: _("%(n)d to confirm"),
            Status.CONFIRMED: _("%(n)d confirmed"),
            Status.WAITING: _("%(n)d waiting"),
            Status.LAPSED: _("%(n)d not kept"),
            Status.CANCELLED: _("%(n)d cancelled"),
        }
        sums = {status: sum(part.size for part in self.parts if part.status == status) for status in counted}
        return _(", ").join(counted[status] % {"n": n} for status, n in sums.items() if n)


def of_party(
    bookings: Iterable[Booking],
    *,
    now: dt.datetime,
    until: Callable[[Booking], dt.datetime | None] = lambda one: one.deadline,
    sayable: Callable[[str], bool] = bool,
    coming: "Callable[[Booking], Iterable[Visitor]]" = lambda one: one.visitors.all(),
) -> PartyAsItStands:
    """A party from its bookings; those who come, unless it is said who, stand at hand (`with_coming`)."""
    made = [Part(one, [*coming(one)], now, until(one), sayable) for one in bookings]
    return PartyAsItStands(sorted(made, key=lambda part: (ORDER.index(part.status), part.booking.pk)))


def with_coming() -> "Prefetch[Any]":
    """The visitors of bookings, as `of_party` takes them."""
    return Prefetch("visitors", Visitor.objects.coming())
