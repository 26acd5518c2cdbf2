"""The lifecycle: every verb on every status does what the table says, or nothing at all."""

import datetime as dt
from contextlib import contextmanager
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from bookings import places
from bookings.mail_kinds import MAILS, Kind, To
from bookings.models import AddressChange, AuditEntry, Booking, By, HandOver, Visitor
from bookings.rule.refusals import Ended
from bookings.rule.room import Room
from bookings.states import (
    ENDED,
    LIVE,
    SEATED,
    TABLE,
    UNCONFIRMED,
    Status,
    Verb,
    Who,
    row_for,
)
from tests.bookings.observed import count, events, everything, mails, statuses
from tests.factories import NOW, SchoolFactory, SessionFactory, StaffFactory

CONTACT, COLLEAGUE = "contact@school.example", "colleague@school.example"
NEW = "new"
# How a booking comes to stand as it does, by verbs of the table.
WAYS = {
    Status.HELD: [Verb.HOLD],
    Status.OFFERED: [Verb.JOIN, Verb.OFFER],
    Status.CONFIRMED: [Verb.HOLD, Verb.CONFIRM],
    Status.WAITING: [Verb.JOIN],
    Status.LAPSED: [Verb.HOLD, Verb.LAPSE],
    Status.CANCELLED: [Verb.HOLD, Verb.CANCEL],
}
MOVES = {Verb.MOVE_OUT, Verb.MOVE_IN}  # of two sessions: test_another_session.py
DIAGRAM = """
```mermaid
stateDiagram-v2
    [*] --> held: hold
    [*] --> waiting: join, split
    [*] --> lapsed: ask
    [*] --> confirmed: book, enrol
    held --> confirmed: book, confirm, move_in
    waiting --> confirmed: book, move_in
    waiting --> offered: offer
    offered --> confirmed: accept, move_in
    lapsed --> confirmed: revive
    lapsed --> waiting: rejoin
    held --> lapsed: lapse, let_go
    offered --> lapsed: lapse
    waiting --> lapsed: end_list
    held --> cancelled: cancel, withdraw, drop
    confirmed --> cancelled: cancel, withdraw
    offered --> cancelled: decline, withdraw
    waiting --> cancelled: leave, withdraw, drop
    lapsed --> cancelled: drop
```
"""


def new_booking(session):
    """A party of two, the contact and a colleague with an address, not written yet."""
    school = SchoolFactory()
    booking = Booking(session=session, status="", party=2, school=school, school_key=f"urn:{school.urn}")
    booking.contact_name, booking.contact_email = "Test Teacher", CONTACT
    booking.created_at = booking.joined_at = NOW
    booking.deadline = NOW + dt.timedelta(days=1)
    people = [
        Visitor(position=1, is_contact=True, full_name="Test Teacher", email=CONTACT),
        Visitor(position=2, full_name="Colleague", email=COLLEAGUE),
    ]
    return booking, people


def booking_that_is(status, room):
    booking, people = new_booking(room.session)
    if status == NEW:
        return booking, people
    for verb in WAYS[status]:
        places.write(room, verb, [booking], by=By.CLOCK, visitors=[] if booking.pk else people)
    room.told.clear()  # a press of its own
    return booking, []


@contextmanager
def a_booking(status):
    """A locked room, a booking of it that stands so, and the visitors that are still to be written."""
    session = SessionFactory()
    with transaction.atomic():
        room = Room(places.lock(session.pk), NOW)
        yield room, *booking_that_is(status, room)


def handed_over(booking):
    """The contact's place, on its way to the colleague's address."""
    given = {"from_name": "Test Teacher", "from_email": CONTACT, "from_contact": True, "from_version": 1}
    return HandOver.objects.create(visitor=booking.visitors.first(), to_email=COLLEAGUE, at=NOW, **given)


def new_address(booking):
    """What the contact wants as their address."""
    return AddressChange.objects.create(booking=booking, email="new@school.example", from_version=1, asked_at=NOW)


def name_of(row):
    return f"{row.verb}-{row.from_ or NEW}"


@pytest.mark.django_db
@pytest.mark.parametrize("row", [pytest.param(row, id=name_of(row)) for row in TABLE if row.verb not in MOVES])
def test_write_does_what_its_row_of_the_table_says_and_no_more(row):
    by = {Who.VISITOR: By.VISITOR, Who.STAFF: StaffFactory(), Who.CLOCK: By.CLOCK}[row.who]
    with a_booking(row.from_ or NEW) as (room, booking, people):
        session, seats_before = room.session, room.places.places_taken
        events_before, mails_before = events(session), mails(session)
        handed = handed_over(booking) if {MAILS[kind].to for kind in row.mails} & {To.TAKER, To.GIVER} else None
        of_one = {MAILS[kind].to for kind in row.mails} & {To.IN_NEED, To.PERSON}
        people = people or list(booking.visitors.filter(is_contact=False) if of_one else [])
        address = new_address(booking) if {MAILS[kind].to for kind in row.mails} & {To.OWNER} else None
        places.write(room, row.verb, [booking], by=by, visitors=people, handed=handed, address=address)
        to = row.to or row.from_
        seats = 2 if to in SEATED else 0
        assert statuses(session) == [to]
        assert count(session) == (seats, 0, 30)
        assert room.places.places_taken == seats
        assert events(session) == [*events_before, (row.verb, row.from_ or "", to, seats - seats_before)]
        kinds = [kind for kind in row.mails if kind is not Kind.PLACE_HANDED]  # no news to whose own place it was
        to_colleague = (To.VISITORS, To.TAKER, To.IN_NEED, To.PERSON)
        told = [(kind, COLLEAGUE if MAILS[kind].to in to_colleague else CONTACT) for kind in kinds]
        assert mails(session) == mails_before + told


@pytest.mark.django_db
@pytest.mark.parametrize("status", [NEW, *Status])
def test_write_refuses_every_other_verb_and_changes_nothing(status):
    others = [verb for verb in Verb if row_for(verb, "" if status == NEW else status) is None]
    with a_booking(status) as (room, booking, people):
        before = everything(room.session)
        for verb in others:
            with pytest.raises(Ended):
                places.write(room, verb, [booking], by=By.CLOCK, visitors=people)
            assert everything(room.session) == before
            assert (booking.status, booking.party) == ("" if status == NEW else status, 2)


@pytest.mark.django_db
def test_audit_entry_says_who_when_and_why():
    staff = StaffFactory()
    with a_booking(Status.CONFIRMED) as (room, booking, _people):
        places.write(room, Verb.WITHDRAW, [booking], by=staff, why="x" * 400)
    entry = AuditEntry.objects.first()
    assert (entry.at, entry.by, entry.staff, entry.booking) == (NOW, By.STAFF, staff, booking)
    assert entry.why == "x" * 300
    assert set(AuditEntry.objects.exclude(pk=entry.pk).values_list("by", "staff")) == {(By.CLOCK, None)}


@pytest.mark.django_db
def test_write_refuses_all_bookings_where_the_table_refuses_one():
    with a_booking(Status.CANCELLED) as (room, cancelled, _people):
        held, _people = booking_that_is(Status.HELD, room)
        before = everything(room.session)
        with pytest.raises(Ended):
            places.write(room, Verb.LAPSE, [held, cancelled], by=By.CLOCK)
        assert everything(room.session) == before


def test_table_has_one_row_for_a_verb_and_a_status():
    assert len({(row.verb, row.from_) for row in TABLE}) == len(TABLE)


def test_table_lets_only_the_clock_lapse_and_only_staff_withdraw():
    owners = {(row.verb, row.who) for row in TABLE}
    assert {who for verb, who in owners if verb in {Verb.LAPSE, Verb.OFFER, Verb.END_LIST}} == {Who.CLOCK}
    assert {who for verb, who in owners if verb in {Verb.WITHDRAW, Verb.BOOK}} == {Who.STAFF}


def test_cancelled_is_the_end():
    assert [row for row in TABLE if row.from_ == Status.CANCELLED] == []


def test_statuses_are_sorted_into_sets_without_a_gap():
    assert set(Status) == LIVE | ENDED
    assert frozenset() == LIVE & ENDED
    assert {Status.HELD, Status.OFFERED, Status.CONFIRMED} == SEATED
    assert {Status.HELD, Status.OFFERED} == UNCONFIRMED


def lifecycle():
    out = StringIO()
    call_command("lifecycle", stdout=out)
    return out.getvalue()


def test_lifecycle_command_draws_the_table():
    assert lifecycle().strip() == DIAGRAM.strip()


def test_readme_holds_the_lifecycle_as_the_command_draws_it():
    readme = Path(settings.BASE_DIR, "README.md")
    _before, start, rest = readme.read_text().partition("<!-- lifecycle -->\n")
    block, end, _behind = rest.partition("<!-- /lifecycle -->")
    assert (bool(start), bool(end)) == (True, True)
    assert block.strip() == lifecycle().strip()
