"""Whom to phone about a change of a session, and who has been: on a morning of snow a mail may come too late.

Everybody whom it touches stands here, also whom no mail reaches: each person of a party, the school's office, who
teaches. "Told by phone" counts as seen (rule.md#changes).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from bookings.attendance import office
from bookings.models import Booking, Phoned, Seen, SessionChange, Visitor
from bookings.places import locked, write
from bookings.rule.refusals import Ended
from bookings.rule.room import Clock, Room
from bookings.sessions.seen import metres_to
from bookings.sessions.teachers import teachers_of
from bookings.states import LIVE, SessionStatus, Status, Verb
from hubs.models import ShowcaseSession, StaffUser, VisitingTeacher
from hubs.vocabulary.ids import AN_ID

OFFICE = "o"


class Whom(NamedTuple):
    """Somebody on the list, as a button names them: "b12" a booking's contact, "v7" a visitor, "t5" a visiting teacher,
    "s6" a specialist, "o" the office."""

    kind: str
    pk: int = 0

    def __str__(self) -> str:
        return f"{self.kind}{self.pk or ''}"


def read_whom(text: str) -> Whom | None:
    """Whom a button names; None for anything else."""
    if text == OFFICE:
        return Whom(OFFICE)
    kind, number = text[:1], text[1:]
    if kind not in ("b", "v", "t", "s") or not AN_ID.fullmatch(number):
        return None
    return Whom(kind, int(number))


# --- the verbs --------------------------------------------------------------------------------------------------------


def tell(change: SessionChange, whom: Whom, *, by: StaffUser, clock: Clock) -> tuple[Phoned, bool]:
    """Write down that `by` has told somebody of the change by telephone; and whether it was they who did.

    Who was first stands: another press finds that row and changes nothing. Raises Ended where that person is on the
    list no longer.
    """
    with locked(change.session_id, clock) as room:
        of = _of(room, whom)
        known = Phoned.objects.select_related("staff").filter(change=change, **_columns(of)).first()
        if known:
            return known, False
        row = Phoned.objects.create(change=change, staff=by, at=room.now, **of)
        _write(room, Verb.PHONE, row, by)
        return row, True


def take_back(change: SessionChange, row_id: int, *, by: StaffUser, clock: Clock) -> bool:
    """Undo a wrong press: the row that `by` was shown, and no other that stands there since. Twice is once."""
    with locked(change.session_id, clock) as room:
        row = Phoned.objects.select_related("booking").filter(pk=row_id, change=change).first()
        if row is None:
            return False
        row.delete()
        _write(room, Verb.UNPHONE, row, by)
        return True


def _of(room: Room, whom: Whom) -> dict[str, Any]:
    """The columns that name somebody of that session. Raises Ended for anybody else."""
    session = room.session
    if whom.kind == OFFICE:
        return {}
    if whom.kind in ("t", "s"):
        teachers = teachers_of([session.pk])
        rows: list[Any] = teachers.visiting if whom.kind == "t" else [*teachers.specialists]
        found = next((one for one in rows if one.pk == whom.pk), None)
        if found is None:
            raise Ended
        return {"teacher" if whom.kind == "t" else "specialist": found}
    live = Booking.objects.live().filter(session=session)
    if whom.kind == "b":
        booking = live.filter(pk=whom.pk).first()
        visitor = None
    else:
        visitor = Visitor.objects.coming().filter(pk=whom.pk, booking__in=live).select_related("booking").first()
        booking = visitor.booking if visitor else None
    if booking is None:
        raise Ended
    return {"booking": booking, "visitor": visitor}


def _columns(of: dict[str, Any]) -> dict[str, Any]:
    """All of them, so that the office is nobody else."""
    return dict.fromkeys(("booking", "visitor", "teacher", "specialist")) | of


def _write(room: Room, verb: Verb, row: Phoned, by: StaffUser) -> None:
    """The audit's entry: of the booking, or else in words which row it was of."""
    if row.booking and row.booking.status in LIVE:
        write(room, verb, [row.booking], by=by, why=f"visitor {row.visitor_id}" if row.visitor_id else "")
        return
    of = {"visiting teacher": row.teacher_id, "specialist": row.specialist_id}
    named = [f"{what} {pk}" for what, pk in of.items() if pk]
    write(room, verb, by=by, why=named[0] if named else "the school’s office")


# --- as it is read ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ToTell:
    """Somebody whom a change touches: how they can be reached, and whether they know."""

    whom: Whom
    name: str
    of: str
    number: str = ""
    through: str = ""  # whose number it is, where it is not their own
    email: str = ""
    metres: float | None = None
    booking: Booking | None = None
    seen: bool = False
    phoned: Phoned | None = None

    @property
    def knows(self) -> bool:
        return self.seen or self.phoned is not None

    @property
    def no_mail(self) -> bool:
        return not self.email


def to_tell(
    change: SessionChange, *, session: ShowcaseSession | None = None, live: Iterable[Booking] | None = None
) -> list[ToTell]:
    """Everybody whom a change touches: those whom no mail reaches first, then who comes from farthest away. As many
    queries for a hundred people as for one; fewer where a page has read the session with its places, and its `live`
    bookings with their people, already."""
    if session is None:
        session = ShowcaseSession.objects.with_names().select_related("places").get(pk=change.session_id)
    seen: set[tuple[int, int | None]] = {*Seen.objects.filter(change=change).values_list("booking_id", "visitor_id")}
    rows = Phoned.objects.filter(change=change).select_related("staff")
    phoned = {_whom_of(row): row for row in rows}
    if live is None:
        live = Booking.objects.live().filter(session=session).select_related("school").prefetch_related("visitors")
    bookings = [one for one in live if one.came_at <= change.at]
    bookings.sort(key=lambda one: (one.contact_name or "", one.goes_with_id is not None, one.pk))
    people = [*_of_the_house(change, session), *_of_parties(bookings, session, seen)]
    found = [replace(one, phoned=phoned.get(one.whom)) for one in people]
    return sorted(found, key=_first_to_phone)


def _first_to_phone(one: ToTell) -> tuple[object, ...]:
    return not one.no_mail, one.booking is not None, one.metres is None, -(one.metres or 0)


def _whom_of(row: Phoned) -> Whom:
    pairs = (("v", row.visitor_id), ("b", row.booking_id), ("t", row.teacher_id), ("s", row.specialist_id))
    return next((Whom(kind, pk) for kind, pk in pairs if pk), Whom(OFFICE))


def _of_parties(
    bookings: list[Booking], session: ShowcaseSession, seen: set[tuple[int, int | None]]
) -> Iterator[ToTell]:
    """The contact of each party, and each person of it who has a place."""
    parties: set[int | None] = set()
    for booking in bookings:
        known = {"of": booking.school_in_words, "metres": metres_to(booking.school, session.school), "booking": booking}
        party, contact = booking.first_id, booking.contact_name or ""
        if party not in parties:
            email, mobile = booking.contact_email or "", booking.contact_mobile
            saw = (booking.pk, None) in seen
            yield ToTell(Whom("b", booking.pk), contact, number=mobile, email=email, seen=saw, **known)  # type: ignore[arg-type]  # three of its columns
        parties.add(party)
        for visitor in booking.visitors.all() if booking.status == Status.CONFIRMED else ():
            if visitor.is_contact or visitor.released_at or not visitor.full_name:
                continue
            number, through = (visitor.mobile, "") if visitor.mobile else (booking.contact_mobile, contact)
            yield ToTell(
                Whom("v", visitor.pk),
                str(visitor),
                number=number,
                through=through,
                email=visitor.email or "",
                seen=(booking.pk, visitor.pk) in seen,
                **known,  # type: ignore[arg-type]  # three of its columns
            )


def _of_the_house(change: SessionChange, session: ShowcaseSession) -> Iterator[ToTell]:
    """The school's office and who teaches, where a change is their business and no mail told them."""
    if change.verb not in office.TOLD_OF or session.places.status == SessionStatus.DRAFT:
        return
    if not office.with_register([session.pk]).exists():
        yield ToTell(Whom(OFFICE), "", of=session.where_name, number=session.office_phone)
    for one in teachers_of([session.pk]).to_phone:
        kind = "t" if isinstance(one, VisitingTeacher) else "s"
        yield ToTell(Whom(kind, one.pk), str(one), of="", number=one.mobile)
