"""Fill an empty, migrated database to the size that the queries are planned for.

    python -m tests.load.make_load                     25,000 schools, 5,000 sessions, 1,000,000 bookings
    python -m tests.load.make_load 2000 1000 100000    the same shape, smaller
    python -m tests.load.make_load 2000 1000 100000 50 and so many wishes to be told, instead of 20,000
    python -m tests.load.make_load 0 5000 20000        for the schools that `manage.py import_schools` has put there

Rows are written in bulk, not by the verbs: a million bookings would take an hour. The counts are right all the same.
"""

import datetime as dt
import os
import random
import sys
import uuid
from typing import Any

import django

BATCH = 2000
AT_ONCE = 10_000  # rows of a statement: none may take longer than our database engine waits
CHANCE = random.Random(7)  # the same rows every time
DAY_ONE = dt.timedelta(days=14)  # sessions start this far ahead, so that all are upcoming
BOOKED_WITHIN = dt.timedelta(days=60)  # bookings of all sessions mixed: at one moment no index on it would be of use
ADDRESSES = 300_000  # so many people book, some of them again
MIXER, MIXED = 1_103_515_245, 2_147_483_647  # numbers in no order, each once: n times the one modulo the other
# As in a staff room: some of one name, some whose name is typed without its accents.
FIRST_NAMES = (
    "Olivia Amelia Isla Ava Ivy Freya Lily Florence Mia Willow Rosie Sophia Isabella Grace Daisy Sarah Emma Claire "
    "Helen Rachel Laura Karen Susan Julie Nicola Joanne Zoë Chloë Siân Seán José Aisha Fatima Priya Anjali Wei "
    "Xiǎolì Noah Muhammad George Oliver Leo Arthur Oscar Theodore Freddie Archie David John Paul Mark Andrew Stephen "
    "Peter Michael Richard Robert Thomas James Daniel Matthew"
)
LAST_NAMES = (
    "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Robinson Wright Thompson Evans Walker White "
    "Roberts Green Hall Wood Jackson Clarke Hughes Edwards Khan Lewis Harris Clark Cooper King Turner Martin Hill "
    "Moore Ward Ali Begum Singh Kaur Hussain Ahmed Shah O'Neill O’Brien Murphy Kelly Byrne MacDonald Campbell "
    "Stewart Zhāng Wáng Lǐ Chén Liú Nowak Kowalski García Müller Núñez Öztürk Smith-Jones Baker Barker Bennett "
    "Carter Chapman Collins Cook Cox Dixon Ellis Fisher Foster Fox Gibson Graham Grant Gray Griffiths Harrison "
    "Harvey Hunt Hunter James Jenkins Kennedy Knight Lane Lloyd Marsh Marshall Mason Mills Mitchell Morgan Morris "
    "Murray Owen Palmer Parker Pearson Phillips Powell Price Reid Reynolds Richards Richardson Rogers Rose Russell "
    "Saunders Scott Shaw Simpson Stevens Thomas Walsh Watson Webb West Wilkinson Young"
)


def main(schools: int = 25_000, sessions: int = 5_000, bookings: int = 1_000_000, wishes: int = 20_000) -> None:
    from hubs.models import School

    if schools:
        make_schools(schools)
    urns = list(School.objects.open().order_by("urn").values_list("urn", flat=True))
    parties = make_sessions(sessions, bookings, urns)
    make_bookings(parties, urns)
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


def make_bookings(parties: list[tuple[int, int]], urns: list[int]) -> None:
    """Confirmed bookings of one visitor each, a tenth of them cancelled, with their mails and audit entries.

    The database makes them, from numbers and short lists: a row that Python makes costs a hundred times as much.
    """
    from bookings.models import Booking
    from hubs.vocabulary.school_words import searchable

    first, last = FIRST_NAMES.split(), LAST_NAMES.split()
    _list_of("load_session", [(one, share) for one, share in parties])
    _list_of("load_school", [(urn, 0) for urn in urns[:2000]])
    _list_of("load_first", [(name, searchable(name)) for name in first])
    _list_of("load_last", [(name, searchable(name)) for name in last])
    share = parties[0][1] if parties else 0
    before = Booking.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    for begun in range(0, share * len(parties), AT_ONCE):
        until = min(begun + AT_ONCE, share * len(parties))
        numbers = f"SELECT {begun} UNION ALL SELECT n + 1 FROM load WHERE n < {until - 1}"
        address = f"'teacher' || ((n + 1) %% {ADDRESSES}) || '@load.example'"
        _insert(
            Booking,
            f"""WITH RECURSIVE load(n) AS ({numbers}),
            mixed AS (SELECT n, CAST(n + 1 AS bigint) * {MIXER} %% {MIXED} AS m FROM load)""",
            f"""FROM mixed JOIN load_session s ON s.nth = n / {share} JOIN load_school c
            ON c.nth = (n + 1) %% (SELECT COUNT(*) FROM load_school)
            JOIN load_first f ON f.nth = m %% {len(first)}
            JOIN load_last l ON l.nth = m / {len(first)} %% {len(last)}""",
            reference=f"substr(CAST({100_000_001} + n AS text), 2)",  # a million random ones do not all differ
            session_id="CAST(s.a AS bigint)",
            status=f"CASE WHEN n %% {share} < {share // 10} THEN 'cancelled' ELSE 'confirmed' END",
            party="1",
            request_key=_uuid(),
            contact_name="f.a || ' ' || l.a",
            name_words="f.b || ' ' || l.b",
            contact_email=address,
            email_key=address,
            school_id="CAST(c.a AS integer)",
            school_key="'urn:' || c.a",
            created_at=_moment(f"{BOOKED_WITHIN.total_seconds()} * m / {MIXED}"),
        )
    for begun in range(before, before + share * len(parties), AT_ONCE):
        _make_rows_of(f"FROM bookings_booking WHERE id > {begun} AND id <= {begun + AT_ONCE}")
    _analyse()


def _make_rows_of(made: str) -> None:
    """The visitor of each of these bookings, its mail and its audit entry."""
    from bookings.models import AuditEntry, Mail, Visitor

    _insert(
        Visitor,
        "",
        made,
        booking_id="id",
        position="1",
        is_contact="1 = 1",
        full_name="contact_name",
        name_words="name_words",
        email="contact_email",
        email_key="email_key",
        person_id=_uuid(),
    )
    _insert(
        AuditEntry, "", made, at="created_at", by="'visitor'", verb="'hold'", session_id="session_id", booking_id="id"
    )
    _insert(
        Mail,
        "",
        made,
        kind="'confirm'",
        recipient="contact_email",
        recipient_key="email_key",
        session_id="session_id",
        booking_id="id",
        created_at="created_at",
        due_at="created_at",
        state="'sent'",
        answered_at="created_at",
        dedupe_key="'load:' || id",
        token="'load' || id",
    )


def _list_of(name: str, rows: list[tuple[Any, Any]]) -> None:
    """A short list for the database to choose from by number, for as long as the connection stands."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {name} (nth integer PRIMARY KEY, a text, b text)")
        numbered = [(nth, str(a), str(b)) for nth, (a, b) in enumerate(rows)]
        cursor.executemany(f"INSERT INTO {name} VALUES (%s, %s, %s)", numbered)


def _insert(model: Any, before: str, rows: str, **columns: str) -> None:
    """Insert what is said of `rows` in SQL; of the other columns, what Django would write of them."""
    from django.db import connection, models

    plain = {}
    for field in model._meta.local_concrete_fields:
        if field.column in columns or field.primary_key or field.db_default is not models.NOT_PROVIDED:
            continue
        if field.default is uuid.uuid4:
            columns[field.column] = _uuid()
        elif (default := field.get_default()) is not None:
            plain[field.column] = field.get_db_prep_save(default, connection)
    names = ", ".join(f'"{name}"' for name in (*columns, *plain))
    values = ", ".join([*columns.values(), *["%s"] * len(plain)])
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) {before} SELECT {values} {rows}", [*plain.values()]
        )


def _uuid() -> str:
    """A random one, as the database keeps it."""
    from django.db import connection

    return "lower(hex(randomblob(16)))" if connection.vendor == "sqlite" else "gen_random_uuid()"


def _moment(seconds: str) -> str:
    """So many seconds ago, as the database keeps a moment."""
    from django.db import connection
    from django.utils import timezone

    now = timezone.now()
    if connection.vendor == "sqlite":
        return f"strftime('%%Y-%%m-%%d %%H:%%M:%%f', {now.timestamp()} - {seconds}, 'unixepoch')"
    return f"CAST('{now.isoformat()}' AS timestamptz) - ({seconds}) * interval '1 second'"


def _analyse() -> None:
    """Tell the database what it has: its own worker would, some time later."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


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
