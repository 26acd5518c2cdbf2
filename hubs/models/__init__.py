"""Who, where and when. One file an idea."""

from hubs.models.calendar import ClosedDay
from hubs.models.cost import Cost, Remark
from hubs.models.exchange import Consent, Exchange, HostSchool, MasterySpecialist, VisitingTeacher
from hubs.models.group import WorkGroup
from hubs.models.hub import Hub, HubYear, Notice, OldHubAddress
from hubs.models.lesson import Lesson, ProgrammeSegment
from hubs.models.photograph import Photograph
from hubs.models.resource import Resource
from hubs.models.school import LocalAuthority, School, SchoolList, SchoolWord
from hubs.models.session import ShowcaseSession
from hubs.models.staff import Membership, StaffUser
from hubs.models.stored_file import StoredFile, StoredPiece

__all__ = [
    "ClosedDay",
    "Consent",
    "Cost",
    "Exchange",
    "HostSchool",
    "Hub",
    "HubYear",
    "Lesson",
    "LocalAuthority",
    "MasterySpecialist",
    "Membership",
    "Notice",
    "OldHubAddress",
    "Photograph",
    "ProgrammeSegment",
    "Remark",
    "Resource",
    "School",
    "SchoolList",
    "SchoolWord",
    "ShowcaseSession",
    "StaffUser",
    "StoredFile",
    "StoredPiece",
    "VisitingTeacher",
    "WorkGroup",
]
