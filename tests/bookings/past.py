"""A past exchange, made by chance and written in bulk: for tests of reports, which must agree with a plain count."""

import datetime as dt
import random
import uuid
from typing import Any

from bookings.models import Booking, Person, Register, Visitor
from bookings.states import SessionStatus, Status
from hubs.models import HostSchool, HubYear, ShowcaseSession
from hubs.vocabulary.school_days import london
from tests.factories import SchoolFactory, SessionFactory

FIRST = dt.date(2026, 11, 3)  # two months before NOW of the factories: all is over
ATTENDED, ABSENT, EXPECTED = "attended", "absent", "expected"


def past_session(hub_year: HubYear, number: int = 0, *, recorded: bool = True, **fields: Any) -> ShowcaseSession:
    """A session that is over, with an empty register; `places=` how many it had."""
    starts = london(FIRST + dt.timedelta(days=number), dt.time(9))
    room = {"room__capacity": fields.pop("places", 30), "room__status": fields.pop("status", SessionStatus.OPEN)}
    ends = starts + dt.timedelta(hours=2)
    session = SessionFactory(hub_year=hub_year, starts_at=starts, ends_at=ends, **room, **fields)
    if recorded:
        Register.objects.create(session=session, recorded_at=ends)
    return session


def visitor(session: ShowcaseSession, attendance: str = ATTENDED, **fields: Any) -> Visitor:
    """One confirmed visitor with a booking of their own; `person` who they are, `school` where from."""
    booking_fields = {
        name: fields.pop(name) for name in ("school", "status", "uses_held_back", "ended_late") if name in fields
    }
    school = booking_fields.pop("school", None) or SchoolFactory()
    made = session.starts_at - dt.timedelta(days=fields.pop("days_before", 20))
    booking = Booking.objects.create(
        session=session,
        party=1,
        school=school,
        school_key=f"urn:{school.urn}",
        contact_name="Test Teacher",
        created_at=made,
        **({"status": Status.CONFIRMED} | booking_fields),
    )
    email = fields.pop("email", None)
    known = {
        "full_name": "Test Teacher",
        "email": email,
        "email_key": email,
        "person_id": uuid.uuid4(),
        "is_contact": True,
    }
    if email:
        known["person_id"] = Person.objects.get_or_create(email_key=email)[0].pk
    marked = {"attendance": attendance, "marked_at": session.ends_at if attendance != EXPECTED else None}
    row = Visitor.objects.create(booking=booking, position=1, **(known | marked | fields))
    if booking.status == Status.CONFIRMED and row.released_at is None:
        places = session.places
        places.places_taken += 1
        places.capacity = max(places.capacity, places.places_taken)
        places.save()
    return row


def past_exchange(hub_year: HubYear, *, seed: int, sessions: int = 4, most: int = 20) -> list[ShowcaseSession]:
    """Sessions of one visit, with visitors of whom some come twice, some give no address, some do not come."""
    chance = random.Random(seed)
    visit = HostSchool.objects.create(hub_year=hub_year, school=SchoolFactory())
    schools = [SchoolFactory(phase=chance.choice([2, 2, 2, 4, 0])) for _n in range(8)]
    made = []
    for number in range(sessions):
        session = past_session(hub_year, number, host_school=visit, recorded=chance.random() < 0.85)
        for _n in range(chance.randrange(most + 1)):
            address = f"teacher{chance.randrange(40)}@school.example" if chance.random() < 0.8 else None
            taken = Booking.objects.filter(session=session, visitors__email_key=address).exists()
            visitor(
                session,
                chance.choice([ATTENDED, ATTENDED, ATTENDED, ABSENT]),
                email=None if taken else address,
                school=chance.choice(schools),
                role=chance.choice([0, 1, 1, 2, 4, 8, 32]),
                years=chance.choice([0, 2, 8, 64, 128 | 256]),
                seen_before=chance.choice([None, None, True, False]),
                first_time=chance.choice([None, True, False]),
            )
        made.append(session)
    return made
