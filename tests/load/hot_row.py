"""Holds of one session, one after the other under its lock, beside the same SQL without us; see README.md beside this.

python -m tests.load.hot_row              on both databases, each of its own
python -m tests.load.hot_row postgres     beside pgbench
python -m tests.load.hot_row sqlite       beside a bare loop of sqlite3
python -m tests.load.hot_row small        with few of everything: whether it runs, not how fast

The SQL is that of one hold as it was sent, from its BEGIN to its COMMIT, with new values wherever a column is unique.
"""

import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tests.load.counting import HEAD, Row
from tests.load.running import DATABASES, copied, database
from tests.postgres import client_programs


class Size(NamedTuple):
    """How long each of the two runs, how often in turn, and from how many processes at once."""

    seconds: float = 5.0
    rounds: int = 5
    clients: int = 4


SMALL = Size(0.5, 1, 2)
# Ids begin so high that none can be taken for another number of the same statement.
FIRST_IDS = {"booking": 710_000_000, "visitor": 720_000_000, "auditentry": 730_000_000, "mail": 740_000_000}
ID = re.compile(r"\b7[1-4]0000001\b")
PART = re.compile(rf"\bE'(?:[^']|'')*'|'(?:[^']|'')*'|{ID.pattern}")  # a literal, or an id outside one
COLON = re.compile(":(?=[A-Za-z_])")
UUIDS, HASHES, TOKENS = "[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", "[0-9a-f]{32}", "[a-hj-np-z2-9]{26}"
REFERENCES = "[A-HJ-NP-Z2-9]{8}"
UNIQUE = re.compile(rf"\b(?:{UUIDS}|{HASHES}|{TOKENS}|{REFERENCES})\b")


class Statement(NamedTuple):
    """As Django sent it."""

    sql: str
    values: tuple[Any, ...]


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
    """What runs in a process of the project: our holds and the bare ones, in turn."""
    import django

    django.setup()
    from django.db import connection

    from tests.factories import SessionFactory

    session = SessionFactory(room__capacity=30_000, starts_at=None, ends_at=None)
    begin_ids()
    said = recorded(session.pk)
    floor: Callable[[], float]
    if connection.vendor == "sqlite":
        file = str(connection.settings_dict["NAME"])
        floor = partial(together, size, bare_sqlite, file, said)
        aside = "a bare loop of sqlite3"
    else:
        url, script = os.environ["DATABASE_URL"], as_script(said)
        floor = partial(pgbench, size, url, script)
        aside = "pgbench"
    connection.close()
    pairs = [(together(size, our_holds, session.pk), floor()) for _round in range(size.rounds)]
    ours, bare = median(one for one, _other in pairs), median(other for _one, other in pairs)
    print(Row(f"holds on one hot row ÷ {aside} with the same {len(said) - 2} statements", ours, "/s", "≥ 0.5", bare))


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
    from django.utils import timezone

    from bookings import places
    from bookings.models import SchoolKind
    from bookings.rule.party import VisitingSchool
    from tests.factories import party

    trust = VisitingSchool(kind=SchoolKind.TRUST, name=f"Trust {uuid.uuid4()}", place="Load")
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


def together(size: Size, run: Callable[..., int], *args: Any) -> float:
    """How many a second, from several processes at once."""
    with get_context("fork").Pool(size.clients) as pool:
        done = pool.starmap(run, [(size.seconds, *args)] * size.clients)
    return sum(done) / size.seconds


def our_holds(seconds: float, session_id: int) -> int:
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        hold(session_id)
        done += 1
    return done


def bare_sqlite(seconds: float, file: str, said: list[Statement]) -> int:
    """The same statements by the driver alone, with new values for each hold."""
    bare = sqlite3.connect(file, timeout=30, isolation_level=None, cached_statements=200)
    bare.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON")
    done, end = 0, time.monotonic() + seconds
    while time.monotonic() < end:
        new: dict[str, str] = {}
        for sql, values in said:
            row = bare.execute(sql.replace("%s", "?"), [_renewed(one, new) for one in values]).fetchall()
            if "RETURNING" in sql:
                new[str(FIRST_IDS[_table(sql)] + 1)] = str(row[0][0])
        done += 1
    bare.close()
    return done


def _renewed(value: Any, new: dict[str, str]) -> Any:
    if type(value) is int:
        return int(new.get(str(value), value))
    if not isinstance(value, str):
        return value
    value = UNIQUE.sub(lambda found: new.setdefault(found[0], _like(found[0])), value)
    return ID.sub(lambda found: new.get(found[0], found[0]), value)


def _like(known: str) -> str:
    made = str(uuid.uuid4()) if "-" in known else uuid.uuid4().hex[: len(known)]
    return made.upper() if known.isupper() else made


def as_script(said: list[Statement]) -> str:
    """For pgbench: what was unique is made of a number of its own, and ids are those that the server gives."""
    import psycopg

    lines = ["\\set u random(1, 9000000000000000)"]
    with psycopg.connect(os.environ["DATABASE_URL"], cursor_factory=psycopg.ClientCursor) as connection:
        for sql, values in said:
            cursor = connection.cursor()
            text = cursor.mogrify(sql, values) if values else sql.replace(" IMMEDIATE", "")
            text = PART.sub(lambda found: _made(found[0]) if "'" in found[0] else _variable(found[0]), text)
            returns = "RETURNING" in sql
            lines.append(f"{text} \\gset {_table(sql)}_" if returns else f"{text};")
    return "\n".join(lines)


def _made(literal: str) -> str:
    """A literal with all that is unique in it made anew by the server."""
    escaped = "E" if literal.startswith("E") else ""
    apart = COLON.sub(f"' || chr(58) || {escaped}'", literal)  # pgbench takes :name for a variable in a literal too
    made = apart if apart == literal else f"({apart})"
    for known in dict.fromkeys(UNIQUE.findall(literal)):
        fresh = f"md5(:u::text || '{known}')"
        if "-" in known:
            fresh += "::uuid::text"
        elif len(known) < 32:
            fresh = f"{'upper' if known.isupper() else 'lower'}(left({fresh}, {len(known)}))"
        made = f"replace({made}, '{known[:4]}' || '{known[4:]}', {fresh})"
    for known in dict.fromkeys(ID.findall(literal)):
        made = f"replace({made}, '{known[:4]}' || '{known[4:]}', ({_variable(known)})::text)"
    return made


def _variable(known: str) -> str:
    table = next((name for name, first in FIRST_IDS.items() if str(first + 1) == known), None)
    return f":{table}_id" if table else known


def _table(sql: str) -> str:
    return re.findall(r"bookings_(\w+)", sql)[0]


def pgbench(size: Size, url: str, script: str) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".sql") as file:
        file.write(script)
        file.flush()
        command = [client_programs() / "pgbench", "-n", "-M", "prepared", "-f", file.name, "-c", size.clients, "-j", 1]
        command += ["-T", max(1, round(size.seconds)), url]
        done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(re.findall(r"tps = ([0-9.]+)", done.stdout)[0])


if __name__ == "__main__":
    if sys.argv[1:2] == ["inside"]:
        seconds, rounds, clients = sys.argv[2:]
        inside(Size(float(seconds), int(rounds), int(clients)))
    else:
        main(sys.argv[1:])
