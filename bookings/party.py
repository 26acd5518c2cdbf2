"""What somebody asks for: a contact, a school and visitors. Plain values, checked by forms, judged by verbs."""

import uuid
from dataclasses import dataclass, field

from bookings.models import SchoolKind
from bookings.models.booking import school_key
from hubs.email_address import email_key
from hubs.models import School
from hubs.teaching import Roles, Years

NO_ROLE, NO_YEARS = Roles(0), Years(0)
MOST_VISITORS = 10  # of one booking on the web (product.md section 3.5)


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


@dataclass(frozen=True, kw_only=True)
class NewVisitor:
    """One visitor; without a name, to be named later."""

    full_name: str = ""
    email: str = ""
    role: Roles = NO_ROLE
    years: Years = NO_YEARS
    needs: str = ""
    seen_before: bool | None = None


@dataclass(frozen=True, kw_only=True)
class Party:
    """A request for places. Where the contact comes, the first visitor is the contact."""

    contact_name: str
    contact_email: str
    contact_mobile: str = ""
    contact_comes: bool = True
    school: VisitingSchool
    visitors: tuple[NewVisitor, ...]
    language: str = "en-gb"
    request_key: uuid.UUID = field(default_factory=uuid.uuid4)

    @property
    def size(self) -> int:
        return len(self.visitors)

    @property
    def email_key(self) -> str | None:
        """The contact's address as it is compared, or None where staff left it out."""
        return email_key(self.contact_email) or None
