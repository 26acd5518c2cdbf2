"""Everything that is kept of people, on one page: what, of whom, why, until when, and in which columns.

`KEPT` is the whole of it; what is not in it stands in nothing.py, with the reason why it says nothing of anybody. A
test walks every column of the database and fails for one that is in neither. `/privacy/` and docs/privacy.md are drawn
from it, and steps.py does what it says. A column of a row's versions is kept and goes as the row's own.
"""

from typing import Any, NamedTuple

from django.utils.translation import gettext_lazy as _

from bookings.forgetting import when
from bookings.forgetting.when import IN_LAW, When, Whose, Why


class Kept(NamedTuple):
    """One thing that is kept: the columns by model, "bookings.Visitor": "needs arranged"."""

    what: Any
    whose: Whose
    why: Why
    when: When
    columns: dict[str, str]

    @property
    def in_law(self) -> str:
        return IN_LAW[self.why]

    @property
    def named(self) -> list[str]:
        """The columns, a line a model."""
        return [f"{model}: {', '.join(names.split())}" for model, names in self.columns.items()]


BACKUPS_KEPT = 30  # days: as long as that a copy says what has been deleted here
W, Y = Whose, Why

KEPT: tuple[Kept, ...] = (
    Kept(
        _("Your name and email address, and those of colleagues whom you book for or hand a place to"),
        W.VISITOR,
        Y.TASK,
        when.NAMES,
        {
            "bookings.Booking": "contact_name name_words contact_email email_key",
            "bookings.Visitor": "full_name name_words email email_key",
            "bookings.HandOver": "from_name from_email to_name to_email",
            "bookings.AddressChange": "email",
            "bookings.Person": "email_key",
        },
    ),
    Kept(
        _("A school that you typed because the list does not have it, and a hub’s code that you gave"),
        W.VISITOR,
        Y.TASK,
        when.NAMES,
        {"bookings.Booking": "school_name school_place school_words code"},
    ),
    Kept(
        _("A mobile number, only used if something changes on the day"),
        W.VISITOR,
        Y.TASK,
        when.MOBILE,
        {"bookings.Booking": "contact_mobile", "bookings.Visitor": "mobile"},
    ),
    Kept(
        _("Access and dietary needs, if you give them, and what the hub has arranged"),
        W.VISITOR,
        Y.NEEDS,
        when.NEEDS,
        {"bookings.Visitor": "needs needs_added arranged"},
    ),
    Kept(
        _("The emails about your booking, and why staff did something to it, in their words"),
        W.VISITOR,
        Y.TASK,
        when.NAMES,
        {"bookings.Mail": "recipient recipient_key facts last_error", "bookings.AuditEntry": "why"},
    ),
    Kept(
        _("Other emails that we sent you: links to your bookings, a place that could not be had"),
        W.VISITOR,
        Y.TASK,
        when.MAILS,
        {"bookings.Mail": "recipient recipient_key facts last_error"},
    ),
    Kept(
        _("The name on your certificate; its code goes on saying for which session it was issued"),
        W.VISITOR,
        Y.TASK,
        when.NAMES,
        {"bookings.Certificate": "full_name"},
    ),
    Kept(
        _("That you came, whether it was your first time, your role and what you teach, for the hub’s report"),
        W.VISITOR,
        Y.TASK,
        when.STAYS,
        {"bookings.Visitor": "attendance person_id perhaps_id", "bookings.Person": "id"},
    ),
    Kept(
        _("What you answer afterwards without your name: what you tick, and a sentence that the hub may quote"),
        W.VISITOR,
        Y.TASK,
        when.UNTIED,
        {
            "bookings.Asked": "voice",
            "bookings.DayAnswer": "voice lesson discussion taught_for thought_before",
            "bookings.LaterAnswer": "voice changed how_far watched in_the_way shared_with",
            "bookings.Quote": "voice text",
        },
    ),
    Kept(
        _("What you write in your own words on the day, but for a sentence that you let the hub quote"),
        W.VISITOR,
        Y.TASK,
        when.NAMES,
        {"bookings.DayAnswer": "take change"},
    ),
    Kept(
        _("What you write in your own words six school weeks later, but for a sentence that you let the hub quote"),
        W.VISITOR,
        Y.TASK,
        when.LIMIT,
        {"bookings.LaterAnswer": "sentence"},
    ),
    Kept(
        _("That you would join a group of nearby schools, and who was invited to one"),
        W.VISITOR,
        Y.TASK,
        when.EXCHANGE,
        {
            "bookings.Interest": "wants role",
            "bookings.Invitation": "asked_name asked_email head_name head_email",
            "bookings.GroupTeacher": "full_name email",
        },
    ),
    Kept(
        _("An address that asked to be told when booking opens, and what it asked for"),
        W.ASKER,
        Y.NEWS,
        when.WISH,
        {"bookings.TellMe": "email email_key search words"},
    ),
    Kept(
        _("Your name and address for the hub’s news, if you agreed to it"),
        W.ASKER,
        Y.NEWS,
        when.NEWS,
        {"bookings.NewsConsent": "full_name email email_key"},
    ),
    Kept(
        _("What you have typed into the steps of a booking so far"),
        W.ANYONE,
        Y.TASK,
        when.DRAFT,
        {"bookings.Draft": "key answers"},
    ),
    Kept(
        _("How often a network asked, and tries to sign in; neither names the network, but a keyed number does"),
        W.ANYONE,
        Y.TASK,
        when.DAY,
        {
            "bookings.NetworkUse": "network",
            "axes.AccessAttempt": "user_agent ip_address username http_accept path_info get_data post_data",
            "sessions.Session": "session_key session_data",
        },
    ),
    Kept(
        _("From which network places were asked for, as a keyed number, while nobody has confirmed them"),
        W.ANYONE,
        Y.TASK,
        when.UNPROVED,
        {"bookings.Booking": "held_from", "bookings.Draft": "held_from"},
    ),
    Kept(
        _("The address of a school’s office, and which visitors it was told of"),
        W.SCHOOL,
        Y.TASK,
        when.NEEDS,
        {"bookings.OfficeLink": "given_to known"},
    ),
    Kept(
        _("Whom to ask at the hub and at the school, and the hub’s own words about a session, its changes and letters"),
        W.SCHOOL,
        Y.TASK,
        when.LIMIT,
        {
            "hubs.HubYear": "contact_name contact_email contact_phone",
            "hubs.HostSchool": "joining_instructions office_email reported_source",
            "hubs.ShowcaseSession": "contact day_contact entrance office_phone office_email joining_instructions"
            " reported_source",
            "hubs.Cost": "who_pays note",
            "bookings.Letter": "subject message",
            "bookings.SessionChange": "message facts",
            "bookings.WideChange": "message",
            "bookings.AuditEntry": "why",
        },
    ),
    Kept(
        _("A visiting teacher’s name and home school"),
        W.TEACHER,
        Y.SHOWN,
        when.NAMED,
        {"hubs.VisitingTeacher": "name_pinyin name_characters home_school"},
    ),
    Kept(
        _("A mastery specialist’s name, and who else taught"),
        W.TEACHER,
        Y.TASK,
        when.LIMIT,
        {"hubs.MasterySpecialist": "full_name", "hubs.Lesson": "other_teacher", "bookings.Certificate": "full_name"},
    ),
    Kept(
        _("Their email address and mobile number, which only their hub sees"),
        W.TEACHER,
        Y.TASK,
        when.EXCHANGE,
        {"hubs.VisitingTeacher": "email mobile", "hubs.MasterySpecialist": "email mobile"},
    ),
    Kept(
        _("Photographs and files in which somebody can be recognised"),
        W.PUPIL,
        Y.SHOWN,
        when.AGREED,
        {
            "hubs.Photograph": "file",
            "hubs.Resource": "title url file",
            "hubs.StoredFile": "name",
            "hubs.StoredPiece": "content",
        },
    ),
    Kept(
        _("Their name, email address and what they sign in with"),
        W.STAFF,
        Y.TASK,
        when.LEFT,
        {
            "hubs.StaffUser": "email full_name password",
            "hubs.Membership": "invited_as",
            "otp_totp.TOTPDevice": "name key",
            "otp_static.StaticDevice": "name",
            "otp_static.StaticToken": "token",
        },
    ),
    Kept(
        _("What they have opened, changed and exported in the staff pages"),
        W.STAFF,
        Y.TASK,
        when.LOG,
        {"admin.LogEntry": "object_id object_repr change_message", "bookings.Opened": "page"},
    ),
)


def by_whom() -> list[tuple[Whose, list[Kept]]]:
    """The table by whose it is, as pages show it."""
    return [(whose, [row for row in KEPT if row.whose is whose]) for whose in Whose]


def columns_of(*wanted: When) -> dict[str, tuple[str, ...]]:
    """The columns that go at those times, by model."""
    found: dict[str, list[str]] = {}
    for row in KEPT:
        for model, names in row.columns.items() if row.when in wanted else ():
            known = found.setdefault(model, [])
            known += [name for name in names.split() if name not in known]
    return {model: tuple(names) for model, names in found.items()}
