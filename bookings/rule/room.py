"""A session under the lock: its places, and the moment that counts for everything done to them."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils import translation
from django.utils.functional import cached_property

from bookings.models import Booking, Mail, Places
from bookings.rule import clock_jumps
from bookings.rule.reading import Reads, beside, read, what_is_due
from bookings.states import FROZEN
from hubs.models import ShowcaseSession
from hubs.vocabulary.languages import CHINESE, ENGLISH
from hubs.vocabulary.maps import open_street_map

Clock = Callable[[], dt.datetime]


@dataclass
class Room:
    """A session whose places are locked, and the moment that counts for everything done under this lock."""

    places: Places
    now: dt.datetime
    writes: int = 0
    waiting: list[Booking] = field(default_factory=list)  # as settling found them, in order
    reads: Reads = what_is_due  # which bookings this verb reads together with those that settling looks at
    told: dict[int | None, Mail] = field(default_factory=dict)  # the one mail of this press to each party's contact
    came_from: dict[str, Any] = field(default_factory=dict)  # what mails say of the session that a booking was in
    _found: list[Booking] = field(default_factory=list)
    _read_at: int = -1  # `writes` when that was read

    @property
    def session(self) -> ShowcaseSession:
        return self.places.session

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What mails say about the session, frozen."""
        return session_facts(self.session, sequence=self.places.calendar_sequence) | self.came_from

    def forget_facts(self) -> None:
        """Mails composed from now on say what has changed meanwhile."""
        self.__dict__.pop("facts", None)

    @cached_property
    def trusts_the_clock(self) -> bool:
        """Whether what the clock alone brings about may be done. Asked where something of it is due."""
        return clock_jumps.is_trusted(now=self.now)

    @property
    def is_late(self) -> bool:
        """Whether a confirmed place that is given back now is given back late: after the booking deadline that stands
        now. Of a session that is off it is nobody's fault."""
        deadline = self.session.closes_at or self.session.starts_at
        return deadline is not None and deadline <= self.now and self.places.status not in FROZEN

    def read(self) -> list[Booking]:
        """What settling looks at and the verb reads; asked for anew where something has been written since."""
        if self._read_at != self.writes:
            self._read_at, self._found = self.writes, read(self.reads, self.session, now=self.now)
        return self._found

    def bookings_beside(self, booking: Booking) -> list[Booking]:
        """Live bookings of the same school or contact in this session, and the one made from the same draft; not the
        booking itself."""
        found = beside(self.session.pk, booking)
        return [other for other in found if booking.pk is None or other.pk != booking.pk]

    def read_beside(self, booking: Booking) -> list[Booking]:
        """The same of a new booking of the party that this verb reads for (`what_is_beside`)."""
        return [other for other in self.read() if self._is_beside(other, booking)]

    def _is_beside(self, other: Booking, booking: Booking) -> bool:
        if other.request_key == booking.request_key is not None:
            return True
        same = other.school_key == booking.school_key or other.email_key == booking.email_key is not None
        return same and other.is_live and other.session_id == self.session.pk

    def party_of(self, booking: Booking) -> list[Booking]:
        """As `of_party`, of the booking that this verb reads for (`what_goes_with`)."""
        if booking.goes_with_id:
            party = list(Booking.objects.of_party(booking))
        else:
            keys = (booking.pk, booking.session_id, booking.email_key)
            party = [one for one in self.read() if (one.first_id, one.session_id, one.email_key) == keys]
        return [booking if one == booking else one for one in sorted(party, key=lambda one: one.pk)]


def session_facts(session: ShowcaseSession, *, sequence: int) -> dict[str, Any]:
    """What mails say about a session, as it is now. Moments are ISO strings in UTC."""
    host = None if session.is_elsewhere else session.host_school
    return {
        "ref": session.ref,
        "title": _name_in(ENGLISH, session),
        "title_zh": _name_in(CHINESE, session),
        "hub": session.hub_year.name,
        "reply_to": session.hub_year.contact_email,
        "starts_at": iso(session.starts_at),
        "ends_at": iso(session.ends_at),
        "arrival_at": iso(session.arrival_at),
        "list_ends_at": iso(session.waiting_closes_at),
        "place": session.where,
        "at_school": session.school is not None,
        "map": open_street_map(session.where_postcode or session.where) if session.where_name else "",
        "has_page": bool(session.where_name) and session.has_page,
        "bring": session.bring,
        "parking": session.parking,
        "access": [[one.name, one.has, one.note] for one in session.access],
        "entrance": session.entrance,
        "office_phone": session.office_phone,
        "day_contact": session.day_contact,
        "joining": "\n\n".join(
            part for part in (session.joining_instructions, host.joining_instructions if host else "") if part
        ),
        "version": sequence,  # of the session; a visitor's entry counts on from it where the place changes hands
        "sequence": sequence,
    }


def _name_in(language: str, session: ShowcaseSession) -> str:
    """What a session is called: each reader of the same facts has a language of their own."""
    with translation.override(language):
        return session.name


def iso(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None
