"""What else can be done with a session, in groups, each with a sentence of what it will do.

What can be done now is said by the pages themselves (`links` of each `RowPages`) and by the admin's buttons; here
stands only where it is shown and what it says. What has no row here is shown last, without a sentence, and a test
fails.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from urllib.parse import urlsplit

from django.urls import resolve
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from bookings.admin.session.overview.facts import Facts
from bookings.admin.session.overview.moments import within

Says = str | Promise | Callable[[Facts], str]


class Action(NamedTuple):
    """A link, or a verb that its button does."""

    label: str
    says: str
    address: str = ""
    verb: str = ""
    ends: bool = False


@dataclass
class Group:
    title: str | Promise
    actions: list[Action] = field(default_factory=list)


def _opens(facts: Facts) -> str:
    if facts.missing:
        return _now("Not yet: first it needs a date, a place and its number of places.")
    if facts.session.opens_at and facts.session.opens_at > facts.now:
        return _now("It then opens by itself at %(at)s.") % {"at": within(facts.session.opens_at, now=facts.now)}
    return _now("Teachers can book from then on, and those who asked to be told get one email.")


def _places(facts: Facts) -> str:
    places = facts.places
    taken = ngettext("%(n)d is taken or kept", "%(n)d are taken or kept", places.places_taken + places.held_back)
    now = ngettext("%(n)d now", "%(n)d now", places.capacity) % {"n": places.capacity}
    return _now("%(now)s. Never fewer than the places that are in use: %(taken)s.") % {
        "now": now,
        "taken": taken % {"n": places.places_taken + places.held_back},
    }


def _for_somebody(facts: Facts) -> str:
    left = facts.showing.left
    if not left:
        return _now("Over the phone, with or without an email. No place is left but those kept for guests.")
    said = ngettext("%(n)d place is left.", "%(n)d places are left.", left) % {"n": left}
    return _now("Over the phone, with or without an email. %(left)s") % {"left": said}


AS_READ, PEOPLE, PLACES = _("As teachers read it"), _("People"), _("Places and booking")
CHANGES, DAY, AGAIN, RECORDS = _("If something changes"), _("For the day"), _("Once more"), _("Records")
ORDER: tuple[Promise | str, ...] = (PEOPLE, PLACES, AS_READ, DAY, CHANGES, AGAIN, RECORDS)

# By the name of a page's address, without that of the session's admin; or of a verb.
SAID: dict[str, tuple[Promise | str, Says]] = {
    "bookings_booking_add": (PEOPLE, _for_somebody),
    "write": (PEOPLE, _("One email to those who come, or to those who wait. You see it before it is sent.")),
    "bookings_booking_changelist": (PEOPLE, _("All of them, also those that have ended; as a spreadsheet too.")),
    "bookings_visitor_changelist": (PEOPLE, _("Each person, with role, years and needs; as a spreadsheet too.")),
    "announce": (PLACES, _("The public sees it from then on. Booking is not open yet.")),
    "open_booking": (PLACES, _opens),
    "close_booking": (PLACES, _("No more bookings are taken on the web. Those made stay.")),
    "places": (PLACES, _places),
    "one_network": (PLACES, _("Places that one network holds and nobody has confirmed; let them go.")),
    "change": (AS_READ, _("When and where, lessons, who it suits, practicalities, dates, materials.")),
    "preview": (AS_READ, _("The page as teachers will see it. Nobody else can see it yet.")),
    "flyer": (AS_READ, _("One page of A4 to print or to send, in the hub’s name; and the same as text.")),
    "register": (DAY, _("Who comes, a tap for each who has arrived, walk-ins, on paper too.")),
    "register_add": (DAY, _("Somebody who stands at the door: a name and a school are enough.")),
    "register_inside": (DAY, _("Who has arrived and not left, for the fire roll; a tap for who leaves.")),
    "register_print": (DAY, _("A list to sign, with needs and with empty lines.")),
    "said": (RECORDS, _("What visitors said of it, without names, and which sentences may be quoted.")),
    "paper": (RECORDS, _("What somebody filled in on paper, without a name, one form after the other.")),
    "sheet": (DAY, _("One page to print for everybody: the programme, how to behave, room for notes.")),
    "register_badges": (DAY, _("Ten to a sheet, and blank ones.")),
    "certificates": (RECORDS, _("Who came has which code; and all of them on paper, for those whom no email reaches.")),
    "register_office": (DAY, _("Give the office its link to who is coming, or take it back.")),
    "late": (CHANGES, _("By 15 to 90 minutes. Everyone with a place is told, and the school’s office too.")),
    "move": (CHANGES, _("Another date, other times or another place. Bookings stay, and everyone is asked.")),
    "substitute": (CHANGES, _("Another topic or other teachers of a lesson. Everyone with a place is told.")),
    "seen": (CHANGES, _("Who does not know of the last change yet, with numbers to ring.")),
    "postpone": (CHANGES, _("Its bookings stay until there is a new date. You see who is told before it is sent.")),
    "cancel": (CHANGES, _("Everyone is told. Bookings stay as they are, and it can be reinstated.")),
    "reinstate": (CHANGES, _("It takes place after all, at its old date, and everyone is told.")),
    "dates": (AGAIN, _("The same lesson on other days, as drafts.")),
    "bookings_auditentry_changelist": (RECORDS, _("Each booking, offer, change: when, by whom.")),
    "bookings_mail_changelist": (RECORDS, _("Each email of this session, and what became of it.")),
    "report": (RECORDS, _("Who came, how it filled, what they said and what it cost; and a rounded copy to send.")),
    "history": (RECORDS, _("What was changed in its details: when, by whom, from what to what.")),
    "costs": (RECORDS, _("Travel, cover, food and days away that belong to this session alone, for the report.")),
    "discard": (RECORDS, _("For good, with its lessons and its programme. Nobody is told.")),
}
ENDS = {"cancel", "postpone", "discard", "close_booking", "one_network"}
ADMIN = "hubs_showcasesession_"


def page_of(address: str) -> str:
    """The name of the page at an address of the admin, without that of the session's admin."""
    return (resolve(urlsplit(address).path).url_name or "").removeprefix(ADMIN)


def groups(facts: Facts, links: Iterable[tuple[str, str]], buttons: Iterable[tuple[str, str]]) -> list[Group]:
    """What can be done now, in groups: by `links` (address, label) and `buttons` (verb, label)."""
    found: dict[Promise | str, Group] = {title: Group(title) for title in ORDER}
    for verb, label in buttons:
        title, says = SAID[verb]
        found[title].actions.append(Action(label, _said(says, facts), verb=verb, ends=verb in ENDS))
    for address, label in links:
        name = page_of(address)
        title, says = SAID.get(name, (RECORDS, ""))
        found[title].actions.append(Action(label, _said(says, facts), address, ends=name in ENDS))
    return [group for group in found.values() if group.actions]


def _said(says: Says, facts: Facts) -> str:
    return says(facts) if callable(says) else str(says)
