"""A session's bookings as lines: who, of which school, how to ring them, how it stands in words."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.admin.base.main_page import address_of
from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import within
from bookings.attendance.register import last_word
from bookings.models import Booking, Mail, Visitor
from bookings.states import SEATED, Status
from hubs.vocabulary.phone_numbers import as_dialled
from hubs.vocabulary.school_words import searchable
from hubs.vocabulary.teaching import listed

MOST = 20  # on the page; the list of bookings shows all
ATTENDED, ABSENT = Visitor.Attendance.ATTENDED, Visitor.Attendance.ABSENT


@dataclass
class Line:
    """One booking. `tags` are what somebody should know of it: the words and their tone."""

    booking: Booking
    first: str
    others: str
    how: str
    tags: list[tuple[str, str]]

    @property
    def page(self) -> str:
        """The booking's own page."""
        return address_of(Booking, self.booking.pk)

    @property
    def mobile(self) -> str:
        return self.booking.contact_mobile

    @property
    def dials(self) -> str:
        return as_dialled(self.mobile).replace(" ", "")


def seated_lines(facts: Facts) -> list[Line]:
    """Those with places, with something to see to first; the others by name."""
    lines = [line_of(one, facts) for one in facts.seated]
    return sorted(lines, key=lambda line: (not line.tags, searchable(last_word(line.first)), line.booking.pk))


def found_lines(facts: Facts) -> list[Line]:
    """Those that a search of the session finds, also of those that have ended."""
    words, digits, text = searchable(facts.looked_for).split(), _digits(facts.looked_for), facts.looked_for.casefold()
    return [line_of(one, facts) for one in facts.read if _fits(one, words, digits, text)]


def _fits(booking: Booking, words: list[str], digits: str, text: str) -> bool:
    """By the beginnings of words of a name or a school, a part of a number, the reference, or an address."""
    if not text:
        return False
    visitors = list(booking.visitors.all())
    if len(digits) >= 4 and any(digits in _digits(one.mobile) for one in visitors):
        return True
    if len(digits) >= 4 and digits in _digits(as_dialled(booking.contact_mobile)):
        return True
    addresses = {booking.contact_email or "", *(one.email or "" for one in visitors)}
    if "".join(text.split()).upper() == booking.reference or text in {one.casefold() for one in addresses if one}:
        return True
    names = [booking.contact_name or "", booking.school_in_words, *(one.full_name or "" for one in visitors)]
    stands = [word for name in names for word in searchable(name).split()]
    return bool(words) and all(any(one.startswith(word) for one in stands) for word in words)


def _digits(text: str) -> str:
    return "".join(sign for sign in text if sign.isdecimal())


def line_of(booking: Booking, facts: Facts) -> Line:
    """A booking as its line."""
    first, *others = _people(booking)
    return Line(booking, first, listed(others), _how(booking, facts), list(_tags(booking, facts)))


def _people(booking: Booking) -> list[str]:
    """The contact first, by whom the booking is known, whether or not they come; then who comes; then who has no name
    yet."""
    coming = [one for one in booking.visitors.all() if one.released_at is None]
    names = [one.full_name for one in coming if one.full_name and not one.is_contact]
    unnamed = sum(not one.full_name for one in coming)
    people = [booking.contact_name or booking.reference_spaced, *names]
    if unnamed:
        people.append(ngettext("%(n)d to be named", "%(n)d to be named", unnamed) % {"n": unnamed})
    return people


def _how(booking: Booking, facts: Facts) -> str:
    """How it stands, in words."""
    until = within(booking.deadline, now=facts.now) if booking.deadline else ""
    match booking.status:
        case Status.CONFIRMED:
            return _came(booking) if facts.is_over and not facts.is_off else _coming(booking)
        case Status.HELD if facts.is_off:
            return _("Not confirmed yet. It is kept while the session is off")
        case Status.HELD:
            return _("Kept until %(until)s: not confirmed yet") % {"until": until}
        case Status.OFFERED if facts.is_off:
            return _("Offered a place. It is kept while the session is off")
        case Status.OFFERED:
            return _("Offered a place: may answer until %(until)s") % {"until": until}
        case Status.WAITING:
            return _("Waits")
        case Status.LAPSED if booking.asks_first:
            return _("Takes no place before it is confirmed")
        case Status.LAPSED if booking.was_let_go:
            return _("Let go by staff: nobody had confirmed it")
        case Status.LAPSED:
            return _("Lapsed: it was not confirmed in time")
        case _other:
            return _("Cancelled")


def _coming(booking: Booking) -> str:
    said = _("Coming")
    if booking.uses_held_back:
        said += _(", in a place kept for guests")
    if not booking.contact_comes:
        said += _(", without %(name)s, who booked") % {"name": booking.contact_name or _("the contact")}
    return said


def _came(booking: Booking) -> str:
    coming = [one.attendance for one in booking.visitors.all() if one.released_at is None]
    came, absent = coming.count(ATTENDED), coming.count(ABSENT)
    if came == len(coming):
        return _("Came")
    if absent == len(coming):
        return _("Did not come")
    if not came and not absent:
        return _("Not marked on the register")
    return _("%(came)d of %(all)d came") % {"came": came, "all": len(coming)}


def _tags(booking: Booking, facts: Facts) -> Iterator[tuple[str, str]]:
    """What somebody should see to, or know."""
    if booking.status not in SEATED or facts.is_over:
        return
    visitors = [one for one in booking.visitors.all() if one.released_at is None]
    if any(one.has_needs for one in visitors):
        answered = all(one.arranged_at for one in visitors if one.has_needs)
        yield (_("Needs arranged"), "good") if answered else (_("Needs something"), "wait")
    if booking.pk in {mail.booking_id for mail in facts.failed}:
        yield _("Email not delivered"), "stop"
    elif booking.pk in {mail.booking_id for mail in facts.unsure}:
        yield _("Email may have arrived"), "wait"
    elif not booking.contact_email:
        yield _("No email: ring"), ""


# --- the waiting list -------------------------------------------------------------------------------------------------


@dataclass
class Waiting:
    """A party that waits: its place in the list, what it wants, and why it has not been offered places."""

    number: int
    line: Line
    says: str
    fits: bool


def waiting_lines(facts: Facts) -> list[Waiting]:
    """The waiting list as lines."""
    left = facts.showing.left
    return [
        Waiting(number, line_of(one, facts), _says(one, facts), 0 < one.party <= left and not facts.is_off)
        for number, one in enumerate(facts.waiting, start=1)
    ]


def _says(booking: Booking, facts: Facts) -> str:
    wants = ngettext("Wants %(n)d place", "Wants %(n)d places", booking.party) % {"n": booking.party}
    if booking.party > 1:
        fewer = booking.smallest_party
        least = ngettext("would come with %(n)d", "would come with %(n)d", fewer or 0) % {"n": fewer or 0}
        wants += f", {least}" if fewer and fewer < booking.party else _(" together")
    parts = [wants]
    if booking.joined_at:
        parts.append(_("since %(when)s") % {"when": within(booking.joined_at, now=facts.now)})
    said = ", ".join(parts) + "."
    if not booking.address_proved_at:
        said += " " + _("The link that they were sent has not been pressed, so no place is offered to them.")
    return said


# --- needs and mails --------------------------------------------------------------------------------------------------


@dataclass
class Failed:
    """A mail that went wrong: to whom, what became of it, and where that can be put right."""

    mail: Mail
    to: str
    fate: str
    page: str
    own_page: str

    @property
    def is_unsure(self) -> bool:
        return self.mail.state == Mail.State.UNSURE


def failed_lines(facts: Facts) -> list[Failed]:
    return [
        Failed(
            mail,
            (mail.booking.contact_name if mail.booking else "") or mail.recipient or _("An address that was erased"),
            _fate(mail),
            address_of(Booking, mail.booking.pk) if mail.booking else "",
            address_of(Mail, mail.pk),
        )
        for mail in [*facts.failed, *facts.unsure]
    ]


def _fate(mail: Mail) -> str:
    return ": ".join(part for part in (str(mail.get_state_display()), mail.last_error) if part)


def for_template(lines: list[Any]) -> dict[str, Any]:
    """The first of them, and how many are left out."""
    return {"first": lines[:MOST], "more": max(len(lines) - MOST, 0), "all": len(lines)}
