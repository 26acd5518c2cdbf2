"""Who has a place, and what needs a place to exist. One file an idea."""

from bookings.models.address_change import AddressChange
from bookings.models.audit import AuditEntry, By
from bookings.models.booking import Booking, SchoolKind, Source
from bookings.models.certificate import Certificate
from bookings.models.change import Phoned, Seen, SessionChange, WideChange, WideStep
from bookings.models.draft import Draft, TellMe, Told
from bookings.models.erasure import Erasure
from bookings.models.feedback import Asked, DayAnswer, Interest, LaterAnswer, NewsConsent, Quote
from bookings.models.group import Enrolment, GroupTeacher, Invitation
from bookings.models.hand_over import HandOver
from bookings.models.letter import Letter
from bookings.models.network import NetworkUse
from bookings.models.office import OfficeLink
from bookings.models.opened import Opened
from bookings.models.outbox import Mail
from bookings.models.places import Places
from bookings.models.register import Register, TurnedAway
from bookings.models.report import KeptReport
from bookings.models.running import Running
from bookings.models.visitor import Person, Visitor

__all__ = [
    "AddressChange",
    "Asked",
    "AuditEntry",
    "Booking",
    "By",
    "Certificate",
    "DayAnswer",
    "Draft",
    "Enrolment",
    "Erasure",
    "GroupTeacher",
    "HandOver",
    "Interest",
    "Invitation",
    "KeptReport",
    "LaterAnswer",
    "Letter",
    "Mail",
    "NetworkUse",
    "NewsConsent",
    "OfficeLink",
    "Opened",
    "Person",
    "Phoned",
    "Places",
    "Quote",
    "Register",
    "Running",
    "SchoolKind",
    "Seen",
    "SessionChange",
    "Source",
    "TellMe",
    "Told",
    "TurnedAway",
    "Visitor",
    "WideChange",
    "WideStep",
]
