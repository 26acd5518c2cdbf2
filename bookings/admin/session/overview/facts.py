"""What the page of one session is made of: read once, in a count of statements that does not grow with its bookings.

The programme office sees the session and nobody's name: for it nothing is read of people but how many they are.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Sum, prefetch_related_objects
from django.utils import timezone
from django.utils.functional import cached_property

from bookings.admin.home import needs
from bookings.admin.session.words import missing_for_booking
from bookings.attendance import register, standing
from bookings.attendance.lateness import cancelled_late
from bookings.attendance.standing import RegisterStands
from bookings.models import AuditEntry, Booking, Letter, Mail, OfficeLink, Register, SessionChange, Told, Visitor
from bookings.models.visitor import needs_deleted_on
from bookings.public.session import Showing
from bookings.sessions import phoning
from bookings.sessions.phoning import ToTell
from bookings.states import FROZEN, SEATED, UNCONFIRMED, SessionStatus, Standing, Status
from hubs.models.calendar import calendar_of_session
from hubs.staff import scope
from hubs.vocabulary.school_days import SchoolDays

MOST_FAILED = 20  # of the mails that went wrong; the list of mails shows the others
MOST_LINES = 6  # of what has happened
MOST_LETTERS = 3


@dataclass(frozen=True)
class Numbers:
    """How many bookings and places, by how they stand."""

    bookings: dict[str, int]
    places: dict[str, int]

    def places_of(self, *statuses: Status) -> int:
        return sum(self.places.get(status, 0) for status in statuses)

    def bookings_of(self, *statuses: Status) -> int:
        return sum(self.bookings.get(status, 0) for status in statuses)

    @property
    def confirmed(self) -> int:
        """Places of those who come."""
        return self.places_of(Status.CONFIRMED)

    @property
    def unconfirmed(self) -> int:
        """Places kept for those who are still to answer."""
        return self.places_of(*UNCONFIRMED)

    @property
    def waiting(self) -> int:
        """Parties that wait."""
        return self.bookings_of(Status.WAITING)


@dataclass
class Facts:
    """One session at `now`, for one member of staff. It has to come with its names and places."""

    session: Any
    user: Any
    now: dt.datetime
    looked_for: str = ""  # whom somebody looks for in it: then bookings that have ended are read too

    def __post_init__(self) -> None:
        self.showing = Showing(self.session, self.now)
        self.places = self.session.places
        self.names = scope.may_read_names(self.user, self.session)
        if self.names:
            prefetch_related_objects([self.session], "lessons__visiting_teachers", "lessons__specialists")

    # --- the session --------------------------------------------------------------------------------------------------

    @property
    def status(self) -> SessionStatus:
        return SessionStatus(self.places.status)

    @property
    def standing(self) -> Standing:
        return self.showing.standing

    @property
    def is_off(self) -> bool:
        """Whether it is cancelled or postponed."""
        return self.status in FROZEN

    @property
    def is_draft(self) -> bool:
        return self.status == SessionStatus.DRAFT

    @property
    def is_over(self) -> bool:
        """Whether its time has passed, whether or not it took place."""
        if self.session.ends_at:
            return bool(self.session.ends_at <= self.now)
        return bool(self.session.last_day and self.session.last_day < self.today)

    @property
    def is_to_come(self) -> bool:
        """Whether it is expected to take place, and people have been told of it."""
        return not (self.is_over or self.is_off or self.is_draft)

    @property
    def today(self) -> dt.date:
        return timezone.localdate(self.now)

    @cached_property
    def calendar(self) -> SchoolDays:
        return calendar_of_session(self.session.pk)

    @cached_property
    def missing(self) -> list[str]:
        """What booking needs before it opens, and the session does not have yet."""
        return missing_for_booking(self.session)

    @cached_property
    def unmarked(self) -> int:
        """Readings and materials that are published nowhere: nobody has said what may be seen of pupils."""
        return int(self.session.resources.filter(pupils="").count())

    @cached_property
    def teachers(self) -> list[str]:
        """Who teaches, as staff know them, each once."""
        people: list[Any] = []
        for lesson in self.session.lessons.all():
            people += [*lesson.visiting_teachers.all(), *lesson.specialists.all()]
            people += [lesson.other_teacher] if lesson.other_teacher else []
        return list(dict.fromkeys(map(str, people)))

    # --- who comes ----------------------------------------------------------------------------------------------------

    @cached_property
    def read(self) -> list[Booking]:
        """Its bookings with their people: those that live, or all where somebody is looked for. Two queries."""
        if not self.names:
            return []
        bookings = Booking.objects.all() if self.looked_for else Booking.objects.live()
        of_session = bookings.filter(session=self.session).order_by("pk")
        return list(of_session.select_related("school").prefetch_related("visitors"))

    @cached_property
    def bookings(self) -> list[Booking]:
        """All that live."""
        return [one for one in self.read if one.is_live]

    @cached_property
    def numbers(self) -> Numbers:
        if self.names:
            bookings: dict[str, int] = {}
            places: dict[str, int] = {}
            for one in self.bookings:
                bookings[one.status] = bookings.get(one.status, 0) + 1
                places[one.status] = places.get(one.status, 0) + one.party
            return Numbers(bookings, places)
        counted = Booking.objects.live().filter(session=self.session).order_by().values_list("status")
        found = list(counted.annotate(n=Count("pk"), places=Sum("party")))
        return Numbers({status: n for status, n, _p in found}, {status: places for status, _n, places in found})

    @property
    def seated(self) -> list[Booking]:
        return [one for one in self.bookings if one.status in SEATED]

    @property
    def waiting(self) -> list[Booking]:
        """The waiting list, in its order."""
        waiting = [one for one in self.bookings if one.status == Status.WAITING]
        return sorted(waiting, key=lambda one: (one.joined_at or one.created_at, one.pk))

    @property
    def schools(self) -> int:
        """How many schools have places."""
        return len({one.school_key for one in self.seated})

    @cached_property
    def coming(self) -> list[Visitor]:
        """Everybody with a confirmed place."""
        confirmed = [one for one in self.bookings if one.status == Status.CONFIRMED]
        return [visitor for one in confirmed for visitor in one.visitors.all() if visitor.released_at is None]

    @cached_property
    def attendance(self) -> dict[str, int]:
        """How many are expected, have come, are absent."""
        found = dict.fromkeys(Visitor.Attendance.values, 0)
        if self.names:
            for visitor in self.coming:
                found[visitor.attendance] += 1
            return found
        counted = register.coming(self.session).order_by().values_list("attendance")
        return found | dict(counted.annotate(n=Count("pk")))

    @cached_property
    def register(self) -> Register | None:
        """That the register is recorded; no query before the session is over."""
        return standing.recorded_row(self.session) if self.is_over and not self.is_off else None

    @cached_property
    def late_cancels(self) -> int:
        """How many gave a confirmed place back after booking had closed; no query before that, or of what is off."""
        deadline = self.session.closes_at or self.session.starts_at
        if self.is_off or deadline is None or deadline > self.now:
            return 0
        return Visitor.objects.filter(cancelled_late(), booking__session=self.session).count()

    @property
    def register_stands(self) -> RegisterStands:
        if self.is_off or not self.is_over or self.register:
            return RegisterStands.RECORDED if self.register else RegisterStands.TO_COME
        return standing.stands(self.session, self.calendar, now=self.now)

    @property
    def in_need(self) -> list[Visitor]:
        """Who needs something; first those whom nobody has answered."""
        return sorted((one for one in self.coming if one.has_needs), key=lambda one: one.arranged_at is not None)

    @property
    def unanswered(self) -> list[Visitor]:
        return [one for one in self.in_need if one.arranged_at is None]

    @property
    def needs_go_on(self) -> dt.date | None:
        """The day on which what people need is erased."""
        return needs_deleted_on(self.session)

    # --- changes ------------------------------------------------------------------------------------------------------

    @cached_property
    def change(self) -> SessionChange | None:
        """The last thing that people had to be told."""
        found: SessionChange | None = self.session.changes.select_related("staff").newest()
        return found

    @cached_property
    def to_phone(self) -> list[ToTell]:
        """Who does not know of it yet, as the phone list has them; nobody once it is over."""
        if not self.names or self.change is None or self.is_over:
            return []
        people = phoning.to_tell(self.change, session=self.session, live=self.bookings)
        return [one for one in people if not one.knows]

    # --- the office ---------------------------------------------------------------------------------------------------

    @cached_property
    def office_link(self) -> OfficeLink | None:
        return OfficeLink.objects.filter(session=self.session).first()

    @cached_property
    def told(self) -> set[str]:
        """The marks of what has been made for everybody: reminders, the register."""
        return set(Told.objects.filter(session=self.session).values_list("of", flat=True))

    # --- mails and what has happened ----------------------------------------------------------------------------------

    @cached_property
    def mails(self) -> dict[str, int]:
        """How many mails, by what became of them."""
        return dict(
            Mail.objects.for_staff()
            .filter(session=self.session)
            .order_by()
            .values_list("state")
            .annotate(n=Count("pk"))
        )

    @cached_property
    def failed(self) -> list[Mail]:
        """Those that somebody should see to, as Home counts them."""
        return self._mails_of("failed")

    @cached_property
    def unsure(self) -> list[Mail]:
        """Those of which somebody should say whether they arrived, as Home counts them."""
        return self._mails_of("unsure") if self.mails.get(Mail.State.UNSURE) else []

    def _mails_of(self, need: str) -> list[Mail]:
        of_session = Mail.objects.for_staff().filter(session=self.session).defer("facts").select_related("booking")
        return list(needs.by_name(need).narrow(of_session, self.now).order_by("-pk")[:MOST_FAILED])

    @cached_property
    def letters(self) -> list[Letter]:
        return list(self.session.letters.select_related("staff")[:MOST_LETTERS])

    @cached_property
    def story(self) -> list[AuditEntry]:
        """What happened last."""
        return list(self.session.audit.select_related("staff", "booking")[:MOST_LINES])
