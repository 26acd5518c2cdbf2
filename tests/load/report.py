"""Measure the report: see README.md beside this.

python -m tests.load.report                      on the migrated and empty database that DATABASE_URL names
python -m tests.load.report 2000 200000          so many sessions of 40 hubs and so many visitors
python -m tests.load.report again                on what an earlier run has made

Prints, for the first request of a started process, the milliseconds by the clock and of this processor and the
statements of the report of the whole country and of a hub in an exchange: each in a process of its own, three times;
first counted when it is asked for, then as it is kept from the night.
"""

import datetime as dt
import os
import random
import subprocess
import sys
import time
import uuid
from typing import Any

import django

BATCH = 2000
HUBS = 40
CHANCE = random.Random(11)  # the same rows every time
FIRST_DAY = dt.date(2026, 1, 12)
TIMES = 3


def main(arguments: list[str]) -> None:
    if "ask" in arguments:
        ask(*arguments[arguments.index("ask") + 1 :])
        return
    numbers = [int(one) for one in arguments if one.isdecimal()]
    if "again" not in arguments:
        fill(*numbers)
    from bookings.models import KeptReport

    KeptReport.objects.all().delete()
    ask_for_each("counted")
    make_of_the_night()
    ask_for_each("kept")


def ask_for_each(how: str) -> None:
    for kind in ("country", "exchange"):
        for _n in range(TIMES):
            command = [sys.executable, "-m", "tests.load.report", "ask", kind]
            print(f"{how:<8}{subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()}")


def make_of_the_night() -> None:
    """As `run_due` does it, of the two that are asked for."""
    from django.utils import timezone

    from bookings.report import kept
    from hubs.models import Exchange, HubYear

    for nightly, model in ((kept.COUNTRY, Exchange), (kept.HUBS, HubYear)):
        began = time.perf_counter()
        nightly.make(model.objects.order_by("pk").values_list("pk", flat=True)[0], timezone.now())
        print(f"made in the night: {nightly.of:<9}{time.perf_counter() - began:6.1f} s, both copies")


def ask(kind: str) -> None:
    """One request of a process that has only just started."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext
    from django.urls import reverse

    from hubs.models import Exchange, HubYear, StaffUser

    user = StaffUser.objects.filter(is_superuser=True).first()
    client = Client()
    client.force_login(user)  # type: ignore[arg-type]  # there is one
    rows: Any = {"country": Exchange, "exchange": HubYear}
    row = rows[kind].objects.order_by("pk").first()
    address = reverse("report", args=[kind, row.pk])
    with CaptureQueriesContext(connection) as asked:
        began, used = time.perf_counter(), time.process_time()
        answer = client.get(address)
        took, used = time.perf_counter() - began, time.process_time() - used
    assert answer.status_code == 200
    slowest = sorted(asked.captured_queries, key=lambda one: -float(one["time"]))[:3]
    if os.environ.get("SLOWEST"):
        print(*(f"{one['time']} {one['sql'][:1500]}" for one in slowest), sep="\n")
    size = f"{len(answer.content):,} bytes"
    spent = f"{took * 1000:8.0f} ms {used * 1000:6.0f} ms of processor"
    print(f"{connection.vendor:<11}{kind:<9}{spent} {len(asked):4} statements {size}")


def fill(sessions: int = 2000, visitors: int = 200_000) -> None:
    """Hubs, schools, sessions that are over, with registers, visitors, audit entries and answers."""
    from hubs.models import Exchange, Hub, HubYear, StaffUser
    from tests.load.make_load import make_schools

    StaffUser.objects.create_superuser("report@load.example", "a long password")
    make_schools(max(200, min(25_000, visitors // 8)))
    exchange = Exchange.objects.create(year=2025, name="Load")
    hubs = Hub.objects.bulk_create([Hub(slug=f"report-{n}") for n in range(HUBS)])
    years = HubYear.objects.bulk_create(
        [HubYear(hub=hub, exchange=exchange, name=f"Load Hub {hub.pk}", cover_day_pence=19000) for hub in hubs]
    )
    made = make_sessions(years, sessions, visitors // sessions)
    make_visitors(made, visitors // sessions)


def make_sessions(years: list[Any], count: int, each: int) -> list[Any]:
    from bookings.models import Places, Register
    from hubs.models import HostSchool, LocalAuthority, School, ShowcaseSession
    from hubs.vocabulary.school_days import london

    urns = list(School.objects.order_by("urn").values_list("urn", flat=True)[:HUBS])
    visits = HostSchool.objects.bulk_create(
        [HostSchool(hub_year=year, school_id=urns[n]) for n, year in enumerate(years)]
    )
    authorities = list(LocalAuthority.objects.order_by("code"))
    for n, year in enumerate(years):
        year.area.set(authorities[n * 3 : n * 3 + 3])
    rows = []
    for n in range(count):
        day = FIRST_DAY + dt.timedelta(days=n // HUBS % 12)
        starts, ends = london(day, dt.time(9)), london(day, dt.time(11, 45))
        rows.append(
            ShowcaseSession(
                hub_year=years[n % HUBS],
                host_school=visits[n % HUBS],
                starts_at=starts,
                ends_at=ends,
                first_day=day,
                last_day=day,
                taught=[[64, ""]],
            )
        )
    made = ShowcaseSession.objects.bulk_create(rows, BATCH)
    Places.objects.bulk_create(
        [Places(session=row, status="open", capacity=each + 20, places_taken=each) for row in made], BATCH
    )
    Register.objects.bulk_create([Register(session=row, recorded_at=row.ends_at) for row in made if row.pk % 12], BATCH)
    return made


def make_visitors(sessions: list[Any], each: int) -> None:
    """A visitor a booking; one of eight gave no address; three of four people come once."""
    from bookings.models import AuditEntry, Booking, Visitor
    from hubs.models import School

    urns = list(School.objects.order_by("urn").values_list("urn", flat=True))
    people = [uuid.UUID(int=CHANCE.getrandbits(128)) for _n in range(max(1, len(sessions) * each * 3 // 4))]
    for start in range(0, len(sessions), 100):
        some = sessions[start : start + 100]
        bookings = [_booking(session, n, urns) for session in some for n in range(each)]
        made = Booking.objects.bulk_create(bookings, BATCH)
        Visitor.objects.bulk_create([_visitor(booking, people) for booking in made], BATCH)
        AuditEntry.objects.bulk_create([_entry(one) for one in made if one.status == "confirmed"], BATCH)


def _booking(session: Any, n: int, urns: list[int]) -> Any:
    from bookings.models import Booking

    urn, days = CHANCE.choice(urns), CHANCE.randrange(1, 56)
    made = session.starts_at - dt.timedelta(days=days)
    return Booking(
        reference=f"{session.pk % 10_000:04}{n:04}",
        session=session,
        status="confirmed",
        party=1,
        contact_name="Load Visitor",
        school_id=urn,
        school_key=f"urn:{urn}",
        created_at=made,
        joined_at=made if n % 20 == 0 else None,
    )


def _visitor(booking: Any, people: list[uuid.UUID]) -> Any:
    from bookings.models import Visitor

    anonymous = CHANCE.random() < 0.125
    person = uuid.UUID(int=CHANCE.getrandbits(128)) if anonymous else CHANCE.choice(people)
    return Visitor(
        booking=booking,
        position=1,
        is_contact=True,
        full_name="Load Visitor",
        person_id=person,
        perhaps_id=CHANCE.choice(people) if anonymous and CHANCE.random() < 0.3 else person,
        role=CHANCE.choice([0, 1, 1, 1, 2, 2, 4, 8, 32]),
        years=CHANCE.choice([0, 1, 2, 4, 6, 8, 24, 64, 96, 128, 384, 896]),
        seen_before=CHANCE.choice([None, None, True, False]),
        first_time=CHANCE.choice([True, True, False, None]),
        attendance=CHANCE.choice(["attended"] * 10 + ["absent"]),
        marked_at=booking.session.starts_at,
    )


def _entry(booking: Any) -> Any:
    from bookings.models import AuditEntry

    return AuditEntry(
        at=booking.created_at,
        by="visitor",
        verb="hold",
        session_id=booking.session_id,
        booking=booking,
        to_status="held",
        places=1,
    )


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(sys.argv[1:])
