"""The lifecycle of a booking on one screen. Read this first, then places.py.

`TABLE` is the whole of it: a verb that is not in the table for a status cannot happen. Each row names the mails that
its verb sends; the audit entry is the row itself. `manage.py lifecycle` draws the table for the README.
"""

from enum import Enum
from typing import Any, NamedTuple

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from bookings.mail_kinds import MAILS, Kind


class Status(TextChoices):
    """Where a booking stands."""

    HELD = "held", _("to be confirmed")
    OFFERED = "offered", _("offered a place")
    CONFIRMED = "confirmed", _("confirmed")
    WAITING = "waiting", _("on the waiting list")
    LAPSED = "lapsed", _("lapsed")
    CANCELLED = "cancelled", _("cancelled")


UNCONFIRMED = frozenset({Status.HELD, Status.OFFERED})  # seated, with a deadline
SEATED = UNCONFIRMED | {Status.CONFIRMED}  # these take places
LIVE = SEATED | {Status.WAITING}
ENDED = frozenset({Status.LAPSED, Status.CANCELLED})


class Verb(TextChoices):
    """What can happen to a booking, and to a session's places."""

    HOLD = "hold", _("places held")
    JOIN = "join", _("joined the waiting list")
    BOOK = "book", _("booked by staff")
    ENROL = "enrol", _("booked by a school's yes to its group")
    ASK = "ask", _("asked for, to be confirmed first")
    CONFIRM = "confirm", _("confirmed")
    REVIVE = "revive", _("booked again after lapsing")
    REJOIN = "rejoin", _("joined the waiting list again")
    PROVE = "prove", _("confirmed the wait")
    SPLIT = "split", _("kept waiting for the rest of a party")
    OFFER = "offer", _("offered a place")
    ACCEPT = "accept", _("accepted the offer")
    DECLINE = "decline", _("declined the offer")
    LEAVE = "leave", _("left the waiting list")
    LAPSE = "lapse", _("lapsed")
    END_LIST = "end_list", _("waiting list ended")
    CANCEL = "cancel", _("cancelled")
    WITHDRAW = "withdraw", _("cancelled by staff")
    DROP = "drop", _("dropped before it was confirmed")
    LET_GO = "let_go", _("not confirmed, and let go by staff")
    ADD = "add", _("a visitor added")
    RELEASE = "release", _("one place released")
    HAND_OVER = "hand_over", _("a place handed over")
    TAKE = "take", _("a place taken over")
    TAKE_BACK = "take_back", _("a place taken back")
    CHANGE = "change", _("details changed")
    NAME = "name", _("visitor named")
    ADD_NEEDS = "add_needs", _("something added to a colleague's needs")
    ARRANGE = "arrange", _("said what was arranged")
    ASK_ADDRESS = "ask_address", _("new address asked for")
    TAKE_ADDRESS = "take_address", _("new address taken by the contact")
    TAKE_OWN_ADDRESS = "take_own_address", _("new address taken by a visitor")
    DROP_ADDRESS = "drop_address", _("new address not taken")
    SEND_AGAIN = "send_again", _("link sent again")
    SEND_PLACE = "send_place", _("link of a place sent again")
    READDRESS = "readdress", _("contact's address put right")
    IDENTIFY = "identify", _("school found in the register")
    TAKE_OUT = "take_out", _("a person taken out by staff")
    PUT_IN = "put_in", _("a person put in by staff")
    CORRECT = "correct", _("details put right by staff")
    CHANGE_SCHOOL = "change_school", _("another school")
    MOVE_OUT = "move_out", _("moved to another session")
    MOVE_IN = "move_in", _("moved here from another session")
    PHONE = "phone", _("told by phone of a change")
    UNPHONE = "unphone", _("not told by phone after all")
    # of a session
    CREATE = "create", _("session made")
    ANNOUNCE = "announce", _("session announced")
    OPEN = "open", _("booking opened")
    CLOSE = "close", _("booking closed")
    SET_PLACES = "set_places", _("places set")
    FREE_HELD_BACK = "free_held_back", _("held-back places came free")
    CANCEL_SESSION = "cancel_session", _("session cancelled")
    POSTPONE = "postpone", _("session postponed")
    REINSTATE = "reinstate", _("session reinstated")
    MOVE = "move", _("session moved")
    SUBSTITUTE = "substitute", _("lesson changed")
    GIVE_OFFICE = "give_office", _("register given to the school office")
    WITHDRAW_OFFICE = "withdraw_office", _("register withdrawn from the school office")
    RECORD = "record", _("register recorded")
    # of a visitor, once it is recorded
    CAME = "came", _("came after all")
    MISSED = "missed", _("did not come after all")
    # of people, when what is kept of them has had its time, or they asked
    FORGET = "forget", _("people’s names deleted")


def verb_choices() -> list[tuple[str, Any]]:
    """For models. A migration names this function, so a new verb needs none; a new *status* changes CHECKs and does."""
    return Verb.choices


class Who(Enum):
    """Whose verb it is."""

    VISITOR = "visitor"
    STAFF = "staff"
    CLOCK = "clock"


class Row(NamedTuple):
    """One transition. `from_` None is a new booking; `to` None leaves the status as it is."""

    verb: Verb
    from_: Status | None
    to: Status | None
    who: Who
    mails: tuple[Kind, ...] = ()


_TOLD = (Kind.CONFIRMED, Kind.NAMED)
_GONE = (Kind.CANCELLED, Kind.VISITOR_CANCELLED)
# The mail that carries the contact's link, by where the booking stands.
LINK_MAILS = {Status(status): kind for kind, row in MAILS.items() if row.again for status in row.stands or ()}
_MOVED = (Kind.BOOKING_MOVED, Kind.PLACE_MOVED)
_MOVED_AND_TOLD = (Kind.BOOKING_MOVED, Kind.NAMED)  # its visitors have not heard of it before
S, V, W = Status, Verb, Who

TABLE: tuple[Row, ...] = (
    Row(V.HOLD, None, S.HELD, W.VISITOR, (Kind.CONFIRM,)),
    Row(V.JOIN, None, S.WAITING, W.VISITOR, (Kind.WAITING,)),
    Row(V.SPLIT, None, S.WAITING, W.CLOCK),
    Row(V.ASK, None, S.LAPSED, W.VISITOR, (Kind.CONFIRM_FIRST,)),  # lapsed from the start: rule.md#unproved
    Row(V.BOOK, None, S.CONFIRMED, W.STAFF, _TOLD),
    Row(V.ENROL, None, S.CONFIRMED, W.VISITOR),  # the mail with all its entries comes at the end: Kind.GROUP_JOINED
    Row(V.BOOK, S.HELD, S.CONFIRMED, W.STAFF, _TOLD),
    Row(V.BOOK, S.WAITING, S.CONFIRMED, W.STAFF, _TOLD),
    Row(V.CONFIRM, S.HELD, S.CONFIRMED, W.VISITOR, _TOLD),
    Row(V.PROVE, S.WAITING, None, W.VISITOR),
    Row(V.OFFER, S.WAITING, S.OFFERED, W.CLOCK, (Kind.OFFERED,)),
    Row(V.ACCEPT, S.OFFERED, S.CONFIRMED, W.VISITOR, _TOLD),
    Row(V.REVIVE, S.LAPSED, S.CONFIRMED, W.VISITOR, _TOLD),
    Row(V.REJOIN, S.LAPSED, S.WAITING, W.VISITOR, (Kind.WAITING,)),
    Row(V.LAPSE, S.HELD, S.LAPSED, W.CLOCK, (Kind.LAPSED,)),
    Row(V.LAPSE, S.OFFERED, S.LAPSED, W.CLOCK, (Kind.LAPSED,)),
    Row(V.END_LIST, S.WAITING, S.LAPSED, W.CLOCK, (Kind.LIST_ENDED,)),
    Row(V.CANCEL, S.HELD, S.CANCELLED, W.VISITOR, (Kind.CANCELLED,)),
    Row(V.CANCEL, S.CONFIRMED, S.CANCELLED, W.VISITOR, _GONE),
    Row(V.DECLINE, S.OFFERED, S.CANCELLED, W.VISITOR, (Kind.CANCELLED,)),
    Row(V.LEAVE, S.WAITING, S.CANCELLED, W.VISITOR, (Kind.CANCELLED,)),
    Row(V.WITHDRAW, S.HELD, S.CANCELLED, W.STAFF, (Kind.CANCELLED,)),
    Row(V.WITHDRAW, S.OFFERED, S.CANCELLED, W.STAFF, (Kind.CANCELLED,)),
    Row(V.WITHDRAW, S.CONFIRMED, S.CANCELLED, W.STAFF, _GONE),
    Row(V.WITHDRAW, S.WAITING, S.CANCELLED, W.STAFF, (Kind.CANCELLED,)),
    Row(V.DROP, S.HELD, S.CANCELLED, W.VISITOR),
    Row(V.DROP, S.WAITING, S.CANCELLED, W.VISITOR),
    Row(V.DROP, S.LAPSED, S.CANCELLED, W.VISITOR),
    Row(V.LET_GO, S.HELD, S.LAPSED, W.STAFF, (Kind.LAPSED,)),
    Row(V.RELEASE, S.CONFIRMED, None, W.VISITOR, (Kind.RELEASED, Kind.VISITOR_CANCELLED)),
    Row(V.RELEASE, S.HELD, None, W.VISITOR),
    Row(V.RELEASE, S.OFFERED, None, W.VISITOR),
    Row(V.RELEASE, S.WAITING, None, W.VISITOR),
    Row(V.ADD, S.HELD, None, W.VISITOR),
    Row(V.ADD, S.CONFIRMED, None, W.VISITOR, (Kind.NAMED,)),
    Row(V.HAND_OVER, S.CONFIRMED, None, W.VISITOR, (Kind.HANDED_TO_YOU, Kind.HANDED_OVER, Kind.PLACE_HANDED)),
    Row(V.TAKE, S.CONFIRMED, None, W.VISITOR),
    Row(V.TAKE_BACK, S.CONFIRMED, None, W.VISITOR, (Kind.TAKEN_BACK, Kind.HANDED_BACK, Kind.PLACE_HANDED)),
    Row(V.NAME, S.CONFIRMED, None, W.VISITOR, (Kind.NAMED,)),
    Row(V.ADD_NEEDS, S.CONFIRMED, None, W.VISITOR, (Kind.NEEDS_ADDED,)),
    Row(V.CHANGE, S.HELD, None, W.VISITOR),
    Row(V.CHANGE, S.OFFERED, None, W.VISITOR),
    Row(V.CHANGE, S.CONFIRMED, None, W.VISITOR),
    Row(V.CHANGE, S.WAITING, None, W.VISITOR),
    Row(V.ARRANGE, S.CONFIRMED, None, W.STAFF, (Kind.ARRANGED,)),
    *(Row(V.ASK_ADDRESS, status, None, W.VISITOR, (Kind.ADDRESS_ASKED,)) for status in sorted(LIVE)),
    *(Row(V.TAKE_ADDRESS, status, None, W.VISITOR, (kind,)) for status, kind in LINK_MAILS.items()),
    Row(V.TAKE_OWN_ADDRESS, S.CONFIRMED, None, W.VISITOR, (Kind.NAMED,)),
    *(Row(V.DROP_ADDRESS, status, None, W.VISITOR) for status in sorted(LIVE)),
    *(Row(V.SEND_AGAIN, status, None, W.STAFF, (kind,)) for status, kind in LINK_MAILS.items()),
    Row(V.SEND_PLACE, S.CONFIRMED, None, W.STAFF, (Kind.NAMED,)),
    *(Row(V.READDRESS, status, None, W.STAFF, (kind,)) for status, kind in LINK_MAILS.items()),
    *(Row(V.IDENTIFY, status, None, W.STAFF) for status in sorted(LIVE)),
    Row(V.TAKE_OUT, S.CONFIRMED, None, W.STAFF, (Kind.RELEASED, Kind.VISITOR_CANCELLED)),
    *(Row(V.TAKE_OUT, status, None, W.STAFF, (LINK_MAILS[status],)) for status in (S.HELD, S.OFFERED, S.WAITING)),
    Row(V.PUT_IN, S.CONFIRMED, None, W.STAFF, _TOLD),
    Row(V.PUT_IN, S.HELD, None, W.STAFF, (Kind.CONFIRM,)),
    Row(V.CORRECT, S.CONFIRMED, None, W.STAFF, (Kind.CORRECTED,)),
    *(Row(V.CORRECT, status, None, W.STAFF) for status in (S.HELD, S.OFFERED, S.WAITING)),
    *(Row(V.CHANGE_SCHOOL, status, None, W.STAFF, (Kind.SCHOOL_CHANGED,)) for status in sorted(LIVE)),
    *(Row(verb, status, None, W.STAFF) for verb in (V.PHONE, V.UNPHONE) for status in sorted(LIVE)),
    *(Row(V.MOVE_OUT, status, None, W.STAFF) for status in sorted(LIVE)),
    Row(V.MOVE_IN, S.CONFIRMED, None, W.STAFF, _MOVED),
    Row(V.MOVE_IN, S.HELD, S.CONFIRMED, W.STAFF, _MOVED_AND_TOLD),
    Row(V.MOVE_IN, S.OFFERED, S.CONFIRMED, W.STAFF, _MOVED_AND_TOLD),
    Row(V.MOVE_IN, S.WAITING, S.CONFIRMED, W.STAFF, _MOVED_AND_TOLD),
)
_ROWS = {(row.verb, row.from_): row for row in TABLE}


def row_for(verb: Verb, status: str | None) -> Row | None:
    """The table's row for `verb` on a booking with `status` (None or "" is a new one), or None: it cannot happen."""
    return _ROWS.get((verb, Status(status) if status else None))


class SessionStatus(TextChoices):
    """What staff intend with a session. Full, opening soon and over follow from places and clock (`Standing`)."""

    DRAFT = "draft", _("draft")
    ANNOUNCED = "announced", _("announced")
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")
    POSTPONED = "postponed", _("postponed")
    CANCELLED = "cancelled", _("cancelled")


OFFERING = frozenset({SessionStatus.OPEN, SessionStatus.CLOSED})  # places that come back go to the waiting list
FROZEN = frozenset({SessionStatus.POSTPONED, SessionStatus.CANCELLED})  # bookings stay: rule.md#changes
_SHOWN = OFFERING | {SessionStatus.ANNOUNCED}  # what the public has been told of, and takes place

# What staff do by a button: from which statuses, and to which. None: a session that was taken off goes back to the
# status that it had before; any other keeps its own.
SESSION_TABLE: dict[Verb, tuple[frozenset[SessionStatus], SessionStatus | None]] = {
    Verb.ANNOUNCE: (frozenset({SessionStatus.DRAFT}), SessionStatus.ANNOUNCED),
    Verb.OPEN: (frozenset({SessionStatus.DRAFT, SessionStatus.ANNOUNCED, SessionStatus.CLOSED}), SessionStatus.OPEN),
    Verb.CLOSE: (frozenset({SessionStatus.OPEN}), SessionStatus.CLOSED),
    Verb.CANCEL_SESSION: (_SHOWN | {SessionStatus.POSTPONED}, SessionStatus.CANCELLED),
    Verb.POSTPONE: (_SHOWN, SessionStatus.POSTPONED),
    Verb.REINSTATE: (FROZEN, None),
    Verb.MOVE: (frozenset(SessionStatus), None),
    Verb.SUBSTITUTE: (_SHOWN | {SessionStatus.DRAFT}, None),
}
# The mail that tells of it everyone who has a live booking, and every named visitor of a confirmed one.
SESSION_MAILS: dict[Verb, Kind] = {
    Verb.CANCEL_SESSION: Kind.SESSION_CANCELLED,
    Verb.POSTPONE: Kind.SESSION_POSTPONED,
    Verb.REINSTATE: Kind.SESSION_REINSTATED,
    Verb.MOVE: Kind.SESSION_MOVED,
    Verb.SUBSTITUTE: Kind.SESSION_CHANGED,
}


def session_verb_choices() -> list[tuple[str, Any]]:
    """As `verb_choices`: what a change of a session can be."""
    return [(verb.value, verb.label) for verb in SESSION_MAILS]


class Standing(TextChoices):
    """How a session stands for the public at one moment."""

    DRAFT = "draft", _("Draft")
    ANNOUNCED = "announced", _("Details to follow")
    ELSEWHERE = "elsewhere", _("Booked elsewhere")
    SOON = "soon", _("Opening soon")
    OPEN = "open", _("Booking is open")
    FULL = "full", _("Full")
    CLOSED = "closed", _("Booking has closed")
    OVER = "over", _("Over")
    POSTPONED = "postponed", _("Postponed")
    CANCELLED = "cancelled", _("Cancelled")
