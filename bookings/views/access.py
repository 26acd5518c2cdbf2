"""The one gate to what a private link opens."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from bookings.afterwards.certificates import OF_ITS_VISITOR, OF_WHO_TAUGHT
from bookings.attendance import office
from bookings.mail import links
from bookings.mail.itinerary_link import itinerary_ends
from bookings.mail.links import Purpose
from bookings.mail.openings import RELATED
from bookings.models import (
    AddressChange,
    Asked,
    Booking,
    Certificate,
    HandOver,
    Invitation,
    NewsConsent,
    OfficeLink,
    SessionChange,
    TellMe,
    Visitor,
)
from bookings.models.visitor import NEEDS_KEPT
from hubs.models import Resource, VisitingTeacher
from hubs.models.session import OF_ITS_SESSION
from hubs.vocabulary.asked_often import AskedOften, Given
from hubs.vocabulary.email_address import email_key

if TYPE_CHECKING:
    from django.db.models import QuerySet

_OF_A_FORM = ("visitor__booking__session__hub_year__hub", "visitor__booking__session__places", "hub_year__hub")
_WITH = (*OF_ITS_SESSION, "session__places")
_PUBLIC_ID = Given("public_id", models.UUIDField())
_BY_ITS_CONTACT: dict[str, Any] = {"public_id": _PUBLIC_ID, "link_version": Given("version", models.IntegerField())}


@dataclass(frozen=True)
class Opened:
    """A booking, by its contact's link; or by a visitor's link their own place in it, or one they have given away."""

    token: str
    booking: Booking
    visitor: Visitor | None = None
    given: HandOver | None = None  # the place that this link's owner has handed over, until it is taken

    @property
    def has_asked(self) -> bool:
        """Whether its owner has ever asked for another address."""
        return self._found.has_asked  # type: ignore[no-any-return]

    @property
    def has_changes(self) -> bool:
        """Whether the session was ever changed as a whole."""
        return self._found.has_changes  # type: ignore[no-any-return]

    @property
    def has_files(self) -> bool:
        """Whether there is anything to read for the session, for whomever."""
        return self._found.has_files  # type: ignore[no-any-return]

    @property
    def _found(self) -> Any:
        """The row that the link names, with what was asked beside it so that its page need not ask again."""
        return self.visitor or self.booking


def open_link(token: str) -> Opened:
    """What `token` opens. Raises Http404, the same for every token that is wrong, old, revoked or foreign."""
    link = links.read(token)
    if link is None:
        raise Http404
    if link.purpose == Purpose.CONTACT and (booking := _booking.one(public_id=link.public_id, version=link.version)):
        return Opened(token, booking)
    if link.purpose == Purpose.VISITOR and (visitor := _visitor.one(public_id=link.public_id)):
        if visitor.link_version == link.version:
            return Opened(token, visitor.booking, visitor)
        given = HandOver.objects.open().filter(visitor=visitor, from_version=link.version, from_contact=False)
        if handed := given.first():
            return Opened(token, visitor.booking, visitor, handed)
    raise Http404


@AskedOften
def _booking() -> "QuerySet[Booking]":
    asked = AddressChange.objects.filter(booking=OuterRef("pk"), visitor=None)
    bookings = Booking.objects.with_company().annotate(has_asked=Exists(asked), **_of_session("session"))
    return bookings.select_related("school", *_WITH).filter(**_BY_ITS_CONTACT)


def booking_of_contact(token: str) -> int:
    """The key of the booking whose contact's link `token` is, for a press that shows nothing of it. Raises Http404, as
    `open_link` does, and for a visitor's link."""
    link = genuine(token, Purpose.CONTACT)
    found = _key_of_booking.one(public_id=link.public_id, version=link.version)
    if found is None:
        raise Http404
    return found


@AskedOften
def _key_of_booking() -> "QuerySet[Booking, int]":
    return Booking.objects.filter(**_BY_ITS_CONTACT).order_by().values_list("pk", flat=True)


@AskedOften
def _visitor() -> "QuerySet[Visitor]":
    asked = AddressChange.objects.filter(visitor=OuterRef("pk"))
    related = (f"booking__{name}" for name in ("school", *_WITH))
    visitors = Visitor.objects.annotate(has_asked=Exists(asked), **_of_session("booking__session"))
    return visitors.select_related(*related).filter(public_id=_PUBLIC_ID)


def _of_session(session: str) -> dict[str, Exists]:
    """What few sessions have, asked with the row: a question less for each of the others."""
    changes, files = (model.objects.filter(session=OuterRef(session)).order_by() for model in (SessionChange, Resource))
    return {"has_changes": Exists(changes), "has_files": Exists(files)}


def genuine(token: str, *purposes: Purpose) -> links.Link:
    """What `token` says, where it is one of ours for one of these purposes. Raises Http404, as `open_link` does."""
    link = links.read(token)
    if link is None or link.purpose not in purposes:
        raise Http404
    return link


def open_office(token: str) -> OfficeLink:
    """The register that `token` opens for the office of the place where the session is, until a week after it, when
    what visitors need is forgotten too (rule.md#what-is-kept). Raises Http404, as `open_link` does."""
    link = genuine(token, Purpose.OFFICE)
    by = {"public_id": link.public_id, "link_version": link.version, "withdrawn_at": None}
    found = get_object_or_404(OfficeLink.objects.select_related(*_WITH), **by)
    if office.is_anothers(found, found.session):
        raise Http404
    last_day = found.session.last_day
    if last_day and timezone.localdate() > last_day + NEEDS_KEPT:
        raise Http404
    return found


def open_itinerary(token: str) -> VisitingTeacher:
    """The visiting teacher whose itinerary `token` opens, until `itinerary_ends`. Raises Http404, as `open_link`."""
    link = genuine(token, Purpose.ITINERARY)
    teachers = VisitingTeacher.objects.select_related("hub_year__exchange", "hub_year__hub")
    teacher = get_object_or_404(teachers, public_id=link.public_id, link_version=link.version)
    if timezone.localdate() > itinerary_ends(teacher):
        raise Http404
    return teacher


def open_certificate(token: str) -> Certificate:
    """The certificate that `token` opens, also one that has ended, which then says so. Raises Http404, as
    `open_link`."""
    link = genuine(token, Purpose.CERTIFICATE)
    rows = Certificate.objects.select_related(*OF_ITS_VISITOR, *OF_WHO_TAUGHT)
    return get_object_or_404(rows, public_id=link.public_id, link_version=link.version)


def open_asked(token: str) -> Asked:
    """The form that `token` opens. Raises Http404, as `open_link` does, also once the tie to its person is cut."""
    link = genuine(token, Purpose.FEEDBACK)
    by = {"public_id": link.public_id, "link_version": link.version, "visitor__isnull": False}
    return get_object_or_404(Asked.objects.select_related(*_OF_A_FORM), **by)


def open_new_address(token: str) -> AddressChange:
    """The new address that `token` takes, or has taken. Raises Http404, as `open_link` does, also where another one has
    been asked for since, and where the link that asked for it has died."""
    link = genuine(token, Purpose.NEW_ADDRESS)
    related = (f"booking__{name}" for name in _WITH)
    asked = get_object_or_404(
        AddressChange.objects.select_related("visitor", *related), public_id=link.public_id, link_version=link.version
    )
    if asked.pressed_at is None and asked.from_version != asked.owner.link_version:
        raise Http404
    return asked


def open_unproved(token: str) -> Booking:
    """One of the bookings of an address that `token` opens all of, while it has the address. Raises Http404, as
    `open_link` does."""
    link = genuine(token, Purpose.UNPROVED)
    by = {"public_id": link.public_id, "link_version": link.version, "email_key__isnull": False}
    return get_object_or_404(Booking, **by)


def open_consent(token: str) -> NewsConsent | None:
    """The consent to a hub's news that `token` ends, or None where it opens something else."""
    link = links.read(token)
    if link is None or link.purpose != Purpose.UNSUBSCRIBE:
        return None
    by = {"public_id": link.public_id, "link_version": link.version}
    return NewsConsent.objects.select_related("hub").filter(**by).first()


@dataclass(frozen=True)
class OpenedInvitation:
    """A school's invitation to a group, by the teacher's link or by the head's."""

    token: str
    invitation: Invitation
    is_head: bool

    @property
    def address_key(self) -> str:
        """The teacher's address as it is compared."""
        return email_key(self.invitation.asked_email or "")


def open_invitation(token: str) -> OpenedInvitation:
    """The invitation that `token` opens, until its names are erased. Raises Http404, as `open_link` does."""
    link = genuine(token, Purpose.INVITATION, Purpose.HEAD)
    is_head = link.purpose == Purpose.HEAD
    by = {"public_id": link.public_id, "head_version" if is_head else "link_version": link.version}
    by |= {"head_email__isnull" if is_head else "asked_email__isnull": False}
    related = ("school", "interest", "group__hub_year__hub", "group__specialist", "group__school")
    return OpenedInvitation(token, get_object_or_404(Invitation.objects.select_related(*related), **by), is_head)


def open_wish(token: str) -> TellMe:
    """The wish to be told that `token` opens. Raises Http404, as `open_link` does."""
    wish = _wishes(token).first()
    if wish is None:
        raise Http404
    return wish


def is_unsubscribed(token: str) -> bool:
    """Whether `token` is one of ours whose wish is there no longer. Raises Http404 for any other token."""
    return not _wishes(token).exists()


def _wishes(token: str) -> "QuerySet[TellMe]":
    link = genuine(token, Purpose.UNSUBSCRIBE)
    wishes = TellMe.objects.filter(public_id=link.public_id)
    if any(version != link.version for version in wishes.values_list("link_version", flat=True)):
        raise Http404
    return wishes.select_related(*RELATED)
