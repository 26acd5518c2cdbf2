"""Refusals in plain sentences, for pages and for the admin."""

import datetime as dt

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bookings.rule.fair_share import is_for_some, takes_a_code
from bookings.rule.refusals import (
    AlreadyBooked,
    BadNews,
    BadPlan,
    ChangedMeanwhile,
    ConfirmFirst,
    DayHasPassed,
    Ended,
    HasHistory,
    InThisBooking,
    ItineraryOver,
    ListEnded,
    MailStands,
    MailTooLate,
    MovedMeanwhile,
    NameStands,
    NeedsChanged,
    NeedsReason,
    NeedsTooLong,
    NoAddress,
    NobodyThere,
    NoOffice,
    NoReplies,
    NotBookable,
    NoTeacherAddress,
    NotForYourSchool,
    NothingChanged,
    NotItsDay,
    NotReady,
    NotToQuote,
    OtherHub,
    OthersToo,
    PartyTooLarge,
    Refused,
    RegisterRecorded,
    SchoolShareUsed,
    SentJustNow,
    SessionFull,
    TooEarly,
    TooFewPlaces,
    TooManyFromHere,
    WrongStatus,
)
from bookings.states import Standing
from hubs.models import ShowcaseSession
from hubs.vocabulary.dates import clock, day, moment
from hubs.vocabulary.teaching import listed


def why_not(refused: Refused) -> str:
    """The refusal in one sentence."""
    match refused:
        case NotBookable():
            return _standing(refused.standing)
        case SessionFull(left=0):
            return _("Every place at this session is taken.")
        case SessionFull():
            return ngettext(
                "Only %(n)d place is left, fewer than you asked for.",
                "Only %(n)d places are left, fewer than you asked for.",
                refused.left,
            ) % {"n": refused.left}
        case SchoolShareUsed():
            return _share(refused)
        case NotForYourSchool(open_at=None):
            return _("This session is for some schools only, and yours is not one of them.")
        case NotForYourSchool():
            return _("This session is for some schools only. It opens to every school at %(at)s.") % {
                "at": moment(refused.open_at)
            }
        case WrongStatus():
            return _("This session is %(status)s, so that cannot be done.") % {"status": refused.status.label}
        case NotItsDay(opens=None):
            return _("The session has no date yet, so nobody can have come.")
        case NotItsDay():
            return _("This is done on the day of the session: %(day)s.") % {"day": day(refused.opens)}
        case BadPlan():
            return " ".join(refused.sentences)
        case TooFewPlaces():
            return _("%(n)d places are taken or held back, so the room cannot hold fewer than %(n)d.") % {
                "n": refused.needed
            }
        case SentJustNow():
            return _(
                "The link has just been sent, or has been sent often enough today. You can send it again from %(at)s."
            ) % {"at": moment(refused.at)}
        case TooManyFromHere():
            return _(
                "Too many requests have come from your network. Try again after %(at)s, or use another connection."
            ) % {"at": clock(refused.at)}
        case _other:
            return str(SENTENCES.get(type(refused), _("That cannot be done now.")))


def _share(refused: SchoolShareUsed) -> str:
    has = ngettext(
        "Each school may take %(n)d place at this session",
        "Each school may take %(n)d places at this session",
        refused.share,
    ) % {"n": refused.share}
    until = _(" until %(at)s") % {"at": moment(refused.until)} if refused.until else ""
    left = (
        _(", and yours has them.")
        if refused.left == 0
        else ngettext(", and yours may take %(n)d more.", ", and yours may take %(n)d more.", refused.left)
        % {"n": refused.left}
    )
    return has + until + left


def _standing(standing: Standing) -> str:
    return {
        Standing.ANNOUNCED: _("Booking for this session is not open yet."),
        Standing.SOON: _("Booking for this session is not open yet."),
        Standing.ELSEWHERE: _("This session is not booked here."),
        Standing.CLOSED: _("Booking for this session has closed."),
        Standing.OVER: _("This session has started or is over."),
        Standing.POSTPONED: _("This session is postponed."),
        Standing.CANCELLED: _("This session is cancelled."),
    }.get(standing, _("This session does not take bookings."))


def who_may_book(session: ShowcaseSession, *, now: dt.datetime) -> str:
    """Whom a session is for, and from when it is for every school; empty where it is for everyone."""
    if not is_for_some(session, now=now):
        return ""
    if session.who_may_book == ShowcaseSession.WhoMayBook.AUTHORITIES:
        said = _("Schools in %(names)s") % {"names": listed([str(one) for one in session.only_authorities.all()])}
    else:
        said = _("Schools of the list “%(name)s”") % {"name": session.only_list}
        if takes_a_code(session):
            said += _(", and others who have its code")
    if session.open_to_everyone_at:
        said += _(". Every school from %(at)s") % {"at": moment(session.open_to_everyone_at)}
    return said


SENTENCES = {
    AlreadyBooked: gettext_lazy("This address already has a booking for this session."),
    BadNews: gettext_lazy(
        "Write a message of 1,000 characters or fewer, and offer at most three other sessions that can be booked now."
    ),
    ChangedMeanwhile: gettext_lazy("This session has changed since you opened this page."),
    ConfirmFirst: gettext_lazy("Your places are booked when you confirm, if they are still free then."),
    DayHasPassed: gettext_lazy("Its day has passed. Use Move: it gives the session a new date and tells everyone."),
    HasHistory: gettext_lazy("Something has happened to this session, so it cannot be deleted."),
    NobodyThere: gettext_lazy("None of these people has an email address, so there is nobody to write to."),
    NothingChanged: gettext_lazy("Nothing is different from what it was, so there is nothing to tell anybody."),
    Ended: gettext_lazy("This booking has ended, so that cannot be done."),
    InThisBooking: gettext_lazy("That address is in this booking already."),
    ListEnded: gettext_lazy("The waiting list for this session has ended."),
    MailStands: gettext_lazy("There is nothing to decide about this email: it was sent, or will be, or is not needed."),
    MailTooLate: gettext_lazy("It is too late for this email: what it is about is over."),
    MovedMeanwhile: gettext_lazy("This booking has just been moved to another session. Look at it, then try again."),
    NameStands: gettext_lazy("Certificates keep the name that they have now: the exchange has been reported on."),
    NeedsReason: gettext_lazy("Say why."),
    NeedsChanged: gettext_lazy("What they need has changed since you opened this page. Read it again."),
    NeedsTooLong: gettext_lazy("There is no room to add more about what they need. Ask them to email the hub."),
    NoAddress: gettext_lazy("This booking has no email address, so there is nobody to send it to."),
    NotToQuote: gettext_lazy("Whoever wrote this does not allow it to be quoted, or has just taken that back."),
    NotReady: gettext_lazy(
        "Give the session a date, a start, an end, a place and its number of places before you open it."
    ),
    OtherHub: gettext_lazy("A booking can be moved to another session of the same hub only."),
    NoOffice: gettext_lazy("Give the session the address of the school’s office first."),
    NoReplies: gettext_lazy("Give the hub a contact email first: people answer its emails, and the answers go there."),
    NoTeacherAddress: gettext_lazy("Give the visiting teacher an email address first."),
    ItineraryOver: gettext_lazy("The exchange is over, so the itinerary can no longer be opened."),
    TooEarly: gettext_lazy("The session is not over, so somebody may still come."),
    RegisterRecorded: gettext_lazy("The register has been recorded since. Correct it person by person."),
    OthersToo: gettext_lazy("Somebody else has got a place since you opened this page. Say of them too if they came."),
    PartyTooLarge: gettext_lazy("A booking is for 1 to 10 visitors."),
}
