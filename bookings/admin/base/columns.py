"""The columns of exported lists, with headings in words."""

from functools import partial
from typing import Any

from django.db.models import Prefetch, TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from bookings.admin.base.spreadsheets import Column
from bookings.attendance.standing import TAKES_PLACE
from bookings.models import Booking, SchoolKind, Source, Visitor
from bookings.states import SessionStatus, Standing, Status
from hubs.models import ShowcaseSession
from hubs.vocabulary.access import FEATURES, note_of
from hubs.vocabulary.kept_words import kept_by_language
from hubs.vocabulary.phone_numbers import as_dialled
from hubs.vocabulary.teaching import in_words, roles_in_words


def sessions_of(path: str = "session") -> "Prefetch[Any]":
    """The sessions of many rows: each one once, where a join would make it anew for every row."""
    return Prefetch(path, ShowcaseSession.objects.with_names().prefetch_related("lessons"))


def _of_session(path: str = "session") -> list[Column]:
    """Which session it is, and when and where."""

    def session(row: Any) -> ShowcaseSession:
        for name in path.split("__"):
            row = getattr(row, name)
        found: ShowcaseSession = row
        return found

    return [
        Column(_("Session"), lambda row: session(row).name),
        Column(_("Session reference"), lambda row: session(row).ref),
        Column(_("Day"), lambda row: session(row).first_day),
        Column(_("Start"), lambda row: _time(session(row).starts_at)),
        Column(_("At"), lambda row: session(row).where_name),
    ]


@kept_by_language
def label(choices: type[TextChoices], value: str) -> str:
    """A choice in words. Django's get_…_display translates every label of the field to find one: most of an export."""
    return str(choices(value).label)


def _time(moment: Any) -> Any:
    return timezone.localtime(moment).time() if moment else None


def _access(feature: str, session: ShowcaseSession) -> str:
    """Whether the place has it, with the note; empty is not known."""
    said = getattr(session, feature), getattr(session, note_of(feature))
    return " – ".join(part for part in said if part)


def _school(booking: Booking) -> str:
    return booking.school.name if booking.school else booking.school_in_words


def _given_back_late(one: Visitor) -> str:
    """Whether this place was given back after booking had closed, with the whole booking or by itself."""
    late = one.booking.ended_late if one.released_at is None else one.released_late
    return _now("yes") if late else ""


def _register(session: Any) -> str:
    """How the register of a session that was booked here stands; empty before it is over."""
    if not session.visitors_confirmed or session.places.status not in TAKES_PLACE:
        return ""
    if session.came is not None:
        return _now("recorded")
    over = session.places.standing(now=timezone.now()) == Standing.OVER
    return _now("not recorded") if over else ""


BOOKING = [
    Column(_("Reference"), lambda one: one.reference),
    Column(_("Status"), lambda one: label(Status, one.status)),
    *_of_session(),
    Column(_("School"), _school),
    Column(_("Town"), lambda one: one.school.town if one.school else one.school_place),
    Column(_("Postcode"), lambda one: one.school.postcode if one.school else ""),
    Column(_("URN"), lambda one: one.school_id),
    Column(_("Kind of school"), lambda one: label(SchoolKind, one.school_kind)),
    Column(_("Contact"), lambda one: one.contact_name),
    Column(_("Email address"), lambda one: one.contact_email),
    Column(_("Mobile number"), lambda one: as_dialled(one.contact_mobile)),
    Column(_("Contact is coming"), lambda one: one.contact_comes),
    Column(_("Visitors"), lambda one: one.party),
    Column(_("Uses held-back places"), lambda one: one.uses_held_back),
    Column(_("Made at"), lambda one: one.created_at),
    Column(_("Made"), lambda one: label(Source, one.source)),
    Column(_("On the waiting list since"), lambda one: one.joined_at),
    Column(_("Kept until"), lambda one: one.deadline if one.seats and one.status != "confirmed" else None),
]

VISITOR = [
    Column(_("Visitor"), str),
    Column(_("Email address"), lambda one: one.email),
    Column(_("Is the contact"), lambda one: one.is_contact),
    Column(_("Role"), lambda one: roles_in_words(one.role)),
    Column(_("Years taught"), lambda one: in_words(one.years)),
    Column(_("Mobile number"), lambda one: as_dialled(one.mobile)),
    Column(_("Access or dietary needs"), lambda one: one.needs),
    Column(_("Needs added by the contact"), lambda one: one.needs_added),
    Column(_("What was arranged"), lambda one: one.arranged),
    Column(_("Has seen a Shanghai lesson before"), lambda one: one.seen_before),
    Column(_("First time"), lambda one: one.first_time),
    Column(_("Attendance"), lambda one: label(Visitor.Attendance, one.attendance)),
    Column(_("Place released at"), lambda one: one.released_at),
    Column(_("Given back late"), _given_back_late),
    Column(_("Booking"), lambda one: one.booking.reference),
    Column(_("Status of the booking"), lambda one: label(Status, one.booking.status)),
    Column(_("School"), lambda one: _school(one.booking)),
    Column(_("URN"), lambda one: one.booking.school_id),
    Column(_("Contact"), lambda one: one.booking.contact_name),
    *_of_session("booking__session"),
]

# No names of people: the programme office takes it too.
SESSION = [
    Column(_("Reference"), lambda one: one.ref),
    Column(_("Session"), lambda one: one.name),
    Column(_("First day"), lambda one: one.first_day),
    Column(_("Last day"), lambda one: one.last_day),
    Column(_("Start"), lambda one: _time(one.starts_at)),
    Column(_("End"), lambda one: _time(one.ends_at)),
    Column(_("At"), lambda one: one.where_name),
    Column(_("Town"), lambda one: one.where_town),
    Column(_("Postcode"), lambda one: one.where_postcode),
    *(Column(label_of, partial(_access, feature)) for feature, label_of in FEATURES.items()),
    Column(_("Hub"), lambda one: one.hub_year.name),
    Column(_("Kind"), lambda one: label(ShowcaseSession.Kind, one.kind)),
    Column(_("Status"), lambda one: label(SessionStatus, one.places.status)),
    Column(_("Now"), lambda one: label(Standing, one.places.standing(now=timezone.now()))),
    Column(_("Places"), lambda one: one.places.capacity),
    Column(_("Taken"), lambda one: one.places.places_taken),
    Column(_("Held back"), lambda one: one.places.kept(now=timezone.now())),
    Column(_("Left"), lambda one: max(one.places.left(now=timezone.now()), 0)),
    Column(_("Bookings with places"), lambda one: one.bookings_seated),
    Column(_("Schools with places"), lambda one: one.schools_seated),
    Column(_("Visitors confirmed"), lambda one: one.visitors_confirmed),
    Column(_("Visitors waiting"), lambda one: one.visitors_waiting),
    Column(_("Register"), _register),
    Column(_("Came"), lambda one: one.came),  # empty where no register is recorded, never 0
    Column(_("Did not come"), lambda one: one.missed),
    Column(_("Cancelled late"), lambda one: one.late_cancels if one.places.status in TAKES_PLACE else None),
    Column(_("Visitors reported"), lambda one: one.visitors_reported),
    Column(_("Schools reported"), lambda one: one.schools_reported),
    Column(_("Who reported it"), lambda one: one.reported_source),
]

# As the one above.
VISIT = [
    Column(_("Hub"), lambda one: one.hub_year.name),
    Column(_("Academic year"), lambda one: one.hub_year.exchange.academic_year),
    Column(_("School"), lambda one: one.school.name if one.school else ""),
    Column(_("URN"), lambda one: one.school_id),
    Column(_("Town"), lambda one: one.school.town if one.school else ""),
    Column(_("First day"), lambda one: one.first_day),
    Column(_("Last day"), lambda one: one.last_day),
    Column(_("Draft"), lambda one: _now("yes") if one.is_draft else ""),
    Column(_("Visitors reported"), lambda one: one.visitors_reported),
    Column(_("Who reported it"), lambda one: one.reported_source),
]
