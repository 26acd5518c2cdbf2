"""Why a verb did not happen. Views, admin actions and commands turn these into sentences."""

import datetime as dt

from bookings.states import SessionStatus, Standing


class Refused(Exception):
    """A verb was judged and refused. What was settled on the way has been committed."""


class NotBookable(Refused):
    """The session does not take bookings now: not open yet, closed, over, cancelled, postponed, booked elsewhere."""

    def __init__(self, standing: Standing) -> None:
        super().__init__(standing)
        self.standing = standing


class SessionFull(Refused):
    """Fewer places are left than the party needs."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class SchoolShareUsed(Refused):
    """The school would have more than its share; `left` is what it may still take before `until`."""

    def __init__(self, share: int, left: int, until: dt.datetime | None) -> None:
        super().__init__(share, left, until)
        self.share, self.left, self.until = share, left, until


class ConfirmFirst(Refused):
    """The network has as many places as it may have before anybody proves an address: asked for again with `first`,
    the booking takes none until it is confirmed (rule.md#unproved)."""


class NotForYourSchool(Refused):
    """Only some schools may book, and this one is not among them before `open_at` (None: never)."""

    def __init__(self, open_at: dt.datetime | None) -> None:
        super().__init__(open_at)
        self.open_at = open_at


class ListEnded(Refused):
    """The waiting list of the session has ended (rule.md#waiting-list)."""


class TooManyFromHere(Refused):
    """The caller's network has asked for too much; it may ask again at `at`."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(at)
        self.at = at


class PartyTooLarge(Refused):
    """More visitors than one booking on the web takes, or none."""


class AlreadyBooked(Refused):
    """The address has a live booking here. Raised to staff only: the public is told by mail."""


class InThisBooking(Refused):
    """The address is in this booking already. Told to whoever holds its link."""


class NeedsChanged(Refused):
    """What somebody needs is not what staff have read, or nobody needs anything by now."""


class NeedsTooLong(Refused):
    """What the contact adds to a colleague's needs leaves no room for it beside what they have added before."""


class Ended(Refused):
    """The booking, or this visitor's place, is cancelled; or the verb does not fit where the booking stands."""


class ChangedMeanwhile(Refused):
    """The session is on another day, at another time or place, or costs something else than whoever asks has read."""


class MovedMeanwhile(Refused):
    """Staff have just moved the booking to another session; asked again, the verb finds it there."""


class NoAddress(Refused):
    """The booking has no address that a mail could go to."""


class MailStands(Refused):
    """The mail has been sent, is about to be, or is not needed any longer: there is nothing for a person to say."""


class MailTooLate(Refused):
    """What the mail is about is over."""


class SentJustNow(Refused):
    """The link has just been sent, or often today; it may be sent again at `at`."""

    def __init__(self, at: dt.datetime) -> None:
        super().__init__(at)
        self.at = at


class OtherHub(Refused):
    """A booking moves between sessions of one hub: another hub has not been given these names."""


class NeedsReason(Refused):
    """Staff must say why."""


class TooFewPlaces(Refused):
    """The room cannot be made that small: `needed` places are taken or held back."""

    def __init__(self, needed: int) -> None:
        super().__init__(needed)
        self.needed = needed


class WrongStatus(Refused):
    """The session's status does not allow what staff asked for."""

    def __init__(self, status: SessionStatus) -> None:
        super().__init__(status)
        self.status = status


class NothingChanged(Refused):
    """What staff sent is as it was, so there is nothing to tell anybody."""


class BadNews(Refused):
    """The message is too long, or a session offered instead is this one, or there are too many of them."""


class HasHistory(Refused):
    """Something has happened to the session, so it stays."""


class NobodyThere(Refused):
    """There is nobody to write to."""


class BadPlan(Refused):
    """A session cannot be then or there; `sentences` say why."""

    def __init__(self, *sentences: str) -> None:
        super().__init__(*sentences)
        self.sentences = sentences


class DayHasPassed(Refused):
    """The session would have been by now: it takes place after all only with a new date."""


class TooEarly(Refused):
    """The register can be recorded only once the session is over."""


class RegisterRecorded(Refused):
    """The register has been recorded: nobody is expected any longer, and each correction is one of its own."""


class OthersToo(Refused):
    """Since the page was opened others have got a place, of whom it did not ask."""


class NameStands(Refused):
    """From the exchange's reporting date on, a certificate keeps the name that it was issued for."""


class NotItsDay(Refused):
    """What is done at the door is done on the session's day: `opens` is when that begins, None while it has no day."""

    def __init__(self, opens: dt.datetime | None) -> None:
        super().__init__(opens)
        self.opens = opens


class NoOffice(Refused):
    """Nothing says where the school's office gets its mail."""


class NoTeacherAddress(Refused):
    """Nothing says where the visiting teacher gets mail."""


class ItineraryOver(Refused):
    """The itinerary's link would no longer work: the exchange is over."""


class NotToQuote(Refused):
    """Whoever wrote a sentence does not allow it to be quoted, or has taken that back."""


class NoReplies(Refused):
    """The hub has no contact address: whoever answers one of its mails would write to nobody."""


class NotReady(Refused):
    """The session lacks what opening requires: date, start, end, venue or places (rule.md#opening)."""
