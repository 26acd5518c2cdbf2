"""Fill an empty, migrated database to the size that the queries are planned for.

    python -m tests.load.make_load                     25,000 schools, 5,000 sessions, 1,000,000 bookings
    python -m tests.load.make_load 2000 1000 100000    the same shape, smaller
    python -m tests.load.make_load 2000 1000 100000 50 and so many wishes to be told, instead of 20,000
    python -m tests.load.make_load 0 5000 20000        for the schools that `manage.py import_schools` has put there

Rows are written in bulk, not by the verbs: a million bookings would take an hour, and take minutes. The counts are
right all the same.
"""

import datetime as dt
import os
import random
import sys
from typing import Any

import django

from tests.load.make_bookings import make_bookings

BATCH = 2000
CHANCE = random.Random(7)  # the same rows every time
DAY_ONE = dt.timedelta(days=14)  # sessions start this far ahead, so that all are upcoming


def main(schools: int = 25_000, sessions: int = 5_000, bookings: int = 1_000_000, wishes: int = 20_000) -> None:
    from hubs.models import School

    if schools:
        make_schools(schools)
    urns = list(School.objects.open().order_by("urn").values_list("urn", flat=True))
    make_bookings(make_sessions(sessions, bookings, urns), urns)
    make_wishes(wishes)


def make_schools(count: int) -> None:
    """Schools with the names that English schools have."""
    from hubs.models import LocalAuthority, School

    authorities = LocalAuthority.objects.bulk_create(
        [LocalAuthority(code=f"{n:03}", name=f"Authority {n}") for n in range(1, 151)]
    )
    saints = ["St Joseph's", "St Mary's", "Holy Trinity", "West Borough", "Oak Hill", "The Grove", "Parkside", "Meadow"]
    kinds = ["Primary School", "Church of England Primary School", "Junior School", "High School", "Academy"]
    towns = [
        f"{a}{b}"
        for a in ("Maid", "Whit", "Broad", "Ash", "King")
        for b in ("stone", "stable", "stairs", "ford", "ton")
    ]
    rows = []
    for n in range(count):
        school = School(
            urn=200_000 + n,
            name=f"{CHANCE.choice(saints)} {CHANCE.choice(kinds)} {n % 700 or ''}".strip(),
            phase=CHANCE.choice([2, 2, 2, 4]),
            local_authority=CHANCE.choice(authorities),
            town=CHANCE.choice(towns),
            postcode=f"ME{n % 20 + 1} {n % 9}{chr(65 + n % 26)}{chr(65 + n // 26 % 26)}",
            easting=CHANCE.randrange(200_000, 650_000),
            northing=CHANCE.randrange(50_000, 600_000),
        )
        rows.append(school)
    School.objects.bulk_create(rows, BATCH)


def make_sessions(count: int, bookings: int, urns: list[int]) -> list[tuple[int, int]]:
    """Sessions of 40 hubs on a hundred days, and how many bookings each gets. Every tenth is full."""
    from bookings.models import Places
    from hubs.models import Exchange, Hub, HubYear, Lesson, School, ShowcaseSession

    hubs = Hub.objects.bulk_create([Hub(slug=f"load-{n}") for n in range(40)])
    exchange = Exchange.objects.create(year=2001, name="Load")
    years = HubYear.objects.bulk_create(
        [HubYear(hub=hub, exchange=exchange, name=f"Load Hub {hub.pk}") for hub in hubs]
    )
    share = bookings // count
    schools = list(School.objects.in_bulk(CHANCE.choices(urns, k=count)).values())
    made = [_session(n, years[n % 40], schools[n % len(schools)]) for n in range(count)]
    rows = ShowcaseSession.objects.bulk_create(made, BATCH)
    Lesson.objects.bulk_create(
        [
            Lesson(session=row, position=position, years=years, topic=topic)
            for row in rows
            for position, (years, topic) in enumerate(row.taught, start=1)
        ],
        BATCH,
    )
    taken = share - share // 10
    Places.objects.bulk_create(
        [
            Places(session=row, status="open", capacity=share + 30 if n % 10 else taken or 1, places_taken=taken)
            for n, row in enumerate(rows)
        ],
        BATCH,
    )
    shared = ShowcaseSession.also_run_by.through
    shared.objects.bulk_create(
        [
            shared(showcasesession_id=row.pk, hubyear_id=years[(n + 7) % 40].pk)
            for n, row in enumerate(rows)
            if n % 20 == 0
        ]
    )
    return [(row.pk, share) for row in rows]


def _session(n: int, hub_year: Any, school: Any) -> Any:
    """One of one or two classes, for anybody or some."""
    from django.utils import timezone

    from hubs.models import ShowcaseSession
    from hubs.vocabulary.school_days import SchoolDays, london
    from hubs.vocabulary.teaching import Years

    day = timezone.localdate() + DAY_ONE + dt.timedelta(days=n % 100)
    classes = CHANCE.choices(Years.singles()[:10], [1, 2, 2, 4, 4, 8, 8, 2, 1, 1], k=CHANCE.choice([1, 1, 2]))
    session = ShowcaseSession(
        hub_year=hub_year,
        venue=school,
        starts_at=london(day, dt.time(9)),
        ends_at=london(day, dt.time(11, 45)),
        suits_years=CHANCE.choice([Years(0), Years.KS2, Years.KS1, Years.KS3 | Years.Y6]),
        suits_roles=CHANCE.choice([0, 0, 0, 1, 3, 14, 32]),
        taught=[[int(one), f"topic {CHANCE.randrange(30)}"] for one in classes],
    )
    session.fill_in_dates(SchoolDays())
    session.set_spot()
    return session


def make_wishes(count: int) -> None:
    """Wishes of as many addresses, all proved: four of five for a search near a place, the others of a hub."""
    from django.utils import timezone

    from bookings.models import TellMe
    from hubs.models import Hub
    from hubs.vocabulary.teaching import Years

    hubs, classes, made = list(Hub.objects.values_list("pk", flat=True)), [Years(0), *Years.singles()], []
    for n in range(count):
        address, now = f"wish{n}@load.example", timezone.now()
        wish = TellMe(email=address, email_key=address, created_at=now, proved_at=now)
        if n % 5:
            wish.search = f"near=load{n}"
            wish.easting, wish.northing = CHANCE.randrange(200_000, 650_000), CHANCE.randrange(50_000, 600_000)
            wish.miles, wish.years = CHANCE.choice([10, 30, 60]), CHANCE.choice(classes)
        else:
            wish.hub_id = CHANCE.choice(hubs)
        made.append(wish)
    TellMe.objects.bulk_create(made, BATCH)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    main(*(int(one) for one in sys.argv[1:]))
