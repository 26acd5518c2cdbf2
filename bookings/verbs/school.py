"""Whose school a booking is: staff say which school of the register was typed, or put right one that was picked wrong
(rule.md#schools).

From then on its bookings share with that school's. Nobody loses a place by it, also where that is more than a share.
"""

from collections.abc import Sequence
from copy import copy
from typing import NamedTuple

from bookings.models import Booking, SchoolKind
from bookings.models.booking import BookingQuerySet, school_key
from bookings.places import locked, locked_booking, write
from bookings.rule import fair_share
from bookings.rule.judging import already_there
from bookings.rule.party import VisitingSchool
from bookings.rule.refusals import AlreadyBooked, Ended, NeedsReason, NothingChanged
from bookings.rule.room import Clock, Room
from bookings.states import Verb
from bookings.verbs.contact import live_party
from hubs.models import School, ShowcaseSession, StaffUser


class Identified(NamedTuple):
    """What became of it: bookings that have the school now, those that could not have it because the same contact has
    another booking of that school in the session, and sessions where the school now has more than its share."""

    done: list[Booking]
    left: list[Booking]
    over: list[ShowcaseSession]


def typed_alike(booking: Booking) -> BookingQuerySet:
    """The live bookings of the hub whose school was typed as this one's, itself among them."""
    if booking.school_kind in (SchoolKind.REGISTER, SchoolKind.NONE):
        return Booking.objects.none()
    hub = booking.session.hub_year.hub_id
    return Booking.objects.live().filter(school_key=booking.school_key, session__hub_year__hub=hub)


def identify(booking_id: int, school: School, *, by: StaffUser, clock: Clock) -> Identified:
    """Give all bookings that `typed_alike` finds a school of the register, one session a transaction: a share is
    counted under the lock. What was typed stays, and is still found by a search. Raises NothingChanged.
    """
    booking = Booking.objects.select_related("session__hub_year").get(pk=booking_id)
    alike = typed_alike(booking)
    sessions = sorted(set(alike.order_by().values_list("session_id", flat=True)))
    if not sessions:
        raise NothingChanged
    found = Identified([], [], [])
    for session_id in sessions:
        with locked(session_id, clock) as room:
            _in_session(room, list(alike.filter(session=session_id).order_by("pk")), school, by, found)
    return found


def _in_session(room: Room, alike: list[Booking], school: School, by: StaffUser, found: Identified) -> None:
    key = school_key(SchoolKind.REGISTER, school)
    of_school = Booking.objects.live().filter(session=room.session, school_key=key)
    has_one = set(of_school.filter(goes_with=None, email_key__isnull=False).values_list("email_key", flat=True))
    left = {one.pk for one in alike if not one.goes_with_id and one.email_key in has_one}
    done = [one for one in alike if one.pk not in left and one.goes_with_id not in left]
    found.left.extend(one for one in alike if one not in done)
    if not done:
        return
    rows = Booking.objects.filter(pk__in=[one.pk for one in done])
    rows.update(school=school, school_kind=SchoolKind.REGISTER, school_key=key)
    write(room, Verb.IDENTIFY, done, by=by, why=f"URN {school.urn}")
    found.done.extend(done)
    share = fair_share.share_of(room.session, now=room.now)
    if share is not None and sum(one.seats for one in of_school.all()) > share:
        found.over.append(room.session)


# --- a school that was picked wrong -----------------------------------------------------------------------------------


def change_school(
    booking_id: int, school: VisitingSchool, *, by: StaffUser, clock: Clock, why: str = ""
) -> list[Booking]:
    """Give a booking, with all that goes with it, another school than was picked: nobody loses a place, and the contact
    is told. What the school before has no use for any longer goes to who waits.

    Judged as if that school had booked now: over its share with a reason, and so where only other schools may book.
    Raises Ended, NothingChanged, AlreadyBooked, NotForYourSchool, NeedsReason.
    """
    with locked_booking(booking_id, clock) as (room, booking):
        if not booking.is_live:
            raise Ended
        party = [booking if one.pk == booking.pk else one for one in live_party(booking)]
        if _as_said(booking) == school:
            raise NothingChanged
        changed = [_with_school(one, school) for one in party]
        _judge_school(room, changed, why)
        Booking.objects.filter(pk__in=[one.pk for one in party]).update(
            school_kind=school.kind,
            school=school.school,
            school_name=school.name,
            school_place=school.place,
            school_key=school.key,
        )
        write(room, Verb.CHANGE_SCHOOL, changed, by=by, why=why)
        return changed


def _as_said(booking: Booking) -> VisitingSchool:
    return VisitingSchool(
        kind=SchoolKind(booking.school_kind),
        school=booking.school,
        name=booking.school_name if not booking.school else "",
        place=booking.school_place if not booking.school else "",
    )


def _with_school(booking: Booking, school: VisitingSchool) -> Booking:
    other = copy(booking)
    other.school_kind, other.school, other.school_key = school.kind, school.school, school.key
    other.school_name, other.school_place = school.name, school.place
    return other


def _judge_school(room: Room, party: Sequence[Booking], why: str) -> None:
    """The party stands beside what that school has already; what one of them has counts for all."""
    one = party[0]
    others = [other for other in room.bookings_beside(one) if other not in party]
    if any(already_there(each, others) for each in party):
        raise AlreadyBooked
    if why.strip():
        return
    fair_share.judge_school(room.session, one.school, now=room.now, code=one.code)
    left = fair_share.left_for(room.session, one, others, now=room.now)
    if left is not None and sum(each.seats for each in party) > left:
        raise NeedsReason
