"""Fair shares between schools, and which schools may book at all (rule.md#fair-share, rule.md#who-may-book)."""

import datetime as dt
import hmac
from collections.abc import Sequence
from typing import NamedTuple

from bookings.models import Booking, SchoolKind
from bookings.rule.refusals import NotForYourSchool, SchoolShareUsed
from hubs.models import School, SchoolList, ShowcaseSession


class OwnShare(NamedTuple):
    """What one school may have of a session `until` then (None: to the end), and how many of it it has."""

    places: int
    taken: int
    until: dt.datetime | None

    @property
    def left(self) -> int:
        return max(self.places - self.taken, 0)


def own_share(
    session: ShowcaseSession, booking: Booking, beside: Sequence[Booking], *, now: dt.datetime
) -> OwnShare | None:
    """The share of the booking's school, or None where it may have as many places as are left."""
    share, left = share_of(session, now=now), left_for(session, booking, beside, now=now)
    if share is None or left is None:
        return None
    return OwnShare(share, min(share - left, share), session.share_until)


def share_of(session: ShowcaseSession, *, now: dt.datetime) -> int | None:
    """Places that one school may have at `now`, or None: as many as are left."""
    if session.share_until and session.share_until <= now:
        return None
    return session.share


def left_for(session: ShowcaseSession, booking: Booking, beside: Sequence[Booking], *, now: dt.datetime) -> int | None:
    """Places that the booking's school may still take, or None for no limit. Nobody shares "no school just now"."""
    share = share_of(session, now=now)
    if share is None or booking.school_kind == SchoolKind.NONE:
        return None
    return share - sum(other.seats for other in beside if other.school_key == booking.school_key)


def over(session: ShowcaseSession, booking: Booking, beside: Sequence[Booking], *, now: dt.datetime) -> bool:
    """Whether the booking would give its school more than its share."""
    left = left_for(session, booking, beside, now=now)
    return left is not None and booking.party > left


def judge_share(session: ShowcaseSession, booking: Booking, beside: Sequence[Booking], *, now: dt.datetime) -> None:
    """Raises SchoolShareUsed where the booking would give its school more than its share."""
    if over(session, booking, beside, now=now):
        left = left_for(session, booking, beside, now=now) or 0
        raise SchoolShareUsed(session.share or 0, max(left, 0), session.share_until)


def judge_school(session: ShowcaseSession, school: School | None, *, now: dt.datetime, code: str = "") -> None:
    """Raises NotForYourSchool where only some schools may book yet, and this is none of them and has not their code."""
    who = session.who_may_book
    open_at = session.open_to_everyone_at
    if not is_for_some(session, now=now) or opens_with(session, code):
        return
    school = school.today() if school else None
    if school and who == ShowcaseSession.WhoMayBook.AUTHORITIES:
        may = session.only_authorities.filter(pk=school.local_authority_id).exists()
    else:
        may = bool(school and session.only_list and _is_listed(school, session.only_list))
    if not may:
        raise NotForYourSchool(open_at)


def is_for_some(session: ShowcaseSession, *, now: dt.datetime) -> bool:
    """Whether only some schools may book at `now`."""
    open_at = session.open_to_everyone_at
    return session.who_may_book != ShowcaseSession.WhoMayBook.EVERYONE and not (open_at and open_at <= now)


def takes_a_code(session: ShowcaseSession) -> bool:
    """Whether the session's list of schools has a code for those who are not on it."""
    by_list = session.who_may_book == ShowcaseSession.WhoMayBook.LIST
    return bool(by_list and session.only_list and _plain(session.only_list.code))


def opens_with(session: ShowcaseSession, code: str) -> bool:
    """Whether `code` is the one of the session's list, however it is spaced and in whichever case."""
    if not (code and takes_a_code(session) and session.only_list):
        return False
    return hmac.compare_digest(_plain(code).encode(), _plain(session.only_list.code).encode())


def _plain(code: str) -> str:
    return "".join(code.split()).casefold()


def _is_listed(school: School, kept: SchoolList) -> bool:
    """Whether a list names that school of today, by its present URN or by one that it had when the list was made."""
    return any(listed.today() == school for listed in kept.schools.select_related("successor"))
