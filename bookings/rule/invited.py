"""Whom staff invite to a group, and whom a school sends: plain values, checked by forms."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bookings.models import Interest
from hubs.models import School


@dataclass(frozen=True)
class Asked:
    """Whom of a school staff invite: somebody who said so, or somebody whom they name."""

    school: School
    email: str
    name: str = ""
    interest: Interest | None = None


@dataclass(frozen=True)
class Named:
    """One teacher whom a school sends."""

    full_name: str
    email: str = ""
    is_lead: bool = False


@dataclass(frozen=True)
class Sends:
    """What the teacher who was asked says: who they are, who comes, who the head is."""

    name: str
    head_name: str
    head_email: str
    teachers: Sequence[Named] = field(default_factory=list)
