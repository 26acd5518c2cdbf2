"""Every kind of mail on one screen: who gets it, which link it carries, until when it is true. Read third.

`MAILS` is the whole of it, as `TABLE` in states.py is for verbs; its template in templates/emails/ carries the name of
the kind. A new kind is a name in `Kind`, a row in `MAILS` and a template.
"""

import datetime as dt
from enum import Enum
from typing import Any, Literal, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """What a mail is about."""

    CONFIRM = "confirm", _("confirm your places")
    CONFIRM_FIRST = "confirm_first", _("confirm, and book if there are places")
    UNPROVED = "unproved", _("ten bookings wait to be confirmed")
    ALREADY_BOOKED = "already_booked", _("you already have a booking")
    NOT_BOOKED = "not_booked", _("not booked after all")
    NAMED = "named", _("you have been named")
    NEEDS_ADDED = "needs_added", _("something added to your needs")
    ARRANGED = "arranged", _("arranged for what you need")
    CORRECTED = "corrected", _("your details put right by the hub")
    SCHOOL_CHANGED = "school_changed", _("your school put right by the hub")
    NEW_ADDRESS = "new_address", _("press to use this address")
    ADDRESS_ASKED = "address_asked", _("another address asked for")
    ADDRESS_TAKEN = "address_taken", _("address not taken: it has a place there")
    CONFIRMED = "confirmed", _("confirmed")
    WAITING = "waiting", _("on the waiting list")
    OFFERED = "offered", _("a place is offered")
    LAPSED = "lapsed", _("places not kept any longer")
    LIST_ENDED = "list_ended", _("waiting list ended")
    CANCELLED = "cancelled", _("booking cancelled")
    VISITOR_CANCELLED = "visitor_cancelled", _("a visitor's place cancelled")
    RELEASED = "released", _("a place released")
    HANDED_TO_YOU = "handed_to_you", _("a place handed over to you")
    HANDED_OVER = "handed_over", _("your place handed over")
    PLACE_HANDED = "place_handed", _("a colleague's place handed over")
    TAKEN_BACK = "taken_back", _("a place taken back")
    HANDED_BACK = "handed_back", _("your place is yours again")
    BOOKING_MOVED = "booking_moved", _("your booking moved to another session")
    PLACE_MOVED = "place_moved", _("your place moved to another session")
    MY_BOOKINGS = "my_bookings", _("your bookings")
    REMINDER = "reminder", _("the day is near")
    TELL_ME = "tell_me", _("asked to be told")
    BOOKING_OPEN = "booking_open", _("booking is open")
    SESSION_CANCELLED = "session_cancelled", _("session cancelled")
    SESSION_POSTPONED = "session_postponed", _("session postponed")
    SESSION_MOVED = "session_moved", _("session moved")
    SESSION_CHANGED = "session_changed", _("session changed")
    SESSION_REINSTATED = "session_reinstated", _("session takes place after all")
    INVITED = "invited", _("invited to sign in")
    PASSWORD = "password", _("set a new password")
    DEVICE_REMOVED = "device_removed", _("second factor removed")
    LETTER = "letter", _("the hub writes")
    REGISTER = "register", _("who is coming, for the school office")
    OFFICE_CHANGE = "office_change", _("a change of the session, for the school office")
    AFTERWARDS = "afterwards", _("the certificate, and what they made of it")
    ASKED_AGAIN = "asked_again", _("asked again what they made of it")
    LATER = "later", _("what has changed, six school weeks later")
    ITINERARY = "itinerary", _("itinerary of a visiting teacher")
    TEACHER_CHANGE = "teacher_change", _("a change of the session, for a visiting teacher")
    SPECIALIST_CHANGE = "specialist_change", _("a change of the session, for a mastery specialist")
    GROUP_INVITED = "group_invited", _("invited to a work group")
    GROUP_HEAD = "group_head", _("a head teacher asked for the school's yes")
    GROUP_JOINED = "group_joined", _("the school has joined a work group")


def kind_choices() -> list[tuple[str, Any]]:
    """For the model. Its migration names this function, so a new kind needs none."""
    return Kind.choices


class To(Enum):
    """Who gets a mail."""

    CONTACT = "the booking's contact"
    VISITORS = "each named visitor with an address of their own"
    EVERYONE = "both: the contact, and each such visitor of a confirmed booking"
    IN_NEED = "who needs something, or the contact where they have no address of their own"
    PERSON = "whose details they are, or the contact where they have no address of their own"
    PLACED = "whoever came, at their own address, the contact too"
    OWNER = "the contact, or the visitor whose place it is about"
    NEW_ADDRESS = "the address that is to be theirs"
    TAKER = "to whom a place goes"
    GIVER = "from whom it goes"
    ASKER = "the address that asked"
    STAFF = "a member of staff"
    OFFICE = "the host school's office"
    TEACHER = "a visiting teacher"
    SPECIALIST = "a mastery specialist"
    INVITED = "the teacher whose school is invited to a group, and whom they name"
    HEAD = "the head of a school that is invited to a group"


class Link(Enum):
    """Which private link a mail carries. mail/rendering.py makes it when the mail is sent."""

    NONE = "none"
    BOOKING = "the contact's, to the whole booking"
    UNPROVED = "all of an address that nobody has confirmed"
    PLACE = "a visitor's, to their place"
    EITHER = "the place for a visitor, the booking for its contact"
    NEW_ADDRESS = "takes a new address"
    FORM = "the form of what somebody made of it"
    WISH = "confirms a wish to be told, and stops it"
    PASSWORD = "sets a password, or leads to sign-in whoever has one"  # noqa: S105  (no password)
    OFFICE = "the register"
    ITINERARY = "the itinerary"
    INVITATION = "the invitation to a group, for the teacher"
    HEAD = "the same invitation, for the head"


class Calendar(Enum):
    """What a mail does to the calendar of the person with the place. The value is iCalendar's METHOD."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Session(Enum):
    """What has to be true of the session when the mail is sent."""

    ANY = "nothing: nobody tells its readers of what came later"
    ON = "as the mail says, and it takes place: of a change, its readers get a newer mail"
    SAME = "as the mail says, whether it takes place or not"


class Stale(Enum):
    """What else makes a mail stale. mail/sending.py has a function for each."""

    REMINDER = "the session is at another time, or off"
    OPENING = "booking is open no longer, or the wish has gone"
    INVITATION = "they have been taken off the hub again"
    ARRANGED = "what they need has changed since"
    NEW_ADDRESS = "another one has been asked for since, or it is taken, or the link that asked for it has died"
    REGISTER = "the link is the office's no longer, or the session is at another time, or off"
    OFFICE_CHANGE = "the office has been told of a later change, or has the register no longer"
    ITINERARY = "the link or the address is the teacher's no longer"
    ASKS = "they did not come after all, have answered a reminder, or the form has closed"
    TEACHER_CHANGE = "who teaches has been told of a later change, or has another address"
    UNPROVED = "nothing of theirs waits to be confirmed any longer"
    GROUP = "the school is not asked any longer, or somebody else of it is"


# A hold outlives its deadline until its mail has had this long to be read (rule.md#hold); an offer, until it
# has had as long as the shortest of them stands (rule.md#waiting-list).
READING_TIME = dt.timedelta(hours=3)
SHORTEST_OFFER = dt.timedelta(hours=2)

# Whose link was pressed: the contact's, that of whose place it is, or of whom it was handed to. Or the hub did it.
PressedBy = Literal["contact", "visitor", "taker", "hub"]

# Statuses of a booking, by value: states.py names kinds in its table, so it stands above this file. A test compares.
BookingStatus = Literal["held", "offered", "confirmed", "waiting", "lapsed", "cancelled"]
LIVE: tuple[BookingStatus, ...] = ("held", "offered", "confirmed", "waiting")
ALWAYS: tuple[BookingStatus, ...] = (*LIVE, "lapsed", "cancelled")


class MailRow(NamedTuple):
    """One kind of mail."""

    to: To
    link: Link
    calendar: Calendar | None = None
    stands: tuple[BookingStatus, ...] | None = (
        None  # the statuses of its booking while it is true; None: it is about none
    )
    session: Session = Session.ANY
    stale: Stale | None = None
    read_within: dt.timedelta | None = None  # its deadline waits until it has had this long to be read
    of_place: bool = False  # true while its reader has the place, at the address that it was written to
    gives: bool = False  # gives a place: names the party, and warns of other places at the same time
    as_it_is: bool = False  # tells of no change: it names the session as it is by the time it is sent
    again: bool = False  # sent once more where the contact has lost the link of a booking that stands so
    to_session: bool = False  # its button leads to the session's page, and the link stands below
    office_too: bool = False  # of a change: the host school's office is told as well, and who teaches


T, L, C, N, X, K = To, Link, Calendar, Session, Stale, Kind

MAILS: dict[Kind, MailRow] = {
    # of a booking
    K.CONFIRM: MailRow(T.CONTACT, L.BOOKING, None, ("held",), N.ON, read_within=READING_TIME, again=True),
    K.CONFIRM_FIRST: MailRow(
        T.CONTACT, L.BOOKING, None, ("lapsed",), as_it_is=True
    ),  # nobody is told of a change later
    K.WAITING: MailRow(T.CONTACT, L.BOOKING, None, ("waiting",), N.ON, again=True),
    K.OFFERED: MailRow(T.CONTACT, L.BOOKING, None, ("offered",), N.ON, read_within=SHORTEST_OFFER, again=True),
    K.CONFIRMED: MailRow(T.CONTACT, L.BOOKING, C.REQUEST, ("confirmed",), N.ON, gives=True, again=True),
    K.NAMED: MailRow(T.VISITORS, L.PLACE, C.REQUEST, ("confirmed",), N.ON, of_place=True, gives=True),
    K.LAPSED: MailRow(T.CONTACT, L.BOOKING, None, ("lapsed",)),
    K.LIST_ENDED: MailRow(T.CONTACT, L.BOOKING, None, ("lapsed",)),
    K.CANCELLED: MailRow(T.CONTACT, L.BOOKING, C.CANCEL, ("cancelled",)),
    K.VISITOR_CANCELLED: MailRow(T.VISITORS, L.PLACE, C.CANCEL, ("cancelled",)),
    K.RELEASED: MailRow(T.CONTACT, L.BOOKING, C.CANCEL, ("confirmed",)),  # an entry where it was the contact's own
    K.HANDED_TO_YOU: MailRow(T.TAKER, L.PLACE, C.REQUEST, ("confirmed",), N.ON, of_place=True),
    K.HANDED_OVER: MailRow(T.GIVER, L.EITHER, C.CANCEL, ("confirmed",)),
    K.PLACE_HANDED: MailRow(T.CONTACT, L.BOOKING, None, ("confirmed",)),  # or come back, unless they did it themselves
    K.TAKEN_BACK: MailRow(T.TAKER, L.NONE, C.CANCEL, ALWAYS),
    K.HANDED_BACK: MailRow(T.GIVER, L.EITHER, C.REQUEST, ("confirmed",), N.ON, of_place=True),
    # the same entry, at another time
    K.BOOKING_MOVED: MailRow(T.CONTACT, L.BOOKING, C.REQUEST, ("confirmed",), N.ON, gives=True),
    K.PLACE_MOVED: MailRow(T.VISITORS, L.PLACE, C.REQUEST, ("confirmed",), N.ON, of_place=True, gives=True),
    K.REMINDER: MailRow(T.EVERYONE, L.EITHER, None, ("confirmed",), N.ON, X.REMINDER, of_place=True),
    K.NEEDS_ADDED: MailRow(T.VISITORS, L.PLACE, None, ("confirmed",), of_place=True, as_it_is=True),
    K.ARRANGED: MailRow(T.IN_NEED, L.EITHER, None, ("confirmed",), stale=X.ARRANGED, of_place=True, as_it_is=True),
    K.CORRECTED: MailRow(T.PERSON, L.EITHER, None, ("confirmed",), of_place=True, as_it_is=True),
    K.SCHOOL_CHANGED: MailRow(T.CONTACT, L.BOOKING, None, LIVE, as_it_is=True),
    K.NEW_ADDRESS: MailRow(T.NEW_ADDRESS, L.NEW_ADDRESS, None, LIVE, stale=X.NEW_ADDRESS, as_it_is=True),
    K.ADDRESS_ASKED: MailRow(T.OWNER, L.EITHER, None, LIVE, of_place=True, as_it_is=True),
    K.ADDRESS_TAKEN: MailRow(T.OWNER, L.EITHER, None, LIVE, as_it_is=True),
    # The hub's own words, which no other mail repeats.
    K.LETTER: MailRow(T.EVERYONE, L.EITHER, None, LIVE, of_place=True, as_it_is=True),
    # of a change of the session. Those with a time to be read carry link and deadline too, in place of an older mail
    # that was dropped because it said the old state.
    K.SESSION_CANCELLED: MailRow(T.EVERYONE, L.EITHER, C.CANCEL, LIVE, N.SAME, of_place=True, office_too=True),
    K.SESSION_POSTPONED: MailRow(T.EVERYONE, L.EITHER, C.CANCEL, LIVE, N.SAME, of_place=True, office_too=True),
    K.SESSION_MOVED: MailRow(
        T.EVERYONE, L.EITHER, C.REQUEST, LIVE, N.ON, None, READING_TIME, of_place=True, office_too=True
    ),
    K.SESSION_CHANGED: MailRow(T.EVERYONE, L.EITHER, C.REQUEST, LIVE, N.ON, None, READING_TIME, of_place=True),
    K.SESSION_REINSTATED: MailRow(
        T.EVERYONE, L.EITHER, C.REQUEST, LIVE, N.ON, None, READING_TIME, of_place=True, office_too=True
    ),
    # that somebody asked for
    K.ALREADY_BOOKED: MailRow(T.CONTACT, L.BOOKING, None, LIVE, N.ON),
    K.UNPROVED: MailRow(T.ASKER, L.UNPROVED, stale=X.UNPROVED),
    K.NOT_BOOKED: MailRow(T.ASKER, L.NONE),
    K.MY_BOOKINGS: MailRow(T.ASKER, L.NONE),  # it lists the links of all
    K.TELL_ME: MailRow(T.ASKER, L.WISH),
    K.BOOKING_OPEN: MailRow(T.ASKER, L.WISH, stale=X.OPENING, to_session=True),
    # afterwards; of a place, by whoever came
    K.AFTERWARDS: MailRow(T.PLACED, L.FORM, None, ("confirmed",), stale=X.ASKS, of_place=True, as_it_is=True),
    K.ASKED_AGAIN: MailRow(T.PLACED, L.FORM, None, ("confirmed",), stale=X.ASKS, of_place=True, as_it_is=True),
    K.LATER: MailRow(T.PLACED, L.FORM, None, ("confirmed",), stale=X.ASKS, of_place=True, as_it_is=True),
    # to staff, offices, who teaches
    K.INVITED: MailRow(T.STAFF, L.PASSWORD, stale=X.INVITATION),
    K.PASSWORD: MailRow(T.STAFF, L.PASSWORD),
    K.DEVICE_REMOVED: MailRow(T.STAFF, L.PASSWORD),
    K.REGISTER: MailRow(T.OFFICE, L.OFFICE, stale=X.REGISTER),
    K.OFFICE_CHANGE: MailRow(T.OFFICE, L.OFFICE, stale=X.OFFICE_CHANGE),
    K.ITINERARY: MailRow(T.TEACHER, L.ITINERARY, stale=X.ITINERARY),
    K.TEACHER_CHANGE: MailRow(T.TEACHER, L.ITINERARY, stale=X.TEACHER_CHANGE),
    K.SPECIALIST_CHANGE: MailRow(T.SPECIALIST, L.NONE, stale=X.TEACHER_CHANGE),
    # to schools that are invited to a group; the last of them has an entry for each meeting
    K.GROUP_INVITED: MailRow(T.INVITED, L.INVITATION, stale=X.GROUP),
    K.GROUP_HEAD: MailRow(T.HEAD, L.HEAD, stale=X.GROUP),
    K.GROUP_JOINED: MailRow(T.INVITED, L.INVITATION, C.REQUEST, stale=X.GROUP),
}
# What tells everyone anew until when they have to answer.
SAYS_ANEW = tuple(kind for kind, row in MAILS.items() if row.to is To.EVERYONE and row.read_within)

# What says to a contact how the whole party stands: all of its bookings, and until when they are to be answered.
_TO_CONTACT = {kind: row for kind, row in MAILS.items() if (row.to, row.link) == (To.CONTACT, Link.BOOKING)}
TELLS = tuple(kind for kind, row in _TO_CONTACT.items() if not row.as_it_is) + SAYS_ANEW


# A kind of the next release, in the hands of a worker that is still of this one: it cannot be made, and waits.
NOT_KNOWN_YET = MailRow(To.ASKER, Link.NONE)


_BY_VALUE = {kind.value: row for kind, row in MAILS.items()}


def mail_row(kind: str) -> MailRow:
    """The table's row for what stands in the column `kind`."""
    return _BY_VALUE.get(str(kind), NOT_KNOWN_YET)
