"""What somebody asks for: a contact, a school and visitors. Plain values, checked by forms, judged by verbs."""

import datetime as dt
import uuid
from dataclasses import dataclass, field, replace

from bookings.models import Booking, SchoolKind, Visitor
from bookings.models.booking import school_key
from bookings.rule.shown import Shown
from hubs.models import School, ShowcaseSession
from hubs.vocabulary.email_address import email_key
from hubs.vocabulary.teaching import Roles, Years

NO_ROLE, NO_YEARS = Roles(0), Years(0)
MOST_VISITORS = 10  # of one booking on the web (rule.md#visitors)
MOST_OF_STAFF = 1000  # of one that staff enter


@dataclass(frozen=True, kw_only=True)
class VisitingSchool:
    """The school of a party: of the register, or another place by kind, name and postcode or town."""

    kind: SchoolKind = SchoolKind.REGISTER
    school: School | None = None
    name: str = ""
    place: str = ""

    @property
    def key(self) -> str:
        return school_key(self.kind, self.school, self.name, self.place)


def school_of(booking: Booking) -> VisitingSchool:
    """The school of a booking that is there already."""
    return VisitingSchool(
        kind=SchoolKind(booking.school_kind),
        school=booking.school,
        name=booking.school_name,
        place=booking.school_place,
    )


@dataclass(frozen=True, kw_only=True)
class NewVisitor:
    """One visitor; without a name, to be named later."""

    full_name: str = ""
    email: str = ""
    role: Roles = NO_ROLE
    years: Years = NO_YEARS
    needs: str = ""
    seen_before: bool | None = None

    def put_on(self, visitor: Visitor) -> None:
        """Put these details on a new visitor's row. What a colleague needs is said in the contact's words."""
        visitor.full_name = self.full_name or None
        visitor.role, visitor.years, visitor.seen_before = self.role, self.years, self.seen_before
        if visitor.is_contact:
            visitor.needs = self.needs
        else:
            visitor.needs_added = self.needs
        visitor.set_email(self.email)


@dataclass(frozen=True, kw_only=True)
class Correction:
    """What is put right of one person; None leaves it as it is, so that two who correct at once both do."""

    full_name: str | None = None
    email: str | None = None
    role: Roles | None = None
    years: Years | None = None
    needs: str | None = None
    needs_added: str | None = None  # what the contact has said of it: staff alone put that right
    adds: str = ""  # to a colleague's needs, by the contact
    mobile: str | None = None

    def put_on(self, visitor: Visitor) -> None:
        """Put these details on a visitor's row; at another address it is another link's."""
        needed = visitor.what_they_need
        for name in ("full_name", "role", "years", "needs", "needs_added", "mobile"):
            if (said := getattr(self, name)) is not None:
                setattr(visitor, name, said)
        visitor.full_name = visitor.full_name or None
        visitor.add_needs(self.adds)
        if visitor.what_they_need != needed:
            visitor.ask_anew()
        before = visitor.email_key
        if self.email is not None:
            visitor.set_email(self.email)
        if before and visitor.email_key != before:
            visitor.link_version += 1
            visitor.person_id = visitor.first_time = None


@dataclass(frozen=True, kw_only=True)
class Party:
    """A request for places. Where the contact comes, the first visitor is the contact.

    `seated_first` are the visitors, by number from 0, who have the places that there are, where these are too few.
    """

    contact_name: str
    contact_email: str
    contact_mobile: str = ""
    contact_comes: bool = True
    school: VisitingSchool
    code: str = ""  # of the list of schools that may book
    visitors: tuple[NewVisitor, ...]
    seated_first: tuple[int, ...] = ()
    language: str = "en-gb"
    request_key: uuid.UUID = field(default_factory=uuid.uuid4)
    shown: Shown | None = None  # what they have read of the session, where a page has said it
    network: str = ""  # what stands for the caller's, where it is a browser's

    @property
    def size(self) -> int:
        return len(self.visitors)

    @property
    def email_key(self) -> str | None:
        """The contact's address as it is compared, or None where staff left it out."""
        return email_key(self.contact_email) or None

    def parts(self, held: int) -> "tuple[Party, Party]":
        """Those who have the `held` places, and those who wait: as they have chosen, and else in order."""
        order = sorted(range(self.size), key=lambda n: n not in self.seated_first)
        return self._of(sorted(order[:held])), self._of(sorted(order[held:]))

    def _of(self, numbers: list[int]) -> "Party":
        comes = self.contact_comes and 0 in numbers
        return replace(self, visitors=tuple(self.visitors[n] for n in numbers), contact_comes=comes)

    def booking(self, session: ShowcaseSession, *, now: dt.datetime) -> Booking:
        """The request as a booking of no status yet, not saved."""
        return Booking(
            session=session,
            status="",
            party=self.size,
            language=self.language,
            request_key=self.request_key,
            contact_name=self.contact_name,
            contact_email=self.contact_email or None,
            email_key=self.email_key,
            contact_mobile=self.contact_mobile,
            contact_comes=self.contact_comes,
            school_kind=self.school.kind,
            school=self.school.school,
            school_name=self.school.name,
            school_place=self.school.place,
            school_key=self.school.key,
            code=self.code,
            created_at=now,
            held_from=self.network or None,
        )

    def rows(self) -> list[Visitor]:
        """The visitors as rows, not saved; the first is the contact where the contact comes."""
        visitors = list(self.visitors)
        if self.contact_comes:
            visitors[0] = replace(visitors[0], full_name=self.contact_name, email=self.contact_email)
        rows = []
        for position, visitor in enumerate(visitors, start=1):
            row = Visitor(position=position, is_contact=self.contact_comes and position == 1)
            visitor.put_on(row)
            rows.append(row)
        return rows
