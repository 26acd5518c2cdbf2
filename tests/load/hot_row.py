"""Holds of one session, one after the other under its lock, beside the same SQL without us; see README.md beside this.

python -m tests.load.hot_row              on both databases, each of its own
python -m tests.load.hot_row postgres     beside pgbench
python -m tests.load.hot_row sqlite       beside a bare loop of sqlite3
python -m tests.load.hot_row small        with few of everything: whether it runs, not how fast

The SQL is that of one hold as it was sent, from its BEGIN to its COMMIT, with new values for all that is a hold's own.
Each run fills a session of its own with as many holds as every other: what a hold reads grows with its session.
"""

import base64
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple, Protocol

from tests.load.counting import HEAD, Row
from tests.load.running import DATABASES, copied, database
from tests.postgres import client_programs


class Size(NamedTuple):
    """How many holds each process makes in a run, how many processes at once, and how often each of the two runs."""

    holds: int = 100
    clients: int = 4
    rounds: int = 6


SMALL = Size(10, 2, 2)
# Ids begin so high that none can be taken for another number of the same statement.
SESSION = 700_000_001
FIRST_IDS = {"booking": 710_000_000, "visitor": 720_000_000, "auditentry": 730_000_000, "mail": 740_000_000}
VARIABLES = {str(SESSION): "session_id"} | {str(first + 1): f"{table}_id" for table, first in FIRST_IDS.items()}
ID = re.compile(rf"\b(?:{'|'.join(VARIABLES)})\b")
PART = re.compile(rf"\bE'(?:[^']|'')*'|'(?:[^']|'')*'|{ID.pattern}")  # a literal, or an id outside one
UUIDS, HASHES, TOKENS = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "[0-9a-f]{64}|[0-9a-f]{32}", "[a-hj-np-z2-9]{26}"
REFERENCES = "[A-HJ-NP-Z2-9]{4} ?[A-HJ-NP-Z2-9]{4}"
HALVES = r"[0-9a-f]{16}(?=g?\b)"  # of a network's hash; a g ends those that begin with it
UNIQUE = re.compile(rf"\b(?:(?:{UUIDS}|{HASHES}|{TOKENS}|{REFERENCES})\b|{HALVES})")
CLOCK = "SELECT clock_timestamp()"
STEM = 16  # so many characters stand for what is unique: a half is made anew as its whole is


class Statement(NamedTuple):
    """As Django sent it."""

    sql: str
    values: tuple[Any, ...]


class Replay(Protocol):
    """One hold's statements, said again for others of a session."""

    name: str

    def rows(self, session_id: int) -> list[int]:
        """How many rows each statement gives, said once."""

    def rate(self, size: Size, session_id: int) -> float:
        """Holds a second."""


def main(arguments: list[str]) -> None:
    size = SMALL if "small" in arguments else Size()
    for name in [one for one in arguments if one in DATABASES] or DATABASES[:2]:
        with (
            tempfile.TemporaryDirectory(prefix="showcase-load-") as folder,
            database(name, Path(folder)) as (migrated, _),
            copied(migrated, "load_hot_row", Path(folder)) as url,
        ):
            print(f"\n{name}\n{HEAD}", flush=True)
            env = os.environ | {"DATABASE_URL": url, "VAR_DIR": folder, "DJANGO_SETTINGS_MODULE": "tests.load.settings"}
            command = [sys.executable, "-m", "tests.load.hot_row", "inside", *map(str, size)]
            subprocess.run(command, env=env, check=True)


def inside(size: Size) -> None:
    """What runs in a process of the project: our holds and the bare ones, in turn, and each as often before the
    other. A replay that finds more rows the oftener it is said is no measure of anything, and ends this."""
    import django

    django.setup()
    from django.db import connection

    begin_ids()
    said = recorded(room(pk=SESSION))
    replay: Replay = Sqlite(said) if connection.vendor == "sqlite" else Postgres(said)
    looked_at = room()
    found = [replay.rows(looked_at) for _time in range(2)]
    runs: list[Callable[[], float]] = [lambda: our_rate(size, room()), lambda: replay.rate(size, room())]
    rates: list[list[float]] = [[], []]
    for n in range(size.rounds):
        for which in (0, 1) if n % 2 == 0 else (1, 0):
            rates[which].append(runs[which]())
    found.append(replay.rows(looked_at))
    assert found == found[:1] * 3, f"A replayed hold finds more rows each time: {found}"
    ours, bare = map(median, rates)
    figure = f"holds on one hot row ÷ {replay.name} with the same {len(said) - 2} statements"
    print(Row(figure, ours, "/s", "≥ 0.5", bare))


def room(**fields: int) -> int:
    """A session of many places, and no connection left that a process after this would share."""
    from django.db import connection

    from tests.factories import SessionFactory

    session = SessionFactory(room__capacity=30_000, starts_at=None, ends_at=None, **fields)
    connection.close()
    return int(session.pk)


def begin_ids() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for table, first in FIRST_IDS.items():
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [f"bookings_{table}"])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [f"bookings_{table}", first])
            else:
                cursor.execute(f"SELECT setval('bookings_{table}_id_seq', {first})")


def hold(session_id: int) -> None:
    """By somebody of a school, an address and a network of their own."""
    from django.utils import timezone

    from bookings import places
    from bookings.models import SchoolKind
    from bookings.rule.party import VisitingSchool
    from tests.factories import party

    trust = VisitingSchool(kind=SchoolKind.TRUST, name=f"Trust {uuid.uuid4().hex}", place="Load")
    asked = party(email=f"{uuid.uuid4().hex}@load.example", network=uuid.uuid4().hex, visiting=trust)
    places.hold(session_id, asked, clock=timezone.now)


def recorded(session_id: int) -> list[Statement]:
    """One hold, from BEGIN to COMMIT."""
    from django.db import connection

    said: list[Statement] = []

    def note(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        said.append(Statement(sql, tuple(values or ())))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(note):
        hold(session_id)
    first = next(n for n, one in enumerate(said) if "bookings_places" in one.sql)
    return [Statement("BEGIN IMMEDIATE", ()), *said[first:], Statement("COMMIT", ())]


def together(size: Size, run: Callable[..., tuple[float, float]], *args: Any) -> float:
    """How many a second, from several processes at once, by when the first began and the last ended."""
    with get_context("fork").Pool(size.clients) as pool:
        times = pool.starmap(run, [(size.holds, *args)] * size.clients, chunksize=1)
    return size.holds * size.clients / (max(end for _began, end in times) - min(began for began, _end in times))


def our_rate(size: Size, session_id: int) -> float:
    return together(size, our_holds, session_id)


def our_holds(holds: int, session_id: int) -> tuple[float, float]:
    from django.db import connection

    connection.ensure_connection()  # pgbench does not count that either
    began = time.monotonic()
    for _time in range(holds):
        hold(session_id)
    return began, time.monotonic()


class Sqlite:
    """By the driver alone."""

    name = "a bare loop of sqlite3"

    def __init__(self, said: list[Statement]) -> None:
        from django.db import connection

        self.said, self.file = said, str(connection.settings_dict["NAME"])

    def rows(self, session_id: int) -> list[int]:
        with self.connected() as bare:
            return self.once(bare, session_id)

    def rate(self, size: Size, session_id: int) -> float:
        return together(size, self.holds, session_id)

    def holds(self, holds: int, session_id: int) -> tuple[float, float]:
        with self.connected() as bare:
            began = time.monotonic()
            for _time in range(holds):
                self.once(bare, session_id)
            return began, time.monotonic()

    @contextmanager
    def connected(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(self.file, timeout=30, isolation_level=None, cached_statements=200)) as bare:
            bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
            yield bare

    def once(self, bare: sqlite3.Connection, session_id: int) -> list[int]:
        new, found = {str(SESSION): str(session_id)}, []
        for sql, values in self.said:
            rows = bare.execute(sql.replace("%s", "?"), [_renewed(one, new) for one in values]).fetchall()
            found.append(len(rows))
            if "RETURNING" in sql:
                new[str(FIRST_IDS[_table(sql)] + 1)] = str(rows[0][0])
        return found


def _renewed(value: Any, new: dict[str, str]) -> Any:
    if type(value) is int:
        return int(new.get(str(value), value))
    if not isinstance(value, str):
        return value
    value = UNIQUE.sub(lambda unique: _like(unique[0], new), value)
    return ID.sub(lambda found: new.get(found[0], found[0]), value)


def _like(known: str, new: dict[str, str]) -> str:
    """In the same form, and the same for each that begins alike."""
    stem = _stem(known)
    if stem not in new:
        fresh = uuid.uuid4()
        new[stem] = base64.b32encode(fresh.bytes).decode() if known.isupper() else fresh.hex * 2
    made = iter(new[stem])
    return "".join(one if one in "- " else next(made) for one in known)


def _stem(known: str) -> str:
    return known.replace("-", "").replace(" ", "")[:STEM]


class Postgres:
    """By pgbench. Every text is a value beside the statement, as it is of ours: no plan is made for it. What was unique
    the server makes of a random number as it says the time, once a hold: in a condition it would for each row."""

    name = "pgbench"

    def __init__(self, said: list[Statement]) -> None:
        import psycopg

        self.url = os.environ["DATABASE_URL"]
        self.values: dict[str, str] = {}  # to the name of each text, and then of what is made of one
        self.made: dict[str, str] = {}
        with psycopg.connect(self.url, cursor_factory=psycopg.ClientCursor) as connection:
            texts = [self.in_variables(connection.cursor(), one) for one in said]
        making = "".join(f", {made} AS {name}" for made, name in self.made.items())
        self.said = [f"{text}{making} \\gset" if text == CLOCK else text for text in texts]

    def in_variables(self, cursor: Any, one: Statement) -> str:
        text = cursor.mogrify(*one) if one.values else one.sql.replace(" IMMEDIATE", "")
        text = PART.sub(lambda part: self.variable(part[0]), text)
        return f"{text} \\gset {_table(one.sql)}_" if "RETURNING" in one.sql else text

    def variable(self, part: str) -> str:
        """A literal with all that is unique in it made anew by the server; or an id."""
        if "'" not in part:
            return f":{VARIABLES[part]}"
        if part == "''":  # pgbench takes no variable that is empty
            return part
        value = part.removeprefix("E")[1:-1].replace("''", "'")
        value = value.replace("\\\\", "\\") if part.startswith("E") else value
        made = f":{self.values.setdefault(value, f'text_{len(self.values)}')}"
        for known in sorted(set(UNIQUE.findall(value)), key=len, reverse=True):
            made = f"replace({made}, '{known}', {_fresh(known)})"
        if "replace" in made:
            made = f":{self.made.setdefault(made, f'made_{len(self.made)}')}"
        for known in sorted(set(ID.findall(value))):
            made = f"replace({made}, '{known}', (:{VARIABLES[known]})::text)"
        return made

    def rows(self, session_id: int) -> list[int]:
        """As pgbench would: it says of no statement what it found."""
        import psycopg

        given: dict[str, Any] = {name: value for value, name in self.values.items()}
        given |= {"session_id": session_id, "u": uuid.uuid4().int % 10**15}
        found = []
        with psycopg.connect(self.url, autocommit=True) as connection:
            for text in self.said:
                sql, keeps, prefix = text.partition(" \\gset")
                done = connection.execute(re.sub(r"(?<!:):(\w+)", r"%(\1)s", sql.replace("%", "%%")), given)
                rows = done.fetchall() if done.description else []
                found.append(len(rows))
                if keeps:
                    names = [prefix.strip() + column.name for column in done.description or ()]
                    given |= dict(zip(names, rows[0], strict=True))
        return found

    def rate(self, size: Size, session_id: int) -> float:
        given = {name: value for value, name in self.values.items()} | {"session_id": session_id}
        command = [client_programs() / "pgbench", "-n", "-M", "prepared", "-c", size.clients, "-t", size.holds, "-j", 1]
        command += [part for name, value in given.items() for part in ("-D", f"{name}={value}")]
        with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
            file.write(self.script())
            file.flush()
            command += ["-f", file.name, self.url]
            done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]
        return float(re.findall(r"tps = ([0-9.]+)", done.stdout)[0])

    def script(self) -> str:
        lines = [text if "\\gset" in text else f"{text};" for text in self.said]
        return "\n".join(["\\set u random(1, 9000000000000000)", *lines])


def _fresh(known: str) -> str:
    """In SQL what `_like` is."""
    made = f"md5(:u::text || '{_stem(known)}')"
    if "-" in known:
        return f"{made}::uuid::text"
    if known.isupper():  # of sixteen digits two of some thousand could be alike
        made = f"upper(translate(encode(decode({made}, 'hex'), 'base64'), '+/', '23'))"
        return f"left({made}, 4) || ' ' || substr({made}, 5, 4)" if " " in known else f"left({made}, 8)"
    return made if len(known) == 32 else f"left({made} || {made}, {len(known)})"


def _table(sql: str) -> str:
    return re.findall(r"bookings_(\w+)", sql)[0]


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        inside(Size(*map(int, sys.argv[2:])))
    else:
        main(sys.argv[1:])
